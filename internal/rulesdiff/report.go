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
	Events      int     `json:"events"`
	Different   int     `json:"different"`
	Differences []Event `json:"differences"`
	// Taken are the rules that only do what others did before, by their names.
	Taken  []Taken  `json:"same_by_other_rule,omitempty"`
	Unread []Unread `json:"unread,omitempty"`
}

// Event is an event that is treated differently.
type Event struct {
	// Name is that of the file, or of what else it was read from.
	Name string `json:"event"`
	// Number is the place of the event among those of a request, from 1; 0 if it is alone.
	Number int `json:"number,omitempty"`
	Difference
}

// Unread is something that is not an event.
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
		for _, t := range d.taken {
			r.take(t)
		}
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

// take counts an event of which a rule does what another did before.
func (r *Report) take(t Taken) {
	i, found := slices.BinarySearchFunc(r.Taken, t, func(a, b Taken) int {
		return cmp.Or(cmp.Compare(a.Old, b.Old), cmp.Compare(a.New, b.New))
	})
	if found {
		r.Taken[i].Events++
		return
	}
	r.Taken = slices.Insert(r.Taken, i, t)
}

// String says that this is no difference.
func (t Taken) String() string {
	events := fmt.Sprintf("%d events", t.Events)
	if t.Events == 1 {
		events = "1 event"
	}
	return fmt.Sprintf("%s does what %s did before (%s)", t.New, t.Old, events)
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

// summary says how many events are treated differently.
func (r Report) summary() string {
	switch {
	case r.Events == 0:
		return "There are no events to compare."
	case r.Events == 1 && r.Different == 0:
		return "The event is treated alike."
	case r.Events == 1:
		return "The event would be treated differently."
	case r.Different == 0:
		return fmt.Sprintf("All %d events are treated alike.", r.Events)
	}
	return fmt.Sprintf("%d of %d events would be treated differently.", r.Different, r.Events)
}

// line is one difference of one event, for a rule.
type line struct{ rule, event, text string }

// Print prints the report for a terminal: a summary, then what is different, by rule.
func (r Report) Print(w io.Writer) error {
	p := &terminal.Page{}
	p.Line(0, "", r.summary())
	for _, kind := range []struct {
		title string
		of    func(Event) []line
	}{
		{"would newly lose a tag", func(e Event) []line { return e.removals(e.Newly, "loses") }},
		{"would no longer lose a tag", func(e Event) []line { return e.removals(e.NoLonger, "keeps") }},
		{"rules that can no longer be evaluated", func(e Event) []line { return e.notes(e.Errors) }},
		{"rules that can be evaluated again", func(e Event) []line { return e.notes(e.Recovered) }},
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
	var taken []line
	for _, t := range r.Taken {
		taken = append(taken, line{event: "no difference", text: t.String()})
	}
	printLines(p, "the same tags by another rule", taken)
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
