package senderlist

import (
	"fmt"
	"io"
	"strings"

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
		handshake := ""
		if s.Handshake {
			handshake = "answered"
		}
		t.AppendRow(table.Row{s.Name, s.Title, s.Signs, s.Covers, terminal.OrDash(s.Tolerance), terminal.OrDash(handshake), s.Store, terminal.OrDash(s.Oracle)})
	}
	_, err := fmt.Fprintf(w, "%s\n\nFor other senders, use token, basic or hmac, or describe how they sign; see docs/deploy.md.\n", t.Render())
	return err
}

// PrintOne prints how a sender signs, and a rules file to start from.
func PrintOne(w io.Writer, s Sender) error {
	_, err := fmt.Fprintf(w, `%s signs %s and sends the signature in the header %s.
Store %s as the secret of the source.

version: 1
sources:
  %[5]s: {verify: %[5]s}
rules:
  - name: my-rule
    on: %[5]s
    when: event.type == "…"            # see its documentation for what it sends
    record: {module: Contacts, find: {email: event.email}}
    remove: [My tag]

Write what it sends to a file, and see what the rule does with it:

  untag explain --source %[5]s --body FILE
`, s.Title, s.Signs, strings.Join(s.Header, " or "), s.Store, s.Name)
	return err
}
