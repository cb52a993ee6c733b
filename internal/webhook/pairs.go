package webhook

import (
	"bytes"
	"cmp"
	"net/url"
	"slices"
	"strings"
)

// pair is a parameter of a query or a form, decoded.
type pair struct{ name, value string }

// isForm reports whether the body is a form, as it is parsed later. What a form signs could be
// the text of another form, with its & and = elsewhere.
func (p *proof) isForm() bool {
	body, err := readBody(p.req)
	return err == nil && readsAsForm(p.contentType(), utf8Of(body))
}

// contentType returns the content type of the request. It reads it once.
func (p *proof) contentType() mediaType {
	if p.kind == nil {
		kind := typeOf(p.req.Header.Get("Content-Type"))
		p.kind = &kind
	}
	return *p.kind
}

// maxSignedFields and maxSignedParts limit what anyone can have read of a form before it is
// proven. No sender sends as many.
const (
	maxSignedFields = 10_000
	maxSignedParts  = 1000
)

// pairsOf returns the parameters of a query or a URL-encoded form, in their order.
func pairsOf(text, where string) ([]pair, error) {
	count := strings.Count(text, "&") + 1
	if count > maxSignedFields {
		return nil, refusal("the " + where + " has too many fields")
	}
	all := make([]pair, 0, count)
	for part := range strings.SplitSeq(text, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		plainName, err := url.QueryUnescape(name)
		if err != nil {
			return nil, refusal("the " + where + " has a broken % escape")
		}
		plainValue, err := url.QueryUnescape(value)
		if err != nil {
			return nil, refusal("the " + where + " has a broken % escape")
		}
		all = append(all, pair{plainName, plainValue})
	}
	return all, nil
}

// form returns the fields of the form, none if the body is not one, or is said to be JSON.
func (p *proof) form() ([]pair, error) {
	if p.fields != nil || !p.isForm() || p.contentType().isJSON() {
		return p.fields, nil
	}
	body, err := p.readDocument()
	if err != nil {
		return nil, err
	}
	kind := p.contentType()
	if kind.name != multipartKind {
		p.fields, err = pairsOf(string(bytes.TrimRight(body, "\r\n")), "form")
		return p.fields, err
	}
	if boundary := kind.parameters["boundary"]; bytes.Count(body, []byte("--"+boundary)) > maxSignedParts+1 { // with the end
		return nil, refusal("the form has too many parts")
	}
	read, err := parseMultipart(body, kind)
	if err != nil {
		return nil, refusal("the form cannot be read")
	}
	for name, value := range read.fields {
		switch value := value.(type) {
		case string:
			p.fields = append(p.fields, pair{name, value})
		case []any:
			for _, one := range value {
				text, _ := one.(string)
				p.fields = append(p.fields, pair{name, text})
			}
		}
	}
	return p.fields, nil
}

func (p *proof) formValues(name string) ([]string, error) {
	fields, err := p.form()
	if err != nil {
		return nil, err
	}
	var values []string
	for _, field := range fields {
		if field.name == name {
			values = append(values, field.value)
		}
	}
	return values, nil
}

// params returns the parameters as they are signed: each name and its value, sorted by name
// and then by value.
func (p *proof) params() (string, error) {
	if p.joined != "" {
		return p.joined, nil
	}
	var all []pair
	for _, of := range p.verify.Params.Of {
		var some []pair
		var err error
		switch of {
		case "query":
			some, err = pairsOf(p.req.RawQuery, "query")
		case "form":
			switch kind := p.contentType(); {
			case kind.name == multipartKind:
				return "", refusal("the body is a multipart form, which the sender does not sign")
			case kind.isJSON() && p.isForm():
				return "", refusal("the body is a form, but its content type is JSON")
			}
			some, err = p.form()
		}
		if err != nil {
			return "", err
		}
		all = append(all, some...)
	}
	slices.SortStableFunc(all, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.name, b.name), cmp.Compare(a.value, b.value))
	})
	if p.verify.Params.Unique {
		all = slices.Compact(all)
	}
	length := 0
	for _, one := range all {
		length += len(one.name) + len(one.value)
	}
	var text strings.Builder
	text.Grow(length)
	for _, one := range all {
		text.WriteString(one.name)
		text.WriteString(one.value)
	}
	p.joined = text.String()
	return p.joined, nil
}
