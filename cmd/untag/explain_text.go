package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/jedib0t/go-pretty/v6/text"

	"untag/internal/event"
	"untag/internal/webhook"
)

// pageWidth is the usual width of a terminal, in columns.
const pageWidth = 80

// page is text that fits a terminal.
type page struct{ strings.Builder }

// line writes an indented label and, next to it, wrapped text.
func (p *page) line(indent int, label, body string) {
	prefix := strings.Repeat(" ", indent) + label
	width := max(pageWidth-utf8.RuneCountInString(prefix), 20)
	for i, part := range strings.Split(text.WrapSoft(clean(body), width), "\n") {
		part = strings.TrimRight(part, " ")
		if i > 0 {
			prefix = strings.Repeat(" ", utf8.RuneCountInString(prefix))
		}
		p.WriteString(strings.TrimRight(prefix+part, " ") + "\n")
	}
}

// long writes text that must stay in one line, such as a URL.
func (p *page) long(indent int, body string) {
	p.WriteString(strings.Repeat(" ", indent) + clean(body) + "\n")
}

func (p *page) heading(title string) { p.WriteString("\n" + title + "\n") }

func (e explained) print(w io.Writer) error {
	p := &page{}
	p.line(0, "source    ", e.Source)
	verified := e.Verified
	if verified == "not checked" {
		verified += " (--secrets FILE checks the request's secret or signature)"
	}
	p.line(0, "verified  ", verified)
	p.heading("event")
	e.printEvent(p)
	p.heading("rules")
	for _, r := range e.Rules {
		r.print(p)
	}
	if len(e.Rules) == 0 {
		p.line(2, "", "no rule uses this source")
	}
	p.heading("removals")
	for _, r := range e.Removals {
		p.line(2, "", fmt.Sprintf("%s %s loses %s (%s)", r.Module, r.ID, quoted(r.Tags), r.Rule))
	}
	if len(e.Removals) == 0 {
		p.line(2, "", "none")
	}
	for _, note := range e.notes {
		p.line(2, "- ", note)
	}
	p.heading("requests to Zoho (not sent)")
	for _, r := range e.Requests {
		p.long(2, r.Method+" "+r.URL)
		if r.Body != nil {
			p.line(6, "", *r.Body)
		}
	}
	if len(e.Requests) == 0 {
		p.line(2, "", "none")
	}
	_, err := io.WriteString(w, p.String())
	return err
}

func (e explained) printEvent(p *page) {
	names := slices.Sorted(maps.Keys(e.Event))
	widest := 0
	for _, name := range names {
		widest = max(widest, min(utf8.RuneCountInString(clean(name)), 24))
	}
	for _, name := range names {
		p.line(2, fmt.Sprintf("%-*s  ", widest, shorten(clean(name), 24)), asText(e.Event[name]))
	}
	if len(names) == 0 {
		p.line(2, "", "no fields")
	}
	for _, file := range e.PassedOver {
		p.line(2, "- ", "passed over, as rules cannot read it: "+file)
	}
}

// passedOver names the files of a form that are not in the event.
func passedOver(p event.PassedOver) []string {
	var files []string
	for _, f := range p.Files {
		files = append(files, fmt.Sprintf("file field `%s` (%s)", shorten(f.Field, 60), cmp.Or(f.Type, "no content type")))
	}
	if more := p.Count - len(p.Files); more > 0 {
		files = append(files, fmt.Sprintf("%d more files", more))
	}
	return files
}

func (r explainedRule) print(p *page) {
	state := "does not fire"
	switch {
	case r.Error != "":
		state = "cannot be evaluated"
	case r.Matched:
		state = "fires"
	}
	p.line(2, "", r.Name+": "+state)
	for _, c := range r.Conditions {
		mark := "  "
		if c.Decided {
			mark = "> "
		}
		p.line(4, fmt.Sprintf("%s%-8s", mark, c.Held), c.Expression)
		if c.Message != "" {
			p.line(14, "", c.Message)
		}
		if c.Value != nil {
			p.line(14, "value ", asText(c.Value))
		}
	}
	if r.Error != "" {
		p.line(6, "", r.Error)
	}
}

// asText returns a value as JSON, shortened to a few lines.
func asText(v any) string {
	var out strings.Builder
	encoder := json.NewEncoder(&out)
	encoder.SetEscapeHTML(false) // this is not a web page
	if encoder.Encode(v) != nil {
		return "?"
	}
	return shorten(strings.TrimSuffix(out.String(), "\n"), 400)
}

func shorten(s string, most int) string {
	runes := []rune(s)
	if len(runes) <= most {
		return s
	}
	return string(runes[:most-1]) + "…"
}

func quoted(tags []string) string {
	shown := make([]string, len(tags))
	for i, tag := range tags {
		shown[i] = `"` + tag + `"`
	}
	return strings.Join(shown, ", ")
}

// sourcesInstead names the sources that there are, if a request is for none of them.
func (r *reader) sourcesInstead(e *webhook.Error) string {
	sources := r.rules.Sources()
	if e.Kind != webhook.UnknownSource || len(sources) == 0 {
		return ""
	}
	var names []string
	for _, s := range sources {
		names = append(names, s.Name)
	}
	return ", which has " + strings.Join(names, ", ")
}
