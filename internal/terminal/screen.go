package terminal

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"sync"
	"unicode"
	"unicode/utf8"
)

// screen filters what commands write to standard output and standard error. No character
// that could control a terminal, or hide or reorder text, gets through, no matter which
// file, event or message it came from. It is written as an escape of JSON's, so that JSON
// stays valid and means the same.
type screen struct {
	to io.Writer
	// colour lets the colours of reports through; without it nothing that begins with an
	// escape character passes.
	colour Painter

	mu sync.Mutex
	// held is the beginning of a character whose rest has not been written yet.
	held []byte
}

// NewScreen returns a screen that writes to w.
func NewScreen(w io.Writer) *screen { return &screen{to: w, colour: PainterFor(w)} }

// File returns the file behind the screen, nil if there is none.
func (s *screen) File() *os.File {
	file, _ := s.to.(*os.File)
	return file
}

// Write writes all of p, unless the writer behind the screen fails.
func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	text := append(s.held, p...)
	s.held = nil
	var out bytes.Buffer
	for len(text) > 0 {
		if size := s.plain(text); size > 0 {
			out.Write(text[:size])
			text = text[size:]
			continue
		}
		if !utf8.FullRune(text) {
			s.held = bytes.Clone(text)
			break
		}
		r, size := utf8.DecodeRune(text)
		escape(&out, r, text[:size])
		text = text[size:]
	}
	if _, err := s.to.Write(out.Bytes()); err != nil {
		return 0, err
	}
	return len(p), nil
}

// Flush writes the bytes of a character that was never completed.
func (s *screen) Flush() {
	s.mu.Lock()
	defer s.mu.Unlock()
	var out bytes.Buffer
	for i := range s.held {
		escape(&out, utf8.RuneError, s.held[i:i+1])
	}
	s.held = nil
	_, _ = s.to.Write(out.Bytes())
}

// plain returns the size of what text begins with if it may pass unchanged: a printable
// character, a line break, a tab, or one of this program's own colours. Otherwise it
// returns 0.
func (s *screen) plain(text []byte) int {
	r, size := utf8.DecodeRune(text)
	switch {
	case r == utf8.RuneError && size <= 1:
		return 0
	case r == '\n', r == '\t', unicode.IsPrint(r):
		return size
	case r == '\x1b' && bool(s.colour):
		return ownColour(text)
	}
	return 0
}

// ownColour returns the size of a colour that reports use, 0 if text does not begin with
// one. The text between two of them is escaped when it is inserted; see clean.
func ownColour(text []byte) int {
	for _, colour := range []string{"\x1b[0m", "\x1b[31m", "\x1b[32m", "\x1b[33m"} {
		if bytes.HasPrefix(text, []byte(colour)) {
			return len(colour)
		}
	}
	return 0
}

// escape writes a character as JSON escapes it, and an invalid byte by its value.
func escape(out *bytes.Buffer, r rune, text []byte) {
	switch {
	case r == utf8.RuneError && len(text) == 1:
		fmt.Fprintf(out, `\x%02x`, text[0])
	case r > 0xffff:
		r -= 0x10000
		fmt.Fprintf(out, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
	default:
		fmt.Fprintf(out, `\u%04x`, r)
	}
}
