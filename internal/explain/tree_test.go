package explain_test

import (
	"encoding/json"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/explain"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

// TestTrees: a rule has the tree of its condition, and that of `where` for each record. The JSON
// has neither.
func TestTrees(t *testing.T) {
	set, faults := rules.Load([]byte(`version: 1
sources: {hub: {verify: github}}
rules:
  - {name: closed, on: hub, when: event.a == 1 and event.ok, where: 'record.Stage == "Won"', record: {module: Deals, id: event.ids}, remove: [Open]}
`))
	if set == nil {
		t.Fatal(faults)
	}
	crm := sandbox.New(sandbox.Config{Records: sandbox.Records{"Deals": {
		{"id": "1", "Stage": "Won", "Tag": []any{"Open"}}, {"id": "2", "Stage": "Lost", "Tag": []any{"Open"}},
	}}})
	ev := event.Event{ID: "e", Source: "hub", Fields: map[string]any{"a": 1, "ok": true, "ids": []any{"1", "2"}}}
	examined, err := explain.Examiner{Set: set, CRM: crm}.Examine(t.Context(), ev)
	if err != nil {
		t.Fatal(err)
	}
	explained := explain.New(examined, set.Explain(ev), "yes", crm)
	rule := explained.Rules[0]
	if rule.When == nil || rule.When.Op != "and" || len(rule.When.Kids) != 2 || len(rule.Where) != 2 {
		t.Fatalf("When %+v, Where %+v", rule.When, rule.Where)
	}
	for i, want := range []struct {
		id, held string
		tags     int
	}{{"1", "true", 1}, {"2", "false", 0}} {
		got := rule.Where[i]
		if got.Module != "Deals" || got.ID != want.id || got.Tree == nil || got.Tree.Held != want.held || len(got.Tags) != want.tags {
			t.Errorf("Where[%d] = %+v, want %+v", i, got, want)
		}
	}
	text, err := json.Marshal(explained)
	if err != nil || strings.Contains(strings.ToLower(string(text)), "kids") || strings.Contains(string(text), "Where") {
		t.Errorf("JSON %s, %v", text, err)
	}
}
