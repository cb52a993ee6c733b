package webhook

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"

	"untag/internal/sharedsecret"
)

const (
	authorization = "Authorization"
	basicWord     = "Basic "
)

// checkBasic compares the user and password of HTTP basic authentication, as the text
// `user:password`, with every stored secret. See
// https://datatracker.ietf.org/doc/html/rfc7617.
func checkBasic(req Request, stored []string, demo bool) (reason string) {
	value, reason := onlyHeader(req, authorization)
	if reason != "" {
		return reason
	}
	encoded, found := cutScheme(value, basicWord)
	if !found {
		return "header " + authorization + " is not HTTP basic authentication"
	}
	pair, err := base64.StdEncoding.Strict().DecodeString(encoded)
	if err != nil || strings.ContainsAny(encoded, "\r\n") || !strings.Contains(string(pair), ":") {
		return "header " + authorization + " does not hold user:password in base64"
	}
	pairs, reason := passwords(stored, demo)
	if len(pairs) == 0 {
		return "the stored secret " + reason
	}
	if isStored(string(pair), pairs) {
		return ""
	}
	if cause := causeOf(pairForms(string(pair)), pairs); cause != "" {
		return cause
	}
	return "user and password are not the stored ones"
}

// pairForms returns user:password as sent, and without common mistakes.
func pairForms(sent string) []form {
	forms := []form{{sent, ""}}
	if len(sent) > maxCause {
		return forms
	}
	if trimmed := sharedsecret.Trim(sent); trimmed != sent {
		forms = append(forms, form{trimmed, "white space or a line break stands around the user:password that was sent; encode it with `printf`, because `echo` adds a line break"})
	}
	if !utf8.ValidString(sent) {
		var plain strings.Builder
		for _, b := range []byte(sent) {
			plain.WriteRune(rune(b)) // the character of the byte in ISO-8859-1
		}
		forms = append(forms, form{plain.String(), "user and password were sent in ISO-8859-1, not in UTF-8; use ASCII letters"})
	}
	return forms
}

// passwords returns the stored secrets that are user:password. If there is none, it returns
// what is wrong with the last one.
func passwords(stored []string, demo bool) (pairs []string, reason string) {
	for _, secret := range stored {
		if why := sharedsecret.RefusedPair(secret); why != "" && !(demo && strings.Contains(secret, ":")) {
			reason = why
			continue
		}
		pairs = append(pairs, secret)
	}
	return pairs, reason
}
