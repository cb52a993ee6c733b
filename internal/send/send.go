package send

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"untag/internal/event"
	"untag/internal/explain"
	"untag/internal/senderlist"
	"untag/internal/terminal"
	"untag/internal/webhook"
)

// timeout is how long an answer may take; API Gateway waits no longer for a function.
const timeout = 30 * time.Second

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 1 << 20

// Delivery is a webhook to send.
type Delivery struct {
	// As is the sender whose signature it gets, and Source a source to take it from if As is "".
	As     string
	Source event.Source
	// Secret is the stored secret of the source.
	Secret string
	// URL is where it goes, and PublicURL the address that the sender calls, up to /webhooks, if
	// that is another one.
	URL, PublicURL string
	// File is the name of the file with the body, which suggests its content type.
	File string
	Body []byte
	// Headers are lines of the form "Name: value", in addition to those of the signature.
	Headers []string
	// ID is the sender's identifier of the delivery.
	ID string
	// At is when it is signed.
	At time.Time

	// recorded says that the body is only a part of the file.
	recorded bool
}

// Request signs the delivery. Its error says what is wrong with it, and never shows the secret.
func (d Delivery) Request(ctx context.Context) (*http.Request, error) {
	from := d.Source
	if d.As != "" {
		known, err := senderlist.Find(d.As)
		if err != nil {
			return nil, fmt.Errorf("--as: %w; for a source that your rules file describes, use --source in place of --as", err)
		}
		from = known.Source
	}
	if _, source, found := strings.Cut(d.URL, "/webhooks/"); found && d.PublicURL != "" && from.URL == "" {
		source, _, _ = strings.Cut(source, "?")
		from.URL = strings.TrimRight(d.PublicURL, "/") + "/webhooks/" + source
	}
	header, err := explain.Headers(d.Headers)
	if err != nil {
		return nil, err
	}
	if u, err := url.Parse(d.URL); err != nil || u.Host == "" {
		return nil, fmt.Errorf("--to %s: not a URL; it looks like https://host/webhooks/source", d.URL)
	}
	if kind := explain.ContentType(d.File); kind != "" && !d.recorded && header.Get("Content-Type") == "" {
		header.Set("Content-Type", kind)
	}
	signed, err := webhook.Sign(from, d.Secret, webhook.Outgoing{URL: d.URL, Header: header, Body: d.Body, ID: d.ID, At: d.At})
	if err != nil {
		return nil, err
	}
	r, err := http.NewRequestWithContext(ctx, signed.Method, signed.URL, bytes.NewReader(signed.Body))
	if err != nil {
		return nil, fmt.Errorf("--to %s: not a URL; it looks like https://host/webhooks/source", d.URL)
	}
	r.Header = signed.Header
	return r, nil
}

// Curl returns the request as a command. It has the signature, but not the secret. The body is
// that of the file, unless the sender adds to it.
func (d Delivery) Curl(r *http.Request) (string, error) {
	body, err := r.GetBody()
	if err != nil {
		return "", err
	}
	sent, err := io.ReadAll(body)
	if err != nil {
		return "", err
	}
	command := CommandOf(r, sent)
	if bytes.Equal(sent, d.Body) && !d.recorded {
		command.File = d.File
	}
	return command.String(), nil
}

// word quotes a word so that a shell takes it literally. What a terminal acts on, or nobody sees, is
// written as numbers.
func word(text string) string {
	if printable([]byte(text)) {
		return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'"
	}
	var out strings.Builder
	for text != "" {
		n := 0
		for n < len(text) {
			_, size := utf8.DecodeRuneInString(text[n:])
			if !printable([]byte(text[n : n+size])) {
				break
			}
			n += size
		}
		if n > 0 {
			out.WriteString(word(text[:n]))
			text = text[n:]
			continue
		}
		_, size := utf8.DecodeRuneInString(text)
		out.WriteString(`"$(printf '`)
		for _, b := range []byte(text[:size]) {
			fmt.Fprintf(&out, `\%03o`, b)
		}
		out.WriteString(`')"`)
		text = text[size:]
	}
	return out.String()
}

// Do delivers the request, and prints the status and the body of the answer. Its error is a
// terminal.AnswerIsNo if the answer is not a 2xx. It follows no redirects: a sender would not.
func Do(w io.Writer, r *http.Request) error {
	client := &http.Client{
		Timeout: timeout, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(r)
	if err != nil {
		return terminal.AnswerIsNo("not delivered: " + reason(err) + "; is `untag run` running, or the URL of --to right?")
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxAnswer))
	if err != nil {
		return terminal.AnswerIsNo("the answer ended too early: " + reason(err))
	}
	fmt.Fprintf(w, "%s\n", response.Status)
	if text := strings.TrimSpace(string(body)); text != "" {
		fmt.Fprintf(w, "%s\n", text)
	}
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return terminal.AnswerIsNo("the webhook was not accepted: " + response.Status + "; the line that untag run printed for it, or the function's log, says why")
	}
	return nil
}

// reason returns an error without the method and the URL, which the user knows.
func reason(err error) string {
	for inner := errors.Unwrap(err); inner != nil; inner = errors.Unwrap(inner) {
		err = inner
	}
	return err.Error()
}
