package webhook

import (
	"slices"

	"untag/internal/sender"
)

// Carries reports whether a request has a credential, right or wrong, in one of the places where
// those of its source are. An empty value is none.
func (r *Receiver) Carries(req Request) bool {
	from, err := r.source(&req)
	if err != nil {
		return false
	}
	for name := range from.credentials.headers {
		if values := valuesOf(req.Header, name); slices.ContainsFunc(values, func(v string) bool { return v != "" }) {
			return true
		}
	}
	c := from.credentials
	if c.withoutToken(req.RawQuery) != req.RawQuery {
		return true
	}
	if len(valuesOf(req.Header, paypalSignature)) > 0 {
		return true
	}
	body, err := readBody(req)
	if err != nil {
		return false
	}
	c.paths = append(slices.Clone(c.paths), sender.Path{{Member: "Signature"}}) // of Amazon SNS
	c.fields = append(slices.Clone(c.fields), braintreeSignature)
	for _, path := range c.paths {
		values, _ := valuesAt(body, path)
		for _, value := range values {
			if string(value) != `""` && string(value) != "null" {
				return true
			}
		}
	}
	c.paths = nil
	return len(c.withoutBody(body, headersOf(req))) != len(body)
}

// headersOf returns the headers under their lower-case names.
func headersOf(req Request) map[string]string { return credentials{}.withoutHeaders(req.Header) }
