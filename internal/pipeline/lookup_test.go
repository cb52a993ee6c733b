package pipeline_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// fakeCRM holds records and counts calls.
type fakeCRM struct {
	mu       sync.Mutex
	records  map[string]zoho.Record
	hits     zoho.SearchResult
	err      error
	reads    [][]string
	fields   [][]string
	searches int
	removed  []pipeline.Call
	remove   error
	// removeOnce is the error of the next call only.
	removeOnce error
}

func (f *fakeCRM) RemoveTags(_ context.Context, module string, ids, tags []string) ([]zoho.Removal, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.removed = append(f.removed, pipeline.Call{Module: module, IDs: ids, Tags: tags})
	if err := f.removeOnce; err != nil {
		f.removeOnce = nil
		return nil, err
	}
	if f.remove != nil {
		return nil, f.remove
	}
	var list []zoho.Removal
	for _, id := range ids {
		list = append(list, zoho.Removal{ID: id})
	}
	return list, nil
}

func (f *fakeCRM) Records(_ context.Context, _ string, ids, fields []string) ([]zoho.Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads, f.fields = append(f.reads, ids), append(f.fields, fields)
	var list []zoho.Record
	for _, id := range ids {
		if r, ok := f.records[id]; ok {
			list = append(list, r)
		}
	}
	return list, f.err
}

func (f *fakeCRM) Search(context.Context, string, zoho.Search) (zoho.SearchResult, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.searches++
	return f.hits, f.err
}

func rulesOf(t *testing.T, record, more string) *rules.Rules {
	t.Helper()
	set, faults := rules.Load([]byte(`version: 1
sources: {zoho: {verify: token}}
rules:
  - name: r
    on: zoho
    when: event.go
    record: {module: Deals, ` + record + `}
    remove: [In progress]
` + more))
	if set == nil {
		t.Fatal(faults)
	}
	return set
}

func goEvent(id string) event.Event {
	return event.Event{ID: "e" + id, Source: "zoho", Fields: map[string]any{"go": true, "id": id, "email": "ada@example.com"}}
}

func record(id, stage string, tags ...any) zoho.Record {
	return zoho.Record{"id": id, "Stage": stage, "Email": "ada@example.com", "Tag": tags}
}

func TestLiveRecordsAreReadOnceForTheBatch(t *testing.T) {
	crm := &fakeCRM{records: make(map[string]zoho.Record)}
	var events []event.Event
	for i := range 250 {
		id := fmt.Sprint(1000 + i)
		stage := "Won"
		if i%2 == 1 {
			stage = "Lost"
		}
		crm.records[id] = record(id, stage, "In progress", "VIP")
		events = append(events, goEvent(id))
	}
	delete(crm.records, "1000") // deleted in the CRM
	crm.records["1002"] = record("1002", "Won", "VIP")
	set := rulesOf(t, "id: event.id", "    where: record.Stage == \"Won\"\n")
	outcomes := pipeline.New(pipeline.Config{Rules: set, CRM: crm}).Run(t.Context(), slices.Values(events))
	if len(crm.reads) != 3 || len(crm.removed) != 2 {
		t.Errorf("%d reads and %d removals, want 3 and 2", len(crm.reads), len(crm.removed))
	}
	if diff := cmp.Diff([]string{"Stage", "Tag"}, crm.fields[0]); diff != "" {
		t.Errorf("fields: -want +got\n%s", diff)
	}
	for i, want := range map[int]string{0: "no longer in the CRM", 1: "`where` is not true", 2: "does not have the tag"} {
		if o := outcomes[i]; o.Outcome != "nothing" || len(o.Skipped) != 1 || !strings.Contains(o.Skipped[0].Reason, want) {
			t.Errorf("outcome %d = %+v, want it skipped: %s", i, o, want)
		}
	}
	if outcomes[4].Outcome != "removed" {
		t.Errorf("outcome 4 = %+v, want removed", outcomes[4])
	}
}

func TestSearches(t *testing.T) {
	ada, other := record("1", "Won", "In progress"), record("2", "Won", "In progress")
	near := record("3", "Won", "In progress")
	near["Email"] = "bada@example.com"
	tests := map[string]struct {
		crm     *fakeCRM
		many    string
		outcome string
		removed int
		says    string
	}{
		"nothing found":           {&fakeCRM{}, "", "nothing", 0, "Zoho found no record (searched by email)"},
		"a near miss":             {&fakeCRM{hits: zoho.SearchResult{Records: []zoho.Record{near}}}, "", "nothing", 0, "Zoho found 1 record, none matches exactly (compared: Email)"},
		"two near misses":         {&fakeCRM{hits: zoho.SearchResult{Records: []zoho.Record{near, {"id": "4", "Secondary_Email": "x@example.com", "Note": "ada"}}}}, "", "nothing", 0, "Zoho found 2 records, none matches exactly (compared: Email, Secondary_Email)"},
		"nothing to compare":      {&fakeCRM{hits: zoho.SearchResult{Records: []zoho.Record{{"id": "4", "Note": "ada"}}}}, "", "nothing", 0, "Zoho found 1 record, none matches exactly (no field contains a value to compare; searched by email)"},
		"one":                     {&fakeCRM{hits: zoho.SearchResult{Records: []zoho.Record{near, ada}}}, "", "removed", 1, ""},
		"several":                 {&fakeCRM{hits: zoho.SearchResult{Records: []zoho.Record{ada, other}}}, "", "nothing", 0, "several records"},
		"several, allowed":        {&fakeCRM{hits: zoho.SearchResult{Records: []zoho.Record{ada, other}}}, ", many: true", "removed", 2, ""},
		"a page without it":       {&fakeCRM{hits: zoho.SearchResult{Records: []zoho.Record{near}, More: true}}, "", "nothing", 0, "more than one page of records"},
		"perhaps another":         {&fakeCRM{hits: zoho.SearchResult{Records: []zoho.Record{ada}, More: true}}, "", "nothing", 0, "several records"},
		"an error that passes":    {&fakeCRM{err: &zoho.Error{Status: 500, Code: "INTERNAL_ERROR"}}, "", "failed", 0, "INTERNAL_ERROR"},
		"an error that does not":  {&fakeCRM{err: &zoho.Error{Status: 400, Code: "INVALID_MODULE"}}, "", "failed", 0, "INVALID_MODULE"},
		"a scope that is missing": {&fakeCRM{err: &zoho.Error{Status: 401, Code: "OAUTH_SCOPE_MISMATCH"}}, "", "failed", 0, "OAUTH_SCOPE_MISMATCH"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := rulesOf(t, "find: {email: event.email"+tt.many+"}", "")
			// Two events need the same search: it is made once.
			outcomes := pipeline.New(pipeline.Config{Rules: set, CRM: tt.crm}).Run(t.Context(), slices.Values([]event.Event{goEvent("1"), goEvent("2")}))
			o := outcomes[1]
			if o.Outcome != tt.outcome || len(o.Removed) != tt.removed || !strings.Contains(fmt.Sprintf("%+v", o), tt.says) {
				t.Errorf("outcome = %+v, want %s with %d removed, saying %q", o, tt.outcome, tt.removed, tt.says)
			}
			if tt.crm.searches != 1 {
				t.Errorf("%d searches, want 1", tt.crm.searches)
			}
			if want := tt.crm.err != nil && name != "an error that does not"; o.Retryable() != want {
				t.Errorf("Retryable = %v, want %v", o.Retryable(), want)
			}
		})
	}
}

func TestAnEventFailsOnlyForItsOwn(t *testing.T) {
	crm := &fakeCRM{remove: errors.New("broken")}
	o := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", ""), CRM: crm}).Run(t.Context(), slices.Values([]event.Event{
		goEvent("1"), {ID: "e2", Source: "zoho", Fields: map[string]any{"go": false}},
	}))
	if o[0].Outcome != "failed" || !o[0].Retryable() || o[1].Outcome != "nothing" {
		t.Errorf("outcomes = %+v, want failed and nothing", o)
	}
}

// TestOneIDThatFailsALookUp: Zoho may refuse to read records because of the id of one of
// them, without saying which. The events of the others go on.
func TestOneIDThatFailsALookUp(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ids := strings.Split(r.URL.Query().Get("ids"), ",")
		if slices.Contains(ids, "13") {
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"code":"INVALID_DATA","details":{},"message":"the id given seems to be invalid","status":"error"}`)
			return
		}
		fmt.Fprintf(w, `{"data":[{"id":"%s","Stage":"Won","Tag":[{"name":"In progress"}]}]}`, strings.Join(ids, `","Stage":"Won","Tag":[{"name":"In progress"}]},{"id":"`))
	}))
	defer server.Close()
	c, err := zoho.New(zoho.Config{APIURL: server.URL, Tokens: oneToken{}})
	if err != nil {
		t.Fatal(err)
	}
	set := rulesOf(t, "id: event.id", "    where: record.Stage == \"Won\"\n")
	var events []event.Event
	for id := 10; id < 20; id++ {
		events = append(events, goEvent(fmt.Sprint(id)))
	}
	for i, o := range pipeline.New(pipeline.Config{Rules: set, CRM: readsAndRemoves{c, &fakeCRM{}}}).Run(t.Context(), slices.Values(events)) {
		if odd := i == 3; odd != (o.Outcome == pipeline.OutcomeFailed) || odd && !o.Failed[0].Gone {
			t.Errorf("outcome %d = %+v, want only that of 13 failed, and its record gone", i, o)
		}
	}
}

// readsAndRemoves reads with one CRM and removes with another.
type readsAndRemoves struct {
	*zoho.Client
	removes *fakeCRM
}

func (r readsAndRemoves) RemoveTags(ctx context.Context, module string, ids, tags []string) ([]zoho.Removal, error) {
	return r.removes.RemoveTags(ctx, module, ids, tags)
}

// noToken provides no shared access token.
type noToken struct{}

func (noToken) Token(context.Context) (zohoauth.Token, error) {
	return zohoauth.Token{}, errors.New("secrets: arn:aws:secretsmanager:eu-central-1:123456789012:secret:token: cannot be read")
}
func (noToken) Refused(context.Context, zohoauth.Token) {}

// TestTheSenderIsNotToldOfOurSecrets: their names are only for the log and for those who read
// the dead letters.
func TestTheSenderIsNotToldOfOurSecrets(t *testing.T) {
	c, err := zoho.New(zoho.Config{APIURL: "http://127.0.0.1:9", Tokens: noToken{}})
	if err != nil {
		t.Fatal(err)
	}
	o := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", ""), CRM: c}).Run(t.Context(), slices.Values([]event.Event{goEvent("1")}))
	if f := o[0].Failed[0]; f.Code != zoho.CodeNoToken || strings.Contains(f.Message, "arn:") || !strings.Contains(f.Why(), "arn:") || !strings.Contains(f.Detail, "arn:") {
		t.Errorf("failed with %s: %q, why %q, detail %q", f.Code, f.Message, f.Why(), f.Detail)
	}
}
