package pipeline_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// versions lists the versions of the API that untag supports.
var versions = []string{"v2", "v2.1", "v3", "v4", "v5", "v6", "v7", "v8"}

// line returns a pipeline over a sandbox.
func line(t *testing.T, version, records string, set *rules.Rules) (*pipeline.Pipeline, *sandbox.Sandbox) {
	t.Helper()
	parsed, err := sandbox.ParseRecords([]byte(records))
	if err != nil {
		t.Fatal(err)
	}
	crm := sandbox.New(sandbox.Config{Records: parsed})
	server := httptest.NewServer(crm)
	t.Cleanup(server.Close)
	credentials := zohoauth.Credentials(crm.Credentials())
	client, err := zoho.New(zoho.Config{APIURL: server.URL, Version: version, Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
		AccountsURL: server.URL, Credentials: func(context.Context) (zohoauth.Credentials, error) { return credentials, nil },
	}))})
	if err != nil {
		t.Fatal(err)
	}
	return pipeline.New(pipeline.Config{Rules: set, CRM: client}), crm
}

// TestWhereReadsTheWholeRecord: untag cannot always tell which fields a rule reads, and the
// versions differ in how to ask for all of them.
func TestWhereReadsTheWholeRecord(t *testing.T) {
	var many []string
	for i := range 60 {
		many = append(many, fmt.Sprintf("record.F%d == %d", i, i))
	}
	for name, where := range map[string]string{
		"by itself":           `toJSON(record) contains "Won"`,
		"its keys":            `"Stage" in keys(record) && record.Stage == "Won"`,
		"a field of an event": `record[event.field] == "Won"`,
		"sixty fields":        `record.Stage == "Won" && ` + strings.Join(many, " && "),
	} {
		for _, version := range versions {
			t.Run(name+" "+version, func(t *testing.T) {
				set := rulesOf(t, "id: event.ids", "    where: '"+where+"'\n")
				fields := ""
				for i := range 60 {
					fields += fmt.Sprintf(", F%d: %d", i, i)
				}
				p, crm := line(t, version, `Deals: [{id: "1", Stage: Won, Tag: [In progress]`+fields+`}, {id: "2", Stage: Lost, Tag: [In progress]}, {id: "3", Stage: Won, Tag: [In progress]`+fields+`}]`, set)
				o := p.Run(t.Context(), slices.Values([]event.Event{{
					ID: "e", Source: "zoho", Fields: map[string]any{"go": true, "field": "Stage", "ids": []any{"1", "2", "3", "4"}},
				}}))[0]
				if o.Outcome != "removed" || len(o.Removed) != 2 || len(o.Skipped)+len(o.Errors) != 2 || len(o.Failed) > 0 {
					t.Errorf("outcome = %+v, want the tag off 1 and 3", o)
				}
				want := 1
				switch {
				case strings.HasPrefix(version, "v2"):
				case name == "sixty fields":
					want = 2
				default:
					want = 4
				}
				if n := crm.Requests().Reads; int(n) != want {
					t.Errorf("%d reads, want %d", n, want)
				}
			})
		}
	}
}

// TestModulesThatTheEventNames: a module that the version does not have is an error of that
// rule.
func TestModulesThatTheEventNames(t *testing.T) {
	set, faults := rules.Load([]byte(`version: 1
sources: {zoho: {verify: token}}
rules:
  - {name: any, on: zoho, when: event.go, record: {module: "${event.module}", id: event.id}, remove: [In progress]}
  - {name: task, on: zoho, when: event.go, record: {module: Tasks, id: event.id}, remove: [In progress]}
`))
	if set == nil {
		t.Fatal(faults)
	}
	for _, version := range versions {
		p, _ := line(t, version, `Tasks: [{id: "1", Tag: [In progress]}]`, set)
		o := p.Run(t.Context(), slices.Values([]event.Event{{ID: "e", Source: "zoho", Fields: map[string]any{"go": true, "module": "activities", "id": "1"}}}))[0]
		if strings.HasPrefix(version, "v2") {
			if o.Outcome != "removed" || len(o.Removed) != 2 || len(o.Errors) > 0 {
				t.Errorf("%s: outcome = %+v, want the tag off by both rules", version, o)
			}
			continue
		}
		if len(o.Removed) != 1 || o.Removed[0].Rule != "task" || len(o.Failed) > 0 || len(o.Errors) != 1 || o.Errors[0].Rule != "any" ||
			!strings.Contains(o.Errors[0].Message, version+" of Zoho's API does not have the module Activities") {
			t.Errorf("%s: outcome = %+v, want an error of the one rule, naming the version", version, o)
		}
	}
}
