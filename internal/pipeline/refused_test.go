package pipeline_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/zoho"
)

// picky is a Zoho that answers a remove_tags call with what answer returns for its ids.
type picky struct {
	answer func(ids []string) (status int, elements []string)
	calls  [][]string
}

func (p *picky) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var body struct {
		IDs []string `json:"ids"`
	}
	text, _ := io.ReadAll(r.Body)
	_ = json.Unmarshal(text, &body)
	if body.IDs == nil {
		body.IDs = []string{strings.Split(r.URL.Path, "/")[4]}
	}
	p.calls = append(p.calls, body.IDs)
	status, elements := p.answer(body.IDs)
	w.WriteHeader(status)
	_, _ = io.WriteString(w, `{"data":[`+strings.Join(elements, ",")+`]}`)
}

// pipelineTo returns a pipeline that removes In progress from deals in a Zoho.
func pipelineTo(t *testing.T, crm http.Handler) *pipeline.Pipeline {
	t.Helper()
	server := httptest.NewServer(crm)
	t.Cleanup(server.Close)
	c, err := zoho.New(zoho.Config{APIURL: server.URL, Version: "v8", Tokens: oneToken{}})
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", ""), CRM: c})
}

func succeeded(ids []string) []string {
	var list []string
	for _, id := range ids {
		list = append(list, `{"code":"SUCCESS","details":{"id":"`+id+`","tags":[]}}`)
	}
	return list
}

// TestABadIDLeavesTheOthersAlone: Zoho refuses a whole call for some of its records.
func TestABadIDLeavesTheOthersAlone(t *testing.T) {
	const bad1, bad2 = 1040, 1077
	isBad := func(id string) bool { return id == fmt.Sprint(bad1) || id == fmt.Sprint(bad2) }
	refuse := func(details string, all bool) func(ids []string) (int, []string) {
		return func(ids []string) (int, []string) {
			var faults []string
			for i, id := range ids {
				if isBad(id) && (all || faults == nil) {
					d := strings.NewReplacer("%i", fmt.Sprint(i), "%d", id).Replace(details)
					faults = append(faults, `{"code":"INVALID_DATA","message":"invalid data","details":`+d+`}`)
				}
			}
			if faults != nil {
				return 400, faults
			}
			return 200, succeeded(ids)
		}
	}
	tests := map[string]struct {
		answer func([]string) (int, []string)
		most   int // calls
	}{
		"by path, all at once":   {refuse(`{"json_path":"$.ids[%i]"}`, true), 2},
		"by path, one at a time": {refuse(`{"json_path":"$.ids[%i]"}`, false), 3},
		"by number":              {refuse(`{"resource_path_index":%i}`, true), 4},
		"by number, one by one":  {refuse(`{"resource_path_index":%i}`, false), 5},
		"by id":                  {refuse(`{"id":"%d"}`, true), 2},
		"by id, one at a time":   {refuse(`{"id":"%d"}`, false), 3},
		// Here the number is that of a part of the URL's path, so the error names the first
		// record instead of others. That record must not be lost.
		"by a number of something else": {refuse(`{"resource_path_index":0}`, false), 210},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			crm := &picky{answer: tt.answer}
			p := pipelineTo(t, crm)
			var events []event.Event
			for i := range 100 {
				events = append(events, goEvent(fmt.Sprint(1000+i)))
			}
			for i, o := range p.Run(t.Context(), slices.Values(events)) {
				want := "removed"
				if isBad(fmt.Sprint(1000 + i)) {
					want = "failed"
				}
				if o.Outcome != want || o.Retryable() {
					t.Errorf("%d: outcome %+v, want %s for good", 1000+i, o, want)
				}
			}
			if len(crm.calls) > tt.most {
				t.Errorf("%d calls, want %d at most", len(crm.calls), tt.most)
			}
		})
	}
}

// TestAnErrorOfTheWholeCall: it fails every event, at once and for good.
func TestAnErrorOfTheWholeCall(t *testing.T) {
	crm := &picky{answer: func([]string) (int, []string) {
		return 400, []string{`{"code":"INVALID_MODULE","message":"the module is not supported","details":{"api_name":"Deals"}}`}
	}}
	outcomes := pipelineTo(t, crm).Run(t.Context(), slices.Values([]event.Event{goEvent("1"), goEvent("2")}))
	for _, o := range outcomes {
		if o.Outcome != "failed" || o.Retryable() || o.Failed[0].Code != "INVALID_MODULE" || o.Failed[0].Message != "the module is not supported (api_name: Deals)" {
			t.Errorf("outcome = %+v, want INVALID_MODULE for good", o)
		}
	}
	if len(crm.calls) != 1 {
		t.Errorf("%d calls, want 1", len(crm.calls))
	}
}

// TestNothingIsAskedForEver: untag stops even if answers never settle anything.
func TestNothingIsAskedForEver(t *testing.T) {
	tests := map[string]func([]string) []string{
		"the first of them": func([]string) []string { return []string{`{"code":"INVALID_DATA","details":{"json_path":"$.ids[0]"}}`} },
		"by number": func([]string) []string {
			return []string{`{"code":"INVALID_DATA","details":{"resource_path_index":0}}`}
		},
		"one of them":        func([]string) []string { return []string{`{"code":"INVALID_DATA","message":"invalid id"}`} },
		"some of them":       func([]string) []string { return []string{`{"code":"SUCCESS"}`, `{"code":"NO_PERMISSION"}`} },
		"nothing of the one": func(ids []string) []string { return succeeded(ids[1:]) },
		"nothing":            func([]string) []string { return nil },
	}
	for name, elements := range tests {
		t.Run(name, func(t *testing.T) {
			crm := &picky{answer: func(ids []string) (int, []string) { return 200, elements(ids) }}
			var events []event.Event
			for i := range 100 {
				events = append(events, goEvent(fmt.Sprint(1000+i)))
			}
			pipelineTo(t, crm).Run(t.Context(), slices.Values(events))
			if len(crm.calls) > 200 {
				t.Errorf("%d calls for 100 records", len(crm.calls))
			}
		})
	}
}

// TestATagThatRemains: only it fails; the other tags of the same call are removed.
func TestATagThatRemains(t *testing.T) {
	more := "  - {name: s, on: zoho, when: event.go, record: {module: Deals, id: event.id}, remove: [VIP]}\n"
	crm := &picky{answer: func(ids []string) (int, []string) {
		return 200, []string{`{"code":"SUCCESS","details":{"id":"` + ids[0] + `","tags":["vip","Old"]}}`}
	}}
	server := httptest.NewServer(crm)
	defer server.Close()
	c, err := zoho.New(zoho.Config{APIURL: server.URL, Version: "v8", Tokens: oneToken{}})
	if err != nil {
		t.Fatal(err)
	}
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", more), CRM: c})
	o := p.Run(t.Context(), slices.Values([]event.Event{goEvent("7")}))[0]
	if len(crm.calls) != 1 || o.Outcome != "failed" || o.Retryable() || len(o.Failed) != 1 {
		t.Fatalf("outcome = %+v after %d calls, want one tag failed for good", o, len(crm.calls))
	}
	f := o.Failed[0]
	if f.Code != "TAG_REMAINS" || f.Rule != "s" || !slices.Equal(f.Tags, []string{"VIP"}) || !strings.Contains(f.Message, `"vip"`) || !strings.Contains(f.Message, `"VIP"`) {
		t.Errorf("failed = %+v, want TAG_REMAINS with both spellings", f)
	}
	removed := []pipeline.Removed{{Rule: "r", Module: "Deals", ID: "7", Tags: []string{"In progress"}, Remaining: []string{"vip", "Old"}}}
	if diff := cmp.Diff(removed, o.Removed); diff != "" {
		t.Errorf("removed: -want +got\n%s", diff)
	}
}

// TestABadIDOfALookUp: the other records are still read.
func TestABadIDOfALookUp(t *testing.T) {
	for name, details := range map[string]string{"by path": `{"json_path":"$.ids[1]"}`, "by id": `{"id":"2"}`, "by number": `{"resource_path_index":1}`} {
		t.Run(name, func(t *testing.T) {
			read := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				ids := strings.Split(r.URL.Query().Get("ids"), ",")
				if slices.Contains(ids, "2") {
					w.WriteHeader(400)
					_, _ = io.WriteString(w, `{"data":[{"code":"INVALID_DATA","message":"invalid data","details":`+details+`}]}`)
					return
				}
				var list []string
				for _, id := range ids {
					list = append(list, `{"id":"`+id+`","Stage":"Open","Tag":[]}`)
				}
				_, _ = io.WriteString(w, `{"data":[`+strings.Join(list, ",")+`]}`)
			})
			server := httptest.NewServer(read)
			defer server.Close()
			c, err := zoho.New(zoho.Config{APIURL: server.URL, Tokens: oneToken{}})
			if err != nil {
				t.Fatal(err)
			}
			p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.id", "    where: record.Stage == \"Won\"\n"), CRM: c})
			outcomes := p.Run(t.Context(), slices.Values([]event.Event{goEvent("1"), goEvent("2"), goEvent("3")}))
			if outcomes[0].Outcome != "nothing" || outcomes[1].Outcome != "failed" || outcomes[2].Outcome != "nothing" {
				t.Errorf("outcomes = %+v, want the second failed", outcomes)
			}
		})
	}
}
