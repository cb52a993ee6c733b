package send

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"untag/internal/explain"
	"untag/internal/nearest"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/terminal"
	"untag/internal/webhook"
)

// timeout is how long an answer may take; API Gateway waits no longer for a function.
const timeout = 30 * time.Second

// maxAnswer is how much of an answer is read, in bytes.
const maxAnswer = 1 << 20

// Delivery is a webhook to send.
type Delivery struct {
	// As is the sender whose signature it gets.
	As string
	// Secret is the stored secret of the source.
	Secret string
	// URL is where it goes.
	URL string
	// File is the name of the file with the body, which suggests its content type.
	File string
	Body []byte
	// Headers are lines of the form "Name: value", in addition to those of the signature.
	Headers []string
	// ID is the sender's identifier of the delivery.
	ID string
	// At is when it is signed.
	At time.Time
}

// Request signs the delivery. Its error says what is wrong with it, and never shows the secret.
func (d Delivery) Request(ctx context.Context) (*http.Request, error) {
	row, found := rules.LoadSender(d.As)
	if !found {
		hint := ""
		if meant := nearest.Of(strings.ToLower(d.As), sender.Names()); meant != "" {
			hint = "; did you mean " + meant + "?"
		}
		return nil, fmt.Errorf("--as: there is no sender %q; untag senders lists them%s", d.As, hint)
	}
	header, err := explain.Headers(d.Headers)
	if err != nil {
		return nil, err
	}
	signed, err := webhook.Sign(row.Source, d.Secret, d.At, d.ID, d.Body)
	if err != nil {
		return nil, err
	}
	maps.Copy(header, signed)
	if kind := explain.ContentType(d.File); kind != "" && header.Get("Content-Type") == "" {
		header.Set("Content-Type", kind)
	}
	r, err := http.NewRequestWithContext(ctx, http.MethodPost, d.URL, bytes.NewReader(d.Body))
	if err != nil || r.URL.Host == "" {
		return nil, fmt.Errorf("--to %s: not a URL; it looks like https://host/webhooks/source", d.URL)
	}
	r.Header = header
	return r, nil
}

// Curl returns the request as a command. It has the signature, but not the secret.
func Curl(r *http.Request, file string) string {
	var out strings.Builder
	out.WriteString("curl -sS " + word(r.URL.String()))
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		out.WriteString(" \\\n  -H " + word(name+": "+r.Header.Get(name)))
	}
	out.WriteString(" \\\n  --data-binary " + word("@"+file))
	return out.String()
}

// word quotes a word so that a shell takes it literally.
func word(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

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
		return terminal.AnswerIsNo("the webhook was not accepted: " + response.Status)
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
