package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/rules"
)

func TestTree(t *testing.T) {
	when := `event.one == 1 and (event.text == "x" or not event.yes) and event.gone == 1`
	want := &rules.Tree{Op: "and", Held: "false", Kids: []*rules.Tree{
		{Expression: "event.one == 1", Held: "true", Met: []rules.Met{{"event.one", 1}}},
		{Op: "or", Held: "false", Kids: []*rules.Tree{
			{Expression: `event.text == "x"`, Held: "false", Met: []rules.Met{{"event.text", "abc"}}, Decided: true},
			{Op: "not", Held: "false", Kids: []*rules.Tree{{Expression: "event.yes", Held: "true", Met: []rules.Met{{"event.yes", true}}}}},
		}},
		{Expression: "event.gone == 1", Held: "missing", Message: "event.gone is missing"},
	}}
	set := load(t, oneRule(when))
	e := set.Explain(anEvent(t, theEvent))[0]
	if diff := cmp.Diff(want, e.Tree); diff != "" {
		t.Errorf("Tree: -want +got\n%s", diff)
	}
}

// The tree of a `where` is made where it is explained, and only there.
func TestTreeOfWhere(t *testing.T) {
	file := strings.Replace(oneRule("true"), "    record:", "    where: record.Stage == event.text or record.gone == 1\n    record:", 1)
	c := load(t, file).Decide(anEvent(t, theEvent)).Candidates[0]
	record := map[string]any{"Stage": "abc", "Tag": []any{map[string]any{"name": "x"}}}
	want := &rules.Tree{Op: "or", Held: "true", Kids: []*rules.Tree{
		{Expression: "record.Stage == event.text", Held: "true", Met: []rules.Met{{"record.Stage", "abc"}, {"event.text", "abc"}}, Decided: true},
		{Expression: "record.gone == 1", Held: "missing", Message: "record.gone is missing"},
	}}
	if diff := cmp.Diff(want, c.Resolve(record).Tree); diff != "" {
		t.Errorf("Resolve: -want +got\n%s", diff)
	}
	if r, err := c.ResolveWithin(t.Context(), record); err != nil || r.Tree != nil || !r.Matched {
		t.Errorf("ResolveWithin = %+v, %v, want no tree", r, err)
	}
}

func TestTry(t *testing.T) {
	for name, test := range map[string]struct {
		expression string
		record     map[string]any
		want       rules.Tried
	}{
		"a number":    {`event.one * 2`, nil, rules.Tried{Value: 2, Kind: "number", Met: []rules.Met{{"event.one", 1}}}},
		"a list":      {`event.list[1:]`, nil, rules.Tried{Value: []any{2, 3}, Kind: "list", Met: []rules.Met{{"event.list", []any{1, 2, 3}}}}},
		"null":        {`event.null`, nil, rules.Tried{Kind: "null", Met: []rules.Met{{"event.null", nil}}}},
		"a date":      {`now() == date("2026-03-01T12:00:00Z")`, nil, rules.Tried{Value: true, Kind: "boolean", Tree: &rules.Tree{Expression: `now() == date("2026-03-01T12:00:00Z")`, Held: "true"}}},
		"a header":    {`headers["x-kind"]`, nil, rules.Tried{Value: "deal", Kind: "string", Met: []rules.Met{{`headers["x-kind"]`, "deal"}}}},
		"missing":     {`lower(event.gone)`, nil, rules.Tried{Kind: "missing", Message: "event.gone is missing"}},
		"a record":    {`record.Stage`, map[string]any{"Stage": "New"}, rules.Tried{Value: "New", Kind: "string", Met: []rules.Met{{"record.Stage", "New"}}}},
		"no record":   {`upper(record.Stage)`, nil, rules.Tried{Kind: "missing", Message: "record.Stage is missing", Hint: "only `where` sees the record, and no record is in view"}},
		"wrong types": {`upper(event.one)`, nil, rules.Tried{Kind: "error", Message: "", Met: []rules.Met{{"event.one", 1}}}},
		"a fault":     {"event.one == 1 and\n lowr(event.text)", nil, rules.Tried{Kind: "fault", Line: 2, Column: 2}},
		"nothing":     {"", nil, rules.Tried{Kind: "fault", Line: 1, Column: 1}},
	} {
		got := rules.Try(test.expression, anEvent(t, theEvent), test.record)
		if test.want.Message == "" && (test.want.Kind == "fault" || test.want.Kind == "error") {
			if got.Message == "" {
				t.Errorf("%s: no message", name)
			}
			got.Message, got.Hint = "", ""
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// A fault is worded as in the rules file.
func TestTryFaultIsThatOfTheFile(t *testing.T) {
	for _, when := range []string{`lowr(event.text) == "x"`, `event.a = 1`, `event.a == 1 and`, `Event.a == 1`, `event.a === 1`, `"x" and event.a`} {
		_, faults := rules.Load([]byte(oneRule(when)))
		got := rules.Try(when, anEvent(t, theEvent), nil)
		if len(faults) == 0 || got.Kind != rules.TriedFault || got.Message != faults[0].Message || got.Hint != faults[0].Hint {
			t.Errorf("%s: Try %q (%q), the file %v", when, got.Message, got.Hint, faults)
		}
	}
}
