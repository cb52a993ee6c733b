package copyas

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"untag/internal/event"
	"untag/internal/explain"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

const (
	// mostUnmatched is how many rules that did not fire a test names.
	mostUnmatched = 10
	// longestName is how long the name of a test is, in characters.
	longestName = 100
)

// Happened is what an invocation was about.
type Happened struct {
	// Rules are those that decided.
	Rules *rules.Rules
	// Events are its events.
	Events []event.Event
	// Records are those of the CRM before the events; nil if they are not known.
	Records sandbox.Records
	// Now is when the tests are written.
	Now time.Time
}

// Tests returns a test for each event, in the form of an item of `tests` in a file of tests: the
// event, the records that the rules read, and every tag that they ask to remove. It passes as long
// as the rules do the same.
//
// An event that a test cannot spell out, as its query has a parameter twice that a rule reads, is
// an error.
func Tests(ctx context.Context, h Happened) (string, error) {
	var list []*yaml.Node
	timed, blind := false, false
	for i, ev := range h.Events {
		test, depends, err := h.test(ctx, ev)
		if err != nil {
			return "", fmt.Errorf("event %d of %d: %w", i+1, len(h.Events), err)
		}
		timed, blind = timed || depends, blind || h.Records == nil && readsRecords(h.Rules, ev)
		list = append(list, test)
	}
	written, err := items(list)
	if err == nil && timed {
		written = "  # The rules depend on the time: this is what they do with the event today.\n" + written
	}
	if err == nil && blind {
		written = "  # The rules look for records, which are not known here. Add them under records:, and change what you expect.\n" + written
	}
	return written, err
}

// test returns the test of one event, and whether the rules do something else with it now than
// when it came.
func (h Happened) test(ctx context.Context, ev event.Event) (test *yaml.Node, depends bool, err error) {
	written, err := h.written(ev)
	if err != nil {
		return nil, false, err
	}
	found, err := h.examine(ctx, h.asRead(written), h.Records)
	if err != nil {
		return nil, false, err
	}
	then, err := h.examine(ctx, ev, h.Records)
	if err != nil {
		return nil, false, err
	}
	if now := ev; then.mark != found.mark {
		now.Time = h.Now
		same, err := h.examine(ctx, now, h.Records)
		switch {
		case err != nil:
			return nil, false, err
		case same.mark != found.mark:
			// A rule read what was left out.
			written.Fields, written.Headers = ev.Fields, ev.Headers
			if found, err = h.examine(ctx, h.asRead(written), h.Records); err != nil {
				return nil, false, err
			}
		}
		depends = same.mark != then.mark
	}
	records, err := h.needed(ctx, written, found)
	if err != nil {
		return nil, false, err
	}
	return h.node(written, records, found), depends, nil
}

// written returns an event as a file of tests spells it out.
func (h Happened) written(ev event.Event) (event.Event, error) {
	paths := h.Rules.Paths(ev.Source)
	out := event.Event{ID: "test", Source: ev.Source, Time: h.Now, Fields: pruned(ev.Fields, paths), Headers: make(map[string]string), Query: make(map[string]any)}
	names, all := h.Rules.Headers(ev.Source)
	for name, value := range ev.Headers {
		if all || slices.Contains(names, name) {
			out.Headers[name] = value
		}
	}
	for name, value := range ev.Query {
		if !readsQuery(paths, name) {
			continue
		}
		text, ok := value.(string)
		if !ok {
			return out, fmt.Errorf("the query has the parameter %q several times, which a test cannot spell out: copy the event as a file, and name it as the `request` of a test", name)
		}
		out.Query[name] = text
	}
	return out, nil
}

// asRead returns a written event as untag test reads it: the query fills in what the event lacks,
// if the likely proof of its source covers the query.
func (h Happened) asRead(ev event.Event) event.Event {
	source, _ := h.Rules.Source(ev.Source)
	if len(ev.Query) == 0 || !event.CoversQuery(source.LikelyProof()) {
		return ev
	}
	ev.Fields = maps.Clone(ev.Fields)
	if ev.Fields == nil {
		ev.Fields = make(map[string]any)
	}
	for name, value := range ev.Query {
		if _, has := ev.Fields[name]; !has {
			ev.Fields[name] = value
		}
	}
	return ev
}

func readsQuery(paths []rules.ReadPath, name string) bool {
	return slices.ContainsFunc(paths, func(p rules.ReadPath) bool {
		return p.Query && (len(p.Names) == 0 || p.Names[0] == name)
	})
}

// node writes a test.
func (h Happened) node(ev event.Event, records sandbox.Records, found outcome) *yaml.Node {
	pairs := []pair{{"name", text(h.name(ev, found))}, {"source", text(ev.Source)}}
	if len(ev.Headers) > 0 {
		pairs = append(pairs, pair{"headers", textsByName(ev.Headers)})
	}
	if len(ev.Query) > 0 {
		query := make(map[string]string, len(ev.Query))
		for name, value := range ev.Query {
			query[name], _ = value.(string)
		}
		pairs = append(pairs, pair{"query", textsByName(query)})
	}
	fields := value(ev.Fields)
	if fields.Kind != yaml.MappingNode {
		fields = flow(mapping())
	}
	pairs = append(pairs, pair{"event", fields})
	if len(records) > 0 {
		pairs = append(pairs, pair{"records", recordsNode(records)})
	}
	pairs = append(pairs, pair{"expect", found.expect()})
	if unmatched := h.unmatched(ev, found); len(found.removed) == 0 && len(unmatched) > 0 {
		pairs = append(pairs, pair{"unmatched", texts(unmatched)})
	}
	if len(found.failed) > 0 {
		pairs = append(pairs, pair{"errors", texts(found.failed)})
	}
	return mapping(pairs...)
}

// unmatched returns the rules of the event's source that did not fire.
func (h Happened) unmatched(ev event.Event, found outcome) []string {
	var names []string
	for _, name := range h.Rules.NamesOn(ev.Source) {
		if !found.fired[name] && !slices.Contains(found.failed, name) && len(names) < mostUnmatched {
			names = append(names, name)
		}
	}
	return names
}

// name says in a line what happened.
func (h Happened) name(ev event.Event, found outcome) string {
	var name string
	switch {
	case len(found.removed) > 0:
		first := found.removed[0]
		name = fmt.Sprintf("%s: %s %s loses %s", first.Rule, first.Module, first.ID, strings.Join(first.Tags, ", "))
		if more := len(found.removed) - 1; more > 0 {
			name += fmt.Sprintf(" and %d more", more)
		}
	case len(found.failed) > 0:
		name = fmt.Sprintf("%s: the event cannot be evaluated", found.failed[0])
	default:
		if fired := slices.Sorted(maps.Keys(found.fired)); len(fired) > 0 {
			name = fmt.Sprintf("%s: fires, and nothing is removed", fired[0])
		} else {
			name = fmt.Sprintf("%s: nothing is removed", ev.Source)
		}
	}
	name = strings.Join(strings.Fields(name), " ")
	if runes := []rune(name); len(runes) > longestName {
		name = string(runes[:longestName-1]) + "…"
	}
	return name
}

// outcome is what the rules ask for because of an event.
type outcome struct {
	removed []removal
	fired   map[string]bool
	failed  []string
	// mark is the same for two outcomes in which each rule does the same for the same reasons.
	mark string
	// read are the records that were read, and named those that lose tags, by module.
	read, named map[string][]string
}

type removal struct {
	Rule, Module, ID string
	Tags             []string
}

// examine finds out what the rules ask for because of an event.
func (h Happened) examine(ctx context.Context, ev event.Event, records sandbox.Records) (outcome, error) {
	x, err := explain.Examiner{Set: h.Rules, CRM: sandbox.New(sandbox.Config{Records: records})}.Examine(ctx, ev)
	if err != nil {
		return outcome{}, err
	}
	out := outcome{fired: x.Fired(), failed: slices.Sorted(maps.Keys(x.Failed())), read: make(map[string][]string), named: make(map[string][]string)}
	for _, r := range x.Planned.Removals {
		out.removed = append(out.removed, removal{r.Rule, r.Module, r.ID, r.Tags})
	}
	for _, r := range x.Planned.Outcome.Observed {
		out.removed = append(out.removed, removal{r.Rule, r.Module, r.ID, r.Tags})
	}
	var mark strings.Builder
	fmt.Fprintf(&mark, "%q %q %q", out.removed, slices.Sorted(maps.Keys(out.fired)), out.failed)
	for _, r := range x.Planned.Resolutions {
		out.read[r.Module] = append(out.read[r.Module], r.ID)
		fmt.Fprintf(&mark, "\n%q %q %q %t %q", r.Rule, r.Module, r.ID, r.Resolution.Matched, r.Resolution.Absent)
		for _, c := range r.Resolution.Conditions {
			fmt.Fprintf(&mark, " %q %q", c.Expression, c.Held)
		}
	}
	for _, r := range out.removed {
		out.named[r.Module] = append(out.named[r.Module], r.ID)
	}
	for _, s := range x.Planned.Outcome.Skipped {
		fmt.Fprintf(&mark, "\n%q %q %q %q", s.Rule, s.Module, s.ID, s.Reason)
	}
	for _, f := range x.Planned.Outcome.Failed {
		fmt.Fprintf(&mark, "\n%q %q %q %q", f.Rule, f.Module, f.ID, f.Code)
	}
	for _, e := range h.Rules.Explain(ev) {
		for _, c := range e.Conditions {
			fmt.Fprintf(&mark, "\n%q %q %q", e.Rule, c.Expression, c.Held)
		}
	}
	out.mark = mark.String()
	return out, nil
}

// expect writes every tag that is removed, by module and record.
func (o outcome) expect() *yaml.Node {
	tags := make(map[string]map[string][]string)
	for _, r := range o.removed {
		if tags[r.Module] == nil {
			tags[r.Module] = make(map[string][]string)
		}
		for _, tag := range r.Tags {
			if !slices.Contains(tags[r.Module][r.ID], tag) {
				tags[r.Module][r.ID] = append(tags[r.Module][r.ID], tag)
			}
		}
	}
	out := mapping()
	for _, module := range slices.Sorted(maps.Keys(tags)) {
		records := mapping()
		for _, id := range slices.Sorted(maps.Keys(tags[module])) {
			records.Content = append(records.Content, text(id), texts(tags[module][id]))
		}
		out.Content = append(out.Content, text(module), folded(records))
	}
	return folded(out)
}
