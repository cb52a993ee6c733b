package rulesdiff

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"slices"

	"untag/internal/terminal"
)

// Report is how two versions of the rules treat many events.
type Report struct {
	// Events is how many events were compared, Different how many of them are treated
	// differently.
	Events      int      `json:"events"`
	Different   int      `json:"different"`
	Differences []Event  `json:"differences"`
	Unread      []Unread `json:"unread,omitempty"`
}

// Event is an event that is treated differently.
type Event struct {
	// Name is that of the file, or of what else it was read from.
	Name string `json:"event"`
	// Number is the place of the event among those of a request, from 1; 0 if it is alone.
	Number int `json:"number,omitempty"`
	Difference
}

// Unread is something that is no event.
type Unread struct {
	Name    string `json:"event"`
	Message string `json:"message"`
}

// Add adds what is different about one invocation.
func (r *Report) Add(name string, differences []Difference, err error) {
	if err != nil {
		r.Unread = append(r.Unread, Unread{name, err.Error()})
		return
	}
	r.Events += len(differences)
	for i, d := range differences {
		if d.None() {
			continue
		}
		r.Different++
		one := Event{Name: name, Difference: d}
		if len(differences) > 1 {
			one.Number = i + 1
		}
		r.Differences = append(r.Differences, one)
	}
}

// PrintJSON prints the report as a line of JSON.
func (r Report) PrintJSON(w io.Writer) error {
	if r.Differences == nil {
		r.Differences = []Event{}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder.Encode(r)
}

// line is one difference of one event, for a rule.
type line struct{ rule, event, text string }

// Print prints the report for a terminal: a summary, then what is different, by rule.
func (r Report) Print(w io.Writer) error {
	p := &terminal.Page{}
	switch {
	case r.Events == 0:
		p.Line(0, "", "There are no events to compare.")
	case r.Events == 1 && r.Different == 0:
		p.Line(0, "", "The event is treated alike.")
	case r.Events == 1:
		p.Line(0, "", "The event would be treated differently.")
	case r.Different == 0:
		p.Line(0, "", fmt.Sprintf("All %d events are treated alike.", r.Events))
	default:
		p.Line(0, "", fmt.Sprintf("%d of %d events would be treated differently.", r.Different, r.Events))
	}
	for _, kind := range []struct {
		title string
		of    func(Event) []line
	}{
		{"would newly lose a tag", func(e Event) []line { return e.removals(e.Newly, "loses") }},
		{"would no longer lose a tag", func(e Event) []line { return e.removals(e.NoLonger, "keeps") }},
		{"rules that can no longer be evaluated", func(e Event) []line { return e.notes(e.Errors) }},
		{"rules that can be evaluated again", func(e Event) []line { return e.notes(e.Mended) }},
		{"depends on records (--records FILE names a file of them)", func(e Event) []line { return e.notes(e.Depends) }},
		{"read differently", func(e Event) []line {
			if e.Read == "" {
				return nil
			}
			return []line{{event: e.name(), text: e.Read}}
		}},
	} {
		var lines []line
		for _, e := range r.Differences {
			lines = append(lines, kind.of(e)...)
		}
		printLines(p, kind.title, lines)
	}
	var unread []line
	for _, u := range r.Unread {
		unread = append(unread, line{event: u.Name, text: u.Message})
	}
	printLines(p, "not read", unread)
	_, err := io.WriteString(w, p.String())
	return err
}

// printLines prints lines below the rules that they are about.
func printLines(p *terminal.Page, title string, lines []line) {
	if len(lines) == 0 {
		return
	}
	p.Heading(title)
	slices.SortStableFunc(lines, func(a, b line) int { return cmp.Compare(a.rule, b.rule) })
	rule := ""
	for _, l := range lines {
		if l.rule != rule {
			rule = l.rule
			p.Line(2, "", rule)
		}
		p.Line(4, l.event+": ", l.text)
	}
}

func (e Event) name() string {
	if e.Number == 0 {
		return e.Name
	}
	return fmt.Sprintf("%s, event %d", e.Name, e.Number)
}

func (e Event) removals(list []Removal, verb string) []line {
	var lines []line
	for _, r := range list {
		text := fmt.Sprintf("%s %s %s \"%s\"", r.Module, r.ID, verb, r.Tag)
		if r.Observed {
			text += " (only observed)"
		}
		lines = append(lines, line{r.Rule, e.name(), text})
	}
	return lines
}

func (e Event) notes(list []RuleNote) []line {
	var lines []line
	for _, n := range list {
		lines = append(lines, line{n.Rule, e.name(), n.Message})
	}
	return lines
}
