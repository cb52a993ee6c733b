package explain

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"untag/internal/event"
	"untag/internal/terminal"
)

// Print prints the explanation for a terminal.
func (e Explained) Print(w io.Writer) error {
	p := &terminal.Page{}
	p.Line(0, "source    ", e.Source)
	if e.Of > 0 {
		p.Line(0, "event     ", fmt.Sprintf("%d of %d", e.Number, e.Of))
	}
	if e.DeliveryID != "" {
		p.Line(0, "id        ", e.DeliveryID)
	}
	p.Line(0, "verified  ", verifiedText(e.Verified))
	p.Heading("event")
	e.printEvent(p)
	p.Heading("rules")
	for _, r := range e.Rules {
		r.Print(p)
	}
	if len(e.Rules) == 0 {
		p.Line(2, "", "no rule uses this source")
	}
	p.Heading("removals")
	for _, r := range e.Removals {
		if r.Observed {
			p.Line(2, "", fmt.Sprintf("%s %s would lose %s (%s, which only observes)", r.Module, r.ID, terminal.Quoted(r.Tags), r.Rule))
			continue
		}
		p.Line(2, "", fmt.Sprintf("%s %s loses %s (%s)", r.Module, r.ID, terminal.Quoted(r.Tags), r.Rule))
	}
	if len(e.Removals) == 0 {
		p.Line(2, "", "none")
	}
	for _, note := range e.Notes {
		p.Line(2, "- ", note)
	}
	p.Heading("requests to Zoho (not sent)")
	for _, r := range e.Requests {
		p.Long(2, r.Method+" "+r.URL)
		if r.Body != nil {
			p.Line(6, "", *r.Body)
		}
	}
	if len(e.Requests) == 0 {
		p.Line(2, "", "none")
	}
	_, err := io.WriteString(w, p.String())
	return err
}

// verifiedText says whether a request verified, and how to find out.
func verifiedText(verified string) string {
	switch verified {
	case verifiedNotChecked:
		return verified + " (--secrets FILE checks the request's secret or signature)"
	case verifiedUnsigned:
		return verified + " (a handshake that anyone may ask for)"
	}
	return verified
}

func (e Explained) printEvent(p *terminal.Page) {
	names := slices.Sorted(maps.Keys(e.Event))
	widest := 0
	for _, name := range names {
		widest = max(widest, min(utf8.RuneCountInString(terminal.Clean(name)), 24))
	}
	for _, name := range names {
		p.Line(2, fmt.Sprintf("%-*s  ", widest, terminal.Shorten(terminal.Clean(name), 24)), asText(e.Event[name]))
	}
	if len(names) == 0 {
		p.Line(2, "", "no fields")
	}
	for _, file := range e.PassedOver {
		p.Line(2, "- ", "passed over, as rules cannot read it: "+file)
	}
}

// passedOver names the files of a form that are not in the event.
func passedOver(p event.PassedOver) []string {
	var files []string
	for _, f := range p.Files {
		files = append(files, fmt.Sprintf("file field `%s` (%s)", terminal.Shorten(f.Field, 60), cmp.Or(f.Type, "no content type")))
	}
	if more := p.Count - len(p.Files); more > 0 {
		files = append(files, fmt.Sprintf("%d more files", more))
	}
	return files
}

// Print writes what a rule did, and each condition with the value it found.
func (r Rule) Print(p *terminal.Page) {
	state := "does not fire"
	switch {
	case r.Error != "":
		state = "cannot be evaluated"
	case r.Matched:
		state = "fires"
	}
	p.Line(2, "", r.Name+": "+state)
	for _, c := range r.Conditions {
		mark := "  "
		if c.Decided {
			mark = "> "
		}
		p.Line(4, fmt.Sprintf("%s%-8s", mark, c.Held), c.Expression)
		if c.Message != "" {
			p.Line(14, "", c.Message)
		}
		if c.Value != nil {
			p.Line(14, "value ", asText(c.Value))
		}
	}
	if r.Error != "" {
		p.Line(6, "", r.Error)
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
	return terminal.Shorten(visible(strings.TrimSuffix(out.String(), "\n")), 400)
}

// visible escapes accents that follow their letter, as a letter with its accent looks the
// same but is not equal to it.
func visible(text string) string {
	const first, last = '\u0300', '\u036f'
	if !strings.ContainsFunc(text, func(r rune) bool { return first <= r && r <= last }) {
		return text
	}
	var out strings.Builder
	for _, r := range text {
		if first <= r && r <= last {
			fmt.Fprintf(&out, `\u%04x`, r)
		} else {
			out.WriteRune(r)
		}
	}
	return out.String()
}
