package rules_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"untag/internal/condition"
	"untag/internal/event"
	"untag/internal/rules"
)

// costly are conditions that would take minutes, or gigabytes, with costlyFields.
var costly = map[string]string{
	"a pattern of the event's": `event.t matches event.p`,
	"a pattern an element":     `any(event.l, event.t matches event.p)`,
	"lists without repeats":    `len(uniq(event.l)) > 0`,
	"predicates":               `any(event.l, any(event.l, any(event.l, # == -1)))`,
	"a search an element":      `none(event.l, event.t contains "z")`,
	"a long text":              `len(toJSON(map(1..100, event.t))) > 0`,
	"long keys":                `len(groupBy(1..200, event.t)) > 0`,
}

func costlyFields() map[string]any {
	var pairs, same []any
	for i := range 499 {
		pairs = append(pairs, []any{strings.Repeat("x", 1000), i})
	}
	for i := range 200_000 {
		same = append(same, pairs[i%499])
	}
	return map[string]any{"t": strings.Repeat("a", 1<<20), "p": strings.Repeat("(a?){30}", 3) + "b", "l": same}
}

// threeRules returns a file with one rule of this condition between two that always fire.
func threeRules(when string) string {
	rule := func(name, when string) string {
		return fmt.Sprintf("  - {name: %s, on: zoho, when: %q, record: {module: Deals, id: '\"1\"'}, remove: [x]}\n", name, when)
	}
	return "version: 1\nsources: {zoho: {verify: token}}\nrules:\n" + rule("quick", "true") + rule("slow", when) + rule("after", "true")
}

// An event for which the rules do too much work is given up as a whole.
func TestAnEventThatCostsTooMuch(t *testing.T) {
	ev := event.Event{Source: "zoho", Fields: costlyFields()}
	for name, when := range costly {
		t.Run(name, func(t *testing.T) {
			set := load(t, threeRules(when))
			d, err := set.DecideWithin(t.Context(), ev)
			var unfinished *rules.Unfinished
			if !errors.As(err, &unfinished) || unfinished.Rule != "slow" || !errors.Is(err, condition.ErrTooCostly) || len(d.Candidates)+len(d.Errors) > 0 {
				t.Errorf("DecideWithin = %+v, %v, want nothing, and the rule that did too much", d, err)
			}
			if d := set.Decide(ev); len(d.Candidates) > 0 || len(d.Errors) != 1 || d.Errors[0].Rule != "slow" {
				t.Errorf("Decide = %+v, want only an error of the rule that did too much", d)
			}
			for _, x := range set.Explain(ev) {
				if x.Candidate != nil || (x.Err != nil) != (x.Rule == "slow") {
					t.Errorf("Explain of %s: %+v, error %v", x.Rule, x.Candidate, x.Err)
				}
			}
		})
	}
}

// endsAfter is a context that ends after its error was asked for a number of times.
type endsAfter struct {
	context.Context
	left int
}

func (c *endsAfter) Err() error {
	if c.left--; c.left < 0 {
		return context.DeadlineExceeded
	}
	return nil
}

// The deadline ends an evaluation inside a condition, and between two conditions.
func TestDecideWithin(t *testing.T) {
	set := load(t, threeRules(`all(1..100, any(1..1000, # == -1) == false)`))
	ev := anEvent(t, "{}")
	if d, err := set.DecideWithin(t.Context(), ev); len(d.Candidates) != 3 || err != nil {
		t.Fatalf("DecideWithin = %+v, %v, want three candidates", d, err)
	}
	for left, rule := range map[int]string{0: "quick", 2: "slow", 6: "slow"} {
		d, err := set.DecideWithin(&endsAfter{t.Context(), left}, ev)
		var unfinished *rules.Unfinished
		if !errors.As(err, &unfinished) || unfinished.Rule != rule || !errors.Is(err, context.DeadlineExceeded) || len(d.Candidates)+len(d.Errors) > 0 {
			t.Errorf("DecideWithin that ends after %d looks = %+v, %v, want nothing, and rule %s", left, d, err, rule)
		}
	}
}

// A `where` also ends at the deadline, and when it does too much work.
func TestResolveWithin(t *testing.T) {
	set := load(t, oneRule("true")+"    where: record.t matches event.p\n")
	ev := event.Event{Source: "zoho", Fields: map[string]any{"p": strings.Repeat("(a?){30}", 3) + "b"}}
	c := set.Decide(ev).Candidates[0]
	record := map[string]any{"t": strings.Repeat("a", 1<<20), "Tag": []any{"x"}}
	c.Forget()
	for _, want := range []error{condition.ErrTooCostly, context.DeadlineExceeded} {
		ctx := &endsAfter{t.Context(), 1000}
		if want != condition.ErrTooCostly {
			ctx.left = 0
		}
		r, err := c.Recall(ev).ResolveWithin(ctx, record)
		if !errors.Is(err, want) || r.Matched || len(r.Tags) > 0 {
			t.Errorf("ResolveWithin = %+v, %v, want nothing, and %v", r, err, want)
		}
	}
	if r := c.Recall(ev).Resolve(record); r.Matched || r.Err == nil {
		t.Errorf("Resolve = %+v, want an error", r)
	}
}
