// Command senders compares how untag signs and verifies webhooks with vendors' own packages:
// what they sign, untag accepts; what untag signs, they accept; and neither accepts a request in
// which a byte was changed. It needs Node and the packages of package.json.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strings"
	"time"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/webhook"
)

const (
	secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // also valid base64, which some senders require
	bodies = 200
	id     = "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W"
)

// signedAt is when all requests are signed.
var signedAt = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "senders: name the folder with oracles.js and its packages; make test-senders does all of it")
		os.Exit(2)
	}
	if err := run(context.Background(), os.Stdout, os.Args[1]); err != nil {
		fmt.Fprintln(os.Stderr, "senders:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, w io.Writer, folder string) error {
	o, err := start(ctx, folder)
	if err != nil {
		return err
	}
	defer o.stop()
	var known struct{ Sign, Verify []string }
	if err := o.ask(request{Do: "list"}, &known); err != nil {
		return err
	}
	r := rand.New(rand.NewPCG(7, 11))
	all := slices.Compact(slices.Sorted(slices.Values(slices.Concat(known.Sign, known.Verify))))
	if err := sameOracles(all); err != nil {
		return err
	}
	for _, name := range all {
		signs, verifies := slices.Contains(known.Sign, name), slices.Contains(known.Verify, name)
		for range bodies {
			if err := o.compare(ctx, name, bodyOf(r), r, signs, verifies); err != nil {
				return fmt.Errorf("%s: %w", name, err)
			}
		}
		fmt.Fprintf(w, "%-12s %d bodies; its package signs: %t, verifies: %t\n", name, bodies, signs, verifies)
	}
	return nil
}

// sameOracles returns an error if rows name other packages than there are.
func sameOracles(known []string) error {
	for _, name := range sender.Names() {
		if row, _ := rules.LoadSender(name); (row.Oracle != "") != slices.Contains(known, name) {
			return fmt.Errorf("the row of %s names the package %q, but oracles.js does not agree", name, row.Oracle)
		}
	}
	return nil
}

// bodyOf returns a random JSON object, as JavaScript writes it too.
func bodyOf(r *rand.Rand) []byte {
	letters := []rune("abcXYZ 0189äß漢字😀é\"\\/<>&.:,{}[]\n\t")
	text := func(most int) string {
		var b strings.Builder
		for range r.IntN(most) {
			b.WriteRune(letters[r.IntN(len(letters))])
		}
		return b.String()
	}
	object := map[string]any{"id": text(30), "type": text(10), "data": map[string]any{"list": []any{text(200), r.IntN(1000), true, nil}}}
	if r.IntN(20) == 0 {
		object["large"] = strings.Repeat(text(50)+"x", 2000)
	}
	var out bytes.Buffer
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(object) // strings and numbers can always be encoded
	return bytes.TrimSuffix(out.Bytes(), []byte("\n"))
}

// stored is the one secret of these tests.
type stored string

func (s stored) WebhookSecrets(context.Context, string) ([]string, error) {
	return []string{string(s)}, nil
}

// compare signs a body on either side, and verifies it on the other, unchanged and changed.
func (o *oracle) compare(ctx context.Context, name string, body []byte, r *rand.Rand, signs, verifies bool) error {
	row, found := rules.LoadSender(name)
	if !found {
		return fmt.Errorf("untag has no row")
	}
	key := secret
	if row.Source.Verify[0].Verify.HMAC.Strip != "" {
		key = row.Source.Verify[0].Verify.HMAC.Strip + secret
	}
	receiver := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored(key)})
	accepts := func(header http.Header, body []byte) error {
		_, err := receiver.Verify(ctx, webhook.Request{Source: name, Header: header, Body: webhook.Bytes(body), ReceivedAt: signedAt})
		return err
	}
	changed := slices.Clone(body)
	place := 1 + r.IntN(len(body)-2)
	changed[place] ^= 1
	ask := request{Sender: name, Secret: key, At: signedAt.UnixMilli(), ID: id, Body: body}
	if signs {
		var answer struct{ Headers map[string]string }
		ask.Do = "sign"
		if err := o.ask(ask, &answer); err != nil {
			return err
		}
		header := make(http.Header)
		for name, value := range answer.Headers {
			header.Set(name, value)
		}
		if err := accepts(header, body); err != nil {
			return fmt.Errorf("untag refuses what the package signs: %w\n%s", err, body)
		}
		if accepts(header, changed) == nil {
			return fmt.Errorf("untag accepts a changed body:\n%s", changed)
		}
	}
	if !verifies {
		return nil
	}
	out, err := webhook.Sign(row.Source, key, webhook.Outgoing{ID: id, At: signedAt, Body: body})
	if err != nil {
		return err
	}
	var answer struct {
		OK  bool
		Why string
	}
	ask.Do, ask.Headers = "verify", make(map[string]string)
	for name := range out.Header {
		ask.Headers[name] = out.Header.Get(name)
	}
	if err := o.ask(ask, &answer); err != nil || !answer.OK {
		return fmt.Errorf("the package refuses what untag signs: %s, %v\n%s", answer.Why, err, body)
	}
	ask.Body = changed
	if err := o.ask(ask, &answer); err != nil || answer.OK && json.Valid(changed) {
		return fmt.Errorf("the package accepts a changed body, %v:\n%s", err, changed)
	}
	return nil
}

// request is what an oracle is asked.
type request struct {
	Do      string            `json:"do"`
	Sender  string            `json:"sender,omitempty"`
	Secret  string            `json:"secret,omitempty"`
	At      int64             `json:"at,omitempty"`
	ID      string            `json:"id,omitempty"`
	Body    []byte            `json:"body"`
	Headers map[string]string `json:"headers,omitempty"`
}

// oracle is the process with the vendors' packages.
type oracle struct {
	in   io.WriteCloser
	out  *bufio.Scanner
	wait func() error
}

func start(ctx context.Context, folder string) (*oracle, error) {
	c := exec.CommandContext(ctx, "node", "oracles.js")
	c.Dir, c.Stderr = folder, os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, fmt.Errorf("start node: %w", err)
	}
	o := &oracle{in: in, out: bufio.NewScanner(out), wait: c.Wait}
	o.out.Buffer(nil, 10<<20)
	return o, nil
}

func (o *oracle) ask(r request, answer any) error {
	if r.Body == nil {
		r.Body = []byte{}
	}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	if _, err := o.in.Write(append(line, '\n')); err != nil {
		return fmt.Errorf("ask node: %w", err)
	}
	if !o.out.Scan() {
		return fmt.Errorf("node gave no answer: %v", o.out.Err())
	}
	return json.Unmarshal(o.out.Bytes(), answer)
}

func (o *oracle) stop() {
	_ = o.in.Close()
	_ = o.wait()
}
