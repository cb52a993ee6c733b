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
		"clock":  func(t time.Time) string { return t.Format(time.TimeOnly) },
		"minute": func(t time.Time) string { return t.Format("15:04") },
		"stamp":  func(t time.Time) string { return t.Format(time.RFC3339) },
		"moment": func(t time.Time) string { return t.Format("2006-01-02 15:04:05 MST") },
		"bytes":  bytesWords,
		"pieces": pieces,
		"join":   func(list []string) string { return strings.Join(list, "; ") },
	}
}

// mostOfAnswer is how much of an answer a page shows, in bytes.
const mostOfAnswer = 16 << 10

// piece is a part of a text, which may be code.
type piece struct {
	Text string
	Code bool
}

// pieces splits a text at its marks of code, as in "write `lower(event.x)`".
func pieces(text string) []piece {
	parts := strings.Split(text, "`")
	if len(parts)%2 == 0 {
		return []piece{{Text: text}} // a mark without its partner
	}
	list := make([]piece, 0, len(parts))
	for i, part := range parts {
		if part != "" {
			list = append(list, piece{part, i%2 == 1})
		}
	}
	return list
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
