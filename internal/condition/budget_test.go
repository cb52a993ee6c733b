package condition_test

import (
	"errors"
	"runtime"
	"strings"
	"testing"

	"untag/internal/condition"
)

func TestAllConditionsShareOneBudget(t *testing.T) {
	c := conditions(t, `any(event.list, any(1..10000, # == -1))`)[0]
	r := condition.NewRun(scopeOf(t, theEvent), 200_000, nil)
	for i := range 3 {
		if truth, u := c.Holds(r); truth != condition.False {
			t.Fatalf("%d: %v %v", i, truth, u)
		}
	}
	truth, u := c.Holds(r)
	if truth != condition.Failed || !errors.Is(r.Err(), condition.ErrTooCostly) || !strings.Contains(u.Message(), "more work than untag allows for one event") {
		t.Errorf("Holds = %v %v, Err %v", truth, u, r.Err())
	}
	// Every further condition fails.
	if truth, _ := conditions(t, `true`)[0].Holds(r); truth != condition.Failed {
		t.Errorf("Holds(true) = %v", truth)
	}
	if truth, _ := conditions(t, `event.yes or `+`event.no`)[0].Holds(r); truth != condition.Failed {
		t.Errorf("Holds = %v", truth)
	}
}

func TestErrorOfAskEndsTheRun(t *testing.T) {
	late, asked := errors.New("too late"), 0
	r := condition.NewRun(scopeOf(t, theEvent), condition.Work, func() error {
		if asked++; asked > 3 {
			return late
		}
		return nil
	})
	truth, u := conditions(t, `any(1..10000, any(1..10000, # == -1))`)[0].Holds(r)
	if truth != condition.Failed || !errors.Is(r.Err(), late) || !strings.Contains(u.Message(), "too late") || asked != 4 {
		t.Errorf("Holds = %v %v, Err %v, asked %d times", truth, u, r.Err(), asked)
	}
}

// A pattern from the event is charged for the steps that it could take.
func TestPatternFromTheEventIsCharged(t *testing.T) {
	scope := scopeOf(t, `{"t": "`+strings.Repeat("a", 10_000)+`", "p": "(a?){30}x", "q": "a", "r": "(a{500}){2}b{900}", "s": "b"}`)
	for when, want := range map[string]error{`event.t matches event.p`: condition.ErrTooCostly, `event.t matches event.q`: nil, `event.t matches event.r`: condition.ErrTooCostly, `event.s matches event.r`: nil} {
		r := condition.NewRun(scope, condition.Work, nil)
		conditions(t, when)[0].Holds(r)
		if !errors.Is(r.Err(), want) {
			t.Errorf("%s: %v, want %v", when, r.Err(), want)
		}
	}
}

// The budget is enough for predicates that look at 350,000 elements.
func TestBudgetAllowsManyElements(t *testing.T) {
	scope := scopeOf(t, `{"yes": true, "l": [`+strings.Repeat("1,", 599)+`1]}`)
	r := condition.NewRun(scope, condition.Work, nil)
	if truth, u := conditions(t, `all(event.l, any(event.l, # == -1) == false) and event.yes`)[0].Holds(r); truth != condition.True {
		t.Errorf("Holds = %v %v", truth, u)
	}
}

// Costly conditions end and use little memory.
func TestCostlyConditionsEnd(t *testing.T) {
	for name, text := range costlyEvents() {
		scope := scopeOf(t, text)
		for _, when := range costlyConditions {
			c := conditions(t, when)[0]
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			c.Holds(condition.NewRun(scope, condition.Work, nil))
			runtime.ReadMemStats(&after)
			if made := after.TotalAlloc - before.TotalAlloc; made > 64<<20 {
				t.Errorf("%s: %s made %d MiB", name, when, made>>20)
			}
		}
	}
}
