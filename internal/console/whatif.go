package console

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"untag/internal/rules"
	"untag/internal/rulesdiff"
	"untag/internal/sandbox"
)

const (
	// mostOfCompare is how long events are compared for one page.
	mostOfCompare = 1500 * time.Millisecond
	// itemsOfRule is how many events of a rule are listed for one kind of difference.
	itemsOfRule = 20
	// rulesOfKind is how many rules are listed for one kind of difference.
	rulesOfKind = 30
)

// whatIf says which of the events that are kept other rules would treat differently.
type whatIf struct {
	// Events is how many were compared, and Different how many of them differ.
	Events, Different int
	// Left is how many of the oldest were not compared, as it takes too long.
	Left   int
	Groups []whatIfGroup
	// Taken are rules that only do what others did.
	Taken []rulesdiff.Taken
	// NoRecords says that nothing was looked up.
	NoRecords bool

	versions [2]string
	last     int64
	kept     int
	// hide returns a text without the stored secrets.
	hide func(string) string
}

// Words says how many events would be treated differently.
func (w whatIf) Words() string {
	events := "events"
	if w.Events == 1 {
		events = "event"
	}
	var text string
	switch {
	case w.Events == 0:
		text = "There are no events to compare yet."
	case w.Different == 0:
		text = fmt.Sprintf("All %d %s would be treated as they are by the current rules.", w.Events, events)
		if w.Events == 1 {
			text = "The event would be treated as it is by the current rules."
		}
	default:
		text = fmt.Sprintf("%d of %d %s would be treated differently.", w.Different, w.Events, events)
	}
	if w.Left > 0 {
		text += fmt.Sprintf(" The oldest %d requests were not compared, as that takes too long.", w.Left)
	}
	return text
}

// whatIfGroup is one kind of difference.
type whatIfGroup struct {
	Title string
	Rules []whatIfRule
	// More is how many rules are left out.
	More int
}

// whatIfRule is one kind of difference for one rule, "" for one that is not about a rule.
type whatIfRule struct {
	Rule  string
	Items []whatIfItem
	More  int
}

// whatIfItem is what would be different for one event.
type whatIfItem struct {
	ID int64
	At time.Time
	// Number is the place of the event in its request, 0 if it is alone.
	Number int
	Text   string
}

// whatIf compares what other rules would do with the events that are kept. One comparison runs at
// a time, and the last one is kept until something changes.
func (c *Console) whatIf(ctx context.Context, newer *rules.Rules) (*whatIf, error) {
	select {
	case c.comparing <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-c.comparing }()
	older, all := c.Rules(), c.Kept.All()
	w := &whatIf{versions: [2]string{older.Version(), newer.Version()}, kept: len(all), hide: c.hideStored}
	if len(all) > 0 {
		w.last = all[0].ID
	}
	if last := c.compared; last != nil && last.versions == w.versions && last.last == w.last && last.kept == w.kept && last.Left == 0 {
		return last, nil
	}
	if err := w.compare(ctx, all, older, newer, c.FreshCRM); err != nil {
		return nil, err
	}
	c.compared = w
	return w, nil
}

// compare compares what two versions of the rules do with entries, the latest first.
func (w *whatIf) compare(ctx context.Context, all []*Entry, older, newer *rules.Rules, fresh func() *sandbox.Sandbox) error {
	var crm *sandbox.Sandbox
	if fresh != nil {
		crm = fresh()
	}
	w.NoRecords = crm == nil
	a, err := rulesdiff.NewVersion(older, crm, "")
	if err != nil {
		return err
	}
	b, err := rulesdiff.NewVersion(newer, crm, "")
	if err != nil {
		return err
	}
	var report rulesdiff.Report
	byName := make(map[string]*Entry)
	began := time.Now()
	for i, e := range all {
		if time.Since(began) > mostOfCompare {
			w.Left = len(all) - i
			break
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		if !decides(e, older, newer) {
			continue
		}
		differences, err := rulesdiff.Payload(ctx, e.Payload, a, b)
		if err != nil {
			continue // neither reads it, as when it came
		}
		name := strconv.FormatInt(e.ID, 10)
		byName[name] = e
		report.Add(name, differences, nil)
	}
	w.Events, w.Different = report.Events, report.Different
	w.Taken = report.Taken[:min(len(report.Taken), rulesOfKind)]
	w.group(report.Differences, byName)
	return nil
}

// decides reports whether rules decide about an entry: it was accepted, or it would be if only the
// newer rules have its source.
func decides(e *Entry, older, newer *rules.Rules) bool {
	switch e.Outcome {
	case OutcomeAnswer:
		return false
	case OutcomeRefused:
		_, was := older.Source(e.Source)
		_, is := newer.Source(e.Source)
		return !was && is && len(e.Payload) > 0
	}
	return len(e.Payload) > 0
}

// differing are the differences of one kind, by rule.
type differing map[string]*whatIfRule

func (d differing) add(rule string, e *Entry, number int, text string) {
	of := d[rule]
	if of == nil {
		of = &whatIfRule{Rule: rule}
		d[rule] = of
	}
	if len(of.Items) == itemsOfRule {
		of.More++
		return
	}
	of.Items = append(of.Items, whatIfItem{e.ID, e.At, number, text})
}

// group lists the differences by kind and rule.
func (w *whatIf) group(list []rulesdiff.Event, entries map[string]*Entry) {
	loses, keeps, observed, unobserved := differing{}, differing{}, differing{}, differing{}
	fails, works, asks, reads := differing{}, differing{}, differing{}, differing{}
	// A record's id and a tag may be what a sender has sent.
	seen := func(text string) string { return hiddenText(w.hide, text, longestPath) }
	removals := func(e rulesdiff.Event, list []rulesdiff.Removal, really, watched differing) {
		for _, r := range list {
			into := really
			if r.Observed {
				into = watched
			}
			into.add(r.Rule, entries[e.Name], e.Number, seen(fmt.Sprintf("%s %s: %s", r.Module, r.ID, r.Tag)))
		}
	}
	notes := func(e rulesdiff.Event, list []rulesdiff.RuleNote, into differing) {
		for _, n := range list {
			into.add(n.Rule, entries[e.Name], e.Number, seen(n.Message))
		}
	}
	for _, e := range list {
		removals(e, e.Newly, loses, observed)
		removals(e, e.NoLonger, keeps, unobserved)
		notes(e, e.Errors, fails)
		notes(e, e.Recovered, works)
		notes(e, e.Depends, asks)
		if e.Read != "" {
			reads.add("", entries[e.Name], e.Number, seen(e.Read))
		}
	}
	w.list("Would newly lose a tag", loses)
	w.list("Would no longer lose a tag", keeps)
	w.list("Would newly be observed", observed)
	w.list("Would no longer be observed", unobserved)
	w.list("Could no longer be evaluated", fails)
	w.list("Could be evaluated again", works)
	w.list("Would look for something else", asks)
	w.list("Would be read differently", reads)
}

// list adds a kind of difference, unless there is none.
func (w *whatIf) list(title string, d differing) {
	if len(d) == 0 {
		return
	}
	g := whatIfGroup{Title: title}
	for _, name := range slices.Sorted(maps.Keys(d)) {
		g.Rules = append(g.Rules, *d[name])
	}
	if g.More = len(g.Rules) - rulesOfKind; g.More > 0 {
		g.Rules = g.Rules[:rulesOfKind]
	}
	w.Groups = append(w.Groups, g)
}
