package phone

import (
	"strings"
	"unicode"
)

// maxText is how long the text of a number may be, in bytes: anything longer is not a number.
const maxText = 200

// dialed extracts the digits of a number from its text, and reports whether a + stands
// before them. Punctuation between the digits makes no difference, nor does an extension.
func dialed(text string) (international bool, digits string, ok bool) {
	if len(text) > maxText {
		return false, "", false
	}
	number, ok := withoutExtension(plain(text))
	if !ok {
		return false, "", false
	}
	var out strings.Builder
	for _, r := range number {
		switch {
		case '0' <= r && r <= '9':
			out.WriteRune(r)
		case r == '+' && out.Len() == 0 && !international:
			international = true
		case strings.ContainsRune("-.()/~", r), unicode.IsSpace(r), unicode.Is(unicode.Pd, r):
		default:
			return false, "", false
		}
	}
	return international, out.String(), 0 < out.Len() && out.Len() <= maxDigits
}

// plain replaces the digits of all scripts by 0 to 9 and full-width characters by ordinary
// ones, in lower case. It removes formatting characters, which address books add to
// numbers, and the scheme of a tel: address.
func plain(text string) string {
	text = strings.Map(func(r rune) rune {
		switch {
		case r < unicode.MaxASCII:
			return unicode.ToLower(r)
		case unicode.Is(unicode.Nd, r):
			return '0' + digit(r)
		case '\uff01' <= r && r <= '\uff5e':
			return unicode.ToLower(r - 0xfee0)
		case unicode.Is(unicode.Cf, r):
			return -1
		}
		return unicode.ToLower(r)
	}, text)
	return strings.TrimPrefix(strings.TrimSpace(text), "tel:")
}

// digit returns the value of a decimal digit of any script: Unicode lists those of a script
// together, from 0 to 9.
func digit(r rune) rune {
	for _, t := range unicode.Nd.R16 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if rune(t.Lo) <= r && r <= rune(t.Hi) {
			return (r - rune(t.Lo)) % 10
		}
	}
	return 0
}

// extensionMarks are the words that introduce an extension, in lower case; a comma, a
// semicolon and a # do so as well. Of two with the same beginning, the longer comes first.
var extensionMarks = [...]string{"extension", "extn", "ext", "xtn", "x", "anexo", "int", "доб"}

const maxExtension = 8

// withoutExtension cuts off an extension. It returns false if the text after the number is
// not one.
func withoutExtension(text string) (string, bool) {
	begins := false
	at := strings.IndexFunc(text, func(r rune) bool {
		begins = begins || '0' <= r && r <= '9'
		return begins && (unicode.IsLetter(r) || strings.ContainsRune("#,;", r))
	})
	if at < 0 {
		return text, true
	}
	rest := strings.TrimLeft(text[at:], ",; ")
	marked := len(rest) < len(text)-at
	for _, mark := range extensionMarks {
		if after, ok := strings.CutPrefix(rest, mark); ok {
			rest, marked = after, true
			break
		}
	}
	after := strings.TrimLeft(rest, ".:=# ")
	marked = marked || len(after) < len(rest) && strings.Contains(rest[:len(rest)-len(after)], "#")
	extension := strings.TrimRight(after, "#) ")
	return text[:at], marked && isExtension(extension)
}

func isExtension(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return 0 < len(text) && len(text) <= maxExtension
}
