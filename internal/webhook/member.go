package webhook

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/jsonvalue"
)

// memberOf returns the first member of an object with this name, nil if there is none. Like
// firstToken it follows nothing but strings and nesting, which is several times as fast as a
// parser. In valid JSON it finds what a parser finds.
func memberOf(object jsonvalue.Raw, name string) jsonvalue.Raw {
	value, _ := findMember(object, name)
	return value
}

// findMember returns the first member of an object with this name, and where its value begins;
// nil if there is none.
func findMember(object jsonvalue.Raw, name string) (value jsonvalue.Raw, start int) {
	i := skipBlanks(object, 0)
	if i == len(object) || object[i] != '{' {
		return nil, 0
	}
	for i++; ; {
		if i = skipBlanks(object, i); i < len(object) && object[i] == ',' {
			i = skipBlanks(object, i+1)
		}
		if i == len(object) || object[i] != '"' {
			return nil, 0
		}
		end := stringEnd(object, i)
		if end < 0 {
			return nil, 0
		}
		found := isNamed(object[i:end], name)
		if i = skipBlanks(object, end); i == len(object) || object[i] != ':' {
			return nil, 0
		}
		start = skipBlanks(object, i+1)
		if i = valueEnd(object, start); i <= start {
			return nil, 0
		}
		if found {
			return object[start:i:i], start
		}
	}
}

// isNamed reports whether a string, as written, is this name.
func isNamed(written []byte, name string) bool {
	if bytes.IndexByte(written, '\\') < 0 {
		return string(written[1:len(written)-1]) == name
	}
	plain, err := jsontext.AppendUnquote(nil, written)
	return err == nil && string(plain) == name
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
	i := start
	for i < len(text) && !bytes.Contains([]byte(",}] \t\r\n"), text[i:i+1]) {
		i++
	}
	return i
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
