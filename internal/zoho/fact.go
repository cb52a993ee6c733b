package zoho

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

const (
	// maxFact is how many characters a detail may have and still be shown, maxFacts how many
	// all of them may have together, and keepFacts how many details are kept.
	maxFact, maxFacts, keepFacts = 100, 200, 20
	// maxNesting is how deep the details of an error may be nested.
	maxNesting = 3
)

// fact is a detail of an error that names a part of the call or a limit, never a value.
type fact struct{ name, value string }

// isFact reports whether a detail of this name is a fact. Details differ with the code:
// https://www.zoho.com/crm/developer/docs/api/v8/status-codes.html.
func isFact(name string) bool {
	switch name {
	case "api_name", "param_name", "parent_api_name", "json_path", "resource_path_index", "index",
		"expected_data_type", "maximum_length", "minimum_length", "limit", "limit_due_to", "maximum", "minimum",
		"permissions", "scope", "scopes", "action", "feature", "edition", "unsupported_login_user_type",
		"supported_version", "supported_methods":
		return true
	}
	return false
}

// holdsFacts reports whether a detail of this name contains further details.
func holdsFacts(name string) bool {
	switch name {
	case "ambiguity_due_to", "expected_fields", "mandatory_fields", "mapped_field", "dependee", "limit_due_to":
		return true
	}
	return false
}

// fact reads a detail and keeps it if it may be shown.
func (e *element) fact(s *scanner, name string) error { return e.factIn(s, name, 1) }

func (e *element) factIn(s *scanner, name string, depth int) error {
	shown, holds := isFact(name), holdsFacts(name)
	if !shown && !holds || depth > maxNesting {
		return s.skip()
	}
	if s.is(jsontext.KindBeginObject) || s.is(jsontext.KindBeginArray) {
		return s.each(func() error {
			if s.is(jsontext.KindBeginObject) {
				return s.object(func(name []byte) error { return e.factIn(s, string(name), depth+1) })
			}
			return e.keep(s, name, shown, false)
		})
	}
	return e.keep(s, name, shown, depth == 1)
}

// keep reads the text of a fact. One that is not nested may also say which record is meant.
func (e *element) keep(s *scanner, name string, shown, top bool) error {
	value, err := s.text()
	if err != nil {
		return err
	}
	if top {
		switch name {
		case "api_name":
			e.apiName = value
		case "json_path":
			e.path = value
		case "resource_path_index":
			e.index = value
		}
	}
	if shown && len(e.facts) < keepFacts && isNameOrLimit(value) {
		e.facts = append(e.facts, fact{strings.Clone(name), value})
	}
	return nil
}

// isNameOrLimit reports whether a text looks like the name of a part of a call or like a
// limit. An e-mail address or the id of a record is a value.
func isNameOrLimit(text string) bool {
	if text == "" || utf8.RuneCountInString(text) > maxFact {
		return false
	}
	digits := 0
	for _, r := range text {
		if unicode.IsDigit(r) {
			if digits++; digits > 10 {
				return false
			}
			continue
		}
		digits = 0
		if !unicode.IsLetter(r) && !strings.ContainsRune("_.$[]-'*/: ", r) {
			return false
		}
	}
	return true
}

// facts returns the facts of an error on one short line: "api_name: ids, maximum_length: 25".
func facts(list []fact) string {
	var text strings.Builder
	for i, f := range list {
		switch {
		case i > 0 && list[i-1].name == f.name:
			text.WriteString(" and " + f.value)
			continue
		case i > 0:
			text.WriteString(", ")
		}
		text.WriteString(f.name + ": " + f.value)
	}
	return shorten(text.String(), maxFacts)
}
