package terminal

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Shorten cuts a text off after this many characters.
func Shorten(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}

// Quoted lists tags in quotation marks.
func Quoted(tags []string) string {
	shown := make([]string, len(tags))
	for i, tag := range tags {
		shown[i] = `"` + tag + `"`
	}
	return strings.Join(shown, ", ")
}

// OrDash returns a dash in place of an empty text.
func OrDash(s string) string {
	if s == "" {
		return "–"
	}
	return s
}

// Clean escapes characters that could control a terminal, and line breaks, with which a
// text could fake a line of its own.
func Clean(s string) string {
	if utf8.ValidString(s) && !strings.ContainsFunc(s, Unprintable) {
		return s
	}
	var out strings.Builder
	for len(s) > 0 {
		r, size := utf8.DecodeRuneInString(s)
		if Unprintable(r) || r == utf8.RuneError && size == 1 {
			quoted := strconv.Quote(s[:size])
			out.WriteString(quoted[1 : len(quoted)-1])
		} else {
			out.WriteString(s[:size])
		}
		s = s[size:]
	}
	return out.String()
}

// Unprintable reports whether a character would not show as one.
func Unprintable(r rune) bool { return !unicode.IsPrint(r) }
