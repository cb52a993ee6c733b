package webhook

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/jsonvalue"
)

const (
	// tokenMember is the member of a notification's body that holds its token.
	tokenMember = "token"
	blanks      = " \t\r\n"
	byteOrder   = "\xef\xbb\xbf"
)

// bodyToken returns the token in a body that nothing has proved yet, or the reason why it
// has none. It reads the body as cheaply as that can be done: it looks for the member and
// minds nothing but strings and nesting. In JSON it finds what a parser finds.
func bodyToken(body []byte) (token, reason string) {
	body = bytes.TrimLeft(bytes.TrimPrefix(body, []byte(byteOrder)), blanks)
	if len(body) == 0 || body[0] != '{' {
		return "", "the body is not a JSON object"
	}
	value, more := firstToken(body)
	switch {
	case value == nil:
		return "", "the body has no `token`"
	case more:
		return "", "the body has more than one `token`"
	case value[0] == 'n':
		return "", "the `token` in the body is null: the subscription names none"
	case value[0] != '"':
		return "", "the `token` in the body is not a text"
	}
	text, _ := jsonvalue.Raw(value).Text()
	if len(text) == 0 {
		return "", "the `token` in the body is empty"
	}
	return string(text), ""
}

// firstToken returns what the first member called token of the outermost object begins
// with, a whole string or the rest of the body, and whether there are more of them.
func firstToken(body []byte) (value []byte, more bool) {
	depth, name, wanted := 0, false, false
	for i := 0; i < len(body); {
		c := body[i]
		end := i + 1
		if c == '"' {
			if end = stringEnd(body, i); end < 0 {
				return value, false
			}
		}
		switch {
		case depth == 1 && name && c == '"':
			name, wanted = false, isTokenMember(body[i:end])
			if wanted && value != nil {
				return value, true
			}
		case c == ':' || bytes.IndexByte([]byte(blanks), c) >= 0:
		case wanted:
			value, wanted = body[i:], false
			if c == '"' {
				value = body[i:end]
			}
			continue // what the value opens or closes has not been counted
		case c == '{' || c == '[':
			depth++
			name = depth == 1
		case c == '}' || c == ']':
			depth--
		case c == ',':
			name = depth == 1
		}
		i = end
	}
	return value, false
}

// stringEnd returns where the string that begins at start ends, -1 where it does not.
func stringEnd(body []byte, start int) int {
	for i := start + 1; i < len(body); i++ {
		n := bytes.IndexByte(body[i:], '"')
		if n < 0 {
			return -1
		}
		i += n
		escapes := 0
		for body[i-1-escapes] == '\\' {
			escapes++
		}
		if escapes%2 == 0 {
			return i + 1
		}
	}
	return -1
}

func isTokenMember(name []byte) bool {
	if bytes.IndexByte(name, '\\') < 0 {
		return string(name) == `"`+tokenMember+`"`
	}
	plain, err := jsontext.AppendUnquote(nil, name)
	return err == nil && string(plain) == tokenMember
}

// withoutBodyToken returns a body without its token, which is a credential, and every other
// body as it is.
func withoutBodyToken(body []byte) []byte {
	text := bytes.TrimPrefix(body, []byte(byteOrder))
	if value, _ := firstToken(text); value == nil {
		return body
	}
	_, rest, err := jsonvalue.Raw(text).Cut(tokenMember)
	if err != nil {
		return body
	}
	return rest
}
