package webhook

import (
	"bytes"
	"encoding/hex"
	"unicode/utf8"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/jsonvalue"
)

// members reads the members of an object one after the other. Like firstToken it follows nothing
// but strings and nesting, which is several times as fast as a parser, and so it costs little to
// look into a body that is not proven yet. In valid JSON it finds what a parser finds.
type members struct {
	text []byte
	// at is where the next member is looked for.
	at int
	// start is where the comma in front of the member is, or the member.
	start int
	name  []byte // with its quotation marks
	value jsonvalue.Raw
	// broken means that the rest is not JSON, and done that there is none.
	broken, done bool
}

func membersOf(object jsonvalue.Raw) members {
	m := members{text: object, at: skipBlanks(object, 0)}
	if m.at == len(object) || object[m.at] != '{' {
		m.broken = true
		return m
	}
	m.at++
	return m
}

// next reads a member; false at the end of the object, or if what follows is not JSON.
func (m *members) next() bool {
	if m.broken || m.done {
		return false
	}
	m.start = m.at
	i := skipBlanks(m.text, m.at)
	if i < len(m.text) && m.text[i] == ',' && m.name != nil {
		i = skipBlanks(m.text, i+1)
	}
	if i == len(m.text) || m.text[i] != '"' {
		m.done = i < len(m.text) && m.text[i] == '}'
		m.broken = !m.done
		return false
	}
	m.broken = true
	end := stringEnd(m.text, i)
	if end < 0 {
		return false
	}
	m.name = m.text[i:end]
	if i = skipBlanks(m.text, end); i == len(m.text) || m.text[i] != ':' {
		return false
	}
	i = skipBlanks(m.text, i+1)
	if m.at = valueEnd(m.text, i); m.at <= i {
		return false
	}
	m.value = m.text[i:m.at:m.at]
	m.broken = false
	return true
}

// is reports whether the member has this name.
func (m *members) is(name string) bool { return isNamed(m.name, name) }

// plainName returns the name without escapes.
func (m *members) plainName() string {
	if bytes.IndexByte(m.name, '\\') < 0 {
		return string(m.name[1 : len(m.name)-1])
	}
	plain, err := jsontext.AppendUnquote(nil, m.name)
	if err != nil {
		return "" // not valid JSON
	}
	return string(plain)
}

// isNamed reports whether a name as it is written, with its quotation marks, is this one.
func isNamed(written []byte, name string) bool {
	inner := written[1 : len(written)-1]
	if bytes.IndexByte(inner, '\\') < 0 {
		return string(inner) == name
	}
	// Most names differ at the beginning, and anyone can send many with escapes.
	if c, ok := firstOf(inner); ok && (name == "" || c != name[0]) {
		return false
	}
	plain, err := jsontext.AppendUnquote(nil, written)
	return err == nil && string(plain) == name
}

// firstOf returns the first character of the inside of a string, if it is ASCII and not escaped
// in an unusual way.
func firstOf(inner []byte) (c byte, ok bool) {
	if inner[0] != '\\' {
		return inner[0], inner[0] < utf8.RuneSelf
	}
	if len(inner) < len(`\u0000`) || inner[1] != 'u' {
		return 0, false
	}
	var code [2]byte
	if n, err := hex.Decode(code[:], inner[2:6]); n != 2 || err != nil || code[0] != 0 || code[1] >= utf8.RuneSelf {
		return 0, false
	}
	return code[1], true
}

// memberOf returns the first member of an object with this name, nil if there is none.
func memberOf(object jsonvalue.Raw, name string) jsonvalue.Raw {
	if value, found := endMember(object, name); found {
		return value
	}
	for m := membersOf(object); m.next(); {
		if m.is(name) {
			return m.value
		}
	}
	return nil
}

// cutMember returns the last member of an object with this name, nil if there is none, and the
// object without all members with this name. ok is false if it is not an object.
func cutMember(object jsonvalue.Raw, name string) (value, rest jsonvalue.Raw, ok bool) {
	kept, first, from := []byte(nil), true, 0
	m := membersOf(object)
	for m.next() {
		if !m.is(name) {
			if first && value != nil { // without the comma that followed what was cut
				from += bytes.IndexByte(object[from:], ',') + 1
			}
			first = false
			continue
		}
		value = m.value
		kept = append(kept, object[from:m.start]...)
		from = m.at
	}
	if m.broken {
		return nil, nil, false
	}
	if value == nil {
		return nil, object, true
	}
	return value, append(kept, object[from:]...), true
}

// elementsOf returns the elements of a list; ok is false if it is not one, or has more elements
// than it may have.
func elementsOf(list jsonvalue.Raw, most int) (elements []jsonvalue.Raw, ok bool) {
	i := skipBlanks(list, 0)
	if i == len(list) || list[i] != '[' {
		return nil, false
	}
	for i = skipBlanks(list, i+1); ; {
		if i < len(list) && list[i] == ']' && len(elements) == 0 {
			return nil, true
		}
		end := valueEnd(list, i)
		if end <= i {
			return nil, false
		}
		elements = append(elements, jsonvalue.Raw(list[i:end:end]))
		switch i = skipBlanks(list, end); {
		case i < len(list) && list[i] == ']':
			return elements, true
		case i == len(list) || list[i] != ',' || len(elements) == most:
			return nil, false
		}
		i = skipBlanks(list, i+1)
	}
}

func skipBlanks(text []byte, i int) int {
	for i < len(text) && (text[i] == ' ' || text[i] == '\n' || text[i] == '\t' || text[i] == '\r') {
		i++
	}
	return i
}

// valueEnd returns where the value that begins at start ends; start, or -1, if it does not.
func valueEnd(text []byte, start int) int {
	if start == len(text) {
		return start
	}
	switch text[start] {
	case '"':
		return stringEnd(text, start)
	case '{', '[':
		return nestedEnd(text, start)
	}
	for i := start; i < len(text); i++ {
		switch text[i] {
		case ',', '}', ']', ' ', '\t', '\r', '\n':
			return i
		}
	}
	return len(text)
}

// nestedEnd returns where the object or the list that begins at start ends, -1 if it does not.
func nestedEnd(text []byte, start int) int {
	depth := 0
	for i := start; i < len(text); i++ {
		switch text[i] {
		case '"':
			if i = stringEnd(text, i) - 1; i < 0 {
				return -1
			}
		case '{', '[':
			depth++
		case '}', ']':
			if depth--; depth == 0 {
				return i + 1
			}
		}
	}
	return -1
}

// nearEnd is how far from the end of an object endMember looks, in bytes.
const nearEnd = 1 << 10

// endMember returns the member of an object with this name if the object has the name once, near
// its end. It is for large objects of which all but the end can be passed over. It finds nothing
// if that is not certain.
func endMember(object jsonvalue.Raw, name string) (value jsonvalue.Raw, found bool) {
	if len(object) <= nearEnd {
		return nil, false
	}
	quoted, tail := []byte(`"`+name+`"`), len(object)-nearEnd
	at := bytes.Index(object[tail:], quoted) + tail
	if at < tail || object[at-1] == '\\' || bytes.Contains(object[:at], quoted[1:]) || bytes.Contains(object[at+len(quoted):], quoted[1:]) {
		return nil, false
	}
	open := 0 // objects and lists that end behind the name, and begin in front of it
	for i := len(object) - 1; i >= at+len(quoted); i-- {
		switch object[i] {
		case '}', ']':
			open++
		case '{', '[':
			open--
		case '"':
			if i = stringStart(object, i); i < 0 {
				return nil, false
			}
		}
	}
	i := skipBlanks(object, at+len(quoted))
	if open != 1 || i == len(object) || object[i] != ':' {
		return nil, false
	}
	start := skipBlanks(object, i+1)
	end := valueEnd(object, start)
	if end <= start {
		return nil, false
	}
	return object[start:end:end], true
}

// stringStart returns where the string that ends at end begins, -1 if it does not begin.
func stringStart(text []byte, end int) int {
	for i := end - 1; i >= 0; i-- {
		if text[i] != '"' {
			continue
		}
		escapes := 0
		for escapes < i && text[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i
		}
	}
	return -1
}
