package rules_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"untag/internal/event"
	"untag/internal/rules"
)

// TestDecideWithin: each of these would take minutes.
func TestDecideWithin(t *testing.T) {
	long := strings.Repeat("a", 1<<20)
	var pairs, same []any
	for i := range 499 {
		pairs = append(pairs, []any{strings.Repeat("x", 1000), i})
	}
	for i := range 200_000 {
		same = append(same, pairs[i%499])
	}
	tests := map[string]struct {
		when   string
		fields map[string]any
	}{
		"a pattern of the event's": {`event.t matches event.p`, map[string]any{"t": long, "p": strings.Repeat("(a?){900}", 10) + "b"}},
		"a pattern of the rule's":  {`event.t matches "(((a?){30}){30})*b"`, map[string]any{"t": long}},
		"lists without repeats":    {`len(uniq(event.l)) > 0`, map[string]any{"l": same}},
		"a condition of its parts": {strings.Repeat(`event.t matches "(((a?){30}){30})*b" || `, 9) + "false", map[string]any{"t": long}},
		"a pattern an element":     {`any(event.l, event.t matches event.p)`, map[string]any{"t": long[:1000], "p": strings.Repeat("(a?){900}", 10) + "b", "l": same}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := load(t, `
version: 1
sources: {zoho: {verify: token}}
rules:
  - {name: quick, on: zoho, when: 'true', record: {module: Deals, id: '"1"'}, remove: [x]}
  - {name: slow, on: zoho, when: `+fmt.Sprintf("'%s'", tt.when)+`, record: {module: Deals, id: '"1"'}, remove: [x]}
  - {name: after, on: zoho, when: 'true', record: {module: Deals, id: '"1"'}, remove: [x]}
`)
			ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
			defer cancel()
			d, err := set.DecideWithin(ctx, event.Event{Source: "zoho", Fields: tt.fields})
			var unfinished *rules.Unfinished
			if !errors.As(err, &unfinished) || unfinished.Rule != "slow" || !errors.Is(err, context.DeadlineExceeded) || len(d.Candidates)+len(d.Errors) > 0 {
				t.Errorf("DecideWithin = %+v, %v, want nothing, and the rule that was too slow", d, err)
			}
		})
	}
}

// TestResolveWithin: a `where` is stopped as well.
func TestResolveWithin(t *testing.T) {
	set := load(t, oneRule("true")+"    where: record.t matches event.p\n")
	ev := event.Event{Source: "zoho", Fields: map[string]any{"p": strings.Repeat("(a?){900}", 10) + "b"}}
	c := set.Decide(ev).Candidates[0]
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	c.Forget()
	r, err := c.Recall(ev).ResolveWithin(ctx, map[string]any{"t": strings.Repeat("a", 1<<20), "Tag": []any{"x"}})
	if !errors.Is(err, context.DeadlineExceeded) || r.Matched || len(r.Tags) > 0 {
		t.Errorf("ResolveWithin = %+v, %v, want nothing, and that the time was over", r, err)
	}
}

// TestTextsThatOneTextMakes: an event of a few bytes must not grow to gigabytes.
func TestTextsThatOneTextMakes(t *testing.T) {
	ev := event.Event{Source: "zoho", Fields: map[string]any{"t": strings.Repeat("a", 1<<20)}}
	for _, when := range []string{
		`len(toJSON(map(1..100, event.t))) > 0`, `len(string(map(1..100, event.t))) > 0`, `len(groupBy(1..2, map(1..100, event.t))) > 0`,
	} {
		d := load(t, oneRule(when)).Decide(ev)
		if len(d.Errors) != 1 || !strings.Contains(d.Errors[0].Message, "text of more than") {
			t.Errorf("%s = %d candidates, %v, want that the text is too long", when, len(d.Candidates), d.Errors)
		}
	}
}
