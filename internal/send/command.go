package send

import (
	"encoding/base64"
	"maps"
	"net/http"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// longestWord is how long one word of a command may be, in bytes: Linux takes no more than 128 KiB.
const longestWord = 100 << 10

// lineOfBase64 is how many characters a line of a here document has.
const lineOfBase64 = 76

// Command is a request as a command of curl.
type Command struct {
	Method, URL string
	Header      http.Header
	Body        []byte
	// File is the file that has the body, "" to write the body into the command.
	File string
	// Variables are put in place of texts of the URL, the headers and a body that is text.
	Variables []Variable
}

// Variable is a text of a request that a command must not have, and what the shell puts in its
// place.
type Variable struct {
	Text string
	// Shell is an expansion that keeps spaces, such as "$SECRET" with its quotation marks.
	Shell string
}

// CommandOf returns a request with its body as a command.
func CommandOf(r *http.Request, body []byte) Command {
	return Command{Method: r.Method, URL: r.URL.String(), Header: r.Header, Body: body}
}

// String returns the command. A body that is not printable text is written as base64.
func (c Command) String() string {
	before, data := c.data()
	var out strings.Builder
	out.WriteString(before + "curl -sS")
	if strings.ContainsAny(c.URL, "[]{}") {
		out.WriteString(" -g") // curl would read them as a pattern of several URLs
	}
	if strings.Contains(c.URL, "/.") {
		out.WriteString(" --path-as-is")
	}
	if option := c.method(data != ""); option != "" {
		out.WriteString(" " + option)
	}
	out.WriteString(" " + c.word(c.URL))
	for _, name := range slices.Sorted(maps.Keys(c.Header)) {
		for _, value := range c.Header[name] {
			line := name + ": " + value
			if value == "" {
				line = name + ";" // as curl writes an empty header
			}
			out.WriteString(" \\\n  -H " + c.word(line))
		}
	}
	if data != "" && len(c.Header["Content-Type"]) == 0 {
		out.WriteString(" \\\n  -H 'Content-Type:'") // curl would add one
	}
	if data != "" {
		out.WriteString(" \\\n  " + data)
	}
	return out.String()
}

// method returns the option for the method, "" for the one that curl uses anyway.
func (c Command) method(hasData bool) string {
	switch {
	case c.Method == http.MethodHead:
		return "--head"
	case hasData && c.Method == http.MethodPost, !hasData && (c.Method == http.MethodGet || c.Method == ""):
		return ""
	}
	return "-X " + c.word(c.Method)
}

// hereDocument begins the lines of a body in base64.
const hereDocument = "<<'END'"

// data returns the option for the body, "" for none, and what comes before curl to pass it on.
func (c Command) data() (before, option string) {
	switch {
	case c.File != "":
		return "", "--data-binary " + c.word("@"+c.File)
	case len(c.Body) == 0 && c.Method != http.MethodPost && c.Method != http.MethodPut:
		return "", ""
	case !printable(c.Body):
		return "base64 -d " + hereDocument + " | ", "--data-binary @-" + c.lines()
	case len(c.Body) > longestWord:
		// printf is part of the shell, which does not limit its words.
		return "printf %s " + c.word(string(c.Body)) + " | ", "--data-binary @-"
	}
	return "", "--data-raw " + c.word(string(c.Body))
}

// lines returns the body in base64 as the lines of a here document.
func (c Command) lines() string {
	text := base64.StdEncoding.EncodeToString(c.Body)
	var out strings.Builder
	for len(text) > 0 {
		n := min(len(text), lineOfBase64)
		out.WriteString("\n" + text[:n])
		text = text[n:]
	}
	return out.String() + "\nEND"
}

// printable reports whether a body can be copied and pasted as text: without characters that a
// terminal acts on, or that change the direction of what follows.
func printable(body []byte) bool {
	return utf8.Valid(body) && !strings.ContainsFunc(string(body), func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r) || strings.ContainsRune("\u2028\u2029\ufeff", r)
	})
}

// Hides reports whether the command has a variable in place of each text that it must not have:
// it cannot in a body that is not text.
func (c Command) Hides() bool {
	return !slices.ContainsFunc(c.Variables, func(v Variable) bool {
		return !printable(c.Body) && strings.Contains(string(c.Body), v.Text)
	})
}

// word quotes a word so that a shell takes it literally, but for the variables.
func (c Command) word(text string) string {
	for _, v := range c.Variables {
		if before, after, found := strings.Cut(text, v.Text); found && v.Text != "" {
			return strings.TrimSuffix(c.word(before), "''") + v.Shell + strings.TrimPrefix(c.word(after), "''")
		}
	}
	return word(text)
}
