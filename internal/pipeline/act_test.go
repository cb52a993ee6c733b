package pipeline_test

import (
	"context"
	"slices"
	"testing"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/zoho"
)

// forgetful is a CRM that says nothing about the last record of a call.
type forgetful struct{ fakeCRM }

func (f *forgetful) RemoveTags(ctx context.Context, module string, ids, tags []string) ([]zoho.Removal, error) {
	removals, err := f.fakeCRM.RemoveTags(ctx, module, ids, tags)
	return removals[:len(removals)-1], err
}

// TestNoAnswerIsNoRemoval: an event is tried again if the answer does not mention its record.
func TestNoAnswerIsNoRemoval(t *testing.T) {
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", ""), CRM: &forgetful{}})
	o := p.Run(t.Context(), slices.Values([]event.Event{goEvent("1"), goEvent("2")}))
	if o[0].Outcome != "removed" || o[1].Outcome != "failed" || !o[1].Retryable() {
		t.Errorf("outcomes = %+v, want removed, and failed but to be tried again", o)
	}
}
