package pipeline_test

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/zoho"
)

// journalCRM records all calls in order. Every record exists and has every tag.
type journalCRM struct{ asked []string }

func (j *journalCRM) RemoveTags(_ context.Context, module string, ids, tags []string) ([]zoho.Removal, error) {
	j.asked = append(j.asked, fmt.Sprint("remove ", module, ids, tags))
	var list []zoho.Removal
	for _, id := range ids {
		list = append(list, zoho.Removal{ID: id})
	}
	return list, nil
}

func (j *journalCRM) Records(_ context.Context, module string, ids, fields []string) ([]zoho.Record, error) {
	j.asked = append(j.asked, fmt.Sprint("read ", module, ids, fields))
	var list []zoho.Record
	for _, id := range ids {
		list = append(list, zoho.Record{"id": id, "Stage": "Won", "Status": "Won", "Tag": []any{"a", "b", "c", "old 1", "old 2"}})
	}
	return list, nil
}

func (j *journalCRM) Search(_ context.Context, module string, s zoho.Search) (zoho.SearchResult, error) {
	j.asked = append(j.asked, fmt.Sprint("search ", module, s))
	return zoho.SearchResult{Records: []zoho.Record{{"id": "77", "Email": s.Email}}}, nil
}

// TestTheSameBatchAgain: the same events and rules make the same calls in the same order, and
// have the same outcomes with the same reasons.
func TestTheSameBatchAgain(t *testing.T) {
	set, faults := rules.Load([]byte(`version: 1
sources: {zoho: {verify: token}}
rules:
  - {name: plain, on: zoho, when: event.go, record: {module: Deals, id: event.ids}, remove: [b, a]}
  - {name: live, on: zoho, when: event.go, record: {module: Deals, id: event.ids}, where: 'record.Stage == "Won"', remove: [c, none]}
  - {name: lost, on: zoho, when: event.go, record: {module: Leads, id: event.ids}, where: 'record.Status == "Lost"', remove: [a]}
  - {name: found, on: zoho, when: event.go, record: {module: Contacts, find: {email: event.email}}, remove: [a]}
  - {name: nobody, on: zoho, when: event.go, record: {module: Contacts, find: {email: event.email}}, where: 'record.Status == "Lost"', remove: [a]}
  - {name: old, on: zoho, when: event.go, record: {module: Cases, id: event.ids}, remove: ["old *"]}
  - {name: wrong, on: zoho, when: event.go, record: {module: Deals, id: event.email}, remove: [a]}
`))
	if set == nil {
		t.Fatal(faults)
	}
	var events []event.Event
	for i := range 9 {
		events = append(events, event.Event{ID: fmt.Sprint("e", i), Source: "zoho", Fields: map[string]any{
			"go": true, "ids": []any{fmt.Sprint(10 + i), fmt.Sprint(20 + i%3), fmt.Sprint(30 + i)}, "email": fmt.Sprint(i%4, "@example.com"),
		}})
	}
	run := func() ([]string, []pipeline.Outcome) {
		crm := &journalCRM{}
		outcomes := pipeline.New(pipeline.Config{Rules: set, CRM: crm, MaxConcurrency: 1}).Run(t.Context(), slices.Values(events))
		return crm.asked, outcomes
	}
	asked, outcomes := run()
	for i, o := range outcomes {
		if o.EventID != fmt.Sprint("e", i) || len(o.Removed) < 7 || len(o.Skipped) < 4 || len(o.Errors) != 1 || len(o.Failed) > 0 {
			t.Fatalf("the outcome of event %d is %+v", i, o)
		}
		for _, s := range o.Skipped {
			if s.Reason == "" {
				t.Errorf("event %d skips %+v without a reason", i, s)
			}
		}
	}
	for range 20 {
		askedAgain, outcomesAgain := run()
		if diff := cmp.Diff(asked, askedAgain) + cmp.Diff(outcomes, outcomesAgain); diff != "" {
			t.Fatalf("the second time it is another: -first +second\n%s", diff)
		}
	}
}
