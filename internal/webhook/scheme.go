package webhook

import (
	"context"

	"untag/internal/event"
	"untag/internal/sender"
)

// scheme is a way to verify, with what is made once of its declaration.
type scheme struct {
	event.Scheme
	// verify is nil for token, basic, zoho-notification and kinds that do not exist.
	verify *sender.Verify
}

// schemeOf returns a scheme. A signature that is described by the fields of the scheme is
// verified like that of a row.
func schemeOf(s event.Scheme) scheme {
	switch {
	case s.Verify != nil:
		return scheme{s, s.Verify}
	case s.Kind == "github":
		return scheme{s, hmacOf(github())}
	case s.Kind == "hmac":
		return scheme{s, hmacOf(s)}
	}
	return scheme{Scheme: s}
}

// github returns GitHub's way to sign as an hmac scheme.
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
func github() event.Scheme {
	return event.Scheme{Kind: "hmac", Header: "X-Hub-Signature-256", Algorithm: "sha256", Encoding: "hex", Prefix: "sha256="}
}

// hmacOf returns the description of an HMAC of the body in a header.
func hmacOf(s event.Scheme) *sender.Verify {
	v := &sender.Verify{
		HMAC:   &sender.HMAC{Hash: s.Algorithm, Encoding: s.Encoding, Secret: "text"},
		Signed: sender.Template{{Value: "body"}},
	}
	if s.Header != "" {
		v.Signature = sender.Place{Headers: []string{s.Header}, Prefix: s.Prefix}
	}
	return v
}

// check returns the reason why a request does not verify, "" if it does. There must be at
// least one stored secret, and none may be empty. It returns an error if the body cannot be
// read, or if what it needs cannot be fetched.
func (r *Receiver) check(ctx context.Context, from source, s scheme, req Request, stored []string) (reason string, err error) {
	switch {
	case s.verify != nil && s.verify.JWT != nil:
		return reasonOf(newProof(from.Source, s.verify, req, stored).checkJWT(ctx, r.keys))
	case s.verify != nil && s.verify.Code != "":
		return reasonOf(r.checkCode(ctx, newProof(from.Source, s.verify, req, stored)))
	case s.verify != nil && s.verify.Compare == "basic":
		return checkBasic(req, stored, r.demo), nil
	case s.verify != nil:
		return reasonOf(newProof(from.Source, s.verify, req, stored).check())
	case s.Kind == "token":
		return checkToken(s.Scheme, req, stored), nil
	case s.Kind == "basic":
		return checkBasic(req, stored, r.demo), nil
	case s.Kind == notification:
		return checkNotification(req, stored)
	}
	// A kind that this program does not know proves nothing.
	return "unknown way to verify: " + s.Kind, nil
}

// inOrder returns the schemes but aws in the order in which they are tried: those
// that cover the query need no body.
func inOrder(declared []event.Scheme) []scheme {
	var covering, others []scheme
	for _, s := range declared {
		switch {
		case s.Kind == "aws":
		case event.CoversQuery(s.Kind):
			covering = append(covering, schemeOf(s))
		default:
			others = append(others, schemeOf(s))
		}
	}
	return append(covering, others...)
}

// assumed returns the kind of the scheme that the sender of a request probably used.
func assumed(from source, req Request) string {
	if req.AWS && from.Accepts("aws") {
		return "aws"
	}
	for _, s := range from.schemes {
		if carries(from.Source, s, req) {
			return s.Kind
		}
	}
	return from.LikelyProof()
}

// carries reports whether a request has anything where the scheme expects its credential.
func carries(from *event.Source, s scheme, req Request) bool {
	switch {
	case s.verify != nil:
		values, err := newProof(from, s.verify, req, nil).values(s.verify.Signature)
		return err == nil && len(values) > 0
	case s.Kind == "token":
		return s.Header != "" && req.Header.Get(s.Header) != "" ||
			s.Query != "" && len(queryValues(req.RawQuery, s.Query)) > 0
	case s.Kind == "basic":
		_, found := cutScheme(req.Header.Get(authorization), basicWord)
		return found
	case s.Kind == notification:
		body, err := readBody(req)
		if err != nil {
			return false
		}
		_, reason := bodyToken(body)
		return reason == ""
	}
	return false
}

func onlyHeader(req Request, name string) (value, reason string) {
	if name == "" {
		return "", "a way to verify that names no header"
	}
	return only(req.Header.Values(name), "header "+name)
}

// only returns the value of a place, or the reason why there is no credential. It refuses
// more than one value, because not all of them may come from the sender.
func only(values []string, place string) (value, reason string) {
	switch {
	case len(values) > 1:
		return "", "more than one " + place
	case len(values) == 0 || values[0] == "":
		return "", "no " + place
	}
	return values[0], ""
}
