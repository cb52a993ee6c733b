package webhook

import (
	"encoding/base64"
	"strings"
)

const (
	authorization = "Authorization"
	basicWord     = "Basic "
)

// checkBasic compares user and password of HTTP basic authentication, as one text
// `user:password`, with every stored secret. See
// https://datatracker.ietf.org/doc/html/rfc7617.
func checkBasic(req Request, stored []string) (reason string) {
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
	pairs := make([]string, 0, len(stored))
	for _, secret := range stored {
		if strings.Contains(secret, ":") {
			pairs = append(pairs, secret)
		}
	}
	if len(pairs) == 0 {
		return "the stored secret has no colon: for HTTP basic authentication it is user:password"
	}
	if !isStored(string(pair), pairs) {
		return "user and password are not the stored ones"
	}
	return ""
}
