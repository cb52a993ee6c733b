package jsonvalue

import (
	"bytes"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"
)

// Text returns the content of a string found by Object or List, or false if the value is
// not a string. Without escapes, the result shares the text it was found in and must not
// be changed.
func (r Raw) Text() ([]byte, bool) { return r.TextIn(nil) }

// TextIn is Text that decodes into a buffer if the buffer has the capacity, which the length
// of r always is.
func (r Raw) TextIn(buffer []byte) ([]byte, bool) {
	if !r.isText() {
		return nil, false
	}
	text := []byte(r[1 : len(r)-1 : len(r)-1])
	if bytes.IndexByte(text, '\\') >= 0 {
		text = unescaped(text, buffer[:cap(buffer)])
	}
	if !utf8.Valid(text) {
		// The only fault left is broken UTF-8, which is replaced.
		text, _ = jsontext.AppendUnquote(make([]byte, 0, len(r)), []byte(r))
	}
	return text, true
}

// LeastTextSize returns a lower bound for the length of Text in bytes without decoding it,
// or false if the value is not a string. If Text is longer than most, so is the bound,
// except for some texts with escaped backslashes, which would take long to measure. Broken
// UTF-8 counts as written, which is shorter than what replaces it.
func (r Raw) LeastTextSize(most int) (int, bool) {
	if !r.isText() {
		return 0, false
	}
	text := []byte(r[1 : len(r)-1])
	escapes := bytes.Count(text, []byte(`\`))
	// An escape like \u0041 is five bytes longer than its character, one like \n one byte.
	least := max(len(text)-5*escapes, 0)
	if least > most || len(text)-escapes <= most {
		return least, true
	}
	return sizeOf(text), true
}

// sizeOf returns the length of a string's content, given its text without quotation marks.
func sizeOf(text []byte) int {
	longer, at, plain := 0, 0, 0 // longer is by how much the text exceeds the content
	for at < len(text) {
		switch {
		case text[at] != '\\':
			at++
			if plain++; plain == plainStretch {
				at, plain = at+nextEscape(text[at:]), 0
			}
		case at+1 < len(text) && text[at+1] != 'u':
			at, longer, plain = at+len(`\n`), longer+1, 0
		default:
			char, written := readEscape(text[at:])
			at, longer, plain = at+written, longer+written-utf8.RuneLen(char), 0
		}
	}
	return len(text) - longer
}

func (r Raw) isText() bool { return len(r) >= 2 && r[0] == '"' }

// plainStretch is the number of characters without an escape after which it pays to search
// ahead for the next one.
const plainStretch = 8

func nextEscape(text []byte) int {
	if next := bytes.IndexByte(text, '\\'); next >= 0 {
		return next
	}
	return len(text)
}

// unescaped returns a copy of a string's content, given its text without quotation marks; in
// the buffer if it fits.
func unescaped(text, buffer []byte) []byte {
	says := buffer
	if len(says) < len(text) {
		says = make([]byte, len(text)) // no escape is shorter than its character
	}
	at, size, plain := 0, 0, 0
	for at < len(text) {
		if c := text[at]; c != '\\' {
			says[size] = c
			at, size = at+1, size+1
			if plain++; plain == plainStretch {
				n := copy(says[size:], text[at:at+nextEscape(text[at:])])
				at, size, plain = at+n, size+n, 0
			}
			continue
		}
		plain = 0
		if at+1 < len(text) && text[at+1] != 'u' {
			says[size] = shortEscapes[text[at+1]]
			at, size = at+len(`\n`), size+1
			continue
		}
		char, written := readEscape(text[at:])
		at, size = at+written, size+utf8.EncodeRune(says[size:], char)
	}
	return says[:size]
}

// shortEscapes maps the letter after a backslash to the character it stands for.
var shortEscapes = [256]byte{'"': '"', '\\': '\\', '/': '/', 'b': '\b', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t'}

// readEscape returns the character of an escape like `\u00e9` at the beginning of a text,
// and the length of the escape. Two escapes may form one character.
func readEscape(text []byte) (char rune, written int) {
	const length = len(`\u0000`)
	if len(text) < length {
		return utf8.RuneError, len(text) // no decoder accepts this
	}
	char = hexadecimal(text[2:length])
	if !utf16.IsSurrogate(char) {
		return char, length
	}
	if len(text) >= 2*length && text[length] == '\\' && text[length+1] == 'u' {
		if pair := utf16.DecodeRune(char, hexadecimal(text[length+2:2*length])); pair != utf8.RuneError {
			return pair, 2 * length
		}
	}
	return utf8.RuneError, length // half of a pair
}

// hexadecimal returns the value of four digits.
func hexadecimal(digits []byte) rune {
	_ = digits[3]
	return rune(hexDigits[digits[0]])<<12 | rune(hexDigits[digits[1]])<<8 | rune(hexDigits[digits[2]])<<4 | rune(hexDigits[digits[3]])
}

// hexDigits maps a hexadecimal digit to its value. A text full of escapes is read digit by
// digit, so a look-up pays.
var hexDigits = [256]byte{
	'0': 0, '1': 1, '2': 2, '3': 3, '4': 4, '5': 5, '6': 6, '7': 7, '8': 8, '9': 9,
	'a': 10, 'b': 11, 'c': 12, 'd': 13, 'e': 14, 'f': 15, 'A': 10, 'B': 11, 'C': 12, 'D': 13, 'E': 14, 'F': 15,
}
