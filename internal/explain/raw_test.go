package explain_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/explain"
	"untag/internal/rules"
)

const rulesFile = `version: 1
sources: {hub: {verify: github}, zoho: {verify: token}}
rules:
  - {name: closed, on: [hub, zoho], when: 'true', record: {module: Deals, id: event.id}, remove: [Open]}
`

// TestRaw: a webhook's body is read as its sender would send it.
func TestRaw(t *testing.T) {
	set, faults := rules.Load([]byte(rulesFile))
	if set == nil {
		t.Fatal(faults)
	}
	tests := map[string]struct {
		raw   explain.Raw
		file  string // the body, in a file of the name in raw, or on standard input
		event map[string]any
		fault string
	}{
		"JSON":                    {explain.Raw{Source: "hub", Body: "b.json"}, `{"id":"1"}`, map[string]any{"id": "1"}, ""},
		"XML":                     {explain.Raw{Source: "hub", Body: "b.XML"}, `<id>1</id>`, map[string]any{"id": "1"}, ""},
		"a form":                  {explain.Raw{Source: "hub", Body: "b.form"}, "id=1&note=%7Bx", map[string]any{"id": "1", "note": "{x"}, ""},
		"standard input":          {explain.Raw{Source: "hub", Body: "-"}, `{"id":"1"}`, map[string]any{"id": "1"}, ""},
		"a header":                {explain.Raw{Source: "hub", Body: "b.txt", Headers: []string{"content-type: application/x-www-form-urlencoded"}}, "id=", map[string]any{"id": ""}, ""},
		"a form of GitHub's":      {explain.Raw{Source: "hub", Body: "b.form", Headers: []string{"X-GitHub-Event:issues"}}, "payload=%7B%22id%22%3A%221%22%7D", map[string]any{"id": "1"}, ""},
		"a query that counts":     {explain.Raw{Source: "zoho", Query: "?id=1"}, "", map[string]any{"id": "1"}, ""},
		"a query that does not":   {explain.Raw{Source: "hub", Body: "b.json", Query: "id=1"}, "{}", map[string]any{}, ""},
		"no such source":          {explain.Raw{Source: "hob", Body: "b.json"}, "{}", nil, `there is no source "hob" in the rules, which has hub, zoho`},
		"no such file":            {explain.Raw{Source: "hub", Body: "c.json"}, "", nil, "there is no such file; name another with --body"},
		"a header without colon":  {explain.Raw{Source: "hub", Headers: []string{"hush"}}, "", nil, "--header: write it as 'Name: value'"},
		"a header without a name": {explain.Raw{Source: "hub", Headers: []string{" : hush"}}, "", nil, `"" is not the name of a header`},
		"a line break":            {explain.Raw{Source: "hub", Headers: []string{"X-A: hush\nX-B: 1"}}, "", nil, "--header X-A: the value has a line break"},
		"a broken query":          {explain.Raw{Source: "hub", Query: "a=%zz"}, "", nil, "--query a=%zz: write it as in a URL"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			t.Chdir(t.TempDir())
			if tt.file != "" && tt.raw.Body != "-" {
				if err := os.WriteFile(filepath.Base(tt.raw.Body), []byte(tt.file), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			recorded, err := tt.raw.Recorded(set, strings.NewReader(tt.file))
			if tt.fault != "" {
				if err == nil || !strings.Contains(err.Error(), tt.fault) || strings.Contains(err.Error(), "hush") {
					t.Errorf("Recorded = %v, want %q in it", err, tt.fault)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			r, err := explain.NewReader(set, "", "")
			if err != nil {
				t.Fatal(err)
			}
			got, err := r.Read(t.Context(), recorded[0])
			if err != nil || len(got.Events) != 1 {
				t.Fatalf("Read: %v, %d events", err, len(got.Events))
			}
			if diff := cmp.Diff(tt.event, got.Events[0].Fields); diff != "" {
				t.Errorf("Read: -want +got\n%s", diff)
			}
		})
	}
}
