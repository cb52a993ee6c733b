package webhook

import (
	"slices"

	"untag/internal/event"
)

// github returns GitHub's way to sign as an hmac scheme.
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
func github() event.Scheme {
	return event.Scheme{Kind: "hmac", Header: "X-Hub-Signature-256", Algorithm: "sha256", Encoding: "hex", Prefix: "sha256="}
}

// check returns the reason why a request does not verify, "" if it does. There must be at
// least one stored secret, and none may be empty. It returns an error if the body cannot be
// read.
func check(scheme event.Scheme, req Request, stored []string, demo bool) (reason string, err error) {
	switch scheme.Kind {
	case "token":
		return checkToken(scheme, req, stored), nil
	case "basic":
		return checkBasic(req, stored, demo), nil
	case notification:
		return checkNotification(req, stored)
	case "github":
		return checkSignature(github(), req, stored)
	case "hmac":
		return checkSignature(scheme, req, stored)
	}
	// A kind that this program does not know proves nothing.
	return "unknown way to verify: " + scheme.Kind, nil
}

// inOrder returns the schemes that need a secret in the order in which they are tried.
func inOrder(schemes []event.Scheme) []event.Scheme {
	var covering, others []event.Scheme
	for _, s := range schemes {
		switch {
		case s.Kind == "aws":
		case event.CoversQuery(s.Kind):
			covering = append(covering, s)
		default:
			others = append(others, s)
		}
	}
	return slices.Concat(covering, others)
}

// assumed returns the kind of the scheme that the sender of a request probably used.
func assumed(from event.Source, req Request) string {
	if req.AWS && from.Accepts("aws") {
		return "aws"
	}
	for _, s := range inOrder(from.Verify) {
		if carries(s, req) {
			return s.Kind
		}
	}
	return from.LikelyProof()
}

// carries reports whether a request has anything where the scheme expects its credential.
func carries(s event.Scheme, req Request) bool {
	switch s.Kind {
	case "token":
		return s.Header != "" && req.Header.Get(s.Header) != "" ||
			s.Query != "" && len(queryValues(req.RawQuery, s.Query)) > 0
	case "github":
		return req.Header.Get(github().Header) != ""
	case "hmac":
		return req.Header.Get(s.Header) != ""
	case "basic":
		_, found := cutScheme(req.Header.Get(authorization), basicWord)
		return found
	case notification:
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
