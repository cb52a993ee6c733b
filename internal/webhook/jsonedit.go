package webhook

import (
	"bytes"
	"math"
	"slices"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/jsonvalue"
	"untag/internal/sender"
)

// edited returns a JSON text with the values at a path replaced: edit gets the old value, nil
// if there is none, and returns the new one, nil for none. Objects on the way are created only
// if create is set. What it replaces moves to the end of its object; the rest stays as written.
func edited(text jsonvalue.Raw, path sender.Path, create bool, edit func(old jsonvalue.Raw) jsonvalue.Raw) jsonvalue.Raw {
	if len(path) == 0 {
		return edit(text)
	}
	if path[0].Every {
		elements, ok := elementsOf(text, math.MaxInt)
		if !ok {
			return text
		}
		parts := make([][]byte, len(elements))
		for i, element := range elements {
			parts[i] = edited(element, path[1:], create, edit)
		}
		return slices.Concat([]byte("["), bytes.Join(parts, []byte(",")), []byte("]"))
	}
	old, rest, ok := cutMember(text, path[0].Member)
	switch {
	case !ok:
		return text
	case old != nil:
	case !create:
		return text
	case len(path) > 1:
		old = jsonvalue.Raw("{}")
	}
	if value := edited(old, path[1:], create, edit); value != nil {
		return withMember(rest, path[0].Member, value)
	}
	return rest
}

// withMember returns an object with another member at its end.
func withMember(object jsonvalue.Raw, name string, value jsonvalue.Raw) jsonvalue.Raw {
	quoted, err := jsontext.AppendQuote(nil, name)
	if err != nil {
		return object // names of rows are valid UTF-8
	}
	before := bytes.TrimRight(object[:bytes.LastIndexByte(object, '}')], blanks)
	separator := []byte(",")
	if bytes.HasSuffix(before, []byte("{")) {
		separator = nil
	}
	return slices.Concat(before, separator, quoted, []byte(":"), value, []byte("}"))
}
