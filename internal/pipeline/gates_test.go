package pipeline_test

import (
	"context"
	"errors"
	"fmt"
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

// deniedTokens provides no tokens until someone allows it.
type deniedTokens struct {
	mu    sync.Mutex
	asked int
	err   error
}

func (d *deniedTokens) Token(context.Context) (zohoauth.Token, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.asked++
	return zohoauth.Token{AccessToken: "t", APIDomain: "http://127.0.0.1:9"}, d.err
}

func (*deniedTokens) Refused(context.Context, zohoauth.Token) {}

// denied is an error of a secret that stays until someone fixes it.
type denied struct{}

func (denied) Error() string   { return "secrets: untag/token: cannot be read: AccessDeniedException" }
func (denied) Retryable() bool { return false }

// TestAFaultOfTheInstallationLosesNothing: while there is no token, every event goes back; one
// attempt each minute finds out when there is one.
func TestAFaultOfTheInstallationLosesNothing(t *testing.T) {
	for name, err := range map[string]error{
		"a secret that is denied":      denied{},
		"a credential that is refused": &zoho.Error{Operation: "refresh the access token", Status: 200, Code: "invalid_code"},
		"a scope for no module":        &zoho.Error{Operation: "refresh the access token", Status: 400, Code: "invalid_scope"},
		"a credential that is missing": &zoho.Error{Operation: "refresh the access token", Code: zoho.CodeNoCredential, Err: denied{}},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				tokens := &deniedTokens{err: err}
				c, newErr := zoho.New(zoho.Config{Tokens: tokens})
				if newErr != nil {
					t.Fatal(newErr)
				}
				crm := &fakeCRM{}
				p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", ""), CRM: untilFixed{c, crm, tokens}, MaxConcurrency: 1})
				for range 60 { // ten minutes
					for _, o := range p.Run(t.Context(), slices.Values(manyEvents(500))) {
						if !o.Retryable() || !o.Failed[0].Installation() || o.RetryAfter() > time.Minute {
							t.Fatalf("outcome = %+v, want it to go back for the installation's sake", o)
						}
					}
					time.Sleep(10 * time.Second)
				}
				if tokens.asked != 10 {
					t.Errorf("a token was asked for %d times in ten minutes, want once a minute", tokens.asked)
				}
				tokens.err = nil
				time.Sleep(time.Minute)
				for _, o := range p.Run(t.Context(), slices.Values(manyEvents(500))) {
					if o.Outcome != pipeline.OutcomeRemoved {
						t.Fatalf("outcome after it was put right = %+v, want removed", o)
					}
				}
				if len(crm.removed) != 5 {
					t.Errorf("%d calls, want 5: the first shows that the others are worth it", len(crm.removed))
				}
			})
		})
	}
}

// untilFixed is a CRM that needs a token for each call until there are tokens.
type untilFixed struct {
	*zoho.Client
	crm    *fakeCRM
	tokens *deniedTokens
}

func (u untilFixed) RemoveTags(ctx context.Context, module string, ids, tags []string) ([]zoho.Removal, error) {
	if u.tokens.err != nil {
		return u.Client.RemoveTags(ctx, module, ids, tags)
	}
	return u.crm.RemoveTags(ctx, module, ids, tags)
}

func manyEvents(n int) []event.Event {
	var events []event.Event
	for i := range n {
		events = append(events, goEvent(fmt.Sprint(1000+i)))
	}
	return events
}

// TestWhatTheUserMayNotDo: if nothing else works either, the installation is at fault; if
// other modules work, it is the rule, which names a module that the user has no right to.
func TestWhatTheUserMayNotDo(t *testing.T) {
	more := "  - {name: s, on: zoho, when: event.more, record: {module: Accounts, id: event.id}, remove: [Call back]}\n"
	synctest.Test(t, func(t *testing.T) {
		crm := &forbids{module: "Deals"}
		p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", more), CRM: crm, MaxConcurrency: 1})
		deal := []event.Event{goEvent("1")}
		o := p.Run(t.Context(), slices.Values(deal))[0]
		if !o.Retryable() || !o.Failed[0].Installation() || o.Failed[0].Code != "NO_PERMISSION" {
			t.Errorf("outcome = %+v, want it to go back", o)
		}
		other := event.Event{ID: "other", Source: "zoho", Fields: map[string]any{"go": false, "more": true, "id": "2"}}
		if o := p.Run(t.Context(), slices.Values([]event.Event{other}))[0]; o.Outcome != pipeline.OutcomeRemoved {
			t.Errorf("outcome of another module = %+v, want removed", o)
		}
		time.Sleep(2 * time.Minute)
		o = p.Run(t.Context(), slices.Values(deal))[0]
		if o.Retryable() || o.Failed[0].Installation() {
			t.Errorf("outcome = %+v, want it final", o)
		}
		crm.module = ""
		if o := p.Run(t.Context(), slices.Values(deal))[0]; o.Outcome != pipeline.OutcomeRemoved {
			t.Errorf("outcome with the right = %+v, want removed", o)
		}
		// If a right was taken away, that is not the rule's fault.
		crm.module = "Deals"
		if o := p.Run(t.Context(), slices.Values(deal))[0]; !o.Retryable() || !o.Failed[0].Installation() {
			t.Errorf("outcome when the right was taken away = %+v, want it to go back", o)
		}
	})
}

// TestAProxysPageIsNotTheRulesFault: a refusal without a code does not say what the user may not do,
// so the event goes back although other modules work.
func TestAProxysPageIsNotTheRulesFault(t *testing.T) {
	more := "  - {name: s, on: zoho, when: event.more, record: {module: Accounts, id: event.id}, remove: [Call back]}\n"
	synctest.Test(t, func(t *testing.T) {
		crm := &forbids{module: "Deals", with: &zoho.Error{Operation: "remove tags", Status: 403}}
		p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", more), CRM: crm, MaxConcurrency: 1})
		other := event.Event{ID: "other", Source: "zoho", Fields: map[string]any{"go": false, "more": true, "id": "2"}}
		for range 3 {
			if o := p.Run(t.Context(), slices.Values([]event.Event{other}))[0]; o.Outcome != pipeline.OutcomeRemoved {
				t.Errorf("outcome of another module = %+v, want removed", o)
			}
			o := p.Run(t.Context(), slices.Values([]event.Event{goEvent("1")}))[0]
			if !o.Retryable() || !o.Failed[0].Installation() || o.Failed[0].Code != "UNEXPECTED_ANSWER" {
				t.Errorf("outcome = %+v, want it to go back", o)
			}
			time.Sleep(2 * time.Minute)
		}
		crm.module = ""
		if o := p.Run(t.Context(), slices.Values([]event.Event{goEvent("1")}))[0]; o.Outcome != pipeline.OutcomeRemoved {
			t.Errorf("outcome without the proxy = %+v, want removed", o)
		}
	})
}

// forbids is a CRM whose user may not touch a module.
type forbids struct {
	fakeCRM
	module string
	// with is the error, nil for NO_PERMISSION.
	with *zoho.Error
}

func (f *forbids) RemoveTags(ctx context.Context, module string, ids, tags []string) ([]zoho.Removal, error) {
	if module == f.module && f.with != nil {
		return nil, f.with
	}
	if module == f.module {
		return nil, &zoho.Error{Operation: "remove tags", Status: 403, Code: "NO_PERMISSION"}
	}
	return f.fakeCRM.RemoveTags(ctx, module, ids, tags)
}

// TestAScopeThatIsMissingForSearches: it holds back only searches.
func TestAScopeThatIsMissingForSearches(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		more := "  - {name: s, on: zoho, when: event.go, record: {module: Deals, find: {email: event.email}}, remove: [Call back]}\n"
		crm := &fakeCRM{err: &zoho.Error{Status: 401, Code: "OAUTH_SCOPE_MISMATCH"}}
		p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", more), CRM: crm})
		for range 6 {
			o := p.Run(t.Context(), slices.Values([]event.Event{goEvent("1")}))[0]
			if len(o.Removed) != 1 || len(o.Failed) != 1 || o.Failed[0].Code != "OAUTH_SCOPE_MISMATCH" || !o.Retryable() {
				t.Errorf("outcome = %+v, want one removed and one to go back", o)
			}
			time.Sleep(20 * time.Second)
		}
		if crm.searches != 2 {
			t.Errorf("%d searches in two minutes, want 2", crm.searches)
		}
	})
}

// TestTemporaryErrorsAreNotTheInstallations: errors about one record are not either.
func TestTemporaryErrorsAreNotTheInstallations(t *testing.T) {
	for name, err := range map[string]error{
		"a secret that is throttled": errors.New("throttled"),
		"Zoho is down":               &zoho.Error{Status: 503},
		"one record":                 &zoho.Error{Status: 202, Code: "NO_PERMISSION", Record: "1"},
		"a module that there is not": &zoho.Error{Status: 400, Code: "INVALID_MODULE"},
	} {
		t.Run(name, func(t *testing.T) {
			crm := &fakeCRM{remove: err}
			o := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", ""), CRM: crm}).Run(t.Context(), slices.Values([]event.Event{goEvent("1")}))[0]
			if o.Failed[0].Installation() {
				t.Errorf("outcome = %+v, want no fault of the installation", o)
			}
			if retry := !strings.HasPrefix(name, "one") && !strings.HasPrefix(name, "a module"); o.Retryable() != retry {
				t.Errorf("Retryable = %t, want %t", o.Retryable(), retry)
			}
		})
	}
}
