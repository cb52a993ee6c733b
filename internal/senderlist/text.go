package senderlist

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"untag/internal/terminal"
)

// Print prints the senders as a table, a line each. If that is wider than width, and width is
// not 0, it prints fewer columns, in several lines.
func Print(w io.Writer, list []Sender, width int) error {
	t := newTable("verify", "sender", "signs", "covers", "tolerance", "handshake", "secret to store", "compared with")
	for _, s := range list {
		t.AppendRow(table.Row{s.Name, s.Title, terminal.Shorten(s.Signs, 40), s.Covers, terminal.OrDash(s.Tolerance), s.handshake(), s.Store, s.comparedWith()})
	}
	shown, more := t.Render(), ""
	if width > 0 && text.LongestLineLen(shown) > width {
		shown, more = narrow(list, width), " A wider window, or a pipe, shows more columns."
	}
	_, err := fmt.Fprintf(w, `%s

covers body: the signature proves what the request says. covers sender: it proves only who sent it.
untag senders NAME shows a source, a rule, a test and a sample event to paste.%s
For other senders, use token, basic or hmac, or describe how they sign; see docs/senders.md.
`, shown, more)
	return err
}

func newTable(columns ...any) table.Writer {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.Options{SeparateHeader: true}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	t.AppendHeader(columns)
	return t
}

// narrow returns the columns that matter most, with as many lines for a sender as it takes.
func narrow(list []Sender, width int) string {
	const titles, least, others = 22, 16, 17 + 6 + 9 + 5*2 // the names, covers, handshake, and what is between
	t := newTable("verify", "sender", "covers", "handshake", "secret to store")
	t.SetColumnConfigs([]table.ColumnConfig{
		{Number: 2, WidthMax: titles, WidthMaxEnforcer: text.WrapSoft},
		{Number: 5, WidthMax: max(least, width-titles-others), WidthMaxEnforcer: text.WrapSoft},
	})
	for _, s := range list {
		t.AppendRow(table.Row{s.Name, s.Title, s.Covers, s.handshake(), s.Store})
	}
	return t.Render()
}

func (s Sender) handshake() string {
	if s.Handshake {
		return "answered"
	}
	return "none"
}

func (s Sender) comparedWith() string {
	if s.Oracle == "" {
		return "none"
	}
	return s.Oracle
}
