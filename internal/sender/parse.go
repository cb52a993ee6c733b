package sender

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Has reports whether a value is in the template.
func (t Template) Has(value string) bool {
	return slices.ContainsFunc(t, func(p Part) bool { return p.Value == value })
}

// String returns the template as it is written.
func (t Template) String() string {
	var b strings.Builder
	for _, p := range t {
		b.WriteString(p.Literal)
		if p.Value != "" {
			b.WriteString("{" + p.words() + "}")
		}
	}
	return b.String()
}

// words returns what stands between the braces.
func (p Part) words() string {
	switch {
	case p.OnlyJSON:
		return p.Value + " json"
	case p.Value == "json" || p.Value == "header" || p.Value == "query" || p.Value == "form":
		return p.Place.String()
	}
	return p.Value
}

// ParseTemplate reads what a signature covers, such as "{timestamp}.{body}".
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
		words, behind, closed := strings.Cut(after, "}")
		if !closed {
			return nil, errors.New("a { is not closed")
		}
		part, err := parsePart(words)
		if err != nil {
			return nil, err
		}
		if part.Place.IsZero() && t.Has(part.Value) {
			return nil, fmt.Errorf("{%s} occurs twice", part.Value)
		}
		t = append(t, part)
		rest = behind
	}
	return t, nil
}

func parsePart(words string) (Part, error) {
	switch words {
	case "body", "timestamp", "id", "method", "url", "params":
		return Part{Value: words}, nil
	case "body json":
		return Part{Value: "body", OnlyJSON: true}, nil
	}
	place, ok := ParsePlace(words)
	if !ok {
		return Part{}, fmt.Errorf("{%s} is not a value; the values are {body}, {timestamp}, {id}, {method}, {url}, {params}, and a place such as {json data.id} or {header X-Name}", words)
	}
	kind, _, _ := strings.Cut(words, " ")
	return Part{Value: kind, Place: place}, nil
}
