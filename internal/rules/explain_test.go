package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestExplain(t *testing.T) {
	type part struct {
		Expression string
		Value      any
		Held       string
	}
	tests := map[string]struct {
		when      string
		matched   bool
		decidedBy string
		parts     []part
		message   string // in one of them
	}{
		"all held": {`event.one == 1 && event.text in ["abc"]`, true, "",
			[]part{{"event.one == 1", 1, "true"}, {`event.text in ["abc"]`, "abc", "true"}}, ""},
		"one is false": {`event.one == 1 && (event.text == "x" or event.gone == 1) && event.yes`, false, `event.gone == 1`,
			[]part{{"event.one == 1", 1, "true"}, {`event.text == "x"`, "abc", "false"}, {"event.gone == 1", nil, "missing"}, {"event.yes", true, "true"}}, "event.gone is missing"},
		"one of two": {`event.one == 2 || event.text == "abc"`, true, `event.text == "abc"`,
			[]part{{"event.one == 2", 1, "false"}, {`event.text == "abc"`, "abc", "true"}}, ""},
		"not":        {`not (event.one == 2)`, true, "event.one == 2", []part{{"event.one == 2", 1, "false"}}, ""},
		"not in":     {`event.text not in ["x"]`, true, "", []part{{`event.text not in ["x"]`, "abc", "true"}}, ""},
		"two values": {`event.one < event.half`, false, "event.one < event.half", []part{{"event.one < event.half", map[string]any{"event.one": 1, "event.half": 0.5}, "false"}}, ""},
		"types": {`event.number > 41`, false, "event.number > 41", []part{{"event.number > 41", "42", "error"}},
			"a string cannot be compared with a number; write `float(event.number) > 41`"},
		"types on the left": {`41 <= event.number`, false, "41 <= event.number", []part{{"41 <= event.number", "42", "error"}}, "write `41 <= float(event.number)`"},
		"types in a list":   {`event.number in [41, 42]`, false, "event.number in [41, 42]", []part{{"event.number in [41, 42]", "42", "error"}}, "write `float(event.number) in [41, 42]`"},
		"null":              {`event.null == 1`, false, "event.null == 1", []part{{"event.null == 1", nil, "missing"}}, "null"},
		"optional":          {`(event?.object.x ?? 2) == 1`, true, "", []part{{"(event?.object.x ?? 2) == 1", 1, "true"}}, ""},
		"a constant":        {`true`, true, "", []part{{"true", nil, "true"}}, ""},
		"the whole event":   {`"one" in event`, true, "", []part{{`"one" in event`, nil, "true"}}, ""},
	}
	for name, test := range tests {
		explanations := load(t, oneRule(test.when)).Explain(anEvent(t, theEvent))
		if len(explanations) != 1 {
			t.Fatalf("%s: Explain = %+v", name, explanations)
		}
		e := explanations[0]
		var got []part
		messages := ""
		for _, c := range e.Conditions {
			got = append(got, part{c.Expression, c.Value, c.Held})
			messages += c.Message + "\n"
		}
		if diff := cmp.Diff(test.parts, got); diff != "" {
			t.Errorf("%s: conditions: %s", name, diff)
		}
		if e.Matched != test.matched || e.DecidedBy != test.decidedBy || !strings.Contains(messages, test.message) {
			t.Errorf("%s: Matched %v, DecidedBy %q, messages %q, want %v, %q, %q", name, e.Matched, e.DecidedBy, messages, test.matched, test.decidedBy, test.message)
		}
	}
}

func TestHeaders(t *testing.T) {
	tests := map[string]struct {
		when  string
		names []string
		all   bool
	}{
		"none":     {`true`, nil, false},
		"named":    {`headers["x-kind"] == "a" or headers?.b == "c"`, []string{"b", "x-kind"}, false},
		"computed": {`headers[event.h] == "a"`, nil, true},
		"within": {`[headers.a, headers.b ? headers.c : headers.d] == [] or {"k": headers.e[0:1]} == {} or (let v = headers.f; v == "x") or any([1], -headers.g == #)`,
			[]string{"a", "b", "c", "d", "e", "f", "g"}, false},
		"any": {`"x" in headers`, nil, true},
	}
	for name, test := range tests {
		names, all := load(t, oneRule(test.when)).Headers("zoho")
		if diff := cmp.Diff(test.names, names); diff != "" || all != test.all {
			t.Errorf("%s: Headers = %v, %v, want %v, %v", name, names, all, test.names, test.all)
		}
	}
}

func TestOddEvents(t *testing.T) {
	deep := strings.Repeat(`{"a":`, 190) + "1" + strings.Repeat("}", 190)
	wide := make([]string, 10_000)
	for i := range wide {
		wide[i] = fmt.Sprintf(`"k%d": %d`, i, i)
	}
	tests := map[string]struct{ when, body, want string }{
		"proto":     {`event["__proto__"] == "x"`, `{"__proto__": "x"}`, fires},
		"no proto":  {`has(event["__proto__"]) or has(event.constructor)`, `{}`, silent},
		"a dot":     {`event["a.b"] == "x"`, `{"a.b": "x"}`, fires},
		"not a dot": {`event.a.b == "x"`, `{"a.b": "x"}`, silent},
		"no name":   {`event[""] == "x"`, `{"": "x"}`, fires},
		"wide":      {`event.k9999 == 9999 and len(event) == 10000`, "{" + strings.Join(wide, ",") + "}", fires},
		"deep":      {`event.a` + strings.Repeat(".a", 189) + ` == 1`, deep, fires},
		"deep same": {`event.a == event.a`, deep, fires},
	}
	for name, test := range tests {
		d := load(t, oneRule(test.when)).Decide(anEvent(t, test.body))
		got := silent
		if len(d.Candidates) == 1 {
			got = fires
		}
		if len(d.Errors) > 0 {
			got = reports
		}
		if got != test.want {
			t.Errorf("%s: %s, want %s", name, got, test.want)
		}
	}
}

// The explanation agrees with the decision about a condition that takes most of the budget.
func TestExplainAgreesWithDecideOnHeavyConditions(t *testing.T) {
	set := load(t, oneRule(`all(event.l, any(event.l, # == -1) == false) and event.yes`))
	ev := anEvent(t, `{"yes": true, "l": [`+strings.Repeat("1,", 599)+`1]}`)
	if d := set.Decide(ev); len(d.Candidates) != 1 {
		t.Fatalf("Decide = %+v, want the rule to fire", d)
	}
	e := set.Explain(ev)[0]
	if e.Candidate == nil || !e.Matched || e.DecidedBy != "" {
		t.Errorf("Matched %v, DecidedBy %q, Err %v, want what Decide says", e.Matched, e.DecidedBy, e.Err)
	}
	for _, c := range e.Conditions {
		if c.Held != "true" {
			t.Errorf("%s: %s (%s), want true", c.Expression, c.Held, c.Message)
		}
	}
}
