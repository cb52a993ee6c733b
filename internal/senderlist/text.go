package senderlist

import (
	"fmt"
	"io"

	"github.com/jedib0t/go-pretty/v6/table"

	"untag/internal/terminal"
)

// Print prints the senders as a table.
func Print(w io.Writer, list []Sender) error {
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.Options{SeparateHeader: true}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	t.AppendHeader(table.Row{"verify", "sender", "signs", "covers", "tolerance", "handshake", "secret to store", "compared with"})
	for _, s := range list {
		t.AppendRow(table.Row{s.Name, s.Title, terminal.Shorten(s.Signs, 40), s.Covers, terminal.OrDash(s.Tolerance), s.handshake(), s.Store, s.comparedWith()})
	}
	_, err := fmt.Fprintf(w, `%s

covers body: the signature proves what the request says. covers sender: it proves only who sent it.
untag senders NAME shows a source, a rule, a test and a sample event to paste.
For other senders, use token, basic or hmac, or describe how they sign; see docs/senders.md.
`, t.Render())
	return err
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
