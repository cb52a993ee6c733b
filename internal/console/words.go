package console

import (
	"fmt"
	"html/template"
	"strconv"
	"strings"
	"time"
)

// words are the functions that templates use.
func words() template.FuncMap {
	return template.FuncMap{
		"clock":      func(t time.Time) string { return t.Format(time.TimeOnly) },
		"stamp":      func(t time.Time) string { return t.Format(time.RFC3339) },
		"answerText": answerText,
		"bytes":      bytesWords,
		"join":       func(list []string) string { return strings.Join(list, "; ") },
	}
}

// mostOfAnswer is how much of an answer a page shows, in bytes.
const mostOfAnswer = 16 << 10

// answerText returns the beginning of an answer as text.
func answerText(answer []byte) string {
	cut := len(answer) > mostOfAnswer
	text := strings.ToValidUTF8(string(answer[:min(len(answer), mostOfAnswer)]), "\ufffd")
	if cut {
		text += "…"
	}
	return text
}

// bytesWords says how long something is.
func bytesWords(n int) string {
	switch {
	case n < 1<<10:
		return strconv.Itoa(n) + " bytes"
	case n < 1<<20:
		return fmt.Sprintf("%.1f KiB", float64(n)/(1<<10))
	}
	return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
}

// escaped returns a text as HTML.
func escaped(text string) string { return template.HTMLEscapeString(text) }
