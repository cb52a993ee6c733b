package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/url"
	"strings"

	"untag/internal/event"
)

// checkToken compares the token with every stored secret, over hashes of equal
// length, so that neither content nor length shows in the time it takes.
func checkToken(scheme event.Scheme, req Request, stored []string) (reason string) {
	sent, reason := sentToken(scheme, req)
	if reason != "" {
		return reason
	}
	hash := sha256.Sum256([]byte(sent))
	match := 0
	for _, secret := range stored {
		want := sha256.Sum256([]byte(secret))
		match |= subtle.ConstantTimeCompare(hash[:], want[:])
	}
	if match != 1 {
		return "the token is not the stored one"
	}
	return ""
}

func sentToken(scheme event.Scheme, req Request) (token, reason string) {
	if scheme.Query != "" {
		return only(queryValues(req.RawQuery, scheme.Query), "query parameter "+scheme.Query)
	}
	return onlyHeader(req, scheme.Header)
}

// queryValues gives the values of a parameter, "" for one whose escapes are broken. It
// reads a query as withoutToken does: what one takes for the token, so does the other.
func queryValues(rawQuery, name string) []string {
	var values []string
	for pair := range strings.SplitSeq(rawQuery, "&") {
		if !namesParameter(pair, name) {
			continue
		}
		_, value, _ := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(value)
		if err != nil {
			plain = ""
		}
		values = append(values, plain)
	}
	return values
}

func namesParameter(pair, name string) bool {
	escaped, _, _ := strings.Cut(pair, "=")
	plain, err := url.QueryUnescape(escaped)
	return err == nil && plain == name
}
