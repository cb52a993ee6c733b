package rules_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/rules"
)

// load returns the rules of a file, which must be valid.
func load(t testing.TB, text string) *rules.Rules {
	t.Helper()
	set, faults := rules.Load([]byte(text))
	if set == nil {
		t.Fatalf("Load: %v\n%s", faults, text)
	}
	return set
}

// oneRule returns a file with one rule that has this condition.
func oneRule(when string) string {
	return "version: 1\nsources: {zoho: {verify: token}}\nrules:\n  - name: r\n    on: zoho\n    when: " +
		strconv.Quote(when) + "\n    record: {module: Deals, id: '\"1\"'}\n    remove: [x]\n"
}

func fields(t testing.TB, text string) map[string]any {
	t.Helper()
	v, err := jsonvalue.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return v.(map[string]any)
}

func anEvent(t testing.TB, text string) event.Event {
	return event.Event{
		ID: "e", Source: "zoho", Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
		Headers: map[string]string{"x-kind": "deal"}, Query: map[string]any{"q": "1"}, Fields: fields(t, text),
	}
}

const theEvent = `{
  "yes": true, "no": false, "one": 1, "big": 5725767000000524157, "half": 0.5, "text": "abc", "number": "42", "null": null,
  "empty": "", "list": [1, 2, 3], "none": [], "object": {"x": 1, "null": null}, "date": "2026-02-01",
  "items": [{"n": 1, "s": "a"}, {"n": 2}, {"s": "c"}], "full": [{"n": 1}, {"n": 2}]
}`

// What a condition comes to: it fires, it does not, or it is reported.
const (
	fires   = "fires"
	silent  = "silent" // false or unknown
	reports = "reports"
)

// outcome is what a condition comes to for theEvent.
func outcome(t *testing.T, when string) string {
	t.Helper()
	set, faults := rules.Load([]byte(oneRule(when)))
	if set == nil {
		t.Fatalf("Load(%s): %v", when, faults)
	}
	d := set.Decide(anEvent(t, theEvent))
	switch {
	case len(d.Errors) > 0 && len(d.Candidates) == 0:
		return reports
	case len(d.Candidates) == 1 && len(d.Errors) == 0:
		return fires
	case len(d.Candidates) == 0:
		return silent
	}
	t.Fatalf("Decide(%s) = %+v", when, d)
	return ""
}

func TestMissingNeverMatches(t *testing.T) {
	// Every way to use a field that is not there, and its opposite: neither fires.
	for _, when := range []string{
		`event.gone`, `event.gone == 1`, `event.gone != 1`, `event.gone < 1`, `event.gone > 1`, `event.gone <= 1`, `event.gone >= 1`,
		`1 == event.gone`, `event.gone == event.gone`, `event.gone in [1, 2]`, `event.gone not in [1, 2]`, `1 in event.gone`,
		`1 not in event.gone`, `event.gone contains "a"`, `event.gone not contains "a"`, `event.gone startsWith "a"`,
		`event.gone endsWith "a"`, `event.gone matches "a"`, `event.gone not matches "a"`, `"a" matches event.gone`,
		`event.gone + 1 > 0`, `event.gone - 1 < 0`, `event.gone * 1 == 0`, `event.gone / 1 == 0`, `event.gone % 2 == 0`, `event.gone ** 2 == 0`,
		`-event.gone == 1`, `event.gone.deeper == 1`, `event.gone[0] == 1`, `event.list[7] == 1`, `event.list[-4] == 1`, `event["gone"] == 1`,
		`event.one.deeper == 1`, `event.null.deeper == 1`, `event.object.gone == 1`, `len(event.gone) == 0`, `len(event.gone) != 0`,
		`lower(event.gone) == ""`, `upper(event.gone) == ""`, `trim(event.gone) == ""`, `int(event.gone) == 0`, `float(event.gone) == 0`,
		`string(event.gone) == ""`, `digits(event.gone) == ""`, `date(event.gone) < now()`, `abs(event.gone) == 0`, `round(event.gone) == 0`,
		`max(event.gone, 1) == 1`, `min(1, event.gone) == 1`, `split(event.gone, ",") == []`, `join(event.gone) == ""`,
		`[event.gone] == []`, `[event.gone] != []`, `{"a": event.gone} == {}`, `{"a": event.gone} != {}`, `event.gone[0:1] == ""`,
		`event.text[event.gone:] == ""`, `first(event.gone) == 1`, `keys(event.gone) == []`, `toJSON(event.gone) == ""`,
		`(event.gone ? 1 : 2) == 2`, `(true ? event.gone : 2) == 2`, `event.gone == nil`, `event.gone != nil`,
		`type(event.gone) == "nil"`, `type(event.null) == "nil"`, `[event.null] != []`, `len([event.null]) == 1`, `{"a": event.null} != {}`,
		`string(event.null) == ""`, `event.null == event.null`, `event.null != event.gone`, `-event.null == 0`, `event.null ? true : false`,
		`any([1], event.null)`, `len(map(event.list, event.null)) == 3`, `(event?.gone)[0] == 1`, `lower(event?.gone) == ""`, `event.null.x == 1`,
		`event.gone["x"] == 1`, `event.list["x"] == 1`, `event.one[0] == 1`, `event.text in [event.gone]`, `event.text not in [event.null]`, `headers.gone == "x"`, `headers["x-gone"] != "x"`, `query.gone != "1"`,
		`any(event.gone, # == 1)`, `all(event.gone, # == 1)`, `none(event.gone, # == 1)`, `one(event.gone, # == 1)`,
		`count(event.gone, # == 1) == 0`, `filter(event.gone, # == 1) == []`, `map(event.gone, # + 1) == []`, `sum(event.gone) == 0`,
		`any(event.items, .s == "z")`, `all(event.items, .n > 0)`, `none(event.items, .s == "z")`, `one(event.items, .n == 1)`,
		`count(event.items, .n == 1) == 1`, `len(filter(event.items, .n == 1)) == 1`, `len(map(event.items, .n)) == 3`,
		`find(event.items, .n == 1).n == 1`, `findIndex(event.items, .n == 1) == 0`, `sum(event.items, .n) == 3`,
		`event.null == 1`, `event.null != 1`, `event.null < 1`, `event.null in [1]`, `event.null not in [1]`, `event.null contains "a"`,
		`event.null + 1 == 1`, `not event.null`, `event.null`, `event?.gone == 1`, `event?.gone != 1`, `event?.gone < 1`,
		`event.gone && event.yes`, `event.gone || event.no`, `not (event.gone == 1)`, `event.gone == 1 and event.gone != 1`,
		`let x = event.gone; x == 1`, `let x = event.gone; x != 1`, `any([1, 2], event.gone == 1)`, `event.gone?.x.y == 1`,
		`reduce(event.gone, #acc + #, 0) == 0`, `sortBy(event.items, .n) == []`, `len(groupBy(event.items, .n)) == 0`,
	} {
		for _, form := range []string{when, "not (" + when + ")", "(" + when + ") && event.yes", "(" + when + ") || event.no"} {
			if got := outcome(t, form); got != silent {
				t.Errorf("%s: %s, want silent: the field is missing", form, got)
			}
		}
	}
}

func TestConditions(t *testing.T) {
	tests := map[string][]string{
		fires: {
			`event.yes`, `not event.no`, `!event.no`, `event.one == 1`, `event.one != 2`, `event.half < 1`, `event.big == 5725767000000524157`,
			`event.one == 1.0`, `event.text == "abc"`, `event.text != "x"`, `event.text in ["abc", "d"]`, `event.text not in ["d"]`,
			`event.one in [1, 2]`, `2 in event.list`, `"x" in event.object`, `"gone" not in event.object`, `not ("gone" in event)`,
			`event.text contains "b"`, `event.text startsWith "a"`, `event.text endsWith "c"`, `event.text matches "^a.c$"`,
			`event.text not contains "z"`, `event.one + 1 == 2`, `event.text + "d" == "abcd"`, `7 % 4 == 3`, `2 ** 3 == 8`, `-event.one == -1`,
			`event.list[0] == 1`, `event.list[-1] == 3`, `event["text"] == "abc"`, `event.list[0:2] == [1, 2]`, `event.text[1:] == "bc"`,
			`event.null == nil`, `event.one != nil`, `has(event.null)`, `has(event.one)`, `not has(event.gone)`, `not has(event.gone.deeper)`,
			`not has(event.one.deeper)`, `(event?.gone ?? "d") == "d"`, `(event.gone ?? "d") == "d"`, `(event.gone.deeper ?? "d") == "d"`,
			`(event.null ?? "d") == "d"`, `(event.one ?? 2) == 1`, `event?.gone == nil`, `event.gone?.x == nil`, `event?.one == 1`,
			`event.gone == 1 || event.one == 1`, `event.one == 1 || event.gone == 1`, `not (event.gone == 1 && event.no)`,
			`not (event.no && event.gone == 1)`, `any(event.items, .n == 2)`, `any(event.items, .s == "c")`, `not all(event.items, .n == 2)`,
			`not none(event.items, .n == 2)`, `any(event.items, has(.s) && .s == "c")`, `all(event.items, (.n ?? 1) > 0)`,
			`count(event.items, has(.n)) == 2`, `len(filter(event.items, has(.s))) == 2`, `all(event.full, .n > 0)`, `none(event.full, .n > 2)`,
			`one(event.full, .n == 1)`, `sum(event.full, .n) == 3`, `sum(event.list) == 6`, `find(event.full, .n == 2).n == 2`,
			`map(event.full, .n) == [1, 2]`, `all(event.none, # == 1)`, `not any(event.none, # == 1)`, `count(event.none, true) == 0`,
			`any(event.items, .gone == 1 || .n == 1)`, `reduce(event.list, #acc + #, 0) == 6`, `sortBy(event.full, -.n)[0].n == 2`,
			`float(event.number) > 41`, `int(event.number) == 42`, `string(event.one) == "1"`, `lower("ABC") == event.text`,
			`digits("+1 (2)") == "12"`, `date(event.date) < now()`, `date(event.date) < now`, `now() == date("2026-03-01T12:00:00Z")`,
			`now() - date(event.date) > duration("24h")`, `len(event.list) == 3`, `(event.yes ? 1 : 2) == 1`, `(event.no ? event.gone : 2) == 2`,
			`headers["x-kind"] == "deal"`, `query.q == "1"`, `source == "zoho"`, `let x = event.one; x == 1`, `1 < event.list[1] < 3`,
			`event.list == [1, 2, 3]`, `event.object == {"x": 1, "null": 2} || true`, `"a,b" == join(["a", "b"], ",")`, `1..3 == event.list`,
			`event.list | len() == 3`, `type(event.one) == "int"`, `(event.one == 2) || (event.text == "abc")`,
			"event.text == `abc`", `event.text == 'abc'`, `!(event.one == 2)`, `true`,
			`not has(event?.gone)`, `not has(event.gone?.x)`, `has(event?.one)`, `-10 < -event.one < 3`, `-10 < -5 < 3`, `keys(event.object) == ["null", "x"]`,
			`uniq([1, 1.0, "a", "a", [1], [1]])[2] == [1]`, `fromJSON("{\"id\": 5725767000000524157}").id == event.big`,
			`fromJSON("\"cut \\ud83d\"") == "cut \ufffd"`,
			`replace("aXb", "X", "-") == "a-b"`, `repeat("ab", 2) == "abab"`, `bitand(6, 3) == 2`, `"ü" == "aüb"[1:2]`, `event.list == [1.0, 2, 3]`,
			`event.one == 1 and not (event.no or event.one == 2)`, `len(uniq(map(1..500, [#]))) == 500`,
		},
		silent: {
			`event.no`, `event.one == 2`, `event.text not in ["abc"]`, `event.one == 1 && event.one > 1`, `not event.yes`,
			`any(event.list, # > 3)`, `event.no && event.one < "a"`, `event.yes && event.no`, `"gone" in event`, `has(event.gone)`,
		},
		reports: {
			`event.number > 41`, `event.number == 42`, `event.number != 42`, `event.one == "1"`, `event.text < 1`, `event.text`, `event.one`,
			`not event.text`, `event.text && event.yes`, `event.list == "a"`, `event.text + 1 == 2`, `event.object > 1`, `int(event.text) == 1`,
			`date(event.text) < now()`, `len(event.one) == 1`, `event.one contains "a"`, `any(event.text, # == 1)`, `any(event.object, # == 1)`,
			`event.one in "abc"`, `event.text in [1, 2]`, `1 in event.object`, `lower(event.one) == "x"`, `(event.text ? 1 : 2) == 1`,
			`any(1..1000000000, # == 1)`, `any(event.full, .n)`, `event.number > 41 || event.no`, `event.gone == 1 || event.number > 41`,
			`event.one / 0 > 1`, `event.one / 0 < 1`, `event.big * 10 > 0`, `event.big + 9000000000000000000 > 0`, `float("NaN") != event.one`,
			`event.list == ["1", 2, 3]`, `event.list != ["1", 2, 3]`, `event.one == true`,
			`len(repeat(event.text, 1000000000)) > 1`, `len(replace(repeat("a", 1000000), "a", repeat("a", 1000000))) > 1`,
			`len(flatten(reduce(1..40, [#acc, #acc], [1]))) > 1`, `len(reduce(1..60, concat(#acc, #acc), [1])) > 1`, `len(reduce(1..60, #acc + #acc, "a")) > 1`,
			`event.half in ["a"]`, `event.yes == "true"`, `len(uniq(map(1..501, [#]))) == 501`,
		},
	}
	for want, conditions := range tests {
		for _, when := range conditions {
			if got := outcome(t, when); got != want {
				t.Errorf("%s: %s, want %s", when, got, want)
			}
		}
	}
}

func TestReportNamesTypesAndTheWayOut(t *testing.T) {
	set := load(t, oneRule(`event.number > 41`))
	d := set.Decide(anEvent(t, theEvent))
	if len(d.Errors) != 1 {
		t.Fatalf("Decide = %+v, want one error", d)
	}
	message := d.Errors[0].Message
	for _, want := range []string{"event.number > 41", "a string", "a number", "float("} {
		if !strings.Contains(message, want) {
			t.Errorf("message = %q, want it to say %q", message, want)
		}
	}
	if strings.Contains(message, `"42"`) {
		t.Errorf("message = %q quotes the event", message)
	}
}

func TestFunctionExamples(t *testing.T) {
	for _, f := range rules.Functions() {
		if got := outcome(t, "("+f.Example+") == ("+f.Gives+")"); got != fires {
			t.Errorf("%s: example %s is not %s: %s", f.Name, f.Example, f.Gives, got)
		}
	}
}

func TestAPanicOrALoopStaysInItsRule(t *testing.T) {
	set := load(t, `
version: 1
sources: {zoho: {verify: token}}
rules:
  - {name: heavy, on: zoho, when: 'any(event.l, any(event.l, any(event.l, # == -1)))', record: {module: Deals, id: '"1"'}, remove: [x]}
  - {name: light, on: zoho, when: 'true', record: {module: Deals, id: '"1"'}, remove: [y]}
`)
	d := set.Decide(anEvent(t, `{"l": [`+strings.Repeat("1,", 2000)+`1]}`))
	if len(d.Errors) != 1 || d.Errors[0].Rule != "heavy" || len(d.Candidates) != 1 || d.Candidates[0].Rule != "light" {
		t.Errorf("Decide = %+v, want heavy to be reported and light to fire", d)
	}
}

// What a predicate does for an element counts by the size of what it looks at.
func TestASearchInALongTextForEveryElementIsTooMuch(t *testing.T) {
	set := load(t, oneRule(`none(event.l, event.t contains "z")`))
	d := set.Decide(anEvent(t, `{"l": [`+strings.Repeat("1,", 99)+`1], "t": "`+strings.Repeat("a", 1<<20)+`"}`))
	if len(d.Errors) != 1 || !strings.Contains(d.Errors[0].Message, "too many elements") {
		t.Errorf("Decide = %d candidates, %v, want an error about too many elements", len(d.Candidates), d.Errors)
	}
}

func TestDecideTwiceIsTheSame(t *testing.T) {
	set := load(t, oneRule(`event.one == 1`))
	first, second := set.Decide(anEvent(t, theEvent)), set.Decide(anEvent(t, theEvent))
	if diff := cmp.Diff(first.Candidates[0].Tags, second.Candidates[0].Tags); diff != "" || len(first.Candidates) != len(second.Candidates) {
		t.Errorf("two decisions differ: %s", diff)
	}
}
