package jsonvalue

import (
	"strconv"
	"strings"
)

// Number is the value of a JSON number that keeps every digit: an int where it is
// whole and fits 64 bits, a float64 where that denotes the number as written, and
// otherwise the text itself, as a string.
func Number(text string) any {
	whole := !strings.ContainsAny(text, ".eE")
	if whole {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return int(n)
		}
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || !exact(text, f) {
		return text
	}
	return f
}

// exact reports whether the shortest text of f has the digits of the original.
func exact(text string, f float64) bool {
	return digits(text) == digits(strconv.FormatFloat(f, 'e', -1, 64))
}

// digits is a number's significant digits, without sign, point and exponent. As f
// was parsed from the text, equal digits mean an equal number.
func digits(text string) string {
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		text = text[:i]
	}
	text = strings.TrimPrefix(text, "-")
	text = strings.Replace(text, ".", "", 1)
	return strings.Trim(text, "0")
}
