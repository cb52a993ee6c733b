package auditlog

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"

	"untag/internal/audit"
	"untag/internal/terminal"
)

// Print prints lines as a table.
func Print(w io.Writer, lines []audit.Line) error {
	if len(lines) == 0 {
		_, err := fmt.Fprintln(w, "nothing was removed that these flags select")
		return err
	}
	t := table.NewWriter()
	style := table.StyleLight
	style.Options = table.Options{SeparateHeader: true}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	t.SetStyle(style)
	t.SuppressTrailingSpaces()
	t.AppendHeader(table.Row{"time", "what", "tags", "module", "record", "rule", "source", "event", "rules"})
	for _, l := range lines {
		t.AppendRow(table.Row{
			l.Time.UTC().Format(time.DateTime), what(l), terminal.Clean(strings.Join(l.Asked, ", ")), terminal.Clean(l.Module), terminal.Clean(l.RecordID),
			terminal.Clean(l.Rule), terminal.Clean(l.Source), terminal.Clean(l.EventID), terminal.Clean(l.Rules),
		})
	}
	_, err := fmt.Fprintf(w, "%s\n\nTimes are in UTC.\n", t.Render())
	return err
}

// what says what happened to the tags of a line.
func what(l audit.Line) string {
	switch {
	case l.Mode == audit.ModeObserve:
		return "would be removed"
	case l.Mode == audit.ModeUndo && len(l.Added) == 0:
		return "not put back: " + terminal.Clean(l.Answer)
	case l.Mode == audit.ModeUndo:
		return "put back"
	case len(l.Removed) == 0:
		return "not removed: " + terminal.Clean(l.Answer)
	case len(l.Removed) < len(l.Asked):
		return "only " + terminal.Clean(strings.Join(l.Removed, ", ")) + " removed"
	case !l.Seen:
		return "removed (if it was there)"
	}
	return "removed"
}

// PrintJSON prints each line as a line of JSON.
func PrintJSON(w io.Writer, lines []audit.Line) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	for _, l := range lines {
		if err := encoder.Encode(l); err != nil {
			return err
		}
	}
	return nil
}
