package webhook

import (
	"context"
	"crypto/hmac"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"

	"untag/internal/event"
	"untag/internal/sender"
)

// named is a store that keeps other values beside the secrets of a source.
type named interface {
	WebhookSecret(ctx context.Context, source, name string) ([]string, error)
}

const verifyToken = "verify_token"

// handshake returns the answer to a request that is one of the source's handshakes, nil if
// it is none. signed selects those that are answered only after the request has verified.
func (r *Receiver) handshake(ctx context.Context, from source, req Request, signed bool) (*Reply, error) {
	first, err := r.lacksSecret(ctx, from)
	if err != nil {
		return nil, err
	}
	h, p := matching(from, req, signed, first)
	if h == nil {
		return nil, nil
	}
	if err := r.checkVerifyToken(ctx, p, *h); err != nil {
		return nil, err
	}
	answer, err := reply(from, *h, func(part sender.Part) (string, error) { return r.answerPart(ctx, from, p, part, signed) })
	if answer != nil && first {
		if answer.Show, _ = p.only(h.Show); len(answer.Show) > MaxReply {
			return nil, &Error{Kind: Malformed, Source: from.Name, Reason: "the secret that the request brings is over 1 KiB"}
		}
	}
	return answer, err
}

// matching returns the first of the source's handshakes that a request is, nil if it is none. A
// request that brings the first secret of a source could not be accepted as an event anyway, so
// it may have anything else in its body.
func matching(from source, req Request, signed, first bool) (*sender.Handshake, *proof) {
	for _, h := range from.Handshakes {
		if h.Signed != signed || h.Method != "" && !strings.EqualFold(h.Method, req.Method) {
			continue
		}
		p := newProof(from.Source, &sender.Verify{}, req, nil)
		if p.meets(h) && (first && !h.Show.IsZero() || p.carriesNoEvent(h)) {
			return &h, p
		}
	}
	return nil, nil
}

// lacksSecret reports whether a source has no secret, and its sender brings the first one in a
// handshake. From then on nobody may change it.
func (r *Receiver) lacksSecret(ctx context.Context, from source) (bool, error) {
	if !slices.ContainsFunc(from.Handshakes, func(h sender.Handshake) bool { return !h.Show.IsZero() }) {
		return false, nil
	}
	if r.secrets == nil {
		return true, nil
	}
	stored, err := r.secrets.WebhookSecrets(ctx, from.Name)
	if err != nil {
		return false, &Error{Kind: Unavailable, Source: from.Name, Reason: "read the stored secrets", Err: err}
	}
	return len(stored) == 0, nil
}

// meets reports whether a request meets all conditions of a handshake. One without conditions is
// met by a GET that says nothing.
func (p *proof) meets(h sender.Handshake) bool {
	for _, c := range h.When {
		value, err := p.only(c.Place)
		if err != nil || value == "" || c.Is != "" && value != c.Is {
			return false
		}
	}
	return len(h.When) > 0 || p.asks(h.Method)
}

// asks reports whether a request only asks whether the URL exists. Its body is checked elsewhere.
func (p *proof) asks(method string) bool {
	if method != http.MethodGet {
		return false
	}
	inQuery := slices.ContainsFunc(p.from.Verify, func(s event.Scheme) bool { return event.CoversQuery(s.Kind) })
	return p.req.RawQuery == "" || !inQuery
}

// carriesNoEvent reports whether a request has nothing in its body but the handshake, so that
// nothing added to the URL of an event can turn it into one. If the handshake is signed,
// it is enough that a condition reads what is signed: the body, or a header of the sender.
func (p *proof) carriesNoEvent(h sender.Handshake) bool {
	body, err := readBody(p.req)
	if err != nil {
		return false
	}
	if len(strings.TrimSpace(string(body))) == 0 {
		return true
	}
	fields, members := map[string]bool{}, map[string]bool{}
	for _, at := range placesOf(h) {
		if at.Form != "" {
			fields[at.Form] = true
		}
		if len(at.JSON) > 0 {
			members[at.JSON[0].Member] = true
		}
	}
	if h.Signed {
		for _, c := range h.When {
			if c.Place.JSON != nil || c.Place.Form != "" || len(c.Place.Headers) > 0 {
				return true
			}
		}
		return false
	}
	if len(fields) > 0 && p.isForm() {
		pairs, err := p.form()
		for _, field := range pairs {
			if !fields[field.name] {
				return false
			}
		}
		return err == nil
	}
	doc, err := p.document()
	if err != nil {
		return false
	}
	object, err := doc.Object()
	for name := range object {
		if !members[name] {
			return false
		}
	}
	return err == nil
}

// placesOf returns what a handshake reads of a request.
func placesOf(h sender.Handshake) []sender.Place {
	all := []sender.Place{h.Secret, h.Show}
	for _, c := range h.When {
		all = append(all, c.Place)
	}
	templates := []sender.Template{h.Text}
	for _, t := range h.JSON {
		templates = append(templates, t)
	}
	for _, t := range h.Header {
		templates = append(templates, t)
	}
	for _, t := range templates {
		for _, part := range t {
			all = append(all, part.Place)
		}
	}
	return all
}

// checkVerifyToken compares the token of a handshake with the stored verify_token.
func (r *Receiver) checkVerifyToken(ctx context.Context, p *proof, h sender.Handshake) error {
	if h.Secret.IsZero() {
		return nil
	}
	name := p.from.Name
	sent, err := p.only(h.Secret)
	if err != nil || sent == "" {
		return unverified(name, "a handshake without its "+p.name(h.Secret))
	}
	if r.secrets == nil {
		return &Error{Kind: NoCredential, Source: name, Reason: "WEBHOOK_SECRET_ID is not set: this function cannot verify requests"}
	}
	store, ok := r.secrets.(named)
	if !ok {
		return unverified(name, "no verify_token is stored")
	}
	stored, err := store.WebhookSecret(ctx, name, verifyToken)
	if err != nil {
		return &Error{Kind: Unavailable, Source: name, Reason: "read the stored verify_token", Err: err}
	}
	stored, err = r.usable(name, stored)
	if err != nil {
		return unverified(name, "no verify_token is stored, or none that is hard to guess; store the source as {\"secret\": …, \"verify_token\": …}")
	}
	if len(sent) > maxToken || !isStored(sent, stored) {
		return unverified(name, "the verify_token of a handshake is not the stored one")
	}
	return nil
}

// reply returns the answer to a handshake, with the values that its parts have.
func reply(from source, h sender.Handshake, valueOf func(sender.Part) (string, error)) (*Reply, error) {
	proven := h.Signed || !h.Secret.IsZero()
	fill := func(t sender.Template) (string, error) {
		var b strings.Builder
		for _, part := range t {
			value, err := valueOf(part)
			if err != nil {
				return "", err
			}
			b.WriteString(value)
		}
		return b.String(), nil
	}
	fillAll := func(all map[string]sender.Template) (map[string]string, error) {
		values := make(map[string]string, len(all))
		for name, t := range all {
			value, err := fill(t)
			if err != nil {
				return nil, err
			}
			values[name] = value
		}
		return values, nil
	}
	echoed, err := fillAll(h.Header)
	if err != nil {
		return nil, err
	}
	if h.JSON != nil {
		values, err := fillAll(h.JSON)
		if err != nil {
			return nil, err
		}
		return newReply(from.Name, proven, h.Status, "application/json", jsonReply(values), echoed)
	}
	text, err := fill(h.Text)
	if err != nil {
		return nil, err
	}
	return newReply(from.Name, proven, h.Status, plainText, text, echoed)
}

// answerPart returns one part of an answer. A hash of a challenge is made only for a sender
// that has proven itself: otherwise anyone could have anything signed.
func (r *Receiver) answerPart(ctx context.Context, from source, p *proof, part sender.Part, signed bool) (string, error) {
	switch part.Value {
	case "":
		return part.Literal, nil
	case "json", "header", "query", "form", "hmac":
	default:
		return "", &Error{Kind: Malformed, Source: from.Name, Reason: "a handshake whose answer has the unknown value {" + part.Value + "}"}
	}
	value, err := p.only(part.Place)
	if err != nil {
		return "", &Error{Kind: Malformed, Source: from.Name, Reason: "the challenge cannot be read: " + err.Error()}
	}
	if value == "" {
		return "", &Error{Kind: Malformed, Source: from.Name, Reason: "a handshake without its challenge: no " + p.name(part.Place)}
	}
	if len(value) > MaxReply {
		return "", &Error{Kind: Malformed, Source: from.Name, Reason: "the challenge is over 1 KiB"}
	}
	if part.Value != "hmac" {
		return value, nil
	}
	if !signed {
		return "", unverified(from.Name, "a handshake that hashes its challenge must be signed")
	}
	return r.hashed(ctx, from, p.req, value)
}

// hashed returns the hex HMAC of a challenge, with the stored secret that proves the request.
func (r *Receiver) hashed(ctx context.Context, from source, req Request, challenge string) (string, error) {
	stored, err := r.stored(ctx, from)
	if err != nil {
		return "", err
	}
	for _, s := range from.schemes {
		if s.verify == nil || s.verify.HMAC == nil {
			continue
		}
		for _, secret := range stored {
			reason, err := r.check(ctx, from, s, req, []string{secret})
			key, why := hmacKey(*s.verify.HMAC, secret)
			algorithm := algorithmOf(s.verify.HMAC.Hash)
			if err != nil || reason != "" || why != "" || algorithm == nil {
				continue
			}
			mac := hmac.New(algorithm, key)
			mac.Write([]byte(challenge))
			return hex.EncodeToString(mac.Sum(nil)), nil
		}
	}
	return "", unverified(from.Name, "a handshake that hashes its challenge needs an HMAC to verify with")
}
