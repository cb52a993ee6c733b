package jsonvalue

import (
	"strconv"
	"strings"
)

// Number returns the value of a number in JSON notation and keeps every digit: an int if
// it is written as a whole number and fits 64 bits; a float64 if its shortest form denotes
// the number as written; otherwise the text itself, as a string. It does not check the
// notation.
func Number(text string) any {
	if !strings.ContainsAny(text, ".eE") {
		if n, err := strconv.Atoi(text); err == nil {
			return n
		}
		return text
	}
	f, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || !exact(text, f):
		return text
	case f == 0:
		// Minus zero becomes zero, as with whole numbers.
		return 0.0
	}
	return f
}

// exact reports whether the shortest form of f has the same digits as the text.
func exact(text string, f float64) bool {
	return digits(text) == digits(strconv.FormatFloat(f, 'e', -1, 64))
}

// digits returns a number's significant digits, without sign, point and exponent. Because
// f was parsed from the text, equal digits mean an equal number.
func digits(text string) string {
	if i := strings.IndexAny(text, "eE"); i >= 0 {
		text = text[:i]
	}
	text = strings.TrimPrefix(text, "-")
	text = strings.Replace(text, ".", "", 1)
	return strings.Trim(text, "0")
}
