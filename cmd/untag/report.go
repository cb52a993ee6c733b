package main

import (
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"github.com/jedib0t/go-pretty/v6/table"
	"github.com/jedib0t/go-pretty/v6/text"
	"golang.org/x/term"

	"untag/internal/pipeline"
)

// report is the table of what deliveries did.
type report struct {
	table  table.Writer
	colour bool
}

func newReport(w io.Writer) *report {
	r := &report{table: table.NewWriter(), colour: isTerminal(w)}
	r.table.SetOutputMirror(w)
	r.table.SetStyle(table.StyleLight)
	r.table.Style().Format.Header = text.FormatDefault
	r.table.AppendHeader(table.Row{"event", "answer", "rule", "record", "tags before", "tags after"})
	return r
}

// isTerminal reports whether colour is wanted: on a terminal, unless NO_COLOR is set.
func isTerminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	return ok && os.Getenv("NO_COLOR") == "" && term.IsTerminal(int(file.Fd()))
}

// change is what one delivery did to one record.
type change struct {
	rule, module, id string
	before, after    []string
}

func (r *report) add(d delivered, changes []change) {
	file, answer := strings.TrimSuffix(d.file, ".json"), d.answer
	if d.wrong != "" {
		r.table.AppendRow(table.Row{file, r.paint(text.FgRed, "wrong: "+answer), "", clean(d.wrong), "", ""})
		return
	}
	if len(changes) == 0 {
		r.table.AppendRow(table.Row{file, answer, "–", "nothing to do", "", ""})
		return
	}
	for i, c := range changes {
		if i > 0 {
			file, answer = "", ""
		}
		r.table.AppendRow(table.Row{
			file, answer, clean(c.rule), clean(c.module + " " + c.id), r.tags(c.before, c.after), r.tags(c.after, nil),
		})
	}
}

// tags lists tags, those that came off in another colour.
func (r *report) tags(list, remaining []string) string {
	if len(list) == 0 {
		return "–"
	}
	shown := make([]string, len(list))
	for i, tag := range list {
		shown[i] = clean(tag)
		if remaining != nil && !slices.Contains(remaining, tag) {
			shown[i] = r.paint(text.FgYellow, shown[i])
		}
	}
	return strings.Join(shown, ", ")
}

func (r *report) paint(c text.Color, s string) string {
	if !r.colour {
		return s
	}
	return c.Sprint(s)
}

func (r *report) print() { r.table.Render() }

// clean escapes what could steer a terminal.
func clean(s string) string {
	if !strings.ContainsFunc(s, func(c rune) bool { return !unicode.IsPrint(c) }) {
		return s
	}
	return strings.Trim(strconv.Quote(s), `"`)
}

// changesIn reads from outcomes what came off. What a record carried before is what it
// carries now and what came off.
func changesIn(outcomes []pipeline.Outcome) []change {
	var changes []change
	for _, o := range outcomes {
		for _, removed := range o.Removed {
			changes = append(changes, change{
				rule: removed.Rule, module: removed.Module, id: removed.ID,
				before: slices.Concat(removed.Tags, removed.Remaining), after: removed.Remaining,
			})
		}
	}
	return changes
}
