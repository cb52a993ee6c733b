package pipeline_test

import (
	"slices"
	"testing"

	"untag/internal/event"
	"untag/internal/pipeline"
)

// TestFurtherAttemptsFillTheirCalls: the records of a partly filled call wait for what fails now.
func TestFurtherAttemptsFillTheirCalls(t *testing.T) {
	ev := largeEvent(5000)
	crm := &locks{fails: func(i int) bool { return i < 150 }}
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.ids", ""), CRM: crm})
	job := pipeline.Job{ID: ev.ID, Read: func() (event.Event, error) { return ev, nil }}
	attempt := func() pipeline.Outcome {
		crm.asked = nil
		return slices.Collect(p.Each(t.Context(), slices.Values([]pipeline.Job{job})))[0]
	}
	job = next(job, attempt())
	// Half of the full call is locked again, and shares a call with the 50 that waited.
	crm.fails = func(i int) bool { return i < 50 }
	for n, want := range []int{100, 100} {
		o := attempt()
		if len(crm.asked) != want {
			t.Errorf("further attempt %d: %d records are asked for, want %d", n+1, len(crm.asked), want)
		}
		if n == 0 && !o.Retryable() {
			t.Fatalf("outcome %+v, want one to be continued", o.Failed)
		}
		job = next(job, o)
		crm.fails = func(int) bool { return false }
	}
	if o := attempt(); o.Retryable() {
		t.Errorf("outcome %+v, want all done", o.Failed)
	}
}
