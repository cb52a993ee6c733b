package webhook

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/url"
	"strconv"
	"strings"

	"untag/internal/event"
)

// checkToken compares the token in the header or the query with every stored secret. If the
// source names both a header and a query parameter, one of them is enough.
func checkToken(scheme event.Scheme, req Request, stored []string) (reason string) {
	var reasons []string
	for at, token := range [...]func(event.Scheme, Request) (string, string){inHeader: headerToken, inQuery: queryToken} {
		sent, reason := token(scheme, req)
		if reason == "" && sent != "" {
			if reason = compare(sent, stored, place(at), scheme.Prefix); reason == "" {
				return ""
			}
		}
		if reason != "" {
			reasons = append(reasons, reason)
		}
	}
	if len(reasons) == 0 {
		return "a way to verify that names no header"
	}
	return strings.Join(reasons, "; ")
}

// compare returns why a token is none of the stored secrets, or "" if it is one. It looks
// for the cause only after it has refused the token.
func compare(sent string, stored []string, at place, prefix string) (reason string) {
	if len(sent) > maxToken {
		return "the token is longer than any secret"
	}
	if isStored(sent, stored) {
		return ""
	}
	if cause := causeOf(tokenForms(sent, at, prefix), stored); cause != "" {
		return cause
	}
	return "the token is not the stored one"
}

// isStored compares hashes of equal length, so that its duration reveals neither the content
// nor the length of a secret.
func isStored(sent string, stored []string) bool {
	hash := sha256.Sum256([]byte(sent))
	match := 0
	for _, secret := range stored {
		want := sha256.Sum256([]byte(secret))
		match |= subtle.ConstantTimeCompare(hash[:], want[:])
	}
	return match == 1
}

// headerToken returns the token in the scheme's header. It returns no token and no reason if
// the scheme names no header.
func headerToken(scheme event.Scheme, req Request) (token, reason string) {
	if scheme.Header == "" {
		return "", ""
	}
	value, reason := onlyHeader(req, scheme.Header)
	if reason != "" {
		return "", reason
	}
	token, found := cutScheme(value, scheme.Prefix)
	if !found {
		return "", "header " + scheme.Header + " does not begin with " + strconv.Quote(scheme.Prefix)
	}
	if token == "" {
		return "", "nothing follows " + strconv.Quote(scheme.Prefix) + " in header " + scheme.Header
	}
	return token, ""
}

// queryToken returns the token in the scheme's query parameter. It returns no token and no
// reason if the scheme names no parameter.
func queryToken(scheme event.Scheme, req Request) (token, reason string) {
	if scheme.Query == "" {
		return "", ""
	}
	return only(queryValues(req.RawQuery, scheme.Query), "query parameter "+scheme.Query)
}

// cutScheme removes the word in front, such as "Bearer ", from the value of a header. As
// HTTP requires, it ignores the case of the word and allows several spaces after it.
func cutScheme(value, word string) (rest string, found bool) {
	if len(value) < len(word) || !strings.EqualFold(value[:len(word)], word) {
		return "", false
	}
	rest = value[len(word):]
	if strings.HasSuffix(word, " ") {
		rest = strings.TrimLeft(rest, " ")
	}
	return rest, true
}

// queryValues returns the values of a parameter, "" for one whose escapes are broken. It
// reads a query as withoutToken does, so that both find the same tokens.
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
