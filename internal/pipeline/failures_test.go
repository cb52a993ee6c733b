package pipeline_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

func TestZohoThatKeepsFailingIsNotHammered(t *testing.T) {
	crm := &fakeCRM{remove: &zoho.Error{Status: 503}}
	var events []event.Event
	for i := range 3000 {
		events = append(events, goEvent(fmt.Sprint(1000+i)))
	}
	outcomes := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", ""), CRM: crm, MaxConcurrency: 1}).Run(t.Context(), slices.Values(events))
	if len(crm.removed) != 5 {
		t.Errorf("%d calls, want 5 before the rest is handed back", len(crm.removed))
	}
	for _, o := range outcomes {
		if o.Outcome != "failed" || !o.Retryable() {
			t.Fatalf("outcome = %+v, want failed and retryable", o)
		}
	}
	if last := outcomes[2999]; last.Failed[0].Code != pipeline.CodeHandedBack {
		t.Errorf("the last outcome = %+v, want it handed back", last)
	}
}

// TestZohoIsAskedOnceWhileItIsDown: the next batch uses what the previous one found out.
func TestZohoIsAskedOnceWhileItIsDown(t *testing.T) {
	crm := &fakeCRM{remove: &zoho.Error{Status: 503}}
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", ""), CRM: crm})
	var events []event.Event
	for i := range 3000 {
		events = append(events, goEvent(fmt.Sprint(1000+i)))
	}
	p.Run(t.Context(), slices.Values(events))
	for range 3 {
		crm.removed = nil
		p.Run(t.Context(), slices.Values(events))
		if len(crm.removed) != 1 {
			t.Errorf("%d calls of a batch while Zoho is down, want 1", len(crm.removed))
		}
	}
	crm.remove, crm.removed = nil, nil
	for i, o := range p.Run(t.Context(), slices.Values(events)) {
		if o.Outcome != "removed" {
			t.Fatalf("outcome %d after its return = %+v, want removed", i, o)
		}
	}
	if len(crm.removed) != 30 {
		t.Errorf("%d calls after its return, want 30", len(crm.removed))
	}
	// It is no longer a suspect: one failure holds nothing back.
	crm.removed, crm.removeOnce = nil, &zoho.Error{Status: 503}
	p.Run(t.Context(), slices.Values(events))
	if len(crm.removed) != 30 {
		t.Errorf("%d calls when one fails after its return, want 30", len(crm.removed))
	}
}

// TestZohoThatFailsForOneModule: calls that keep failing hold back only their own module.
func TestZohoThatFailsForOneModule(t *testing.T) {
	more := "  - {name: s, on: zoho, when: event.go, record: {module: Accounts, id: event.id}, remove: [Call back]}\n"
	crm := &failsFor{modules: []string{"Accounts"}}
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", more), CRM: crm, MaxConcurrency: 1})
	var events []event.Event
	for i := range 600 {
		events = append(events, goEvent(fmt.Sprint(1000+i)))
	}
	for range 3 {
		p.Run(t.Context(), slices.Values(events))
		crm.failed, crm.done = 0, 0
	}
	p.Run(t.Context(), slices.Values(events))
	if crm.failed != 1 || crm.done != 6 {
		t.Errorf("%d calls of the module that fails and %d of the other, want 1 and 6", crm.failed, crm.done)
	}
}

// TestZohoThatFailsForManyModules: even if many fail, calls for the others are made.
func TestZohoThatFailsForManyModules(t *testing.T) {
	var more strings.Builder
	var down []string
	for i := range 7 {
		module := fmt.Sprintf("Down%d", i)
		down = append(down, module)
		fmt.Fprintf(&more, "  - {name: %s, on: zoho, when: event.go, record: {module: %s, id: event.id}, remove: [Call back]}\n", module, module)
	}
	crm := &failsFor{modules: down}
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", more.String()), CRM: crm, MaxConcurrency: 1})
	var events []event.Event
	for i := range 600 {
		events = append(events, goEvent(fmt.Sprint(1000+i)))
	}
	for range 10 {
		p.Run(t.Context(), slices.Values(events))
		crm.failed, crm.done = 0, 0
	}
	p.Run(t.Context(), slices.Values(events))
	if crm.failed != len(down) || crm.done != 6 {
		t.Errorf("%d calls of the modules that fail and %d of the other, want %d and 6", crm.failed, crm.done, len(down))
	}
}

// TestZohoThatHangsForOneModule: calls that time out do not delay other modules.
func TestZohoThatHangsForOneModule(t *testing.T) {
	more := "  - {name: s, on: zoho, when: event.go, record: {module: Accounts, id: event.id}, remove: [Call back]}\n"
	synctest.Test(t, func(t *testing.T) {
		crm := &hangs{}
		p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", more), CRM: crm, MaxConcurrency: 2})
		var events []event.Event
		for i := range 600 {
			events = append(events, goEvent(fmt.Sprint(1000+i)))
		}
		for range 3 {
			crm.begun = time.Now()
			p.Run(t.Context(), slices.Values(events))
		}
		if crm.last != 3*time.Second {
			t.Errorf("the last call of the module that works was answered after %v, want 3 s", crm.last)
		}
	})
}

// hangs is a Zoho that takes a second for Deals, and half a minute to fail for Accounts.
type hangs struct {
	fakeCRM
	begun time.Time
	mu    sync.Mutex
	last  time.Duration // time of the last answer about Deals
}

func (h *hangs) RemoveTags(_ context.Context, module string, ids, _ []string) ([]zoho.Removal, error) {
	if module == "Accounts" {
		time.Sleep(30 * time.Second)
		return nil, &zoho.Error{Code: zoho.CodeNoAnswer}
	}
	time.Sleep(time.Second)
	h.mu.Lock()
	defer h.mu.Unlock()
	h.last = time.Since(h.begun)
	return make([]zoho.Removal, len(ids)), nil
}

// failsFor is a Zoho that fails for some modules.
type failsFor struct {
	fakeCRM
	modules      []string
	failed, done int
}

func (f *failsFor) RemoveTags(ctx context.Context, module string, ids, tags []string) ([]zoho.Removal, error) {
	if slices.Contains(f.modules, module) {
		f.failed++
		return nil, &zoho.Error{Status: 500, Code: "INTERNAL_ERROR"}
	}
	f.done++
	return f.fakeCRM.RemoveTags(ctx, module, ids, tags)
}

// TestLookUpsOfAZohoThatKeepsFailing: a look-up counts like any other call, and removals that
// are handed back wait as long as Zoho asked for in the calls that failed.
func TestLookUpsOfAZohoThatKeepsFailing(t *testing.T) {
	tests := map[string]struct{ record, more string }{
		"searches": {"find: {criteria: {Number: event.id}}", ""},
		"records":  {"id: event.id", "    where: record.Stage == \"Won\"\n"},
		"searches, then removals": {"find: {criteria: {Number: event.id}}",
			"  - {name: s, on: zoho, when: event.go, record: {module: Leads, id: event.id}, remove: [Call back]}\n"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			busy := busyError(t)
			crm := &fakeCRM{err: busy, remove: busy}
			var events []event.Event
			for i := range 3000 {
				events = append(events, goEvent(fmt.Sprint(1000+i)))
			}
			outcomes := pipeline.New(pipeline.Config{Rules: rulesOf(t, tt.record, tt.more), CRM: crm, MaxConcurrency: 1}).Run(t.Context(), slices.Values(events))
			if n := crm.searches + len(crm.reads) + len(crm.removed); n != 5 {
				t.Errorf("%d calls, want 5 before the rest is handed back", n)
			}
			for _, o := range outcomes {
				if o.Outcome != "failed" || !o.Retryable() || o.RetryAfter() != 77*time.Second {
					t.Fatalf("outcome = %+v, want failed and to be tried after 77 s", o)
				}
			}
		})
	}
}

// busyError is the error of a Zoho that asks to wait 77 seconds.
func busyError(t *testing.T) error {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Retry-After", "77")
		w.WriteHeader(http.StatusTooManyRequests)
	}))
	defer server.Close()
	c, err := zoho.New(zoho.Config{APIURL: server.URL, Tokens: oneToken{}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.Records(t.Context(), "Deals", []string{"1"}, nil)
	return err
}

type oneToken struct{}

func (oneToken) Token(context.Context) (zohoauth.Token, error) {
	return zohoauth.Token{AccessToken: "t"}, nil
}
func (oneToken) Refused(context.Context, zohoauth.Token) {}
