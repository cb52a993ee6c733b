package pipeline_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/event"
	"untag/internal/pipeline"
)

// TestWhatIsObservedIsNotLostInRepeats: a dry run over faults tells each record once, and removes
// nothing.
func TestWhatIsObservedIsNotLostInRepeats(t *testing.T) {
	set := rulesOf(t, "id: event.ids", "")
	synctest.Test(t, func(t *testing.T) {
		for seed := range uint64(20) {
			crm := newFaultyCRM(seed, 0.2)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			o := pipeline.New(pipeline.Config{Rules: set, CRM: crm, DryRun: true}).Run(ctx, slices.Values([]event.Event{largeEvent(2000)}))[0]
			cancel()
			told := make(map[string]int)
			for _, w := range o.Observed {
				told[w.ID]++
			}
			if o.Outcome != pipeline.OutcomeNothing || len(o.Observed) != 2000 || len(told) != 2000 || crm.made != 0 {
				t.Errorf("seed %d: %s, %d observed of %d records, %d calls to remove; want 2000 of 2000, and none", seed, o.Outcome, len(o.Observed), len(told), crm.made)
			}
		}
	})
}
