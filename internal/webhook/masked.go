package webhook

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"untag/internal/event"
)

// Hidden stands in place of a credential in what is shown to people.
const Hidden = "(hidden)"

// Masked is a request as people may see it.
type Masked struct {
	// Header and RawQuery have Hidden in place of what proves the request, and in place of what
	// looks like a credential by its name.
	Header   http.Header
	RawQuery string
	// Body lacks what proves the request. It is decompressed, and in UTF-8 if it was in UTF-16.
	Body []byte
	// Cut says that the Body lacks something.
	Cut bool
}

// Mask returns a request without its credentials, in the places where those of its source are,
// whether they are right or wrong. A source that is not known has the usual places. It is not a
// method, which the linker would put into the function.
func Mask(r *Receiver, req Request) Masked {
	c := credentialsOf(event.Source{})
	if from, known := r.sources[req.Source]; known {
		c = from.credentials
	}
	m := Masked{Header: make(http.Header, len(req.Header)), RawQuery: c.hiddenIn(req.RawQuery)}
	for name, values := range req.Header {
		if c.headers[strings.ToLower(name)] || looksSecret(name) {
			values = []string{Hidden}
		}
		m.Header[name] = slices.Clone(values)
	}
	if req.Body == nil {
		return m
	}
	body, err := req.Body()
	if err != nil {
		return m
	}
	headers := headersOf(Request{Header: canonical(req.Header)})
	compressed := headers[contentEncodingHeader]
	m.Body = c.withoutBody(body, headers)
	m.Cut = len(m.Body) != len(body) || headers[contentEncodingHeader] != compressed
	if plain, err := decompressed(headers[contentEncodingHeader], m.Body); err == nil {
		m.Body = utf8Of(plain)
	}
	return m
}

// hiddenIn returns a query with Hidden in place of credentials.
func (c credentials) hiddenIn(query string) string {
	if query == "" {
		return ""
	}
	pairs := strings.Split(query, "&")
	for i, pair := range pairs {
		name, _, found := strings.Cut(pair, "=")
		plain, err := url.QueryUnescape(name)
		own := slices.ContainsFunc(c.parameters, func(name string) bool { return namesParameter(pair, name) })
		if found && (own || err == nil && looksSecret(plain)) {
			pairs[i] = name + "=" + Hidden
		}
	}
	return strings.Join(pairs, "&")
}

// looksSecret reports whether something of this name is probably a credential.
func looksSecret(name string) bool {
	name = strings.ToLower(name)
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return strings.ContainsRune("-_.", r) }) {
		// Such as X-Shop-Sig, X-Auth and ?sig=. A key may as well be that of a record.
		if slices.Contains([]string{"sig", "auth", "pwd", "pass", "digest"}, part) {
			return true
		}
	}
	return slices.ContainsFunc([]string{
		"authorization", "token", "secret", "signature", "password", "passwd", "cookie", "credential", "api-key", "apikey", "api_key", "hmac", "jwt", "session",
	}, func(word string) bool { return strings.Contains(name, word) })
}
