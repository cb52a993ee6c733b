package webhook

import (
	"net/http"
	"slices"
	"strconv"
	"strings"

	"untag/internal/event"
	"untag/internal/sender"
)

// credentials are the places where a source's requests carry secrets. Their content is
// dropped after the verification.
type credentials struct {
	// headers has the lower-case names of headers, and marks the marks of these names.
	headers map[string]bool
	marks   uint64
	// parameters are the names of query parameters.
	parameters []string
	// body means that the body may have a token.
	body bool
	// paths lead to what proves a request in the JSON of its body, and fields are fields of its
	// form.
	paths  []sender.Path
	fields []string
}

// credentialsOf returns the places of the source's own schemes, and those of credentials
// for others: a proxy, a gateway, a browser session.
func credentialsOf(from event.Source) credentials {
	c := credentials{headers: map[string]bool{
		"authorization": true, "proxy-authorization": true, "cookie": true,
		"x-api-key": true, "x-amz-security-token": true,
	}}
	for _, scheme := range from.Verify {
		if v := schemeOf(scheme).verify; v != nil {
			// GitHub also sends the older signature, which is not checked.
			c.headers["x-hub-signature"] = true
			c.addPlace(v.Signature, v.Each)
		}
		c.body = c.body || scheme.Kind == notification
		if scheme.Header != "" {
			c.headers[strings.ToLower(scheme.Header)] = true
		}
		if scheme.Query != "" {
			c.parameters = append(c.parameters, scheme.Query)
		}
	}
	for _, h := range from.Handshakes {
		c.addPlace(h.Secret, nil)
		c.addPlace(h.Show, nil)
	}
	for name := range c.headers {
		c.marks |= mark(name)
	}
	return c
}

// addPlace adds where a signature or a secret is: in each element at a path, if it is in JSON.
func (c *credentials) addPlace(at sender.Place, each sender.Path) {
	for _, name := range at.Headers {
		for n := range max(at.To, 1) {
			c.headers[strings.ToLower(strings.ReplaceAll(name, "{n}", strconv.Itoa(n+1)))] = true
		}
	}
	if at.Query != "" {
		c.parameters = append(c.parameters, at.Query)
	}
	if at.Form != "" {
		c.fields = append(c.fields, at.Form)
	}
	if at.JSON != nil {
		c.paths = append(c.paths, slices.Concat(each, at.JSON))
	}
}

// withoutBody returns a body without what proves the request. It decompresses a compressed
// body for that, and then deletes the Content-Encoding header.
func (c credentials) withoutBody(body []byte, headers map[string]string) []byte {
	if !c.body && len(c.paths) == 0 && len(c.fields) == 0 {
		return body
	}
	plain, err := decompressed(headers[contentEncodingHeader], body)
	if err != nil {
		return body // cannot be parsed either
	}
	text := utf8Of(plain)
	kind := typeOf(headers["content-type"])
	var rest []byte
	switch {
	case kind.name == multipartKind:
		text = plain
		rest = withoutParts(plain, kind, c.fields)
	case looksLikeJSON(text):
		rest = text
		if c.body {
			rest = withoutBodyToken(rest)
		}
		rest = c.withoutPaths(rest)
	default:
		rest = []byte(withoutParameters(string(text), c.fields))
	}
	if len(rest) == len(text) {
		return body
	}
	delete(headers, contentEncodingHeader)
	return rest
}

// withoutPaths returns JSON without what proves a request.
func (c credentials) withoutPaths(text []byte) []byte {
	for _, path := range c.paths {
		text = without(text, path)
	}
	return text
}

// withoutHeaders returns the first value of each header under its lower-case name, without
// those that carry a credential. It returns all values of Content-Encoding, because each is
// an encoding that must be undone.
func (c credentials) withoutHeaders(header http.Header) map[string]string {
	kept := make(map[string]string, len(header))
	var names strings.Builder // all of them in one piece of memory
	names.Grow(256)
	for name, values := range header {
		lower := lowered(&names, name)
		if len(values) > 0 && (c.marks&mark(lower) == 0 || !c.headers[lower]) {
			kept[lower] = values[0]
			if lower == contentEncodingHeader {
				kept[lower] = strings.Join(values, ", ")
			}
		}
	}
	return kept
}

// mark returns one of 64 bits for a name. A name whose mark is missing need not be looked up.
func mark(name string) uint64 {
	if name == "" {
		return 1
	}
	return 1 << ((len(name) + 7*int(name[len(name)-1]) + 13*int(name[0])) % 64)
}

// lowered returns the name of a header in lower case. HTTP has only ASCII letters in names.
func lowered(memory *strings.Builder, name string) string {
	start := memory.Len()
	for i := range len(name) {
		c := name[i]
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		memory.WriteByte(c)
	}
	return memory.String()[start:]
}

// withoutToken removes the token from a query and leaves the rest unchanged.
func (c credentials) withoutToken(rawQuery string) string {
	return withoutParameters(rawQuery, c.parameters)
}

// withoutParameters removes parameters from a query or a form and leaves the rest unchanged.
func withoutParameters(text string, names []string) string {
	if len(names) == 0 || text == "" {
		return text
	}
	pairs := strings.Split(text, "&")
	return strings.Join(slices.DeleteFunc(pairs, func(pair string) bool {
		return slices.ContainsFunc(names, func(name string) bool { return namesParameter(pair, name) })
	}), "&")
}
