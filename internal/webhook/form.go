package webhook

import (
	"fmt"
	"net/url"
	"strings"
	"unicode/utf8"

	"untag/internal/jsonvalue"
)

// maxFields bounds how many parts a form or a query may have; with MaxBody it bounds
// memory.
const maxFields = 100_000

// parseForm reads an url-encoded form or query. Unlike url.ParseQuery it says where
// something is wrong, takes a semicolon for what it is, and refuses what is not UTF-8.
func parseForm(text string) (map[string]any, error) {
	fields := make(map[string]any)
	offset, number := 0, 0
	for pair := range strings.SplitSeq(text, "&") {
		number++
		if number > maxFields {
			return nil, jsonvalue.At(text, offset, fmt.Sprintf("more than %d fields", maxFields))
		}
		if pair != "" {
			name, value, fault := parsePair(pair)
			if fault != "" {
				return nil, jsonvalue.At(text, offset, fmt.Sprintf("field %d: %s", number, fault))
			}
			add(fields, name, value)
		}
		offset += len(pair) + len("&")
	}
	return fields, nil
}

// parsePair gives the fault in words, as the library's error quotes what it met.
func parsePair(pair string) (name, value, fault string) {
	escapedName, escapedValue, _ := strings.Cut(pair, "=")
	name, err := url.QueryUnescape(escapedName)
	if err != nil {
		return "", "", "a broken % escape in the name"
	}
	value, err = url.QueryUnescape(escapedValue)
	if err != nil {
		return "", "", "a broken % escape in the value"
	}
	if !utf8.ValidString(name) || !utf8.ValidString(value) {
		return "", "", "broken UTF-8"
	}
	return name, value, ""
}

// add keeps a single value as a string, and those of a repeated name as a list.
func add(fields map[string]any, name, value string) {
	switch before := fields[name].(type) {
	case nil:
		fields[name] = value
	case []any:
		fields[name] = append(before, value)
	default:
		fields[name] = []any{before, value}
	}
}
