package webhook

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/sender"
)

// proof is a request that is checked against what a sender signs. The parts of the request
// are read when they are needed: the body last.
type proof struct {
	from   *event.Source
	verify *sender.Verify
	req    Request
	stored []string
	now    time.Time
	// family is the position in lists of headers of those that the request has.
	family int
	// doc is the JSON of the body, once it is read, and checked that all of it is valid.
	doc     jsonvalue.Raw
	checked bool
	index   index
	// element is the element of verify.Each whose signature is checked, or nil.
	element jsonvalue.Raw
	// kind is the content type of the request, once it is read.
	kind *mediaType
	// fields are those of the form, once it is read.
	fields []pair
	// joined are the parameters as they are signed, once they are read.
	joined string
	// signed is the time of signing, once it is read from outside of the body.
	signed signedTime
}

func newProof(from *event.Source, v *sender.Verify, req Request, stored []string) *proof {
	p := &proof{from: from, verify: v, req: req, stored: stored, now: req.ReceivedAt}
	if p.now.IsZero() {
		p.now = time.Now()
	}
	p.family = familyOf(v.Signature, req.Header)
	return p
}

// check checks a request in the way that its sender's row describes. It refuses with a
// refusal; other errors say why the body cannot be read.
func (p *proof) check() error {
	v := p.verify
	if v.HMAC == nil && v.Key == nil && v.Compare == "" {
		return refusal("a way to verify that names no algorithm")
	}
	if v.Signature.IsZero() {
		return refusal("a way to verify that names no header")
	}
	if v.Compare == "" && len(v.Signed) == 0 {
		return refusal("a way to verify that signs nothing")
	}
	if !v.Timestamp.IsZero() && v.Timestamp.JSON == nil {
		if _, err := p.checkTime(); err != nil {
			return err
		}
	}
	if err := p.checkAll(); err != nil {
		return err
	}
	if p.doc != nil && !v.Signed.Has("body") { // otherwise it is the sender's as a whole
		_, err := p.document()
		return err
	}
	return nil
}

// checkAll checks the signature of the request, or of each element.
func (p *proof) checkAll() error {
	if p.verify.Each == nil {
		return p.checkOne()
	}
	doc, err := p.unchecked()
	if err != nil {
		return err
	}
	elements, complete := valuesAt(doc, p.verify.Each)
	if !complete || len(elements) == 0 {
		return refusal("the body has no list " + p.verify.Each.String() + fmt.Sprintf(" of at most %d elements that are all complete", MaxEvents))
	}
	for _, p.element = range elements {
		if err := p.checkOne(); err != nil {
			return err
		}
	}
	p.element = nil
	return nil
}

// checkOne checks one signature, and the time in the JSON that it covers.
func (p *proof) checkOne() error {
	if err := p.checkSignature(); err != nil || p.verify.Timestamp.JSON == nil {
		return err
	}
	_, err := p.checkTime()
	return err
}

func (p *proof) checkSignature() error {
	switch {
	case p.verify.HMAC != nil:
		return p.checkHMAC()
	case p.verify.Key != nil:
		return p.checkKey()
	case p.verify.Compare == "token":
		return p.checkCompared()
	}
	return refusal("unknown way to compare: " + p.verify.Compare)
}

// checkCompared compares the token in the signature's place with every stored secret.
func (p *proof) checkCompared() error {
	sent, err := p.candidates()
	if err != nil {
		return err
	}
	if len(sent) > 1 {
		return refusal("more than one " + p.name(p.verify.Signature))
	}
	at := inHeader
	switch {
	case p.verify.Signature.Query != "":
		at = inQuery
	case p.verify.Signature.JSON != nil, p.verify.Signature.Form != "":
		at = inBody
	}
	if reason := compare(sent[0], p.stored, at, p.verify.Signature.Prefix); reason != "" {
		return refusal(reason)
	}
	return nil
}

// checkDigest compares the hash of the body that the request states, which the signature
// covers, with that of the body.
func (p *proof) checkDigest() error {
	d := p.verify.Digest
	if d == nil {
		return nil
	}
	body, err := readBody(p.req)
	if err != nil {
		return err
	}
	texts, err := p.items(d.Place)
	if err != nil {
		return err
	}
	if len(texts) == 0 {
		if d.Optional && (len(body) == 0 || p.isForm()) {
			return nil
		}
		return refusal("no " + p.name(d.Place) + ", without which nothing proves the body")
	}
	if d.Place.Query != "" && !strings.HasSuffix(p.address(), "?"+p.req.RawQuery) {
		return refusal("the query is not part of the URL that is signed; leave the query out of the source's `url`")
	}
	algorithm := algorithmOf(d.Hash)
	if algorithm == nil {
		return refusal("unknown algorithm " + d.Hash)
	}
	hash := algorithm()
	hash.Write(body)
	want := hash.Sum(nil)
	for _, text := range texts {
		if got, ok := decoded(d.Encoding, text); !ok || !equal(got, want) {
			return refusal(p.name(d.Place) + " is not the hash of the body")
		}
	}
	return nil
}

// readDocument reads the body for what it says of itself. A body that cannot be read proves
// nothing.
func (p *proof) readDocument() ([]byte, error) {
	body, err := readBody(p.req)
	if e, ok := errors.AsType[*Error](err); ok && e.Kind == Malformed {
		return nil, refusal(e.Reason)
	}
	if err != nil {
		return nil, err
	}
	if declared := p.req.Header["Content-Encoding"]; len(declared) > 0 {
		if encodings, err := encodingsOf(strings.Join(declared, ",")); err != nil || len(encodings) > 0 {
			return nil, refusal("the body is compressed, so what proves it cannot be read")
		}
	}
	return body, nil
}
