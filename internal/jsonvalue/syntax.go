package jsonvalue

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// SyntaxError says what is wrong with a text, and where. It does not quote the text.
type SyntaxError struct {
	// Offset counts bytes from 0. A byte order mark is not counted.
	Offset int
	// Line and Column count from 1; the column counts characters.
	Line, Column int
	Message      string
}

func (e *SyntaxError) Error() string {
	return fmt.Sprintf("line %d, column %d: %s", e.Line, e.Column, e.Message)
}

// BrokenUTF8 is the Message of a text that is not UTF-8.
const BrokenUTF8 = "broken UTF-8"

// At returns a SyntaxError at a byte offset of a text. An offset past the end counts as the
// end.
func At[Text ~string | ~[]byte](text Text, offset int, message string) *SyntaxError {
	offset = min(max(offset, 0), len(text))
	before := string(text[:offset])
	start := strings.LastIndexByte(before, '\n') + 1
	return &SyntaxError{
		Offset:  offset,
		Line:    strings.Count(before, "\n") + 1,
		Column:  utf8.RuneCountInString(before[start:]) + 1,
		Message: message,
	}
}

// InvalidUTF8 returns the offset of the first byte that is not UTF-8, or -1 if the whole
// text is.
func InvalidUTF8(text string) int {
	if utf8.ValidString(text) {
		return -1
	}
	for offset, r := range text {
		if r == utf8.RuneError && !strings.HasPrefix(text[offset:], "\ufffd") {
			return offset
		}
	}
	return -1
}
