package local

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"

	"untag/internal/pipeline"
	"untag/internal/terminal"
)

// report is the table of what deliveries did, and below it what went wrong.
type report struct {
	out    io.Writer
	table  table.Writer
	width  int
	colour terminal.Painter
	wrong  []string
}

func newReport(w io.Writer) *report {
	r := &report{out: w, table: table.NewWriter(), width: terminal.Width(w), colour: terminal.PainterFor(w)}
	style := table.StyleLight
	style.Format.Header = text.FormatDefault
	style.Options = table.Options{SeparateHeader: true}
	style.Box.PaddingLeft, style.Box.PaddingRight = "", "  "
	r.table.SetStyle(style)
	r.table.SuppressTrailingSpaces()
	r.table.AppendHeader(table.Row{"event", "outcome", "rule", "record", "tags before", "tags after"})
	return r
}

// add appends a row for each change that a delivery made. A delivery without changes has
// one row, with its answer.
func (r *report) add(d delivered, changes []change) {
	file := terminal.Clean(strings.TrimSuffix(d.file, ".json"))
	if d.wrong != "" {
		r.wrong = append(r.wrong, file+" went wrong: "+terminal.Clean(d.wrong))
	}
	if len(changes) == 0 {
		answer, _, _ := strings.Cut(d.answer, " ")
		changes = []change{{outcome: answer}}
	}
	for _, c := range changes {
		r.table.AppendRow(table.Row{
			file, r.outcome(c.outcome, d.wrong != ""), terminal.OrDash(terminal.Clean(c.rule)), terminal.OrDash(terminal.Clean(strings.TrimSpace(c.module + " " + c.id))),
			r.tags(c.before, c.after, c.id != ""), r.tags(c.after, c.after, c.id != ""),
		})
		file = ""
	}
}

func (r *report) outcome(outcome string, wrong bool) string {
	switch outcome {
	case pipeline.OutcomeRemoved:
		return r.colour.Paint(text.FgGreen, outcome)
	case pipeline.OutcomeNothing:
		return outcome
	}
	if wrong {
		return r.colour.Paint(text.FgRed, terminal.OrDash(outcome))
	}
	return terminal.OrDash(outcome)
}

// tags lists tags, the removed ones in another colour.
func (r *report) tags(list, remaining []string, known bool) string {
	if !known || len(list) == 0 {
		return terminal.OrDash("")
	}
	shown := make([]string, len(list))
	for i, tag := range list {
		shown[i] = terminal.Clean(tag)
		if !slices.Contains(remaining, tag) {
			shown[i] = r.colour.Paint(text.FgYellow, shown[i])
		}
	}
	return strings.Join(shown, ", ")
}

// print writes the table, with narrower columns if it would not fit.
func (r *report) print() {
	shown := r.table.Render()
	if text.LongestLineLen(shown) > r.width {
		r.table.SetColumnConfigs([]table.ColumnConfig{
			{Name: "event", WidthMax: 24, WidthMaxEnforcer: wrapNames},
			{Name: "rule", WidthMax: 12, WidthMaxEnforcer: wrapNames},
			{Name: "record", WidthMax: 25, WidthMaxEnforcer: text.WrapSoft},
			{Name: "tags before", WidthMax: 16, WidthMaxEnforcer: text.WrapSoft},
			{Name: "tags after", WidthMax: 10, WidthMaxEnforcer: text.WrapSoft},
		})
		shown = r.table.Render()
	}
	fmt.Fprintln(r.out, shown)
	if len(r.wrong) > 0 {
		fmt.Fprintln(r.out)
	}
	for _, line := range r.wrong {
		fmt.Fprintln(r.out, r.colour.Paint(text.FgRed, line))
	}
}

// wrapNames breaks a name at its hyphens, as names have no spaces.
func wrapNames(name string, width int) string {
	var lines []string
	line := ""
	for _, part := range strings.SplitAfter(name, "-") {
		if line != "" && text.StringWidthWithoutEscSequences(line+part) > width {
			lines, line = append(lines, line), ""
		}
		line += part
	}
	return text.WrapHard(strings.Join(append(lines, line), "\n"), width)
}
