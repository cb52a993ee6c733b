package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"untag/internal/event"
	"untag/internal/rules"
)

// idsTwice returns n ids, each twice.
func idsTwice(first, n int) []any {
	list := make([]any, 0, 2*n)
	for i := range n {
		list = append(list, fmt.Sprint(5725767000000000000+first+i), 5725767000000000000+first+i)
	}
	return list
}

// TestAnEventNamesAtMost10000Records: all rules count together, and each record counts once.
// The rule that exceeds the limit fails, and the others are not affected.
func TestAnEventNamesAtMost10000Records(t *testing.T) {
	rule := func(name, module, id string) string {
		return "  - {name: " + name + ", on: zoho, when: has(" + id + "), record: {module: " + module + ", id: " + id + "}, remove: [x]}\n"
	}
	set := load(t, "version: 1\nsources: {zoho: {verify: token}}\nrules:\n"+
		rule("a", "Deals", "event.a")+rule("b", "Deals", "event.b")+rule("c", "Leads", "event.c")+rule("d", "Deals", "event.d"))
	tests := map[string]struct {
		fields map[string]any
		fires  []string
		errs   []string
	}{
		"as many as one rule may": {map[string]any{"a": idsTwice(0, 10_000)}, []string{"a"}, nil},
		"one more":                {map[string]any{"a": idsTwice(0, 10_001), "b": idsTwice(0, 10)}, []string{"b"}, []string{"a"}},
		"the same for two rules":  {map[string]any{"a": idsTwice(0, 10_000), "b": idsTwice(0, 10_000), "d": idsTwice(5, 9_000)}, []string{"a", "b", "d"}, nil},
		"two rules together":      {map[string]any{"a": idsTwice(0, 6_000), "b": idsTwice(3_000, 7_001), "d": idsTwice(20_000, 1_000)}, []string{"a", "d"}, []string{"b"}},
		"another module":          {map[string]any{"a": idsTwice(0, 6_000), "c": idsTwice(0, 6_000), "d": idsTwice(0, 6_000)}, []string{"a", "d"}, []string{"c"}},
		"what is left":            {map[string]any{"a": idsTwice(0, 9_999), "b": idsTwice(20_000, 2), "c": idsTwice(0, 1), "d": idsTwice(9_999, 1)}, []string{"a", "c"}, []string{"b", "d"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ev := event.Event{ID: "e", Source: "zoho", Fields: tt.fields}
			d := set.Decide(ev)
			var fires, errs []string
			for _, c := range d.Candidates {
				fires = append(fires, c.Rule)
			}
			for _, e := range d.Errors {
				errs = append(errs, e.Rule)
				if !strings.Contains(e.Message, "more than 10000 records") {
					t.Errorf("error of %s: %s", e.Rule, e.Message)
				}
			}
			if !slices.Equal(fires, tt.fires) || !slices.Equal(errs, tt.errs) {
				t.Errorf("Decide: %v fire and %v fail, want %v and %v", fires, errs, tt.fires, tt.errs)
			}
			for _, x := range set.Explain(ev) {
				if fires := slices.Contains(tt.fires, x.Rule); fires != (x.Candidate != nil) || slices.Contains(tt.errs, x.Rule) != (x.Err != nil) {
					t.Errorf("Explain of %s: candidate %v, error %v", x.Rule, x.Candidate != nil, x.Err)
				}
			}
		})
	}
}

// BenchmarkLimitRecords: ten times the ids cost about ten times as much.
func BenchmarkLimitRecords(b *testing.B) {
	const most = 30.0
	set := load(b, ruleOf(`{module: Deals, id: "event.id"}`, "    remove: [x]"))
	few := event.Event{Source: "zoho", Fields: map[string]any{"id": idsTwice(0, 500)}}
	many := event.Event{Source: "zoho", Fields: map[string]any{"id": idsTwice(0, 5_000)}}
	tooMany := event.Event{Source: "zoho", Fields: map[string]any{"id": slices.Repeat(idsTwice(0, 5_000), 2)}}
	for b.Loop() {
		floor := cost(b, func() { decide(set, few) })
		ratio := float64(cost(b, func() { decide(set, many) })) / float64(floor)
		again := float64(cost(b, func() { decide(set, tooMany) })) / float64(floor)
		b.ReportMetric(ratio, "ratio")
		if ratio > most || again > 2*most {
			b.Fatalf("10,000 and 20,000 values cost %.1f and %.1f times as much as 1,000, the limits are %.0f and %.0f", ratio, again, most, 2*most)
		}
	}
}

func decide(set *rules.Rules, ev event.Event) { set.Decide(ev) }

// cost returns the least CPU time of a few runs.
func cost(b *testing.B, do func()) time.Duration {
	least := time.Hour
	for range 20 {
		start := cpuTime(b)
		do()
		least = min(least, cpuTime(b)-start)
	}
	return max(least, time.Microsecond)
}
