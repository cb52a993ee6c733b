package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/spf13/cobra"

	"untag/internal/nearest"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/terminal"
)

func newSenders() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use:   "senders [NAME]",
		Short: "List the senders whose signatures untag knows",
		Long: `List the senders whose signatures untag knows: the name to write as verify in the rules
file, what is signed, and what has to be stored as the secret. With a NAME, show a source
and a rule to start from.`,
		Example: `  untag senders
  untag senders stripe`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(c *cobra.Command, args []string) error {
			if len(args) == 1 {
				return showSender(c.OutOrStdout(), args[0], asJSON)
			}
			return listSenders(c.OutOrStdout(), asJSON)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print as JSON")
	return c
}

// senderLine is a sender as --json prints it.
type senderLine struct {
	rules.Sender
	Signs  string   `json:"signs"`
	Covers string   `json:"covers"`
	Header []string `json:"header"`
	// Tolerance is how old or early a request may be, "" if the sender signs no time.
	Tolerance string `json:"tolerance,omitempty"`
}

func newSenderLine(s rules.Sender) senderLine {
	v := s.Source.Verify[0].Verify
	line := senderLine{Sender: s, Signs: v.Signed.String(), Covers: "body", Header: v.Signature.Headers}
	if !v.Timestamp.IsZero() {
		line.Tolerance = strings.TrimSuffix(v.Timestamp.Tolerance.String(), "0s")
	}
	return line
}

func listSenders(w io.Writer, asJSON bool) error {
	var lines []senderLine
	for _, name := range sender.Names() {
		if s, found := rules.LoadSender(name); found {
			lines = append(lines, newSenderLine(s))
		}
	}
	if asJSON {
		return printLine(w, lines)
	}
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.Options{SeparateHeader: true}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	t.AppendHeader(table.Row{"verify", "sender", "signs", "tolerance", "secret to store"})
	for _, s := range lines {
		t.AppendRow(table.Row{s.Name, s.Title, s.Signs, terminal.OrDash(s.Tolerance), s.Store})
	}
	_, err := fmt.Fprintf(w, "%s\n\nFor other senders, use token, basic or hmac, or describe how they sign; see docs/deploy.md.\n", t.Render())
	return err
}

func showSender(w io.Writer, name string, asJSON bool) error {
	s, found := rules.LoadSender(name)
	if !found {
		hint := ""
		if meant := nearest.Of(strings.ToLower(name), sender.Names()); meant != "" {
			hint = "; did you mean " + meant + "?"
		}
		return fmt.Errorf("there is no sender %q; untag senders lists them%s", name, hint)
	}
	line := newSenderLine(s)
	if asJSON {
		return printLine(w, line)
	}
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
`, s.Title, line.Signs, strings.Join(line.Header, " or "), s.Store, name)
	return err
}

func printLine(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(value)
}
