package condition

import (
	"slices"
	"strings"
	"unicode"

	"github.com/expr-lang/expr/parser/utils"
)

// wordAround returns the word around an offset in bytes, with the signs that names of fields
// can have in a sender's events, as in event.lead-source or event.@type.
func wordAround(text string, offset int) string {
	inside := func(r rune) bool {
		return utils.IsAlphaNumeric(r) || strings.ContainsRune(".-@/:#$~", r)
	}
	offset = min(max(offset, 0), len(text))
	begin := strings.LastIndexFunc(text[:offset], func(r rune) bool { return !inside(r) })
	end := strings.IndexFunc(text[offset:], func(r rune) bool { return !inside(r) })
	if end < 0 {
		end = len(text) - offset
	}
	word := text[:offset+end]
	if begin >= 0 {
		word = strings.TrimLeftFunc(text[begin:offset+end], func(r rune) bool { return !inside(r) })
	}
	return word
}

// bracketed writes a field with brackets around the names that need them, as in
// event["lead-source"].id. It returns "" if the word is not a field, or no name needs them.
func bracketed(word string) string {
	root, rest, found := strings.Cut(word, ".")
	if !found || !slices.Contains(roots[:], root) {
		return ""
	}
	names := strings.Split(rest, ".")
	if slices.Contains(names, "") || !slices.ContainsFunc(names, func(name string) bool { return !utils.IsValidIdentifier(name) }) {
		return ""
	}
	return root + below(names)
}

// spaced is bracketed for a name with a space in it: a field and, after a space, another
// word.
func spaced(before, after string) string {
	word := wordAround(before, len(before))
	root, rest, found := strings.Cut(word, ".")
	if !found || !slices.Contains(roots[:], root) {
		return ""
	}
	names := strings.Split(rest, ".")
	next := after
	if end := strings.IndexFunc(after, func(r rune) bool { return !utils.IsAlphaNumeric(r) }); end >= 0 {
		next = after[:end]
	}
	if first := []rune(next); len(first) == 0 || !unicode.IsUpper(first[0]) && !unicode.IsDigit(first[0]) {
		return "" // an operator of this language or another
	}
	names[len(names)-1] += " " + next
	return root + below(names)
}

// dateMethod returns the function that is the same as a method of a date; "" for any other
// method.
func dateMethod(name string) string {
	switch name {
	case "Year", "Month", "Day", "YearDay", "Weekday", "Hour", "Minute", "Second", "Unix":
		return strings.ToLower(name[:1]) + name[1:]
	}
	return ""
}

// instead says what to use instead of a function of expr that rules do not have; "" for any
// other function.
func instead(name string) string {
	switch name {
	case "bitand", "bitor", "bitxor", "bitnand", "bitnot", "bitshl", "bitshr", "bitushr":
		return "rules have no bitwise functions; compare the number itself"
	case "repeat":
		return "write the repeated text out"
	case "median":
		return "use mean, min or max"
	case "splitAfter":
		return "use split"
	case "toPairs":
		return "use keys and values"
	case "fromPairs":
		return `write out the object, as in {"name": event.value}`
	case "toBase64", "fromBase64":
		return "rules cannot read Base64; have the sender send plain text"
	case "timezone":
		return "write the time zone in the string of the date, as in +01:00"
	}
	return ""
}
