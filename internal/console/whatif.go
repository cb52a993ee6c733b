package console

import (
	"cmp"
	"context"
	"fmt"
	"slices"
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
)

// whatIf says which of the events that are kept other rules would treat differently.
type whatIf struct {
	// Events is how many were compared, and Different how many of them differ.
	Events, Different int
	// Left is how many of the oldest were not compared, as it takes too long.
	Left   int
	Groups []whatIfGroup
	// NoRecords says that nothing was looked up.
	NoRecords bool

	versions [2]string
	last     int64
	kept     int
}

// whatIfGroup is one kind of difference.
type whatIfGroup struct {
	Title string
	Rules []whatIfRule
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
	w := &whatIf{versions: [2]string{older.Version(), newer.Version()}, kept: len(all)}
	if len(all) > 0 {
		w.last = all[0].ID
	}
	if last := c.compared; last != nil && last.versions == w.versions && last.last == w.last && last.kept == w.kept && last.Left == 0 {
		return last, nil
	}
	var crm *sandbox.Sandbox
	if c.FreshCRM != nil {
		crm = c.FreshCRM()
	}
	w.NoRecords = crm == nil
	a, err := rulesdiff.NewVersion(older, crm, "")
	if err != nil {
		return nil, err
	}
	b, err := rulesdiff.NewVersion(newer, crm, "")
	if err != nil {
		return nil, err
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
			return nil, err
		}
		if !decides(e, older, newer) {
			continue
		}
		differences, err := rulesdiff.Payload(ctx, e.Payload, a, b)
		if err != nil {
			continue // neither reads it, as when it came
		}
		name := fmt.Sprint(e.ID)
		byName[name] = e
		report.Add(name, differences, nil)
	}
	w.Events, w.Different = report.Events, report.Different
	w.group(report.Differences, byName)
	c.compared = w
	return w, nil
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

// group lists the differences by kind and rule.
func (w *whatIf) group(list []rulesdiff.Event, entries map[string]*Entry) {
	titles := []string{
		"Would newly lose a tag", "Would no longer lose a tag", "Would newly be observed", "Would no longer be observed",
		"Could no longer be evaluated", "Could be evaluated again", "Would look for something else", "Would be read differently",
	}
	groups := make([]map[string]*whatIfRule, len(titles))
	add := func(kind int, rule string, e rulesdiff.Event, text string) {
		if groups[kind] == nil {
			groups[kind] = make(map[string]*whatIfRule)
		}
		of := groups[kind][rule]
		if of == nil {
			of = &whatIfRule{Rule: rule}
			groups[kind][rule] = of
		}
		if len(of.Items) == itemsOfRule {
			of.More++
			return
		}
		entry := entries[e.Name]
		of.Items = append(of.Items, whatIfItem{entry.ID, entry.At, e.Number, text})
	}
	removals := func(kind int, e rulesdiff.Event, list []rulesdiff.Removal) {
		for _, r := range list {
			at := kind
			if r.Observed {
				at = kind + 2
			}
			add(at, r.Rule, e, fmt.Sprintf("%s %s: %s", r.Module, r.ID, r.Tag))
		}
	}
	for _, e := range list {
		removals(0, e, e.Newly)
		removals(1, e, e.NoLonger)
		for kind, notes := range [][]rulesdiff.RuleNote{e.Errors, e.Mended, e.Depends} {
			for _, n := range notes {
				add(4+kind, n.Rule, e, n.Message)
			}
		}
		if e.Read != "" {
			add(7, "", e, e.Read)
		}
	}
	for i, title := range titles {
		if groups[i] == nil {
			continue
		}
		g := whatIfGroup{Title: title}
		for _, one := range groups[i] {
			g.Rules = append(g.Rules, *one)
		}
		slices.SortFunc(g.Rules, func(a, b whatIfRule) int { return cmp.Compare(a.Rule, b.Rule) })
		w.Groups = append(w.Groups, g)
	}
}
