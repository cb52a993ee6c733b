package webhook

import (
	"bytes"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/jsonvalue"
)

const (
	// tokenMember is the member of a notification's body that holds its token.
	tokenMember = "token"
	noToken     = "the body has no `token`"
	blanks      = " \t\r\n"
	byteOrder   = "\xef\xbb\xbf"
)

// bodyToken returns the token in a body that is not yet proven, or the reason why it has
// none. To be cheap, it only searches for the member and follows nothing but strings and
// nesting. In valid JSON it finds what a parser finds.
func bodyToken(body []byte) (token, reason string) {
	body = bytes.TrimLeft(bytes.TrimPrefix(body, []byte(byteOrder)), blanks)
	if len(body) == 0 || body[0] != '{' {
		return "", "the body is not a JSON object"
	}
	value, more := firstToken(body)
	switch {
	case value == nil:
		return "", noToken
	case more:
		return "", "the body has more than one `token`"
	case value[0] == 'n':
		return "", "the `token` in the body is null: the subscription has no token"
	case value[0] != '"':
		return "", "the `token` in the body is not text"
	}
	text, _ := jsonvalue.Raw(value).Text()
	if len(text) == 0 {
		return "", "the `token` in the body is empty"
	}
	return string(text), ""
}

// firstToken returns the value of the outermost object's first member called token, and
// whether there are more such members. The value is a whole string, or everything from its
// beginning to the end of the body if it is not a string.
func firstToken(body []byte) (value []byte, more bool) {
	// Most unproven bodies do not contain this name, which is quick to find out.
	if !bytes.Contains(body, []byte(tokenMember)) && !bytes.Contains(body, []byte(`\u`)) {
		return nil, false
	}
	depth := 0
	name := false // the next string is the name of a member of the outermost object
	for i := 0; i < len(body); i++ {
		switch body[i] {
		case '"':
			end := stringEnd(body, i)
			if end < 0 {
				return value, false
			}
			if name && isTokenMember(body[i:end]) {
				if value != nil {
					return value, true
				}
				value = valueBehind(body[end:])
			}
			name = false
			i = end - 1
		case '{', '[':
			depth++
			name = depth == 1
		case '}', ']':
			depth--
		case ',':
			name = depth == 1
		}
	}
	return value, false
}

// valueBehind returns the value after the name of a member, nil if there is none.
func valueBehind(rest []byte) []byte {
	rest = bytes.TrimLeft(rest, blanks+":")
	if len(rest) == 0 {
		return nil
	}
	if rest[0] == '"' {
		end := stringEnd(rest, 0)
		if end < 0 {
			return nil
		}
		return rest[:end]
	}
	return rest
}

// stringEnd returns where the string that begins at start ends, or -1 if it does not end. It
// goes byte by byte through short stretches between escapes, and in leaps through long ones.
func stringEnd(body []byte, start int) int {
	const short, leap = 16, 256
	for i := start + 1; i < len(body); {
		for stop := min(i+short, len(body)); i < stop; i++ {
			switch body[i] {
			case '"':
				return i + 1
			case '\\':
				i++
			}
		}
		for i < len(body) {
			next := body[i:min(i+leap, len(body))]
			escape := bytes.IndexByte(next, '\\')
			if end := bytes.IndexByte(next, '"'); end >= 0 && (escape < 0 || end < escape) {
				return i + end + 1
			}
			if escape >= 0 {
				i += escape
				break
			}
			i += len(next)
		}
	}
	return -1
}

func isTokenMember(name []byte) bool {
	const escaped = len(`"\u0000"`) - 2 // the longest escape of one letter
	switch {
	case bytes.IndexByte(name, '\\') < 0:
		return string(name) == `"`+tokenMember+`"`
	case len(name) > len(tokenMember)*escaped+2:
		return false
	}
	plain, err := jsontext.AppendUnquote(make([]byte, 0, 2*len(tokenMember)), name)
	return err == nil && string(plain) == tokenMember
}

// withoutBodyToken returns a body without its token, which is a credential. It returns a
// body without a token unchanged.
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
