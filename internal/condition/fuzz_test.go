package condition_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"untag/internal/condition"
	"untag/internal/jsonvalue"
)

// For any expression and event: parsing returns a fault or a condition. Evaluating the
// condition does not panic, stays within its budget and 64 MiB, and has the same result with
// a trace. No message contains a Go type.
func FuzzHolds(f *testing.F) {
	for _, when := range costlyConditions {
		f.Add(when, theEvent)
	}
	for _, when := range []string{
		`event.module == "Deals" && event.Stage in ["a", "b"]`, `event?.a.b ?? "d" == "d"`, `not has(event.x) or event.y != 1`,
		`let x = event.a; reduce(x, #acc + #, 0) > 1`, `date(event.d) < now - duration("1h")`, `1 < event.n < -3`,
		`event.a[1:2] matches "x" ? event.b : event["c"]`, `event.lead-source == 1`, `event.a.toLowerCase()`, `if event.a { true } else { false }`,
		`event.list | map(# + 1) | any(# == 2)`, `{"a": 1, (event.text): [2]}.a == 1`, `number("1.234,5") > 1 && date("2026-01-01", "%Y-%m-%d") < now`,
	} {
		f.Add(when, theEvent)
	}
	f.Fuzz(func(t *testing.T, when, body string) {
		c, err := condition.ParseCondition(when)
		if err != nil {
			checkFault(t, when, err)
			return
		}
		v, err := jsonvalue.Decode([]byte(body))
		object, ok := v.(map[string]any)
		if err != nil || !ok {
			return
		}
		scope := scopeOf(t, "{}")
		scope.Event = object
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		r := condition.NewRun(scope, condition.Work, nil)
		truth, u := c.Holds(r)
		runtime.ReadMemStats(&after)
		if made := after.TotalAlloc - before.TotalAlloc; made > 64<<20 {
			t.Errorf("%s over %.100s made %d MiB", when, body, made>>20)
		}
		if u != nil {
			checkMessage(t, when, u.Message())
		}
		traced, v2, trace := c.Trace(condition.NewRun(scope, condition.Work, nil))
		if traced != truth || trace.Held != truth || (u == nil) != (v2 == nil) {
			t.Errorf("%s over %.100s: Holds %v %v, Trace %v %v", when, body, truth, u, traced, v2)
		}
		for _, p := range trace.Parts() {
			checkMessage(t, when, p.Message)
			checkPart(t, p, scope)
		}
		c.Needs()
		c.Constant()
		c.Contradiction()
		c.Reads()
		c.NilComparisons()
	})
}

func checkFault(t *testing.T, when string, err error) {
	var fault *condition.Fault
	if !errors.As(err, &fault) || fault.Offset < 0 || fault.Offset > utf8.RuneCountInString(when) || fault.Message == "" {
		t.Errorf("ParseCondition(%q) = %#v", when, err)
	}
	if strings.Contains(fault.Message, "cannot be read") && utf8.ValidString(when) {
		t.Errorf("ParseCondition(%q) panicked", when)
	}
}

// checkPart evaluates a part on its own and compares the results.
func checkPart(t *testing.T, p *condition.Trace, scope condition.Scope) {
	c, err := condition.ParseCondition(p.Text)
	if err != nil {
		t.Errorf("the part %q: %v", p.Text, err)
		return
	}
	r := condition.NewRun(scope, condition.Work, nil)
	if truth, _ := c.Holds(r); truth != p.Held && r.Err() == nil {
		t.Errorf("the part %q is %v, in its condition %v", p.Text, truth, p.Held)
	}
}

func checkMessage(t *testing.T, when, message string) {
	for _, wrong := range []string{"interface {}", "[]any", "map[string]", "condition.", "%!"} {
		if strings.Contains(message, wrong) && !strings.Contains(when, wrong) {
			t.Errorf("%s: message %q has %q", when, message, wrong)
		}
	}
}
