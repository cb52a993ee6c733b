package webhook

import (
	"net/http"
	"slices"
	"strings"

	"untag/internal/event"
)

// credentials are the places where a source's requests carry secrets; what is in them
// ends with the verification.
type credentials struct {
	// headers has the headers' lower-case names.
	headers map[string]bool
	// parameters are the names of query parameters.
	parameters []string
	// body says that the body may have a token.
	body bool
}

// credentialsOf gives the places of a source's own schemes, and those where a
// credential may stand that is not ours: a proxy's, a gateway's, a browser's.
func credentialsOf(from event.Source) credentials {
	c := credentials{headers: map[string]bool{
		"authorization": true, "proxy-authorization": true, "cookie": true,
		"x-api-key": true, "x-amz-security-token": true,
	}}
	for _, scheme := range from.Verify {
		if scheme.Kind == "github" {
			// GitHub sends the older signature beside the one that is checked.
			c.headers["x-hub-signature"] = true
			scheme = github()
		}
		c.body = c.body || scheme.Kind == notification
		if scheme.Header != "" {
			c.headers[strings.ToLower(scheme.Header)] = true
		}
		if scheme.Query != "" {
			c.parameters = append(c.parameters, scheme.Query)
		}
	}
	return c
}

// withoutBody returns a body without the token that a notification has in it. One that is
// compressed is decompressed for that, which headers then say no more.
func (c credentials) withoutBody(body []byte, headers map[string]string) []byte {
	if !c.body {
		return body
	}
	plain, err := decompressed(headers[contentEncodingHeader], body)
	if err != nil {
		return body // which cannot be read anyhow
	}
	rest := withoutBodyToken(plain)
	if len(rest) == len(plain) {
		return body
	}
	delete(headers, contentEncodingHeader)
	return rest
}

// withoutHeaders returns the first value of each header under its lower-case name; of
// Content-Encoding all of them, as each is an encoding that has to be undone.
func (c credentials) withoutHeaders(header http.Header) map[string]string {
	kept := make(map[string]string, len(header))
	for name, values := range header {
		lower := strings.ToLower(name)
		if len(values) > 0 && !c.headers[lower] {
			kept[lower] = values[0]
			if lower == contentEncodingHeader {
				kept[lower] = strings.Join(values, ", ")
			}
		}
	}
	return kept
}

// withoutToken takes the token out of a query and leaves the rest byte for byte.
func (c credentials) withoutToken(rawQuery string) string {
	if len(c.parameters) == 0 || rawQuery == "" {
		return rawQuery
	}
	pairs := strings.Split(rawQuery, "&")
	return strings.Join(slices.DeleteFunc(pairs, func(pair string) bool {
		return slices.ContainsFunc(c.parameters, func(name string) bool { return namesParameter(pair, name) })
	}), "&")
}
