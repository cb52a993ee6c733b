package jsonvalue

import "strings"

// diagnose finds the first fault in a text that the decoder rejected, and names its cause
// in words that an administrator can act on. It returns nil if it finds none. It reads the
// text again from the start, because a trailing comma differs from a missing value only in
// what came before. It takes linear time.
func diagnose(text string) *SyntaxError {
	s := scanner{text: text}
	for {
		s.at += len(s.text[s.at:]) - len(strings.TrimLeft(s.text[s.at:], blank))
		if s.at == len(text) {
			return s.end()
		}
		if f := s.next(); f != nil {
			return At(text, f.offset, f.cause)
		}
	}
}

// fault is a cause and the offset that the message reports.
type fault struct {
	offset int
	cause  string
}

// scanner reads JSON token by token, and knows what may come next.
type scanner struct {
	text string
	at   int
	// open holds the brackets that are not closed yet.
	open []byte
	want want
	// last is the token read last, before the one in front of it.
	last, before token
}

// want is what the grammar allows next.
type want int

const (
	wantValue want = iota
	wantName
	wantColon
	wantMore // a comma or the closing bracket
	wantEnd
)

// token is a part of the text. Its kind is its first byte, '0' for numbers and 'n' for
// true, false and null.
type token struct {
	kind       byte
	start, end int
}

// next reads a token, or returns what is wrong with it.
func (s *scanner) next() *fault {
	c := s.text[s.at]
	switch {
	case c == '"' && (s.want == wantValue || s.want == wantName):
		return s.string()
	case (c == '{' || c == '[') && s.want == wantValue:
		s.take(c, s.at+1)
		s.open = append(s.open, c)
		s.want = wantValue
		if c == '{' {
			s.want = wantName
		}
	case (c == '}' || c == ']') && s.closes(c):
		s.take(c, s.at+1)
		s.open = s.open[:len(s.open)-1]
		s.valueDone()
	case c == ':' && s.want == wantColon:
		s.take(c, s.at+1)
		s.want = wantValue
	case c == ',' && s.want == wantMore:
		s.take(c, s.at+1)
		s.want = wantValue
		if s.within('{') {
			s.want = wantName
		}
	default:
		return s.bare()
	}
	return nil
}

func (s *scanner) take(kind byte, end int) {
	s.before, s.last = s.last, token{kind: kind, start: s.at, end: end}
	s.at = end
}

func (s *scanner) valueDone() {
	s.want = wantMore
	if len(s.open) == 0 {
		s.want = wantEnd
	}
}

func (s *scanner) within(bracket byte) bool {
	return len(s.open) > 0 && s.open[len(s.open)-1] == bracket
}

// closes reports whether a closing bracket is allowed here.
func (s *scanner) closes(c byte) bool {
	bracket := c - 2 // ASCII has each pair two apart
	return s.within(bracket) && (s.want == wantMore || s.last.kind == bracket)
}

// bare reads a number or true, false or null. Anything else is a fault.
func (s *scanner) bare() *fault {
	if s.want != wantValue {
		return s.cause()
	}
	word := wordOf(s.text[s.at:])
	kind := byte('n')
	switch {
	case isNumber(word):
		kind = '0'
	case word == "true" || word == "false" || word == "null":
	case s.at+len(word) == len(s.text) && begins(word):
		return s.tooEarly(inContainer)
	default:
		return s.cause()
	}
	s.take(kind, s.at+len(word))
	s.valueDone()
	return nil
}

// string reads a string, or a name if one is expected.
func (s *scanner) string() *fault {
	for i := s.at + 1; i < len(s.text); i++ {
		switch c := s.text[i]; {
		case c == '"':
			s.take('"', i+1)
			if s.want == wantName {
				s.want = wantColon
			} else {
				s.valueDone()
			}
			return nil
		case c == '\\':
			length, whole := escape(s.text[i:])
			if !whole {
				return s.tooEarly(inString)
			}
			if length == 0 {
				return &fault{i, brokenEscape}
			}
			i += length - 1
		case c < ' ':
			return &fault{i, controlIn(c)}
		}
	}
	return s.tooEarly(inString)
}

// end returns what is missing at the end of the text, if anything.
func (s *scanner) end() *SyntaxError {
	switch {
	case s.want == wantEnd:
		return nil
	case s.last.kind == 0:
		return At(s.text, 0, "empty, expected a JSON value")
	}
	f := s.tooEarly(inContainer)
	return At(s.text, f.offset, f.cause)
}

func (s *scanner) tooEarly(missing string) *fault {
	return &fault{len(s.text), "the JSON ends too early: it was cut off, or " + missing}
}
