package terminal

import (
	"io"
	"os"

	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"
)

// plainWidth is the width of a table outside a terminal, in columns.
const plainWidth = 100

// Painter colours text, if it is true.
type Painter bool

// PainterFor returns a painter that colours text on a terminal, unless NO_COLOR is set.
func PainterFor(w io.Writer) Painter {
	file := terminalOf(w)
	return Painter(file != nil && os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb")
}

// Paint returns text in a colour.
func (p Painter) Paint(c text.Color, s string) string {
	if !p {
		return s
	}
	return c.Sprint(s)
}

// Width returns the width of a terminal, in columns.
func Width(w io.Writer) int {
	if file := terminalOf(w); file != nil {
		if width, _, err := term.GetSize(int(file.Fd())); err == nil && width > 0 {
			return width
		}
	}
	return plainWidth
}

// IsTerminal reports whether w writes to a terminal.
func IsTerminal(w io.Writer) bool { return terminalOf(w) != nil }

// terminalOf returns the terminal that w writes to, nil if it is not a terminal.
func terminalOf(w io.Writer) *os.File {
	if to, ok := w.(interface{ File() *os.File }); ok {
		if file := to.File(); file != nil && term.IsTerminal(int(file.Fd())) {
			return file
		}
		return nil
	}
	file, ok := w.(*os.File)
	if !ok || !term.IsTerminal(int(file.Fd())) {
		return nil
	}
	return file
}
