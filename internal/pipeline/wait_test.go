package pipeline_test

import (
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/zoho"
)

// TestFindWaits: a record that is not found yet is searched for again until the wait is over.
func TestFindWaits(t *testing.T) {
	near := zoho.SearchResult{Records: []zoho.Record{{"id": "3", "Email": "bada@example.com"}}}
	tests := map[string]struct {
		wait  string
		after time.Duration // the event
		hits  zoho.SearchResult
		// again is when to try again; 0 means the outcome "nothing", with this reason.
		again  time.Duration
		reason string
	}{
		"at once":                  {"5m", 0, zoho.SearchResult{}, 30 * time.Second, "Zoho found no record (searched by email); untag keeps looking until 5m after the event"},
		"only unequal ones":        {"5m", 0, near, 30 * time.Second, "Zoho found 1 record, none matches exactly (compared: Email); untag keeps looking until 5m after the event"},
		"near its end":             {"5m", 4*time.Minute + 50*time.Second, zoho.SearchResult{}, 10 * time.Second, "Zoho found no record (searched by email); untag keeps looking until 5m after the event"},
		"late in a long wait":      {"24h", 2 * time.Hour, zoho.SearchResult{}, 30 * time.Minute, "Zoho found no record (searched by email); untag keeps looking until 24h after the event"},
		"over":                     {"5m", 5 * time.Minute, zoho.SearchResult{}, 0, "Zoho found no record (searched by email); waited 5m for it"},
		"over, with unequal ones":  {"90s", time.Hour, near, 0, "Zoho found 1 record, none matches exactly (compared: Email); waited 1m30s for it"},
		"a clock a little behind":  {"5m", -10 * time.Second, zoho.SearchResult{}, 30 * time.Second, "Zoho found no record (searched by email); untag keeps looking until 5m after the event"},
		"an event from the future": {"5m", -24 * time.Hour, zoho.SearchResult{}, 0, "Zoho found no record (searched by email); waited 5m for it"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ev := goEvent("1")
				ev.Time = time.Now().Add(-tt.after)
				set := rulesOf(t, "find: {email: event.email, wait: "+tt.wait+"}", "")
				o := pipeline.New(pipeline.Config{Rules: set, CRM: &fakeCRM{hits: tt.hits}}).Run(t.Context(), slices.Values([]event.Event{ev}))[0]
				if tt.again == 0 {
					if o.Outcome != pipeline.OutcomeNothing || len(o.Skipped) != 1 || o.Skipped[0].Reason != tt.reason {
						t.Errorf("outcome = %+v, want nothing: %s", o, tt.reason)
					}
					return
				}
				if o.Outcome != pipeline.OutcomeFailed || !o.Retryable() || !o.Due() || o.RetryAfter() != tt.again ||
					o.Failed[0].Code != pipeline.CodeNotFoundYet || o.Failed[0].Message != tt.reason {
					t.Errorf("outcome = %+v, want it tried again after %v: %s", o, tt.again, tt.reason)
				}
			})
		})
	}
}

// TestFindWaitsForWhatComes: through a queue that retries when told to, a record is found soon
// after that is possible, and one that never appears is given up after the wait.
func TestFindWaitsForWhatComes(t *testing.T) {
	tests := map[string]struct {
		wait    string
		found   time.Duration // after the event; 0 means never
		ends    time.Duration
		most    int // searches
		outcome string
	}{
		"after a minute and a half": {"5m", 90 * time.Second, 2 * time.Minute, 5, pipeline.OutcomeRemoved},
		"never":                     {"5m", 0, 5*time.Minute + time.Second, 11, pipeline.OutcomeNothing},
		"never, within a day":       {"24h", 0, 24*time.Hour + time.Second, 60, pipeline.OutcomeNothing},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				crm := &fakeCRM{}
				ev := goEvent("1")
				ev.Time = time.Now()
				p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "find: {email: event.email, wait: "+tt.wait+"}", ""), CRM: crm})
				for {
					if tt.found > 0 && time.Since(ev.Time) >= tt.found {
						crm.hits.Records = []zoho.Record{record("1", "Won", "In progress")}
					}
					o := p.Run(t.Context(), slices.Values([]event.Event{ev}))[0]
					if !o.Retryable() {
						if took := time.Since(ev.Time); o.Outcome != tt.outcome || took > tt.ends || crm.searches > tt.most {
							t.Errorf("%s after %v and %d searches, want %s after %v and %d", o.Outcome, took, crm.searches, tt.outcome, tt.ends, tt.most)
						}
						return
					}
					time.Sleep(o.RetryAfter())
				}
			})
		})
	}
}

// TestWaitingIsNoFailureOfZoho: even if many events wait, other calls are made.
func TestWaitingIsNoFailureOfZoho(t *testing.T) {
	more := "  - {name: s, on: zoho, when: has(event.plain), record: {module: Deals, id: event.plain}, remove: [Call back]}\n"
	crm := &fakeCRM{}
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "find: {email: event.email, wait: 5m}", more), CRM: crm, MaxConcurrency: 1})
	var events []event.Event
	for i := range 30 {
		events = append(events, event.Event{ID: fmt.Sprint(i), Source: "zoho", Time: time.Now(), Fields: map[string]any{"go": true, "email": fmt.Sprint(i, "@example.com")}})
	}
	events = append(events, event.Event{ID: "plain", Source: "zoho", Time: time.Now(), Fields: map[string]any{"go": false, "plain": "1"}})
	for range 2 {
		outcomes := p.Run(t.Context(), slices.Values(events))
		if o := outcomes[30]; o.Outcome != pipeline.OutcomeRemoved {
			t.Errorf("outcome = %+v, want removed", o)
		}
	}
	if crm.searches != 60 {
		t.Errorf("%d searches, want 60", crm.searches)
	}
}

// TestExaminedEventsDoNotWait: their outcome is the final one.
func TestExaminedEventsDoNotWait(t *testing.T) {
	ev := goEvent("1")
	ev.Time = time.Now()
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "find: {email: event.email, wait: 5m}", ""), CRM: &fakeCRM{}, Waited: true})
	if o := p.Run(t.Context(), slices.Values([]event.Event{ev}))[0]; o.Outcome != pipeline.OutcomeNothing || len(o.Failed) > 0 {
		t.Errorf("outcome = %+v, want nothing", o)
	}
}
