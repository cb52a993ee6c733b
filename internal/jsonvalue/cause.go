package jsonvalue

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

func controlIn(c byte) string {
	switch c {
	case '\n', '\r':
		return lineBreak
	case '\t':
		return tab
	}
	return control
}

func (s *scanner) here(cause string) *fault { return &fault{s.at, cause} }

// cause explains why the character at the current position is not allowed there.
func (s *scanner) cause() *fault {
	rest := s.text[s.at:]
	r, _ := utf8.DecodeRuneInString(rest)
	switch {
	case strings.IndexByte(s.text[:min(len(s.text), 16)], 0) >= 0:
		return s.here(utf16Text)
	case !unicode.IsPrint(r) && r != utf8.RuneError:
		return s.here(invisible)
	case s.isComment():
		return s.here(comment)
	case s.want == wantEnd:
		return s.leftover()
	case s.want == wantMore:
		return s.noMore()
	}
	if cause := strangeQuote(r); cause != "" {
		return s.here(cause)
	}
	switch s.want {
	case wantName:
		return s.noName()
	case wantColon:
		return s.noColon()
	}
	return s.noValue()
}

// isComment reports whether a comment begins here. It excludes text that may only lack its
// quotation marks, such as #fff and //example.com.
func (s *scanner) isComment() bool {
	rest := s.text[s.at:]
	if s.want == wantMore && s.last.kind == '"' && s.last.end == s.at {
		return false
	}
	if s.want == wantValue && !strings.HasPrefix(rest, "/*") {
		return strings.HasPrefix(rest, "// ")
	}
	return rest[0] == '#' || strings.HasPrefix(rest, "//") || strings.HasPrefix(rest, "/*")
}

// strangeQuote returns the cause if r stands where a straight double quotation mark should,
// otherwise "".
func strangeQuote(r rune) string {
	switch r {
	case '\'':
		return singleQuotes
	case '`', '\u2018', '\u2019', '\u201a', '\u201c', '\u201d', '\u201e', '\u00ab', '\u00bb', '\uff02':
		return otherQuotes
	case '\\':
		return backslash
	}
	return ""
}

// leftover returns the cause for anything after the complete value.
func (s *scanner) leftover() *fault {
	switch s.text[s.at] {
	case '{', '[':
		return s.here(severalValues)
	case '}', ']':
		return s.here(bracketTooMany)
	}
	return s.here(anotherValue)
}

func (s *scanner) noName() *fault {
	rest := s.text[s.at:]
	c := rest[0]
	afterComma := s.last.kind == ','
	switch {
	case c == '}' && afterComma:
		return &fault{s.last.start, trailingComma}
	case c == '}' || c == ']':
		return s.here(wrongBracket)
	case c == ',':
		return s.here(extraComma)
	case c == ':':
		return s.here(nameExpected)
	case s.last.kind == '{' && s.last.end == s.at && opensPlaceholder(s.text[s.last.start:]):
		return &fault{s.last.start, placeholder}
	case opensPlaceholder(rest):
		return s.here(placeholder)
	case digitsAt(rest) > 0 && s.touches(',', '0') && !strings.Contains(wordOf(rest), ":"):
		if at, ok := grouped(s.text[s.before.start:]); ok {
			return &fault{s.before.start + at, thousands}
		}
		return &fault{s.last.start, decimalComma}
	case c == '{' || c == '[':
		return s.here(nameExpected)
	}
	return s.here(bareName)
}

// touches reports whether the last two tokens are of these kinds, with no white space
// between them or before the current position.
func (s *scanner) touches(last, before byte) bool {
	return s.last.kind == last && s.before.kind == before && s.last.end == s.at && s.before.end == s.last.start
}

func (s *scanner) noColon() *fault {
	switch c := s.text[s.at]; {
	case c == ',' || c == '}':
		return s.here(valueWithoutName)
	case c == ']':
		return s.here(wrongBracket)
	}
	return s.here(missingColon)
}

func (s *scanner) noMore() *fault {
	rest := s.text[s.at:]
	between := s.text[s.last.end:s.at]
	c := rest[0]
	switch {
	case c == '}' || c == ']':
		return s.here(wrongBracket)
	case c == '"' && s.last.kind == '"' && !s.beginsMember(between != ""):
		return s.here(quoteInString)
	case c == '"' || c == ';' || strings.Contains(between, "\n"):
		return s.here(missingComma)
	case s.last.kind == '"':
		return s.here(quoteInString)
	case s.last.kind == '0' && s.within('{') && digitsAt(rest) > 0:
		if at, ok := grouped(s.text[s.last.start:]); ok {
			return &fault{s.last.start + at, thousands}
		}
	case c == '{' || c == '[' || s.last.kind == '0' && digitsAt(rest) > 0:
		return s.here(missingComma)
	}
	if s.last.kind == '0' || s.last.kind == 'n' {
		return &fault{s.last.start, bareText}
	}
	return s.here(moreExpected)
}

// beginsMember reports whether the quotation mark here begins the next member or element,
// rather than belonging to the string before it.
func (s *scanner) beginsMember(apart bool) bool {
	if !s.within('{') {
		return apart
	}
	next := *s
	next.want = wantName
	if next.string() != nil {
		return false
	}
	return strings.HasPrefix(strings.TrimLeft(next.text[next.at:], blank), ":")
}

func (s *scanner) noValue() *fault {
	rest := s.text[s.at:]
	top := len(s.open) == 0
	switch c := rest[0]; {
	case top && (c == '}' || c == ']'):
		return s.here(extraBracket)
	case c == '}' || c == ']':
		switch {
		case s.last.kind == ':':
			return s.here(missingValue)
		case s.last.kind == ',':
			return &fault{s.last.start, trailingComma}
		}
		return s.here(wrongBracket)
	case c == ',' && s.last.kind == '[':
		return s.here(extraComma)
	case c == ',' && !top:
		return s.here(missingValue)
	case c == ':' && !top:
		return s.here(extraColon)
	case opensPlaceholder(rest):
		return s.here(placeholder)
	case top && c == '<':
		return s.here(markup)
	case top && misspelt(wordOf(rest)) == "":
		return s.here(notJSON)
	}
	return s.badWord(wordOf(rest))
}

// badWord returns the cause for a word that is neither a number nor a JSON literal.
func (s *scanner) badWord(word string) *fault {
	if s.touches(',', '0') {
		if at, ok := grouped(s.text[s.before.start:]); ok {
			return &fault{s.before.start + at, thousands}
		}
	}
	if at, ok := grouped(s.text[s.at:]); ok {
		return &fault{s.at + at, thousands}
	}
	if cause := misspelt(word); cause != "" && s.alone(word) {
		return s.here(cause)
	}
	return s.here(bareText)
}

// alone reports whether the value ends after this word.
func (s *scanner) alone(word string) bool {
	rest := strings.TrimLeft(s.text[s.at+len(word):], blank)
	return rest == "" || strings.IndexByte(",}]/", rest[0]) >= 0
}

// misspelt returns the cause if a word is almost a JSON number or literal, otherwise "".
func misspelt(word string) string {
	number := strings.TrimPrefix(word, "-")
	switch strings.ToLower(strings.TrimPrefix(number, "+")) {
	case "nan", "inf", "infinity":
		return notANumber
	case "true", "false", "null", "none", "nil", "undefined":
		if number == word && !strings.HasPrefix(word, "+") {
			return literal
		}
	}
	n := digitsAt(number)
	switch {
	case strings.HasPrefix(word, "+") && isNumber(word[1:]):
		return plusSign
	case n > 1 && number[0] == '0' && isNumber("1"+number):
		return leadingZero
	case strings.HasPrefix(number, ".") && isNumber("0"+number),
		n > 0 && strings.HasPrefix(number[n:], ".") && isNumber(number[:n+1]+"0"+number[n+1:]):
		return decimalPoint
	}
	return ""
}

// opensPlaceholder reports whether a text begins with a template's mark for a value to
// fill in.
func opensPlaceholder(text string) bool {
	for _, mark := range [...]string{"${", "$[", "$(", "@{", "#{", "{!", "{%", "<%", "%{", "%("} {
		if strings.HasPrefix(text, mark) {
			return true
		}
	}
	inner, braces := strings.CutPrefix(text, "{{")
	inner = strings.TrimLeft(inner, blank+"{#$!&^~>.=-")
	r, _ := utf8.DecodeRuneInString(inner)
	return braces && (unicode.IsLetter(r) || r == '_')
}
