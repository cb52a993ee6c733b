package zoho

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"untag/internal/jsonvalue"
	"untag/internal/phone"
)

// Matches compares a record with a search exactly: email addresses in any case of A to Z,
// telephone numbers as package phone does, criteria by their text. Zoho's own comparison
// finds more.
func Matches(s Search, r Record) bool {
	switch {
	case s.Email != "":
		want := strings.TrimSpace(s.Email)
		return anyText(r, func(text string) bool { return equalASCIIFold(strings.TrimSpace(text), want) })
	case s.Phone != "":
		want, ok := phone.Parse(s.Phone, s.Region)
		return ok && anyText(r, func(text string) bool {
			got, ok := phoneOf(text, s.Region)
			return ok && phone.Same(got, want)
		})
	}
	for _, c := range s.Criteria {
		if !equals(r.field(c.Field), c.Value) {
			return false
		}
	}
	return len(s.Criteria) > 0
}

// Compared lists the fields of records that Matches compares, sorted: those of the criteria,
// or those that hold an email address or a telephone number. It names no value.
func Compared(s Search, records []Record) []string {
	fields := make(map[string]bool)
	for _, c := range s.Criteria {
		fields[c.Field] = true
	}
	looksAlike := func(text string) bool { return strings.Contains(text, "@") }
	if s.Phone != "" {
		looksAlike = func(text string) bool { _, ok := phoneOf(text, s.Region); return ok }
	}
	for _, r := range records {
		if len(s.Criteria) > 0 {
			break
		}
		for field, value := range r {
			if text, ok := value.(string); ok && field != "id" && looksAlike(text) {
				fields[field] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(fields))
}

// field returns a field of the record, or a part of a look-up field: "Account_Name.id".
func (r Record) field(path string) any {
	name, rest, dotted := strings.Cut(path, ".")
	if lookup, ok := r[name].(map[string]any); ok && dotted {
		return Record(lookup).field(rest)
	}
	return r[path]
}

// anyText reports whether holds is true for some text field of the record.
func anyText(r Record, holds func(string) bool) bool {
	for field, value := range r {
		if text, ok := value.(string); ok && field != "id" && holds(text) {
			return true
		}
	}
	return false
}

// equalASCIIFold compares two texts and ignores the case of the letters A to Z only. Unicode
// folding takes the Kelvin sign for a k and a long s for an s, so that another person's
// address could be equal.
func equalASCIIFold(a, b string) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range len(a) {
		if asciiLower(a[i]) != asciiLower(b[i]) {
			return false
		}
	}
	return true
}

func asciiLower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

// phoneOf parses a text that looks like a telephone number. A date does too, but is not one.
func phoneOf(text, region string) (phone.Number, bool) {
	if _, err := time.Parse(time.DateOnly, text); err == nil {
		return phone.Number{}, false
	}
	return phone.Parse(text, region)
}

// Wider returns a search for a telephone number by its digits alone, without the country
// code and the prefix dialed before it: Zoho finds these in every way of writing the number.
// It returns false if they are all the digits of the text, or too few to search for.
func (s Search) Wider() (Search, bool) {
	const fewest = 6
	n, ok := phone.Parse(s.Phone, s.Region)
	if !ok || len(n.National) < fewest || n.National == strings.Map(asciiDigit, s.Phone) {
		return Search{}, false
	}
	s.Phone = n.National
	return s, true
}

func asciiDigit(r rune) rune {
	if r < '0' || r > '9' {
		return -1
	}
	return r
}

// equals compares a field with a criterion's value. A missing or empty field equals nothing;
// a look-up field is equal by its id or by its name.
func equals(field any, value string) bool {
	switch v := field.(type) {
	case string:
		return v == value && value != ""
	case bool:
		return strconv.FormatBool(v) == value
	case int:
		return strconv.Itoa(v) == value || isNumber(value, float64(v)) && int(float64(v)) == v
	case float64:
		return isNumber(value, v)
	case map[string]any:
		return equals(v["id"], value) || equals(v["name"], value)
	}
	return false
}

// isNumber reports whether a text, in any notation, is exactly the number f.
func isNumber(text string, f float64) bool {
	switch n := jsonvalue.Number(text).(type) {
	case int:
		return float64(n) == f && int(f) == n
	case float64:
		return n == f
	}
	return false
}
