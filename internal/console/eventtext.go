package console

import (
	"encoding/json"
	"net/http"
	"strings"
	"unicode/utf8"
)

const (
	// mostOfText is how much of a text a page shows, in bytes, and mostOfWhole how much is shown
	// where one asks for the whole: JSON that is laid out may be many times as long.
	mostOfText, mostOfWhole = 16 << 10, 4 << 20
	// mostIndent is the deepest indentation of JSON, in spaces.
	mostIndent = 40
)

// textView is a text as a page shows it.
type textView struct {
	Text string
	// Size is how long the whole is, in bytes; Cut says that Text is only its beginning.
	Size int
	Cut  bool
	// JSON says that it is laid out, Binary that it is not text, and Text is empty.
	JSON, Binary bool
}

// newTextView shows at most so many bytes of a text, laid out if it is JSON.
func newTextView(hide func(string) string, text []byte, most int) textView {
	v := textView{Size: len(text)}
	if !utf8.Valid(text) || strings.ContainsRune(string(text), 0) {
		v.Binary = true
		return v
	}
	shown := string(text)
	if trimmed := strings.TrimSpace(shown); trimmed != "" && strings.ContainsAny(trimmed[:1], "{[") && json.Valid(text) {
		v.JSON = true
		shown, v.Cut = laidOut(trimmed, most+longestSecret)
	} else if len(shown) > most+longestSecret {
		shown, v.Cut = cutText(shown, most+longestSecret), true
	}
	if v.Text = hide(shown); len(v.Text) > most {
		v.Text, v.Cut = cutText(v.Text, most), true
	}
	v.Text = visible(v.Text)
	return v
}

// laidOut returns valid JSON with a line for each value, at most so many bytes of it. It keeps
// the order and the spelling, as the sender has them.
func laidOut(text string, most int) (out string, cut bool) {
	var b strings.Builder
	depth := 0
	line := func() {
		b.WriteByte('\n')
		b.WriteString(strings.Repeat(" ", min(2*depth, mostIndent)))
	}
	for i := 0; i < len(text); i++ {
		if b.Len() >= most {
			return cutText(b.String(), most), true
		}
		switch c := text[i]; c {
		case ' ', '\t', '\r', '\n':
		case '"':
			end := stringEnd(text, i)
			b.WriteString(text[i:min(end, i+most+1)])
			i = end - 1
		case '{', '[':
			b.WriteByte(c)
			if rest := strings.TrimLeft(text[i+1:], " \t\r\n"); rest != "" && (rest[0] == '}' || rest[0] == ']') {
				b.WriteByte(rest[0])
				i = len(text) - len(rest)
				continue
			}
			depth++
			line()
		case '}', ']':
			depth--
			line()
			b.WriteByte(c)
		case ',':
			b.WriteByte(c)
			line()
		case ':':
			b.WriteString(": ")
		default:
			b.WriteByte(c)
		}
	}
	if b.Len() > most {
		return cutText(b.String(), most), true
	}
	return b.String(), false
}

// stringEnd returns where a JSON string ends that begins at start.
func stringEnd(text string, start int) int {
	for i := start + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}

// writeText answers with a text that the browser must take for nothing else.
func writeText(w http.ResponseWriter, v textView) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	text := v.Text
	switch {
	case v.Binary:
		text = "This is not text."
	case v.Cut:
		text += "\n… The rest is left out."
	}
	_, _ = w.Write([]byte(text))
}
