package console

import (
	"html/template"
	"strings"
	"time"
)

// words are the functions that templates use.
func words() template.FuncMap {
	return template.FuncMap{
		"clock": func(t time.Time) string { return t.Format(time.TimeOnly) },
		"stamp": func(t time.Time) string { return t.Format(time.RFC3339) },
		"join":  func(list []string) string { return strings.Join(list, "; ") },
	}
}

// escaped returns a text as HTML.
func escaped(text string) string { return template.HTMLEscapeString(text) }
