package condition_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"untag/internal/condition"
)

// part is a part of a trace: its text, its result, and the fields that it read.
type part struct {
	Text    string
	Held    string
	Decided bool
	Met     map[string]any
}

func TestTrace(t *testing.T) {
	tests := map[string]struct {
		truth   condition.Truth
		parts   []part
		message string // in one of them
	}{
		`event.one == 1 && event.text in ["abc"]`: {condition.True,
			[]part{{"event.one == 1", "true", false, map[string]any{"event.one": 1}}, {`event.text in ["abc"]`, "true", false, map[string]any{"event.text": "abc"}}}, ""},
		`event.one == 1 && (event.text == "x" or event.gone == 1) && event.yes`: {condition.Missing,
			[]part{{"event.one == 1", "true", false, map[string]any{"event.one": 1}}, {`event.text == "x"`, "false", false, map[string]any{"event.text": "abc"}},
				{"event.gone == 1", "missing", true, nil}, {"event.yes", "true", false, map[string]any{"event.yes": true}}}, "event.gone is missing"},
		`event.one == 2 || event.text == "abc" || event.yes`: {condition.True,
			[]part{{"event.one == 2", "false", false, map[string]any{"event.one": 1}}, {`event.text == "abc"`, "true", true, map[string]any{"event.text": "abc"}}, {"event.yes", "true", false, map[string]any{"event.yes": true}}}, ""},
		`event.no and event.one == 1`: {condition.False,
			[]part{{"event.no", "false", true, map[string]any{"event.no": false}}, {"event.one == 1", "true", false, map[string]any{"event.one": 1}}}, ""},
		`not has(event.one)`:      {condition.False, []part{{"has(event.one)", "true", true, map[string]any{"event.one": 1}}}, ""},
		`not (event.one == 2)`:    {condition.True, []part{{"event.one == 2", "false", true, map[string]any{"event.one": 1}}}, ""},
		`event.text not in ["x"]`: {condition.True, []part{{`event.text not in ["x"]`, "true", false, map[string]any{"event.text": "abc"}}}, ""},
		`event.one < event.half`:  {condition.False, []part{{"event.one < event.half", "false", true, map[string]any{"event.one": 1, "event.half": 0.5}}}, ""},
		`event.list[1] == 3`:      {condition.False, []part{{"event.list[1] == 3", "false", true, map[string]any{"event.list[1]": 2}}}, ""},
		`event.items[0].s == "b"`: {condition.False, []part{{`event.items[0].s == "b"`, "false", true, map[string]any{"event.items[0].s": "a"}}}, ""},
		`event.one == 1 and event.one == 1`: {condition.True,
			[]part{{"event.one == 1", "true", false, map[string]any{"event.one": 1}}, {"event.one == 1", "true", false, map[string]any{"event.one": 1}}}, ""},
		`event.no or event.one == 2 and event.no or event.no`: {condition.False,
			[]part{{"event.no", "false", true, map[string]any{"event.no": false}}, {"event.one == 2", "false", false, map[string]any{"event.one": 1}},
				{"event.no", "false", false, map[string]any{"event.no": false}}, {"event.no", "false", false, map[string]any{"event.no": false}}}, ""},
		`event.number > 41`: {condition.Failed, []part{{"event.number > 41", "error", true, map[string]any{"event.number": "42"}}},
			"a string cannot be compared with a number; write `float(event.number) > 41`"},
		`41 <= event.number`:          {condition.Failed, []part{{"41 <= event.number", "error", true, map[string]any{"event.number": "42"}}}, "write `41 <= float(event.number)`"},
		`event.number in [41, 42]`:    {condition.Failed, []part{{"event.number in [41, 42]", "error", true, map[string]any{"event.number": "42"}}}, "write `float(event.number) in [41, 42]`"},
		`event.one not in ["1"]`:      {condition.Failed, []part{{`event.one not in ["1"]`, "error", true, map[string]any{"event.one": 1}}}, "write `string(event.one) not in [\"1\"]`"},
		`event.number == true`:        {condition.Failed, []part{{"event.number == true", "error", true, map[string]any{"event.number": "42"}}}, "write `string(event.number) == \"true\"`"},
		`event.null == 1`:             {condition.Missing, []part{{"event.null == 1", "missing", true, map[string]any{"event.null": nil}}}, "event.null is null"},
		`(event?.object.x ?? 2) == 1`: {condition.True, []part{{"(event?.object.x ?? 2) == 1", "true", false, map[string]any{"event?.object.x": 1}}}, ""},
		`true`:                        {condition.True, []part{{"true", "true", false, nil}}, ""},
		`"one" in event`:              {condition.True, []part{{`"one" in event`, "true", false, nil}}, ""},
		`source == "x"`:               {condition.False, []part{{`source == "x"`, "false", true, map[string]any{"source": "zoho"}}}, ""},
		`event.Text == "abc"`:         {condition.Missing, []part{{`event.Text == "abc"`, "missing", true, nil}}, "event.Text is missing; there is event.text"},
		`lower(event.object.X) == ""`: {condition.Missing, []part{{`lower(event.object.X) == ""`, "missing", true, nil}}, "event.object.X is missing; there is event.object.x"},
		`event["big-one"] == 1`:       {condition.Missing, []part{{`event["big-one"] == 1`, "missing", true, nil}}, `event["big-one"] is missing`},
		`headers.X_Kind == "x"`:       {condition.Missing, []part{{`headers.X_Kind == "x"`, "missing", true, nil}}, `headers.X_Kind is missing; there is headers["x-kind"]`},
		`event.list.length == 3`:      {condition.Missing, []part{{`event.list.length == 3`, "missing", true, nil}}, "write len(event.list)"},
		`event.text.x == 3`:           {condition.Missing, []part{{`event.text.x == 3`, "missing", true, nil}}, "event.text.x is missing; event.text is a string"},
		`event.null.x == 3`:           {condition.Missing, []part{{`event.null.x == 3`, "missing", true, nil}}, "event.null.x is missing; event.null is null"},
		`event.list[9].x == 3`:        {condition.Missing, []part{{`event.list[9].x == 3`, "missing", true, nil}}, "event.list[9].x is missing"},
		`all(event.items, .n > 0)`: {condition.Missing, []part{{`all(event.items, .n > 0)`, "missing", true, map[string]any{"event.items": scopeOf(t, theEvent).Event["items"]}}},
			".n is missing in event.items[2]"},
		`let x = event.gone; x.y == 1`:        {condition.Missing, []part{{`let x = event.gone; x.y == 1`, "missing", true, nil}}, "event.gone is missing"},
		`event.text == "ABC"`:                 {condition.False, []part{{`event.text == "ABC"`, "false", true, map[string]any{"event.text": "abc"}}}, "the strings differ only in upper and lower case"},
		`event.text in ["x", "abc "]`:         {condition.False, []part{{`event.text in ["x", "abc "]`, "false", true, map[string]any{"event.text": "abc"}}}, "white space at the beginning or end"},
		`event.text in ["ABC", event.number]`: {condition.False, []part{{`event.text in ["ABC", event.number]`, "false", true, map[string]any{"event.text": "abc", "event.number": "42"}}}, "upper and lower case"},
		`event.gone == 1 and event.lost == 2`: {condition.Missing, []part{{"event.gone == 1", "missing", true, nil}, {"event.lost == 2", "missing", false, nil}}, "event.gone is missing"},
		"event.text == 'a\u00adbc'":           {condition.False, []part{{"event.text == 'a\u00adbc'", "false", true, map[string]any{"event.text": "abc"}}}, "how a character is encoded: U+0062 and U+00AD"},
	}
	for when, test := range tests {
		truth, u, trace := conditions(t, when)[0].Trace(condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
		var got []part
		messages := ""
		for _, p := range trace.Parts() {
			one := part{Text: p.Text, Held: p.Held.String(), Decided: p.Decided}
			for _, met := range p.Met {
				if one.Met == nil {
					one.Met = make(map[string]any)
				}
				one.Met[met.Path] = met.Value
			}
			got = append(got, one)
			messages += p.Message + "\n"
			if held := when[len(string([]rune(when)[:p.Offset])):]; !strings.HasPrefix(held, p.Text) {
				t.Errorf("%s: Offset %d of %q", when, p.Offset, p.Text)
			}
		}
		if diff := cmp.Diff(test.parts, got, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s: %s", when, diff)
		}
		if truth != test.truth || truth != trace.Held || !strings.Contains(messages, test.message) {
			t.Errorf("%s: %v, trace %v, messages %q, want %v %q", when, truth, trace.Held, messages, test.truth, test.message)
		}
		plain, v := conditions(t, when)[0].Holds(condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
		if plain != truth || (u == nil) != (v == nil) || u != nil && !strings.HasPrefix(u.Message(), v.Message()) {
			t.Errorf("%s: Holds %v %v, Trace %v %v", when, plain, v, truth, u)
		}
	}
}

// A trace says how strings differ that look the same: in the kind of a space, or in how a
// letter is encoded.
func TestStringsThatLookAlike(t *testing.T) {
	for name, test := range map[string]struct{ met, rule, want string }{
		"a space":    {"Closed\u00a0Won", "Closed Won", "U+00A0 and U+0020"},
		"a letter":   {"Cafe\u0301", "Café", "U+0065 and U+00E9"},
		"zero width": {"\u200bWon", "Won", "U+200B and U+0057"},
		"others":     {"日本 A", "中国 A", ""},
		"different":  {"Won", "Lost", ""},
	} {
		scope := scopeOf(t, "{}")
		scope.Event = map[string]any{"a": test.met}
		_, _, trace := conditions(t, `event.a == "`+test.rule+`"`)[0].Trace(condition.NewRun(scope, condition.Work, nil))
		if got := trace.Message; (test.want == "") != (got == "") || !strings.Contains(got, test.want) {
			t.Errorf("%s: message %q, want %q", name, got, test.want)
		}
	}
}

// The parts after the decisive one are not charged to the budget of the decision.
func TestTraceDoesNotSpendTheBudget(t *testing.T) {
	heavy := conditions(t, `event.no and any(1..10000, any(1..10000, # == -1))`)[0]
	r := condition.NewRun(scopeOf(t, theEvent), condition.Work, nil)
	truth, _, trace := heavy.Trace(r)
	if truth != condition.False || r.Err() != nil || trace.Kids[1].Held != condition.Failed {
		t.Errorf("Trace = %v, %v, second part %v", truth, r.Err(), trace.Kids[1].Held)
	}
	if truth, _ := conditions(t, `event.yes`)[0].Holds(r); truth != condition.True {
		t.Errorf("Holds after it = %v", truth)
	}
	_, _, trace = conditions(t, `event.no and any(1..100, any(1..1000, # == -1))`)[0].Trace(condition.NewRun(scopeOf(t, theEvent), 1000, nil))
	if trace.Kids[1].Held != condition.False {
		t.Errorf("the second part on a budget of its own: %v", trace.Kids[1].Held)
	}
}

// If several parts have the same result, the message is that of the first.
func TestMessageOfTheFirstReason(t *testing.T) {
	for when, want := range map[string]string{
		`event.gone == 1 and event.lost == 2`: "event.gone is missing", `event.gone == 1 or event.lost == 2`: "event.gone is missing",
		`event.gone == 1 or event.number > 41 or event.one > "a"`: "`event.number > 41`: a string cannot be compared with a number; write `float(event.number) > 41`",
		`event.gone + event.lost == 2`:                            "event.gone is missing", `max(event.null, event.gone) == 2`: "event.gone is missing", `max(event.null, 1) == 2`: "event.null is null",
	} {
		_, u := conditions(t, when)[0].Holds(condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
		if u == nil || u.Message() != want {
			t.Errorf("%s: %v, want %q", when, u, want)
		}
	}
}

func TestMessagesContainNoValue(t *testing.T) {
	for _, when := range []string{`event.number > 41`, `int(event.text) == 1`, `date(event.text) < now()`, `event.text matches event.text + "("`, `number(event.text) == 1`, `join(event.list) == ""`} {
		_, u := conditions(t, when)[0].Holds(condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
		if u == nil || strings.Contains(u.Message(), "abc") || strings.Contains(u.Message(), "42") || !strings.HasPrefix(u.Message(), "`"+when+"`: ") {
			t.Errorf("%s: %v", when, u.Message())
		}
	}
}
