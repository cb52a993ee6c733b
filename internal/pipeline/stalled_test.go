package pipeline_test

import (
	"context"
	"slices"
	"testing"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/zoho"
)

// poisonedCRM fails every call that names one record, and also the first call that names
// another.
type poisonedCRM struct {
	*faultyCRM
	always, once string
}

func (p *poisonedCRM) RemoveTags(ctx context.Context, module string, ids, tags []string) ([]zoho.Removal, error) {
	if slices.Contains(ids, p.always) {
		return nil, &zoho.Error{Status: 500}
	}
	if p.once != "" && slices.Contains(ids, p.once) {
		p.once = ""
		return nil, &zoho.Error{Status: 500}
	}
	return p.faultyCRM.RemoveTags(ctx, module, ids, tags)
}

// TestACallThatAlwaysFailsHoldsUpNoOther: what shares its calls with a later attempt is tried
// even if the full calls before it never succeed.
func TestACallThatAlwaysFailsHoldsUpNoOther(t *testing.T) {
	ev := largeEvent(350)
	crm := &poisonedCRM{newFaultyCRM(1, 0), "100150", "100349"}
	job := pipeline.Job{ID: ev.ID, Read: func() (event.Event, error) { return ev, nil }}
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.ids", ""), CRM: crm, MaxConcurrency: 1})
	for range 4 {
		o := slices.Collect(p.Each(t.Context(), slices.Values([]pipeline.Job{job})))[0]
		job.Stalled = o.Done == ""
		job = next(job, o)
	}
	if len(crm.off) != 250 {
		t.Errorf("%d records are done, want all 250 that are not in the call that fails", len(crm.off))
	}
}
