package zoho

import (
	"strconv"
	"strings"
)

// place returns the position of the id that an error is about: the error has a path into
// the request, such as "$.ids[1]", or a number.
//
// The number is not reliable. In Zoho's API descriptions `resource_path_index` is the position
// of a segment of the URL, and an existing record must not be taken for a missing one.
func (e *element) place(ids int) (i int, sure, ok bool) {
	if e.path != "" {
		i, ok = idIn(e.path)
		return i, true, ok && i < ids
	}
	switch e.code {
	case "INVALID_DATA", "PATTERN_NOT_MATCHED", "RECORD_NOT_FOUND", "RECORD_LOCKED":
		i, ok = number(e.index)
		return i, false, ok && i < ids
	}
	// With a code about a module or a method it is the position in the URL.
	return 0, false, false
}

// idIn returns the number in a path to an id, such as $.ids[1], $['ids'][1] or $.data[1].id. A
// path to anything else, such as $.tags[0].name, concerns every record.
func idIn(path string) (int, bool) {
	parts := strings.FieldsFunc(path, func(r rune) bool { return strings.ContainsRune(`$#.[]'"/ `, r) })
	if len(parts) < 2 || parts[0] != "ids" && parts[0] != "data" {
		return 0, false
	}
	return number(parts[1])
}

func number(text string) (int, bool) {
	n, err := strconv.ParseUint(text, 10, 31)
	return int(n), err == nil
}
