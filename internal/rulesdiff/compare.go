package rulesdiff

import (
	"context"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"

	"untag/internal/event"
	"untag/internal/explain"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/terminal"
)

// Version is one version of the rules.
type Version struct {
	set     *rules.Rules
	records bool
	planner *explain.Planner
	reader  *explain.Reader
}

// NewVersion returns a version of the rules. Records are looked up in crm, if it is not nil. Senders
// that sign the URL call publicURL, "" for the address of the request. A Version is not safe for
// concurrent use.
func NewVersion(set *rules.Rules, crm *sandbox.Sandbox, publicURL string) (Version, error) {
	reader, err := explain.NewReader(set, "", publicURL)
	if err != nil {
		return Version{}, err
	}
	planner, err := explain.Examiner{Set: set, CRM: crm}.Planner(context.Background())
	return Version{set, crm != nil, planner, reader}, err
}

// Payload reads a recorded invocation, or a stored event, with each version, and compares what they do with each of
// its events. An invocation without events, such as a handshake, has no differences. The error
// says why neither version can read it.
func Payload(ctx context.Context, payload []byte, older, newer Version) ([]Difference, error) {
	was, wasErr := older.events(ctx, payload)
	now, nowErr := newer.events(ctx, payload)
	switch {
	case wasErr != nil && nowErr != nil:
		return nil, nowErr
	case wasErr != nil:
		d := whole(ctx, older, newer, nil, now)
		d.Read = "only the new rules can read it; the old ones: " + wasErr.Error()
		return []Difference{d}, nil
	case nowErr != nil:
		d := whole(ctx, older, newer, was, nil)
		d.Read = "the new rules cannot read it: " + nowErr.Error()
		return []Difference{d}, nil
	case len(was) != len(now):
		d := whole(ctx, older, newer, was, now)
		d.Read = fmt.Sprintf("read as %d events, before as %d", len(now), len(was))
		return []Difference{d}, nil
	}
	list := make([]Difference, len(now))
	for i := range now {
		now[i].Time = was[i].Time // when it was read is no difference
		list[i] = whole(ctx, older, newer, was[i:i+1], now[i:i+1])
	}
	return list, nil
}

// whole compares what is done with all of some events.
func whole(ctx context.Context, older, newer Version, was, now []event.Event) Difference {
	return between(older.effect(ctx, was), newer.effect(ctx, now))
}

// events returns the events of an invocation.
func (v Version) events(ctx context.Context, payload []byte) ([]event.Event, error) {
	recorded, err := explain.Recorded(v.set, payload)
	if err != nil {
		return nil, err
	}
	var list []event.Event
	for _, one := range recorded {
		reading, err := v.reader.Read(ctx, one)
		if err != nil {
			return nil, err
		}
		// An event that was stored when the rules still had its source is read all the same.
		if _, known := v.set.Source(reading.Source); !known {
			return nil, fmt.Errorf("the rules have no source %q", reading.Source)
		}
		list = append(list, reading.Events...)
	}
	return list, nil
}

// effect returns what is done with events.
func (v Version) effect(ctx context.Context, events []event.Event) effect {
	e := effect{make(map[Removal][]string), make(map[string]string), make(map[string]RuleNote)}
	for _, ev := range events {
		decision, planned := v.planner.Plan(ctx, ev)
		depends := make(map[string]bool)
		if !v.records {
			depends = e.depend(decision)
		}
		for _, r := range planned.Removals {
			e.add(r.Rule, r.Module, r.ID, r.Tags, false)
		}
		for _, r := range planned.Outcome.Observed {
			e.add(r.Rule, r.Module, r.ID, r.Tags, true)
		}
		for _, failed := range slices.Concat(decision.Errors, planned.Outcome.Errors) {
			e.fail(depends, failed.Rule, failed.Message)
		}
		for _, failed := range planned.Outcome.Failed {
			e.fail(depends, failed.Rule, failed.Code+": "+failed.Why())
		}
	}
	return e
}

// fail notes why a rule does nothing, unless that is only because there are no records.
func (e effect) fail(depends map[string]bool, rule, message string) {
	if !depends[rule] {
		e.failed[rule] = message
	}
}

func (e effect) add(rule, module, id string, tags []string, observed bool) {
	for _, tag := range tags {
		r := Removal{Module: module, ID: id, Tag: tag, Observed: observed}
		e.removals[r] = append(e.removals[r], rule)
	}
}

// depend notes what rules ask for whose removals depend on records, and returns their names. A rule
// that only observes reads the records that it names, but what it names is known.
func (e effect) depend(d rules.Decision) map[string]bool {
	names := make(map[string]bool)
	for _, c := range d.Candidates {
		switch {
		case c.Nothing != "":
		case c.NeedsRecord || c.Find != nil:
			names[c.Rule] = true
			e.depends[fingerprint(c)] = RuleNote{c.Rule, asks(c)}
		case c.Observe:
			names[c.Rule] = true
			for _, id := range c.IDs {
				e.add(c.Rule, c.Module, id, c.Tags, true)
			}
		}
	}
	return names
}

// fingerprint identifies what a rule asks for, whatever its name, and whenever the event was read.
func fingerprint(c rules.Candidate) string {
	c.Rule = ""
	if c.Find != nil {
		find := *c.Find
		find.Until = time.Time{}
		c.Find = &find
	}
	sum := sha256.New()
	c.Fingerprint(sum)
	return string(sum.Sum(nil))
}

// asks says what a rule asks for.
func asks(c rules.Candidate) string {
	patterns, keep := rules.PatternsOf(c)
	var tags []string
	if len(c.Tags) > 0 {
		tags = append(tags, terminal.Quoted(c.Tags))
	}
	if len(patterns) > 0 {
		tags = append(tags, "tags like "+terminal.Quoted(patterns))
	}
	what := strings.Join(tags, " and ")
	if len(keep) > 0 {
		what += " (but not " + terminal.Quoted(keep) + ")"
	}
	from := c.Module + " " + strings.Join(c.IDs, ", ")
	if f := c.Find; f != nil {
		from = c.Module + " found by " + foundBy(*f)
	}
	if where := rules.WhereOf(c); where != "" {
		from += " where " + where
	}
	verb := "take"
	if c.Observe {
		verb = "observe taking"
	}
	return fmt.Sprintf("%s %s off %s, depending on the record", verb, what, from)
}

func foundBy(f rules.Find) string {
	switch {
	case f.Email != "":
		return "e-mail address " + f.Email
	case f.Phone != "":
		return "telephone number " + f.Phone
	}
	var parts []string
	for _, c := range f.Criteria {
		parts = append(parts, c.Field+" "+c.Value)
	}
	return strings.Join(parts, " and ")
}
