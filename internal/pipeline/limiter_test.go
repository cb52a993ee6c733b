package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/zoho"
)

// hostile are rules that do something else for some events, given by their ids.
type hostile struct {
	*rules.Rules
	does map[string]func(ctx context.Context) error
}

func (h hostile) DecideWithin(ctx context.Context, ev event.Event) (rules.Decision, error) {
	if do := h.does[ev.ID]; do != nil {
		if err := do(ctx); err != nil {
			return rules.Decision{}, err
		}
	}
	return h.Rules.DecideWithin(ctx, ev)
}

// heeds runs forever, but ends when told to.
func heeds(ctx context.Context) error {
	<-ctx.Done()
	return &rules.Unfinished{Rule: "slow", Err: ctx.Err()}
}

// heedless runs until release is closed, even when told to end.
func heedless(release chan struct{}) func(context.Context) error {
	return func(context.Context) error {
		<-release
		return errors.New("nobody waits for this")
	}
}

func jobs(n int) []pipeline.Job {
	var list []pipeline.Job
	for i := range n {
		ev := goEvent(fmt.Sprint(1000 + i))
		list = append(list, pipeline.Job{ID: ev.ID, Read: func() (event.Event, error) { return ev, nil }})
	}
	return list
}

// TestOneEventTakesNoOthersAlong: one event of a hundred never ends, or panics; the others are
// acted on, in one call.
func TestOneEventTakesNoOthersAlong(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	tests := map[string]struct {
		does func(context.Context) error
		want pipeline.Outcome
	}{
		"ends when told": {heeds, pipeline.Outcome{Failed: []pipeline.Failed{{Rule: "slow", Problem: pipeline.Problem{Code: pipeline.CodeTooCostly}}}}},
		"panics":         {func(context.Context) error { panic("a fault") }, pipeline.Outcome{Errors: []rules.RuleError{{}}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { oneOfAHundred(t, tt.does, tt.want) })
		})
	}
	t.Run("never ends", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			release := make(chan struct{})
			defer close(release)
			oneOfAHundred(t, heedless(release), pipeline.Outcome{Failed: []pipeline.Failed{{Problem: pipeline.Problem{Code: pipeline.CodeTooCostly}}}})
		})
	})
}

func oneOfAHundred(t *testing.T, does func(context.Context) error, want pipeline.Outcome) {
	crm := &fakeCRM{}
	set := hostile{rulesOf(t, "id: event.id", ""), map[string]func(context.Context) error{"e1041": does}}
	p := pipeline.New(pipeline.Config{Rules: set, CRM: crm})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	start := time.Now()
	number := 0
	for o := range p.Each(ctx, slices.Values(jobs(100))) {
		if number++; number == 42 {
			if len(o.Failed) != len(want.Failed) || len(o.Errors) != len(want.Errors) || o.Retryable() || len(o.Removed) > 0 {
				t.Errorf("outcome = %+v, want %+v", o, want)
			}
			for i, f := range o.Failed {
				if w := want.Failed[i]; f.Code != w.Code || f.Rule != w.Rule || !strings.Contains(f.Message, "longer than the 10s") {
					t.Errorf("failed = %+v, want %+v, with the share", f, w)
				}
			}
		} else if o.Outcome != pipeline.OutcomeRemoved || o.EventID != fmt.Sprint("e", 999+number) {
			t.Errorf("outcome %d = %+v, want removed", number, o)
		}
	}
	if len(crm.removed) != 1 || len(crm.removed[0].IDs) != 99 || time.Since(start) > 11*time.Second {
		t.Errorf("%d calls after %v, want one for 99 records within the share of one event", len(crm.removed), time.Since(start))
	}
}

// TestManyEventsThatTakeTooLong: half of the time is kept for the calls, events that are not
// started go back, and each batch gives up some, so that this ends.
func TestManyEventsThatTakeTooLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		does := make(map[string]func(context.Context) error)
		for i := 10; i < 100; i++ {
			does[fmt.Sprint("e", 1000+i)] = heeds
		}
		crm := &fakeCRM{}
		p := pipeline.New(pipeline.Config{Rules: hostile{rulesOf(t, "id: event.id", ""), does}, CRM: crm})
		ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
		defer cancel()
		start := time.Now()
		codes := make(map[string]int)
		for o := range p.Each(ctx, slices.Values(jobs(100))) {
			for _, f := range o.Failed {
				codes[f.Code]++
				if f.Retryable != (f.Code == pipeline.CodeHandedBack) {
					t.Errorf("%+v: retryable, but for what was handed back", f)
				}
			}
		}
		if codes[pipeline.CodeTooCostly] != 6 || codes[pipeline.CodeHandedBack] != 84 || len(crm.removed) != 1 {
			t.Errorf("%v and %d calls, want 6 given up, 84 handed back, and a call for the rest", codes, len(crm.removed))
		}
		if took := time.Since(start); took > 62*time.Second {
			t.Errorf("it took %v, want half of the time", took)
		}
	})
}

// TestEventsThatNeverEnd: only a few are abandoned. While these run, other events go back.
func TestEventsThatNeverEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		release := make(chan struct{})
		does := make(map[string]func(context.Context) error)
		for i := range 5 {
			does[fmt.Sprint("e", 1000+i)] = heedless(release)
		}
		p := pipeline.New(pipeline.Config{Rules: hostile{rulesOf(t, "id: event.id", ""), does}, CRM: &fakeCRM{}})
		outcomes := func() (codes []string) {
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			defer cancel()
			for o := range p.Each(ctx, slices.Values(jobs(7))) {
				code := o.Outcome
				if len(o.Failed) > 0 {
					code = o.Failed[0].Code
				}
				codes = append(codes, code)
			}
			return codes
		}
		costly, back := pipeline.CodeTooCostly, pipeline.CodeHandedBack
		if got := outcomes(); !slices.Equal(got, []string{costly, costly, costly, back, back, back, back}) {
			t.Errorf("outcomes = %v, want three given up and the rest handed back", got)
		}
		if got := outcomes(); got[6] != back {
			t.Errorf("outcomes = %v, want all handed back", got)
		}
		close(release)
		synctest.Wait()
		clear(does)
		if got := outcomes(); slices.Contains(got, back) || slices.Contains(got, costly) {
			t.Errorf("outcomes = %v, want all removed", got)
		}
	})
}

// TestAWhereThatTakesTooLong: an event's share of time includes its `where`.
func TestAWhereThatTakesTooLong(t *testing.T) {
	crm := &fakeCRM{records: map[string]zoho.Record{}}
	for i := range 3 {
		r := record(fmt.Sprint(1000+i), strings.Repeat("a", 1<<16), "In progress")
		crm.records[fmt.Sprint(1000+i)] = r
	}
	set := rulesOf(t, "id: event.id", "    where: record.Stage matches event.pattern\n")
	list := jobs(3)
	for i, pattern := range []string{"a", strings.Repeat("(a?){900}", 10) + "b", "a"} {
		ev := goEvent(fmt.Sprint(1000 + i))
		ev.Fields["pattern"] = pattern
		list[i].Read = func() (event.Event, error) { return ev, nil }
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*time.Second)
	defer cancel()
	var got []string
	for o := range pipeline.New(pipeline.Config{Rules: set, CRM: crm}).Each(ctx, slices.Values(list)) {
		got = append(got, o.Outcome)
		if o.Outcome == pipeline.OutcomeFailed && (o.Failed[0].Code != pipeline.CodeTooCostly || o.Failed[0].Rule != "r") {
			t.Errorf("outcome = %+v, want it too costly for rule r", o)
		}
	}
	if !slices.Equal(got, []string{"removed", "failed", "removed"}) {
		t.Errorf("outcomes = %v, want the second alone failed", got)
	}
}

// TestAnEventThatFillsTheMemory: it is given up, and others are not.
func TestAnEventThatFillsTheMemory(t *testing.T) {
	fills := func(ctx context.Context) error {
		var kept [][]byte
		for ctx.Err() == nil {
			kept = append(kept, make([]byte, 1<<20))
			if len(kept) > 4<<10 {
				return errors.New("nobody ended it")
			}
		}
		return &rules.Unfinished{Rule: fmt.Sprint(len(kept) > 0), Err: ctx.Err()}
	}
	set := hostile{rulesOf(t, "id: event.id", ""), map[string]func(context.Context) error{"e1001": fills}}
	p := pipeline.New(pipeline.Config{Rules: set, CRM: &fakeCRM{}, MaxHeap: 256 << 20})
	var got []string
	for o := range p.Each(t.Context(), slices.Values(jobs(3))) {
		got = append(got, o.Outcome)
		if o.Outcome == pipeline.OutcomeFailed && (o.Failed[0].Code != pipeline.CodeTooCostly || !strings.Contains(o.Failed[0].Message, "memory")) {
			t.Errorf("outcome = %+v, want it too costly for the memory", o)
		}
	}
	if !slices.Equal(got, []string{"removed", "failed", "removed"}) {
		t.Errorf("outcomes = %v, want the second alone failed", got)
	}
}

// TestJobsThatCannotBeRead: no other job fails with them.
func TestJobsThatCannotBeRead(t *testing.T) {
	list := jobs(3)
	broken := errors.New("broken")
	list[0].Read = func() (event.Event, error) { return event.Event{}, broken }
	list[1].Read = func() (event.Event, error) { panic("a fault") }
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", ""), CRM: &fakeCRM{}})
	got := slices.Collect(p.Each(t.Context(), slices.Values(list)))
	if len(got) != 3 || !errors.Is(got[0].Unreadable, broken) || len(got[1].Errors) != 1 || got[2].Outcome != pipeline.OutcomeRemoved {
		t.Errorf("outcomes = %+v, want one unreadable, one error and one removed", got)
	}
}
