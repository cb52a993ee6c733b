package rules_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/rules"
)

// TestFindSays: Find says what to look for, in which country's numbers, and for how long.
func TestFindSays(t *testing.T) {
	received := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) // as in anEvent
	tests := map[string]struct {
		file, find string
		want       rules.Find
	}{
		"a phone without a region":       {"", "{phone: event.p}", rules.Find{Phone: "030 1"}},
		"the region of the file":         {"region: DE\n", "{phone: event.p}", rules.Find{Phone: "030 1", Region: "DE"}},
		"the rule's own region":          {"region: DE\n", "{phone: event.p, region: no}", rules.Find{Phone: "030 1", Region: "NO"}},
		"an address has no region":       {"region: DE\n", "{email: event.e}", rules.Find{Email: "a@example.com"}},
		"a wait":                         {"", "{email: event.e, wait: 1h30m, many: true}", rules.Find{Email: "a@example.com", Many: true, Wait: 90 * time.Minute, Until: received.Add(90 * time.Minute)}},
		"a look-up field's id":           {"", "{criteria: {Account_Name.id: event.a}}", rules.Find{Criteria: []rules.Criterion{{"Account_Name.id", "5725767000000524157"}}}},
		"a look-up field's name and own": {"", "{criteria: {Account_Name.name: event.e, Stage: event.p}}", rules.Find{Criteria: []rules.Criterion{{"Account_Name.name", "a@example.com"}, {"Stage", "030 1"}}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := load(t, tt.file+ruleOf("{module: Contacts, find: "+tt.find+"}", "    remove: [x]"))
			d := set.Decide(anEvent(t, `{"p": "030 1", "e": "a@example.com", "a": 5725767000000524157}`))
			if len(d.Candidates) != 1 {
				t.Fatalf("Decide = %+v, want one candidate", d)
			}
			if diff := cmp.Diff(&tt.want, d.Candidates[0].Find); diff != "" {
				t.Errorf("Find: -want +got\n%s", diff)
			}
		})
	}
}

// TestFindSeveral: each address of a list is looked for by itself, once.
func TestFindSeveral(t *testing.T) {
	tests := map[string]struct {
		find string
		want []string
	}{
		"a list":               {"{email: event.list}", []string{"a@b.example", "c@d.example"}},
		"several expressions":  {"{email: [event.one, event.list]}", []string{"x@y.example", "a@b.example", "c@d.example"}},
		"numbers":              {"{phone: event.numbers}", []string{"030 1", "301"}},
		"a list of one":        {"{email: [event.one]}", []string{"x@y.example"}},
		"part of each element": {"{email: 'map(event.people, .email)', many: true}", []string{"p@q.example", "r@s.example"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := load(t, ruleOf("{module: Contacts, find: "+tt.find+"}", "    remove: [x]"))
			d := set.Decide(anEvent(t, `{"one": "x@y.example", "list": ["a@b.example", "c@d.example", "a@b.example"], "numbers": ["030 1", 301],
				"people": [{"email": "p@q.example"}, {"email": "r@s.example"}]}`))
			var got []string
			for _, c := range d.Candidates {
				got = append(got, c.Find.Email+c.Find.Phone)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Decide: %v, -want +got\n%s", d.Errors, diff)
			}
		})
	}
}
