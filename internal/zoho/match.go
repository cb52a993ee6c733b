package zoho

import (
	"fmt"
	"strings"
	"unicode"
)

// Matches compares a record with what was searched for, exactly: email addresses in
// any case, telephone numbers by their digits, criteria by their text. Zoho's own
// comparison is wider.
func Matches(s Search, r Record) bool {
	switch {
	case s.Email != "":
		return anyText(r, func(text string) bool { return strings.EqualFold(strings.TrimSpace(text), strings.TrimSpace(s.Email)) })
	case s.Phone != "":
		want := phoneDigits(s.Phone)
		return want != "" && anyText(r, func(text string) bool { return phoneDigits(text) == want })
	}
	for _, c := range s.Criteria {
		if fieldText(r[c.Field]) != c.Value {
			return false
		}
	}
	return len(s.Criteria) > 0
}

// anyText reports whether some text field of the record holds.
func anyText(r Record, holds func(string) bool) bool {
	for field, value := range r {
		if text, ok := value.(string); ok && field != "id" && holds(text) {
			return true
		}
	}
	return false
}

// phoneDigits are the digits of a text that looks like a telephone number, else "".
func phoneDigits(text string) string {
	var digits strings.Builder
	for _, r := range text {
		switch {
		case '0' <= r && r <= '9':
			digits.WriteRune(r)
		case unicode.IsLetter(r):
			return ""
		}
	}
	return digits.String()
}

// fieldText is the text of a field as a criterion writes it; a look-up field stands
// for its id.
func fieldText(value any) string {
	switch v := value.(type) {
	case nil:
		return ""
	case string:
		return v
	case map[string]any:
		return fieldText(v["id"])
	}
	return fmt.Sprint(value)
}
