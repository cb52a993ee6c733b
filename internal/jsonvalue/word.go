package jsonvalue

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordOf returns the text before the next white space, quotation mark, comma, semicolon,
// bracket or comment.
func wordOf(text string) string {
	if end := strings.IndexAny(text, blank+`",;{}[]`); end >= 0 {
		text = text[:end]
	}
	for _, comment := range [...]string{"//", "/*"} {
		text, _, _ = strings.Cut(text, comment)
	}
	return text
}

// isNumber reports whether a word is a valid JSON number.
func isNumber(word string) bool {
	rest := strings.TrimPrefix(word, "-")
	n := digitsAt(rest)
	if n == 0 || n > 1 && rest[0] == '0' {
		return false
	}
	rest = rest[n:]
	if strings.HasPrefix(rest, ".") {
		n = digitsAt(rest[1:])
		if n == 0 {
			return false
		}
		rest = rest[1+n:]
	}
	if rest != "" && (rest[0] == 'e' || rest[0] == 'E') {
		rest = rest[1:]
		if rest != "" && (rest[0] == '+' || rest[0] == '-') {
			rest = rest[1:]
		}
		n = digitsAt(rest)
		return n > 0 && n == len(rest)
	}
	return rest == ""
}

// digitsAt counts the digits that a text begins with.
func digitsAt(text string) int {
	n := 0
	for n < len(text) && '0' <= text[n] && text[n] <= '9' {
		n++
	}
	return n
}

// begins reports whether a word at the end of the text may be the beginning of a value.
func begins(word string) bool {
	if word == "" {
		return false
	}
	for _, literal := range [...]string{"true", "false", "null"} {
		if strings.HasPrefix(literal, word) {
			return true
		}
	}
	return isNumber(word + "0") // rules out a zero in front of another digit
}

// escape returns the length of the escape at the beginning of a text, 0 if it is not a
// valid one, and whether the text contains all of it.
func escape(text string) (length int, whole bool) {
	switch {
	case len(text) == 1:
		return 0, false
	case strings.IndexByte(`"\/bfnrt`, text[1]) >= 0:
		return 2, true
	case text[1] != 'u':
		return 0, true
	}
	for i := 2; i < 6; i++ {
		if i == len(text) {
			return 0, false
		}
		if strings.IndexByte("0123456789abcdefABCDEF", text[i]) < 0 {
			return 0, true
		}
	}
	return 6, true
}

// grouped reports whether a text begins with a number whose digits are grouped, such as
// 1,234.50, 1.234,50, 1 234, 1'234 or 1,23,456, and the offset of its first separator.
func grouped(text string) (separator int, ok bool) {
	at := 0
	if text != "" && (text[0] == '-' || text[0] == '+') {
		at++
	}
	n := digitsAt(text[at:])
	if n < 1 || n > 3 || text[at] == '0' {
		return 0, false
	}
	at += n
	separator = at
	between, size := utf8.DecodeRuneInString(text[at:])
	if !strings.ContainsRune(",.'_ \u2019\u00a0\u2009\u202f", between) {
		return 0, false
	}
	group := 0
	for {
		r, _ := utf8.DecodeRuneInString(text[at:])
		n := 0
		if r == between {
			n = digitsAt(text[at+size:])
		}
		if n == 0 {
			break
		}
		if n != 3 && n != 2 { // Indian groups have two digits, except the last
			return 0, false
		}
		group = n
		at += size + n
	}
	if group != 3 {
		return 0, false
	}
	if rest := text[at:]; rest != "" && (rest[0] == '.' || rest[0] == ',') {
		if n := digitsAt(rest[1:]); n > 0 {
			at += 1 + n
		}
	}
	if between != ' ' {
		r, _ := utf8.DecodeRuneInString(text[at:])
		return separator, at == len(text) || !unicode.IsLetter(r) && !unicode.IsDigit(r)
	}
	// Spaces also separate the words of a text.
	rest := strings.TrimLeft(text[at:], blank)
	return separator, rest == "" || strings.IndexByte(",}]", rest[0]) >= 0
}
