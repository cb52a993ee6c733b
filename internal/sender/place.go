package sender

import (
	"slices"
	"strings"
)

// String returns a place in the words that ParsePlace reads, "" for nowhere.
func (p Place) String() string {
	switch {
	case len(p.Headers) > 0:
		return "header " + p.Headers[0]
	case p.Query != "":
		return "query " + p.Query
	case p.Form != "":
		return "form " + p.Form
	case p.JSON != nil:
		return "json " + p.JSON.String()
	}
	return ""
}

// ParsePlace reads a place of a request in words, such as "query hub.challenge" or
// "json data.id". It has one value: a path through a list is not a place.
func ParsePlace(text string) (p Place, ok bool) {
	kind, name, found := strings.Cut(text, " ")
	if name = strings.TrimSpace(name); !found || name == "" || strings.ContainsAny(name, " \t\r\n{}") {
		return p, false
	}
	switch kind {
	case "json":
		p.JSON, ok = ParsePath(name)
		return p, ok && !slices.ContainsFunc(p.JSON, func(s Step) bool { return s.Every })
	case "form":
		p.Form = name
	case "query":
		p.Query = name
	case "header":
		p.Headers = []string{name}
	default:
		return p, false
	}
	return p, true
}
