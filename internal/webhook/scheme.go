package webhook

import "untag/internal/event"

// github is GitHub's way to sign, in terms of the general one.
// https://docs.github.com/en/webhooks/using-webhooks/validating-webhook-deliveries
func github() event.Scheme {
	return event.Scheme{Kind: "hmac", Header: "X-Hub-Signature-256", Algorithm: "sha256", Encoding: "hex", Prefix: "sha256="}
}

// check returns the reason why a request does not verify, "" if it does. There is at
// least one stored secret, and none is empty. Its error is that of reading the body.
func check(scheme event.Scheme, req Request, stored []string) (reason string, err error) {
	switch scheme.Kind {
	case "token":
		return checkToken(scheme, req, stored), nil
	case "github":
		return checkSignature(github(), req, stored)
	case "hmac":
		return checkSignature(scheme, req, stored)
	}
	// A kind that this program does not know proves nothing.
	return "unknown way to verify: " + scheme.Kind, nil
}

func onlyHeader(req Request, name string) (value, reason string) {
	if name == "" {
		return "", "a way to verify that names no header"
	}
	return only(req.Header.Values(name), "header "+name)
}

// only gives the one value that a place has, or the reason why it is no credential:
// of two, one may be the sender's and the other somebody else's.
func only(values []string, place string) (value, reason string) {
	switch {
	case len(values) > 1:
		return "", "more than one " + place
	case len(values) == 0 || values[0] == "":
		return "", "no " + place
	}
	return values[0], ""
}
