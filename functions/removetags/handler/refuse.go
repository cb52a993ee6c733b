package handler

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"untag/internal/webhook"
)

// maxReason limits the reason of a refusal in the log, in bytes, so that the whole line has
// at most 512: anyone can send refused requests, and logs cost money.
const maxReason = 256

// refuse logs the reason, and returns the answer for the sender.
func (h *Handler) refuse(ctx context.Context, source string, err error) answer {
	a := refusal(err)
	h.logRefused(ctx, source, err, slog.Int("status", a.status))
	return a
}

// logRefused writes the one line of a refused request. The source is a name from
// the rules file, or "" if it has none.
func (h *Handler) logRefused(ctx context.Context, source string, err error, more ...slog.Attr) {
	var attrs []slog.Attr
	if source != "" {
		attrs = append(attrs, slog.String("source", source))
	}
	attrs = append(attrs, more...)
	end, _ := refusedEnding(err)
	h.countRefused(end)
	h.log.LogAttrs(ctx, endings[end].level, "refused", append(attrs, slog.String("reason", brief(h.reason(err), maxReason)))...)
}

// reason returns the text of an error, without the name of an unknown source: it came in a
// path, into which people paste secrets.
func (h *Handler) reason(err error) string {
	var e *webhook.Error
	if !errors.As(err, &e) || e.Kind != webhook.UnknownSource {
		return err.Error()
	}
	text := fmt.Sprintf("no such source in the rules file: a name of %d characters", utf8.RuneCountInString(e.Source))
	name, more := e.Source, ""
	if i := strings.IndexAny(name, "?&="); i >= 0 {
		name, more = name[:i], ", with more behind it: a `?` that begins the query must not be escaped"
	}
	if meant := h.rules.ClosestSource(name); meant != "" {
		text += fmt.Sprintf(", close to `%s`%s", meant, more)
	}
	return text
}

// brief returns a text for the log: cut off after this many bytes, with characters escaped
// that could break a line or control a terminal.
func brief(text string, most int) string {
	const end = "…"
	var b strings.Builder
	size := 0
	for _, r := range text {
		part := string(r)
		if !unicode.IsPrint(r) {
			part = strings.Trim(strconv.QuoteRune(r), "'")
		}
		// The log escapes these once more.
		size += len(part) + strings.Count(part, `"`) + strings.Count(part, `\`)
		if size > most-len(end) {
			return b.String() + end
		}
		b.WriteString(part)
	}
	return b.String()
}
