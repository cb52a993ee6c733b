package terminal

import (
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"
)

// pageWidth is the usual width of a terminal, in columns.
const pageWidth = 80

// Page is text that fits a terminal.
type Page struct{ strings.Builder }

// Line writes an indented label and, next to it, wrapped text.
func (p *Page) Line(indent int, label, body string) {
	prefix := strings.Repeat(" ", indent) + label
	width := max(pageWidth-utf8.RuneCountInString(prefix), 20)
	for i, part := range strings.Split(text.WrapSoft(Clean(body), width), "\n") {
		part = strings.TrimRight(part, " ")
		if i > 0 {
			prefix = strings.Repeat(" ", utf8.RuneCountInString(prefix))
		}
		p.WriteString(strings.TrimRight(prefix+part, " ") + "\n")
	}
}

// Long writes text that must stay in one line, such as a URL.
func (p *Page) Long(indent int, body string) {
	p.WriteString(strings.Repeat(" ", indent) + Clean(body) + "\n")
}

// Heading writes a title below an empty line.
func (p *Page) Heading(title string) { p.WriteString("\n" + title + "\n") }
