package local

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"untag/functions/removetags/handler"
	"untag/internal/console"
	"untag/internal/event"
	"untag/internal/send"
	"untag/internal/terminal"
)

// Invocation returns an entry as a recorded event, as --record writes it.
func (c courier) Invocation(ctx context.Context, e *console.Entry) ([]byte, error) {
	if e.Outcome == console.OutcomeRefused {
		return nil, errors.New("this request was refused, so it has no event to copy")
	}
	bare, isRequest, err := c.bare(ctx, c.prover(), e)
	if err != nil {
		return nil, err
	}
	if isRequest {
		text, err := json.MarshalIndent(bare, "", "  ")
		return append(text, '\n'), err
	}
	var text bytes.Buffer
	if err := json.Indent(&text, e.Payload, "", "  "); err != nil {
		return nil, err
	}
	text.WriteByte('\n')
	return text.Bytes(), nil
}

// Request returns the request of an entry, without what proves it.
func (c courier) Request(ctx context.Context, e *console.Entry) (console.Outgoing, error) {
	bare, isRequest, err := c.bare(ctx, c.prover(), e)
	if err != nil {
		return console.Outgoing{}, err
	}
	if !isRequest {
		return c.firstOf(e)
	}
	request, err := requestOf(ctx, c.deliver.url, bare)
	if err != nil {
		return console.Outgoing{}, err
	}
	body, err := io.ReadAll(request.Body)
	out := console.Outgoing{Source: e.Source, Method: request.Method, Query: request.URL.RawQuery, Header: request.Header, Body: body}
	for _, name := range []string{"Accept", "Accept-Encoding"} {
		out.Header.Del(name)
	}
	return out, err
}

// firstOf returns the first event of an invocation that is not a request, as one.
func (c courier) firstOf(e *console.Entry) (console.Outgoing, error) {
	recorded, err := handler.Read(c.prover().rules, e.Payload)
	if err != nil || len(recorded) == 0 {
		return console.Outgoing{}, errors.New("there is no event to send")
	}
	out := console.Outgoing{Method: http.MethodPost, Header: make(http.Header)}
	if d := recorded[0].Stored; d != nil {
		out.Source, out.Query, out.Body = d.Source, d.RawQuery, d.Body
		for name, value := range d.Headers {
			if !ofConnection(name) && name != "accept" && name != "accept-encoding" {
				out.Header.Set(name, value)
			}
		}
		if d.ContentType != "" {
			out.Header.Set("Content-Type", d.ContentType)
		}
		return out, nil
	}
	out.Source = recorded[0].Request.Source
	if recorded[0].Request.Body != nil {
		if out.Body, err = recorded[0].Request.Body(); err != nil {
			return out, err
		}
	}
	out.Header.Set("Content-Type", "application/json")
	return out, nil
}

// Command returns a command that sends an entry once more, signed now if its secret may be shown.
// Otherwise the command has a variable in place of a secret that it would have, and no signature.
func (c courier) Command(ctx context.Context, e *console.Entry) (string, error) {
	p := c.prover()
	bare, isRequest, err := c.bare(ctx, p, e)
	if err != nil {
		return "", err
	}
	if !isRequest {
		return "", errors.New("this event did not come as a request, so no command can send it: copy it as a file, and deliver it with untag run --events FOLDER")
	}
	request, err := requestOf(ctx, c.deliver.url, bare)
	if err != nil {
		return "", err
	}
	request.Header.Del("Accept-Encoding") // the answer is to be read
	if request.Header.Get("Accept") == "*/*" {
		request.Header.Del("Accept") // curl adds it
	}
	from, found := p.rules.Source(e.Source)
	if !found {
		return written("There is no source "+terminal.Clean(e.Source)+" in the rules.", request, nil)
	}
	if secret := c.mayShow(from.Name); secret != "" {
		if signed, err := p.signed(ctx, from, secret, request); err == nil {
			return written("", signed, nil)
		}
	}
	return withVariable(ctx, p, from, request)
}

// withVariable returns a command that has $SECRET in place of the secret, or one without a
// signature if the secret only makes it.
func withVariable(ctx context.Context, p prover, from event.Source, request *http.Request) (string, error) {
	standIn := "user:" + rand.Text()
	encoded := base64.StdEncoding.EncodeToString([]byte(standIn))
	variables := []send.Variable{
		{Text: standIn, Shell: `"$SECRET"`},
		{Text: strings.ReplaceAll(standIn, ":", "%3A"), Shell: `"$SECRET"`},
		{Text: encoded, Shell: `"$(printf %s "$SECRET" | base64 | tr -d '\n')"`},
	}
	if signed, err := p.signed(ctx, from, standIn, request); err == nil {
		command, err := written(fmt.Sprintf("Put the secret of %s into SECRET first: read -rs SECRET", terminal.Clean(from.Name)), signed, variables)
		if err != nil {
			return "", err
		}
		if strings.Contains(command, `"$SECRET"`) {
			return command, nil
		}
	}
	about := fmt.Sprintf("The signature is left out. To sign the request, copy the event as a file, and run: untag send --source '%s' --secret-file SECRET FILE", terminal.Clean(from.Name))
	switch {
	case len(from.Verify) == 0:
		about = ""
	case madeUpSecret(from) == "":
		about = "The request is not signed, because only its sender can sign it: untag run refuses it."
	}
	return written(about, request, nil)
}

// written returns a request as a command, with a comment above it if there is something to say.
func written(about string, request *http.Request, variables []send.Variable) (string, error) {
	var body []byte
	if request.Body != nil {
		var err error
		if body, err = io.ReadAll(request.Body); err != nil {
			return "", err
		}
	}
	command := send.CommandOf(request, body)
	command.Variables = variables
	if !command.Hides() {
		return "", errors.New("the secret would be in a body that is not text")
	}
	if about != "" {
		about = "# " + about + "\n"
	}
	return about + command.String() + "\n", nil
}
