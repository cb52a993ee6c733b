package main

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"strings"
	"time"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/webhook"
)

// stored is the one secret of a comparison.
type stored string

func (s stored) WebhookSecrets(context.Context, string) ([]string, error) {
	return []string{string(s)}, nil
}

// comparison compares untag with one package.
type comparison struct {
	process  *process
	oracle   oracle
	source   event.Source
	shape    shape
	keys     keys
	receiver *webhook.Receiver
}

func newComparison(p *process, o oracle) (*comparison, error) {
	row, found := rules.LoadSender(o.Sender)
	if !found {
		return nil, errors.New("untag has no row")
	}
	v := row.Source.Verify[0].Verify
	k, err := keysOf(o.Sender, v)
	if err != nil {
		return nil, err
	}
	c := &comparison{process: p, oracle: o, source: row.Source, shape: shapeOf(o, v), keys: k}
	config := webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored(k.stored)}
	if k.authority != nil {
		config.HTTP, config.Roots = k.authority.client(), k.authority.roots
	}
	c.receiver = webhook.New(config)
	return c, nil
}

// compare signs a body on either side, and verifies it on both, unchanged and changed.
func (c *comparison) compare(ctx context.Context, r *rand.Rand) error {
	sent := c.shape.request(r)
	sent.ID, sent.At = fmt.Sprintf("msg_%x", r.Uint64()), time.Now().Truncate(time.Millisecond)
	if c.oracle.Sign {
		signed, err := c.packageSigns(sent)
		if err != nil {
			return err
		}
		if err := c.accepts(ctx, signed); err != nil {
			return fmt.Errorf("untag refuses what the package signs: %w\n%s", err, shown(signed))
		}
		if err := c.changed(signed, r, false, func(changed webhook.Outgoing) error { return c.accepts(ctx, changed) }); err != nil {
			return fmt.Errorf("untag accepts %w", err)
		}
		if err := c.alike(ctx, signed); err != nil {
			return err
		}
	}
	if !c.oracle.Verify {
		return nil
	}
	signed, err := c.untagSigns(sent)
	if err != nil {
		return fmt.Errorf("untag cannot sign: %w", err)
	}
	if c.oracle.Families && r.IntN(2) == 0 {
		signed.Header = c.otherFamily(signed.Header)
	}
	if err := c.accepts(ctx, signed); err != nil {
		return fmt.Errorf("untag refuses what it signs: %w\n%s", err, shown(signed))
	}
	if err := c.packageAccepts(signed); err != nil {
		return fmt.Errorf("the package refuses what untag signs: %w\n%s", err, shown(signed))
	}
	if err := c.changed(signed, r, false, func(changed webhook.Outgoing) error { return c.accepts(ctx, changed) }); err != nil {
		return fmt.Errorf("untag accepts %w", err)
	}
	if err := c.changed(signed, r, true, c.packageAccepts); err != nil {
		return fmt.Errorf("the package accepts %w", err)
	}
	return nil
}

// otherFamily returns the headers of a request under the names of the sender's second family.
func (c *comparison) otherFamily(header http.Header) http.Header {
	v := c.source.Verify[0].Verify
	renamed := header.Clone()
	for _, place := range []sender.Place{v.Signature, v.Timestamp.Place, c.source.ID} {
		if len(place.Headers) == 2 {
			renamed.Set(place.Headers[1], header.Get(place.Headers[0]))
			renamed.Del(place.Headers[0])
		}
	}
	return renamed
}

// alike checks that untag accepts a request under the other URLs that the sender may have signed.
func (c *comparison) alike(ctx context.Context, signed webhook.Outgoing) error {
	if c.oracle.Sender != "twilio" {
		return nil
	}
	with := signed
	with.URL = strings.Replace(signed.URL, "example.com/", "example.com:443/", 1)
	if err := c.accepts(ctx, with); err != nil {
		return fmt.Errorf("untag refuses the URL with its port, %s, which the sender signs without: %w", with.URL, err)
	}
	return nil
}

// untagSigns signs as the sender: by its row, or with the authority of this test.
func (c *comparison) untagSigns(sent webhook.Outgoing) (webhook.Outgoing, error) {
	if c.keys.authority != nil {
		return c.keys.authority.sign(c.oracle.Sender, c.keys.stored, sent)
	}
	return webhook.Sign(c.source, c.keys.signs(), sent)
}

func (c *comparison) accepts(ctx context.Context, out webhook.Outgoing) error {
	_, query, _ := strings.Cut(out.URL, "?")
	_, err := c.receiver.Verify(ctx, webhook.Request{
		Source: c.source.Name, Method: out.Method, URL: out.URL, RawQuery: query, Header: out.Header, Body: webhook.Bytes(out.Body), ReceivedAt: time.Now(),
	})
	return err
}

// asked returns a question about a request.
func (c *comparison) asked(do string, out webhook.Outgoing) request {
	q := request{
		Do: do, Sender: c.oracle.Sender, Package: c.oracle.Package, Secret: c.keys.stored, Private: c.keys.private,
		At: out.At.UnixMilli(), ID: out.ID, Method: out.Method, URL: out.URL, Headers: make(map[string]string), Body: out.Body,
	}
	for name := range out.Header {
		q.Headers[strings.ToLower(name)] = out.Header.Get(name)
	}
	if a := c.keys.authority; a != nil {
		q.CertificateURL, q.Certificate, q.Authority = a.urlOf(c.oracle.Sender), a.leaf, a.root
	}
	return q
}

// packageSigns returns a request with what the package adds to it.
func (c *comparison) packageSigns(sent webhook.Outgoing) (webhook.Outgoing, error) {
	var answer struct {
		URL     string
		Headers map[string]string
		Body    []byte
	}
	if err := c.process.ask(c.asked("sign", sent), &answer); err != nil {
		return sent, err
	}
	sent.Header = maps.Clone(sent.Header)
	for name, value := range answer.Headers {
		sent.Header.Set(name, value)
	}
	if answer.URL != "" {
		sent.URL = answer.URL
	}
	if answer.Body != nil {
		sent.Body = answer.Body
	}
	return sent, nil
}

// packageAccepts returns an error unless the package accepts a request.
func (c *comparison) packageAccepts(out webhook.Outgoing) error {
	var answer struct {
		OK  bool
		Why string
	}
	if err := c.process.ask(c.asked("verify", out), &answer); err != nil {
		return fatal{err}
	}
	if !answer.OK {
		return errors.New("refused: " + answer.Why)
	}
	return nil
}

// fatal is an error of the test itself, which is not a refusal.
type fatal struct{ error }

// changed returns an error that names the change if a request is accepted with one byte changed.
func (c *comparison) changed(signed webhook.Outgoing, r *rand.Rand, byPackage bool, accepts func(webhook.Outgoing) error) error {
	all := c.shape.changes(signed, r, byPackage)
	if byPackage && c.oracle.Slow && len(all) > 0 {
		all = []change{all[r.IntN(len(all))]}
	}
	for _, one := range all {
		err := accepts(one.request)
		if failed, ok := errors.AsType[fatal](err); ok {
			return failed
		}
		if err == nil {
			return fmt.Errorf("a changed %s:\n%s\nfrom\n%s", one.what, shown(one.request), shown(signed))
		}
	}
	return nil
}

// shown returns a request as text, for errors of this test.
func shown(out webhook.Outgoing) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s\n", out.Method, out.URL)
	for _, name := range slices.Sorted(maps.Keys(map[string][]string(out.Header))) {
		fmt.Fprintf(&b, "%s: %s\n", http.CanonicalHeaderKey(name), out.Header.Get(name))
	}
	fmt.Fprintf(&b, "%.2000q", out.Body)
	return b.String()
}
