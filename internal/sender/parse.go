package sender

import (
	"errors"
	"fmt"
	"strings"
)

// Has reports whether a value is in the template.
func (t Template) Has(value string) bool {
	for _, p := range t {
		if p.Value == value {
			return true
		}
	}
	return false
}

// String returns the template as it is written.
func (t Template) String() string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.Literal)
		if p.Value != "" {
			b.WriteString("{" + p.Value + "}")
		}
	}
	return b.String()
}

// ParseTemplate reads what a signature covers, such as "{timestamp}.{body}". The body must be
// in it: otherwise anyone who has seen a request could send it again with another body.
func ParseTemplate(text string) (Template, error) {
	var t Template
	for rest := text; rest != ""; {
		before, after, found := strings.Cut(rest, "{")
		if before != "" {
			t = append(t, Part{Literal: before})
		}
		if !found {
			break
		}
		name, behind, closed := strings.Cut(after, "}")
		switch {
		case !closed:
			return nil, errors.New("a { is not closed")
		case name != "body" && name != "timestamp" && name != "id":
			return nil, fmt.Errorf("{%s} is not a value; the values are {body}, {timestamp} and {id}", name)
		case t.Has(name):
			return nil, fmt.Errorf("{%s} occurs twice", name)
		}
		t = append(t, Part{Value: name})
		rest = behind
	}
	if !t.Has("body") {
		return nil, errors.New("{body} is missing: the signature must cover the body")
	}
	return t, nil
}
