package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/rules"
)

// ruleOf returns a file with one rule for every event.
func ruleOf(record, rest string) string {
	return "version: 1\nsources: {zoho: {verify: token}}\nrules:\n  - name: r\n    on: zoho\n    when: true\n    record: " +
		record + "\n" + rest + "\n"
}

const aDeal = `{module: Deals, id: "event.id"}`

func TestRecordIDs(t *testing.T) {
	tests := map[string]struct {
		id, body string
		want     []string
		err      string
	}{
		"a string":              {"event.id", `{"id": "5725767000000524157"}`, []string{"5725767000000524157"}, ""},
		"an integer":            {"event.id", `{"id": 5725767000000524157}`, []string{"5725767000000524157"}, ""},
		"a list":                {"event.id", `{"id": ["1", 2, "1"]}`, []string{"1", "2"}, ""},
		"several":               {"[event.id, event.other]", `{"id": "1", "other": ["2", "3"]}`, []string{"1", "2", "3"}, ""},
		"computed":              {`split(event.id, ";")`, `{"id": "1;2"}`, []string{"1", "2"}, ""},
		"a constant":            {"5725767000000524157", `{}`, []string{"5725767000000524157"}, ""},
		"as older merge fields": {"event.id", `{"id": ["zcrm_5725767000000524157", "5725767000000524157"]}`, []string{"5725767000000524157"}, ""},
		"zcrm_ and nothing":     {"event.id", `{"id": "zcrm_"}`, nil, "not a record id"},
		"an exponent, as text":  {"event.id", `{"id": "5.725767000000524e+18"}`, nil, "is a number in exponent notation, so the sender has probably rounded it"},
		"a spreadsheet's":       {"event.id", `{"id": "5.72577E+18"}`, nil, "exponent notation"},
		"an exponent, a number": {"event.id", `{"id": 5.725767000000524e+18}`, nil, "exponent notation"},
		"a decimal, as text":    {"event.id", `{"id": "5725767000000524157.0"}`, nil, "a number with a decimal point, so the sender has probably rounded it"},
		"a decimal":             {"event.id", `{"id": 5725767000000524000.0}`, nil, "with a decimal point"},
		"missing":               {"event.id", `{}`, nil, "missing"},
		"null":                  {"event.id", `{"id": null}`, nil, "null"},
		"a path":                {"event.id", `{"id": "../.."}`, nil, "not a record id"},
		"empty":                 {"event.id", `{"id": ""}`, nil, "empty string"},
		"one bad of several":    {"event.id", `{"id": ["1", "x"]}`, nil, "not a record id"},
		"a float":               {"event.id", `{"id": 1.5}`, nil, "not a record id"},
		"negative":              {"event.id", `{"id": -1}`, nil, "not a record id"},
		"too long":              {"event.id", `{"id": "123456789012345678901"}`, nil, "not a record id"},
		"an object":             {"event.id", `{"id": {}}`, nil, "not a record id"},
		"a boolean":             {"event.id", `{"id": true}`, nil, "not a record id"},
	}
	for name, test := range tests {
		set := load(t, ruleOf("{module: Deals, id: "+quoteUnlessList(test.id)+"}", "    remove: [x]"))
		d := set.Decide(anEvent(t, test.body))
		if test.err != "" {
			if len(d.Errors) != 1 || len(d.Candidates) != 0 || !strings.Contains(d.Errors[0].Message, test.err) {
				t.Errorf("%s: Decide = %+v, want an error about %q", name, d, test.err)
			}
			continue
		}
		if len(d.Candidates) != 1 {
			t.Errorf("%s: Decide = %+v, want %v", name, d, test.want)
			continue
		}
		if diff := cmp.Diff(test.want, d.Candidates[0].IDs); diff != "" {
			t.Errorf("%s: IDs: %s", name, diff)
		}
	}
}

func quoteUnlessList(id string) string {
	if strings.HasPrefix(id, "[") {
		return id
	}
	return "'" + id + "'"
}

func TestResolve(t *testing.T) {
	tests := map[string]struct {
		rest         string
		record       map[string]any
		tags, absent []string
		matched      bool
		fields       []string
		err          string
	}{
		"where holds": {"    where: record.Stage == 'Won' && record.Amount > 1000\n    remove: [In progress, VIP]",
			map[string]any{"Stage": "Won", "Amount": 2000, "Tag": []any{map[string]any{"name": "In progress", "id": "1"}}},
			[]string{"In progress"}, []string{"VIP"}, true, []string{"Tag", "Stage", "Amount"}, ""},
		"where does not hold": {"    where: record.Stage == 'Won'\n    remove: [x]",
			map[string]any{"Stage": "Open", "Tag": []any{"x"}}, nil, nil, false, []string{"Tag", "Stage"}, ""},
		"where is missing": {"    where: record.Stage != 'Won'\n    remove: [x]",
			map[string]any{"Tag": []any{"x"}}, nil, nil, false, []string{"Tag", "Stage"}, ""},
		"where is wrong": {"    where: record.Amount > 1000\n    remove: [x]",
			map[string]any{"Amount": "2000", "Tag": []any{"x"}}, nil, nil, false, []string{"Tag", "Amount"}, "float(record.Amount) > 1000"},
		"where sees names of tags": {"    where: '\"VIP\" in record.Tag and record.Owner.id == event.id'\n    remove: [x]",
			map[string]any{"Owner": map[string]any{"id": "7"}, "Tag": []any{map[string]any{"name": "VIP"}, map[string]any{"name": "x"}}},
			[]string{"x"}, nil, true, []string{"Tag", "Owner"}, ""},
		"a pattern and keep": {"    remove: ['Stage: *', x]\n    keep: ['Stage: Won', '*!']",
			map[string]any{"Tag": []any{"Stage: Won", "Stage: Open", "Stage: Lost", "Stage: Hot!", "y"}},
			[]string{"Stage: Open", "Stage: Lost"}, []string{"x"}, true, []string{"Tag"}, ""},
		"no tags": {"    remove: ['*']", map[string]any{}, nil, nil, true, []string{"Tag"}, ""},
	}
	for name, test := range tests {
		set := load(t, ruleOf(aDeal, test.rest))
		d := set.Decide(anEvent(t, `{"id": "7"}`))
		if len(d.Candidates) != 1 || !d.Candidates[0].NeedsRecord {
			t.Errorf("%s: Decide = %+v, want one candidate that needs the record", name, d)
			continue
		}
		c := d.Candidates[0]
		if diff := cmp.Diff(test.fields, c.Fields); diff != "" || c.AllFields {
			t.Errorf("%s: Fields (all %v): %s", name, c.AllFields, diff)
		}
		got := c.Resolve(test.record)
		if diff := cmp.Diff(test.tags, got.Tags); diff != "" {
			t.Errorf("%s: Tags: %s", name, diff)
		}
		if diff := cmp.Diff(test.absent, got.Absent); diff != "" {
			t.Errorf("%s: Absent: %s", name, diff)
		}
		if got.Matched != test.matched || (got.Err != nil) != (test.err != "") || got.Err != nil && !strings.Contains(got.Err.Message, test.err) {
			t.Errorf("%s: Resolve = %+v, %v, want matched %v, error %q", name, got, got.Err, test.matched, test.err)
		}
	}
}

func TestComputedFieldNamesNeedAllFields(t *testing.T) {
	set := load(t, ruleOf(aDeal, "    where: record[event.field] == 'x'\n    remove: [x]"))
	if c := set.Decide(anEvent(t, `{"id": "7", "field": "F"}`)).Candidates[0]; !c.AllFields {
		t.Errorf("candidate = %+v, want all fields", c)
	}
}

func TestComputedNames(t *testing.T) {
	tests := map[string]struct {
		module, remove, body string
		wantModule           string
		wantTags             []string
		err                  string
	}{
		"a name":         {"Deals", `"Stage: ${event.s}"`, `{"id": "1", "s": "Won"}`, "Deals", []string{"Stage: Won"}, ""},
		"a number":       {"Deals", `"Q${event.n} ${upper(event.s)}"`, `{"id": "1", "n": 3, "s": "a}"}`, "Deals", []string{"Q3 A}"}, ""},
		"a module":       {`"${event.m}"`, `x`, `{"id": "1", "m": "Price Books"}`, "Price_Books", []string{"x"}, ""},
		"a comma":        {"Deals", `"Stage: ${event.s}"`, `{"id": "1", "s": "a,b"}`, "", nil, "name that Zoho does not accept"},
		"too long":       {"Deals", `"Stage: ${event.s}"`, `{"id": "1", "s": "abcdefghijklmnopqrstuvwxyz"}`, "", nil, "name that Zoho does not accept"},
		"nothing":        {"Deals", `"${event.s}"`, `{"id": "1", "s": ""}`, "", nil, "name that Zoho does not accept"},
		"missing":        {"Deals", `"Stage: ${event.s}"`, `{"id": "1"}`, "", nil, "missing"},
		"an object":      {"Deals", `"Stage: ${event.s}"`, `{"id": "1", "s": {}}`, "", nil, "an object"},
		"a bad module":   {`"${event.m}"`, `x`, `{"id": "1", "m": "Deals/1"}`, "", nil, "name that Zoho does not accept"},
		"one of several": {"Deals", `x, "Stage: ${event.s}"`, `{"id": "1", "s": "a,b"}`, "", nil, "name that Zoho does not accept"},
	}
	for name, test := range tests {
		set := load(t, ruleOf(fmt.Sprintf(`{module: %s, id: event.id}`, test.module), "    remove: ["+test.remove+"]"))
		d := set.Decide(anEvent(t, test.body))
		if test.err != "" {
			if len(d.Errors) != 1 || len(d.Candidates) != 0 || !strings.Contains(d.Errors[0].Message, test.err) {
				t.Errorf("%s: Decide = %+v, want an error about %q", name, d, test.err)
			}
			continue
		}
		if len(d.Candidates) != 1 || d.Candidates[0].Module != test.wantModule {
			t.Errorf("%s: Decide = %+v, want module %s", name, d, test.wantModule)
			continue
		}
		if diff := cmp.Diff(test.wantTags, d.Candidates[0].Tags); diff != "" {
			t.Errorf("%s: Tags: %s", name, diff)
		}
	}
}

func TestFind(t *testing.T) {
	set := load(t, ruleOf(`{module: Contacts, find: {criteria: {External_Id: event.customer, Score: event.n}, many: true}}`, "    remove: [x]"))
	d := set.Decide(anEvent(t, `{"customer": "cus_1", "n": 5}`))
	want := &rules.Find{Criteria: []rules.Criterion{{"External_Id", "cus_1"}, {"Score", "5"}}, Many: true}
	if len(d.Candidates) != 1 || d.Candidates[0].IDs != nil {
		t.Fatalf("Decide = %+v", d)
	}
	if diff := cmp.Diff(want, d.Candidates[0].Find); diff != "" {
		t.Error(diff)
	}
	for _, body := range []string{`{}`, `{"customer": "", "n": 5}`, `{"customer": null, "n": 5}`, `{"customer": ["a"], "n": 5}`} {
		if d := set.Decide(anEvent(t, body)); len(d.Errors) != 1 || len(d.Candidates) != 0 {
			t.Errorf("Decide(%s) = %+v, want an error", body, d)
		}
	}
}

// Records are resolved concurrently, each with a budget of its own.
func TestEachRecordHasItsOwnBudget(t *testing.T) {
	set := load(t, ruleOf(aDeal, "    where: \"record.Stage == 'Won' and all(event.l, any(event.l, # == -1) == false)\"\n    remove: [x]"))
	c := set.Decide(anEvent(t, `{"id": "7", "l": [`+strings.Repeat("1,", 599)+`1]}`)).Candidates[0]
	for range 2 {
		if got := c.Resolve(map[string]any{"Stage": "Won"}); got.Err != nil || !got.Matched {
			t.Errorf("Resolve: matched %v, %v, want a match", got.Matched, got.Err)
		}
	}
}

// Without an id or address there is nothing to do if the rule says `missing: skip`. An empty
// list of ids is never an error.
func TestNothingToDo(t *testing.T) {
	const skip = "missing: skip, "
	tests := map[string]struct {
		record, body string
		ids          []string
		nothing, err string
	}{
		"an empty list":                 {"id: event.id", `{"id": []}`, nil, "`event.id` is an empty list", ""},
		"empty lists":                   {"id: [event.id, event.b]", `{"id": [], "b": []}`, nil, "`event.id` is an empty list", ""},
		"one list is empty":             {"id: [event.id, event.b]", `{"id": [], "b": "7"}`, []string{"7"}, "", ""},
		"no id":                         {"id: event.id", `{}`, nil, "", "`event.id` is missing"},
		"no id, skipped":                {skip + "id: event.id", `{}`, nil, "`event.id` is missing", ""},
		"null":                          {"id: event.id", `{"id": null}`, nil, "", "`event.id` is null"},
		"null, skipped":                 {skip + "id: event.id", `{"id": null}`, nil, "`event.id` is null", ""},
		"an empty string":               {"id: event.id", `{"id": ""}`, nil, "", "empty string"},
		"an empty string, skipped":      {skip + "id: event.id", `{"id": ""}`, nil, "is an empty string", ""},
		"one of two, skipped":           {skip + "id: [event.id, event.b]", `{"b": "7"}`, []string{"7"}, "", ""},
		"one of a list, skipped":        {skip + "id: event.id", `{"id": ["7", null, ""]}`, []string{"7"}, "", ""},
		"not an id is never skipped":    {skip + "id: event.id", `{"id": "x"}`, nil, "", "not a record id"},
		"an error is never skipped":     {skip + "id: lower(event.id)", `{"id": 7}`, nil, "", "lower takes"},
		"part of a computed id":         {skip + "id: lower(event.id)", `{}`, nil, "cannot be computed: event.id is missing", ""},
		"no address":                    {"find: {email: event.e}", `{}`, nil, "", "`event.e` is missing"},
		"no address, skipped":           {skip + "find: {email: event.e}", `{}`, nil, "`event.e` is missing", ""},
		"an empty number, skipped":      {skip + "find: {phone: event.p}", `{"p": ""}`, nil, "is an empty string", ""},
		"no criterion, skipped":         {skip + "find: {criteria: {A: event.a, B: event.b}}", `{"a": "1"}`, nil, "`event.b` is missing", ""},
		"no id as a criterion, skipped": {skip + "find: {criteria: {id: event.a}}", `{"a": null}`, nil, "`event.a` is null", ""},
		"no addresses":                  {"find: {email: event.e}", `{"e": []}`, nil, "`event.e` is an empty list", ""},
		"an empty address of several":   {"find: {email: event.e}", `{"e": ["a@b.example", ""]}`, nil, "", "find: email: `event.e` holds an empty value"},
		"empty addresses, skipped":      {skip + "find: {email: event.e}", `{"e": [null, ""]}`, nil, "`event.e` holds an empty value", ""},
		"a list in a list of numbers":   {"find: {phone: event.p}", `{"p": ["1", []]}`, nil, "", "find: phone: `event.p` holds a list, not a string or a number"},
		"an object for an address":      {skip + "find: {email: event.e}", `{"e": {}}`, nil, "", "an object, not a string"},
		"no address of two, skipped":    {skip + "find: {email: [event.e, event.f]}", `{"f": null}`, nil, "`event.e` is missing", ""},
		"too many addresses":            {"find: {email: 'map(1..101, string(#))'}", `{}`, nil, "", "exceeds 100 values"},
		"a list for a criterion":        {skip + "find: {criteria: {A: event.e}}", `{"e": []}`, nil, "", "a list, not a string"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set := load(t, ruleOf("{module: Deals, "+tt.record+"}", "    remove: [x]\n    where: record.a == 1"))
			d := set.Decide(anEvent(t, tt.body))
			if tt.err != "" {
				if len(d.Candidates) > 0 || len(d.Errors) != 1 || !strings.Contains(d.Errors[0].Message, tt.err) {
					t.Errorf("Decide = %+v, want an error about %q", d, tt.err)
				}
				return
			}
			if len(d.Candidates) != 1 || len(d.Errors) > 0 {
				t.Fatalf("Decide = %+v, want a candidate", d)
			}
			c := d.Candidates[0]
			if diff := cmp.Diff(tt.ids, c.IDs); diff != "" || (c.Nothing == "") != (tt.nothing == "") || !strings.Contains(c.Nothing, tt.nothing) || c.Find != nil {
				t.Errorf("IDs %v, Nothing %q, Find %v, want %v, %q", c.IDs, c.Nothing, c.Find, tt.ids, tt.nothing)
			}
			if c.Nothing != "" && (c.NeedsRecord || c.NeedsEvent() && c.IDs != nil) {
				t.Errorf("candidate = %+v, want that it needs no record", c)
			}
		})
	}
}
