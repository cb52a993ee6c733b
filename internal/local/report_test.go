package local

import (
	"bytes"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"untag/internal/pipeline"
	"untag/internal/sandbox"
)

func TestReport(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out)
	r.add(delivered{file: "closed.json", answer: "200 OK"}, []change{
		{"removed", "deal-closed", "Deals", "1", []string{"In progress", "VIP"}, []string{"VIP"}},
		{"removed", "deal-closed", "Deals", "2", []string{"In progress"}, nil},
	})
	r.add(delivered{file: "open.json", answer: "200 OK"}, []change{{outcome: "nothing"}})
	r.add(delivered{file: "forged.json", answer: "401 Unauthorized", wrong: "401 Unauthorized: \x1b[31mno\n"}, nil)
	r.print()
	want := `event   outcome  rule         record   tags before       tags after
closed  removed  deal-closed  Deals 1  In progress, VIP  VIP
        removed  deal-closed  Deals 2  In progress       –
open    nothing  –            –        –                 –
forged  401      –            –        –                 –

forged went wrong: 401 Unauthorized: \x1b[31mno\n
`
	if diff := cmp.Diff(want, withoutLine(out.String())); diff != "" {
		t.Errorf("the report differs (-want +got):\n%s", diff)
	}
}

// withoutLine removes the line under the header.
func withoutLine(s string) string {
	header, rest, _ := strings.Cut(s, "\n")
	_, rest, _ = strings.Cut(rest, "\n")
	return header + "\n" + rest
}

func TestReportFits(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out)
	long := []string{"Payment due", "Newsletter", "In progress", strings.Repeat("x", 25)}
	r.add(delivered{file: "zoho-workflow-multipart.json"}, []change{
		{"removed", "deal-closed-notification-of-a-kind", "Custom_Module_With_Name", "5725767000000524101", long, long[1:]},
	})
	r.print()
	for line := range strings.Lines(out.String()) {
		if n := utf8.RuneCountInString(line); n > 110 {
			t.Errorf("a line has %d columns: %s", n, line)
		}
	}
	if got := strings.Join(strings.Fields(out.String()), ""); !strings.Contains(got, "5725767000000524101") {
		t.Errorf("the id is not whole:\n%s", out.String())
	}
}

func TestReportColour(t *testing.T) {
	var out bytes.Buffer
	r := newReport(&out)
	r.colour = true
	r.add(delivered{file: "a.json"}, []change{{"removed", "r", "Deals", "1", []string{"off", "on"}, []string{"on"}}})
	r.print()
	if got := out.String(); !strings.Contains(got, "\x1b[32mremoved\x1b[0m") || !strings.Contains(got, "\x1b[33moff\x1b[0m, on") {
		t.Errorf("want the removal green and the removed tag yellow: %q", got)
	}
}

func TestChanges(t *testing.T) {
	watched := newWatched(sandbox.Records{"Deals": {{"id": "1", "Tag": []any{"VIP", "In progress"}}, {"id": "2"}}})
	before := watched.tags()
	if diff := cmp.Diff(map[recordKey][]string{{"Deals", "1"}: {"VIP", "In progress"}, {"Deals", "2"}: {}}, before, cmp.AllowUnexported(recordKey{})); diff != "" {
		t.Fatalf("tags differ (-want +got):\n%s", diff)
	}
	removed := pipeline.Outcome{Outcome: "removed", Removed: []pipeline.Removed{{Rule: "r", Module: "Deals", ID: "1", Tags: []string{"In progress"}, Remaining: []string{"VIP"}}}}
	tests := map[string]struct {
		outcomes      []pipeline.Outcome
		before, after map[recordKey][]string
		want          []change
	}{
		"sandbox":      {[]pipeline.Outcome{removed}, before, map[recordKey][]string{{"Deals", "1"}: {"VIP"}}, []change{{"removed", "r", "Deals", "1", []string{"VIP", "In progress"}, []string{"VIP"}}}},
		"real account": {[]pipeline.Outcome{removed}, nil, nil, []change{{"removed", "r", "Deals", "1", []string{"In progress", "VIP"}, []string{"VIP"}}}},
		"failed": {
			[]pipeline.Outcome{{Outcome: "failed", Failed: []pipeline.Failed{{Rule: "r", Module: "Deals", ID: "1"}}}}, before, before,
			[]change{{"failed", "r", "Deals", "1", []string{"VIP", "In progress"}, []string{"VIP", "In progress"}}},
		},
		"nothing": {[]pipeline.Outcome{{Outcome: "nothing"}, removed}, before, before, []change{{outcome: "nothing"}, {"removed", "r", "Deals", "1", []string{"VIP", "In progress"}, []string{"VIP", "In progress"}}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := changesIn(tt.outcomes, tt.before, tt.after)
			if diff := cmp.Diff(tt.want, got, cmp.AllowUnexported(change{})); diff != "" {
				t.Errorf("changesIn differs (-want +got):\n%s", diff)
			}
		})
	}
}
