package webhook

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"untag/internal/sender"
)

// How says in words how a request shows where it came from. It holds no secret and no signature.
type How struct {
	// Way is the way to verify, as the rules file names it, such as "github"; "" if the source
	// lists none.
	Way string
	// Handshake says what the request asks for if it is a handshake; "" for an event.
	Handshake string
	// Carried says that the request has something, right or wrong, where its proof belongs.
	Carried bool
	// Place is where the proof is, such as "header X-Hub-Signature-256"; "" for none.
	Place string
	// Over is what is signed, such as "the time of signing and the body", and Template the same
	// as a sender's description writes it; "" if nothing is signed.
	Over, Template string
	// Method is how it is compared, such as "HMAC-SHA256 in hex, made with the stored secret".
	Method string
	// Covers is sender.CoversBody or sender.CoversSender: what a right proof proves.
	Covers string
	// Signed is when the request says that it was signed, and Expires until when its token is
	// valid; zero if it does not say so.
	Signed, Expires time.Time
	// Age is how long before the receipt it was signed, negative for a time in the future.
	Age time.Duration
	// Tolerance is how far the time of signing may be from that of the receipt; 0 for any.
	Tolerance time.Duration
}

// Describe says how a request shows where it came from, whether that is right or wrong: a Verify
// tells. If it carries several proofs, it takes the first that is right, as far as nothing has to
// be fetched for it. It is for people; nothing is decided by it. It is not a method, which the
// linker would put into the function.
func Describe(ctx context.Context, r *Receiver, req Request) How {
	from, err := r.source(&req)
	if err != nil {
		return How{}
	}
	if how, is := r.howHandshake(ctx, from, req); is {
		return how
	}
	return r.howProven(ctx, from, req)
}

// howProven says how an event, or a signed handshake, is proven.
func (r *Receiver) howProven(ctx context.Context, from source, req Request) How {
	if len(from.Verify) == 0 {
		return How{}
	}
	if req.AWS && from.Accepts("aws") || len(from.schemes) == 0 {
		return How{
			Way: "aws", Carried: req.AWS, Method: "AWS IAM or a Lambda authorizer let the request in before it reached untag", Covers: sender.CoversBody,
		}
	}
	s, carried := r.likely(ctx, from, req)
	how := howOf(from, s, req)
	how.Way, how.Carried, how.Covers = s.Kind, carried || how.Carried, s.Covers()
	if !how.Signed.IsZero() {
		how.Age = received(req).Sub(how.Signed)
	}
	return how
}

// likely returns the scheme that the sender of a request used, and whether the request carries
// anything of it.
func (r *Receiver) likely(ctx context.Context, from source, req Request) (s scheme, carried bool) {
	var all []scheme
	for _, s := range from.schemes {
		if carries(from.Source, s, req) {
			all = append(all, s)
		}
	}
	switch len(all) {
	case 0:
		return from.schemes[0], false
	case 1:
		return all[0], true
	}
	stored, err := r.stored(ctx, from)
	for _, s := range all {
		if err != nil || s.fetches() {
			continue
		}
		if reason, failed := r.check(ctx, from, s, req, stored); failed == nil && reason == "" {
			return s, true
		}
	}
	return all[0], true
}

// fetches reports whether a check may need the sender's keys or certificates.
func (s scheme) fetches() bool {
	v := s.verify
	return v != nil && (v.JWT != nil && v.JWT.JWKS != "" || v.Code == sender.PayPal || v.Code == sender.SNS)
}

func received(req Request) time.Time {
	if req.ReceivedAt.IsZero() {
		return time.Now()
	}
	return req.ReceivedAt
}

const asksForURL = "the sender asks whether the URL is yours"

// howHandshake says how a handshake is proven; false for any other request.
func (r *Receiver) howHandshake(ctx context.Context, from source, req Request) (How, bool) {
	if isBraintreeChallenge(from, req) != "" {
		return How{
			Way: sender.Braintree, Handshake: asksForURL, Method: "nothing: anyone may ask; the answer is an HMAC of the challenge, made with the stored private key",
		}, true
	}
	for _, first := range []bool{false, true} {
		h, p := matching(from, req, false, first)
		switch {
		case h == nil || first && p.carriesSignature():
		case h.Secret.IsZero():
			return How{Handshake: asksForURL, Method: "nothing: anyone may ask"}, true
		default:
			sent, _ := p.only(h.Secret)
			return How{
				Handshake: asksForURL, Carried: sent != "", Place: p.name(h.Secret), Method: "it is compared with the stored verify_token", Covers: sender.CoversSender,
			}, true
		}
	}
	if h, _ := matching(from, req, true, false); h != nil {
		how := r.howProven(ctx, from, req)
		how.Handshake = asksForURL
		return how, true
	}
	if from.hasCode(sender.SNS) {
		m, err := newProof(from.Source, &sender.Verify{}, req, nil).readSNS()
		if kind := m["Type"]; err == nil && (kind == snsSubscribe || kind == snsUnsubscribe) {
			how := r.howProven(ctx, from, req)
			how.Handshake = map[string]string{snsSubscribe: "SNS asks to confirm the subscription to the topic", snsUnsubscribe: "SNS says that the subscription has ended"}[kind]
			return how, true
		}
	}
	return How{}, false
}

// carriesSignature reports whether the request has what one of the source's schemes expects.
func (p *proof) carriesSignature() bool {
	for _, s := range p.from.Verify {
		if carries(p.from, schemeOf(s), p.req) {
			return true
		}
	}
	return false
}

// howOf says where the proof of a scheme is, and what it covers.
func howOf(from source, s scheme, req Request) How {
	switch {
	case s.verify != nil && s.verify.Compare != "basic":
		return newProof(from.Source, s.verify, req, nil).howVerified()
	case s.verify != nil || s.Kind == "basic":
		return How{Place: "header " + authorization, Method: "HTTP basic authentication: the user and the password are compared with the stored ones"}
	case s.Kind == "token":
		place := "header " + s.Header
		if s.Query != "" && (s.Header == "" || req.Header.Get(s.Header) == "") {
			place = "query parameter " + s.Query
		}
		return How{Place: place, Method: tokenMethod}
	case s.Kind == notification:
		return How{Place: "`" + tokenMember + "` in the body", Method: tokenMethod}
	}
	return How{}
}

const tokenMethod = "the token is compared with the stored secret"

func (p *proof) howVerified() How {
	v := p.verify
	p.firstElement()
	sent, _ := p.values(v.Signature)
	how := How{Carried: len(sent) > 0, Place: p.name(v.Signature), Method: methodOf(v)}
	if v.JWT != nil {
		p.howToken(&how)
		return how
	}
	if v.Compare == "" {
		how.Over, how.Template = p.over(), v.Signed.String()
	}
	if v.Timestamp.IsZero() {
		return how
	}
	how.Tolerance = v.Timestamp.Tolerance
	if _, at, err := p.timestamp(); err == nil {
		how.Signed = at
	}
	return how
}

// firstElement makes the first element of a list stand for all, if each has its own signature.
func (p *proof) firstElement() {
	if p.verify.Each == nil {
		return
	}
	if doc, err := p.unchecked(); err == nil {
		if elements, _ := valuesAt(doc, p.verify.Each); len(elements) > 0 {
			p.element = elements[0]
		}
	}
}

// howToken adds what a JWT says of itself, which is not checked here.
func (p *proof) howToken(how *How) {
	j := p.verify.JWT
	how.Over = "the claims of the token"
	if j.URL != nil || j.Audience == sender.RequestURL {
		how.Over += ", one of which is the URL"
	}
	if j.Body != nil {
		how.Over += ", one of which is a hash of the body"
	}
	if !j.Expires {
		how.Tolerance = j.Tolerance
	}
	text, err := p.token()
	if err != nil {
		return
	}
	parts := strings.Split(text, ".")
	if len(parts) != 3 {
		return
	}
	decoded, err := base64.RawURLEncoding.DecodeString(parts[1])
	var c claims
	if err != nil || c.UnmarshalJSON(decoded) != nil {
		return
	}
	if at, err := c.GetIssuedAt(); err == nil && at != nil {
		how.Signed = at.Time
	}
	if at, err := c.GetExpirationTime(); err == nil && at != nil {
		how.Expires = at.Time
	}
}

// codeMethod returns the method of a sender that has code of its own.
func codeMethod(code string) string {
	switch code {
	case sender.PayPal:
		return "RSA with SHA-256 in base64, checked with the certificate that the request names"
	case sender.SNS:
		return "RSA in base64, checked with the certificate that the message names; the topic is compared with the stored one"
	case sender.Braintree:
		return "HMAC-SHA1 in hex, made with the stored private key"
	}
	return ""
}

// methodOf returns the algorithm of a way to verify, and what it is checked with.
func methodOf(v *sender.Verify) string {
	switch {
	case v.Code != "":
		return codeMethod(v.Code)
	case v.HMAC != nil:
		return "HMAC-" + strings.ToUpper(v.HMAC.Hash) + " in " + v.HMAC.Encoding + ", made with the stored secret"
	case v.Key != nil:
		name := map[string]string{"ed25519": "Ed25519", "ecdsa": "ECDSA", "rsa": "RSA"}[v.Key.Type]
		if v.Key.Hash != "" {
			name += " with " + strings.ToUpper(v.Key.Hash)
		}
		return name + " in " + v.Key.Encoding + ", checked with the stored public key"
	case v.JWT != nil:
		return "a JWT signed with " + strings.Join(v.JWT.Algorithms, " or ") + " and " + keyWords(v.JWT)
	case v.Compare == "token":
		return tokenMethod
	}
	return ""
}
