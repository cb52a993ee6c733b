package webhook

import (
	"bytes"
	"fmt"
	"net/url"
	"strings"

	"untag/internal/jsonvalue"
)

// maxFields is the maximum number of parts of a form or a query. Together with MaxBody it
// limits memory.
const maxFields = 100_000

// parseForm reads a URL-encoded form or query. Unlike url.ParseQuery it says where
// something is wrong, accepts semicolons in values, and refuses text that is not in the
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

// parsePair reads a name and a value. It describes a fault in our own words, because the
// library's error quotes the text.
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

// charsetField is the field in which a browser sends a form's charset.
const charsetField = "_charset_"

// formCharset returns the charset that the content type declares, else the one that the form
// itself declares.
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

// add adds a field of a form or an element of XML. The values of a repeated name become a list.
func add(fields map[string]any, name string, value any) {
	switch before := fields[name].(type) {
	case nil:
		fields[name] = value
	case []any:
		fields[name] = append(before, value)
	default:
		fields[name] = []any{before, value}
	}
}
