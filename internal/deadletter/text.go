package deadletter

import (
	"fmt"
	"io"
	"time"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"untag/internal/queue"
	"untag/internal/terminal"
)

// longestReason is how much of a reason the table shows, in characters.
const longestReason = 60

// Print prints the messages as a table.
func Print(w io.Writer, list []queue.Dead) error {
	if len(list) == 0 {
		_, err := fmt.Fprintln(w, "the dead-letter queue is empty")
		return err
	}
	t := table.NewWriter()
	t.SetOutputMirror(w)
	t.SetStyle(table.StyleLight)
	t.Style().Format.Header = text.FormatDefault
	t.AppendHeader(table.Row{"message", "source", "rule", "code", "why", "ago"})
	for _, one := range list {
		l := newLetter(one)
		t.AppendRow(table.Row{
			terminal.Clean(l.ID), terminal.Clean(l.Source), terminal.Clean(l.Rule), terminal.Clean(l.Code),
			terminal.Shorten(terminal.Clean(l.Message), longestReason), ago(l.Time),
		})
	}
	t.Render()
	return nil
}

// PrintOne prints one message, without its event's content.
func PrintOne(w io.Writer, one queue.Dead) {
	l := newLetter(one)
	for _, line := range [][2]string{
		{"message", l.ID}, {"event", l.EventID}, {"source", l.Source}, {"rule", l.Rule}, {"code", l.Code}, {"why", l.Message},
		{"since", fmt.Sprintf("%s (%s ago)", l.Time.Format(time.RFC3339), ago(l.Time))},
		{"size", fmt.Sprintf("%d bytes", len(one.Body))},
	} {
		fmt.Fprintf(w, "%-9s %s\n", line[0], terminal.Clean(line[1]))
	}
	if !one.Readable {
		fmt.Fprintln(w, "          (not a delivery that untag stored)")
	}
}

// ago returns how long ago a time was, in one unit.
func ago(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	d := max(0, time.Since(t)) // another clock may be ahead
	switch {
	case d < time.Minute:
		return fmt.Sprintf("%d s", int(d.Seconds()))
	case d < time.Hour:
		return fmt.Sprintf("%d min", int(d.Minutes()))
	case d < 48*time.Hour:
		return fmt.Sprintf("%d h", int(d.Hours()))
	}
	return fmt.Sprintf("%d days", int(d.Hours()/24))
}
