package webhook

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"untag/internal/jsonvalue"
)

// maxFields bounds how many parts a form or a query may have; with MaxBody it bounds
// memory.
const maxFields = 100_000

// parseForm reads an URL-encoded form or query. Unlike url.ParseQuery it says where
// something is wrong, takes a semicolon for what it is, and refuses what is not in its
// charset.
func parseForm(text string, c charset) (map[string]any, error) {
	fields := make(map[string]any)
	offset, number := 0, 0
	for pair := range strings.SplitSeq(text, "&") {
		number++
		if number > maxFields {
			return nil, jsonvalue.At(text, offset, fmt.Sprintf("more than %d fields", maxFields))
		}
		if pair != "" {
			name, value, fault := parsePair(pair, c)
			if fault != "" {
				return nil, jsonvalue.At(text, offset, fmt.Sprintf("field %d: %s", number, fault))
			}
			add(fields, name, value)
		}
		offset += len(pair) + len("&")
	}
	return fields, nil
}

// parsePair returns the fault in words, because the library's error quotes what it met.
func parsePair(pair string, c charset) (name, value, fault string) {
	escapedName, escapedValue, _ := strings.Cut(pair, "=")
	name, err := url.QueryUnescape(escapedName)
	if err != nil {
		return "", "", "a broken % escape in the name"
	}
	value, err = url.QueryUnescape(escapedValue)
	if err != nil {
		return "", "", "a broken % escape in the value"
	}
	if name, fault = c.decode(name); fault != "" {
		return "", "", fault
	}
	value, fault = c.decode(value)
	return name, value, fault
}

// charsetField is the field in which a browser tells a form's charset.
const charsetField = "_charset_"

// formCharset is the charset that a content type declares, else the form itself.
func formCharset(kind mediaType, text []byte) charset {
	label := kind.parameters["charset"]
	if label == "" && bytes.Contains(text, []byte(charsetField)) {
		for pair := range bytes.SplitSeq(text, []byte("&")) {
			if value, ok := bytes.CutPrefix(pair, []byte(charsetField+"=")); ok {
				label = string(value)
				break
			}
		}
	}
	return charsetOf(label)
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
