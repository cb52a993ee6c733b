package condition_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/condition"
)

const theEvent = `{
  "yes": true, "no": false, "one": 1, "big": 5725767000000524157, "half": 0.5, "text": "abc", "number": "42", "null": null,
  "empty": "", "list": [1, 2, 3], "none": [], "object": {"x": 1, "null": null}, "date": "2026-02-01",
  "items": [{"n": 1, "s": "a"}, {"n": 2}, {"s": "c"}], "full": [{"n": 1}, {"n": 2}], "mixed": [1, "a", null]
}`

// truth returns the result of a condition for theEvent.
func truth(t *testing.T, when string) condition.Truth {
	t.Helper()
	got, _ := conditions(t, when)[0].Holds(condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
	return got
}

// No use of a missing or null field is true, false or an error, and neither is its opposite.
func TestMissingNeverMatches(t *testing.T) {
	for _, when := range []string{
		`event.gone`, `event.gone == 1`, `event.gone != 1`, `event.gone < 1`, `event.gone > 1`, `event.gone <= 1`, `event.gone >= 1`,
		`1 == event.gone`, `event.gone == event.gone`, `event.gone in [1, 2]`, `event.gone not in [1, 2]`, `1 in event.gone`,
		`1 not in event.gone`, `event.gone contains "a"`, `event.gone not contains "a"`, `event.gone startsWith "a"`,
		`event.gone endsWith "a"`, `event.gone matches "a"`, `event.gone not matches "a"`, `"a" matches event.gone`,
		`event.gone + 1 > 0`, `event.gone - 1 < 0`, `event.gone * 1 == 0`, `event.gone / 1 == 0`, `event.gone % 2 == 0`, `event.gone ** 2 == 0`,
		`-event.gone == 1`, `+event.gone == 1`, `event.gone..2 == [1]`, `1..event.gone != []`, `event.gone.deeper == 1`, `event.gone[0] == 1`,
		`event.list[7] == 1`, `event.list[-4] == 1`, `event["gone"] == 1`, `event[event.gone] == 1`, `event.list[event.gone] == 1`,
		`event.one.deeper == 1`, `event.null.deeper == 1`, `event.object.gone == 1`, `1 < event.gone < 3`, `event.gone < 1 < 2`,
		`[event.gone] == []`, `[event.gone] != []`, `{"a": event.gone} == {}`, `{"a": event.gone} != {}`, `event.gone[0:1] == ""`,
		`event.text[event.gone:] == ""`, `event.text[:event.null] == ""`, `(event.gone ? 1 : 2) == 2`, `(true ? event.gone : 2) == 2`,
		`event.gone == nil`, `event.gone != nil`, `event.gone ?: false`, `if event.gone { true } else { true }`,
		`[event.null] != []`, `len([event.null]) == 1`, `{"a": event.null} != {}`, `event.null == event.null`, `event.null != event.gone`,
		`-event.null == 0`, `event.null ? true : false`, `any([1], event.null)`, `len(map(event.list, event.null)) == 3`, `(event?.gone)[0] == 1`,
		`event.null.x == 1`, `event.gone["x"] == 1`, `event.list["x"] == 1`, `event.one[0] == 1`, `event.text in [event.gone]`,
		`event.text not in [event.null]`, `headers.gone == "x"`, `headers["x-gone"] != "x"`, `query.gone != "1"`, `record.Stage != "x"`,
		`any(event.items, .s == "z")`, `all(event.items, .n > 0)`, `none(event.items, .s == "z")`, `one(event.items, .n == 1)`,
		`count(event.items, .n == 1) == 1`, `len(filter(event.items, .n == 1)) == 1`, `len(map(event.items, .n)) == 3`,
		`find(event.items, .n == 1).n == 1`, `findIndex(event.items, .n == 1) == 0`, `sum(event.items, .n) == 3`,
		`sortBy(event.items, .n) == []`, `len(groupBy(event.items, .n)) == 0`, `reduce(event.items, #acc + .n, 0) == 3`,
		`event.null == 1`, `event.null != 1`, `event.null < 1`, `event.null in [1]`, `event.null not in [1]`, `event.null contains "a"`,
		`event.null + 1 == 1`, `not event.null`, `event.null`, `event?.gone == 1`, `event?.gone != 1`, `event?.gone < 1`,
		`event.gone && event.yes`, `event.gone || event.no`, `not (event.gone == 1)`, `event.gone == 1 and event.gone != 1`,
		`let x = event.gone; x == 1`, `let x = event.gone; x != 1`, `let x = event.gone; x.y == 1`, `any([1, 2], event.gone == 1)`,
		`event.gone?.x.y == 1`, `reduce(event.gone, #acc + #, 0) == 0`, `reduce([1], #acc != nil, event.gone)`, `reduce([1, 2], 5, event.gone) == 5`,
		`reduce([1, 2], event.gone, 1) != nil`, `reduce([1, 2], # == 1 ? event.gone : 5, 0) == 5`, `find([1], # == 2) == event.one`, `reduce(event.list, #acc + #, event.null) == 0`, `event.gone ?? event.gone`, `event.gone ?? event.null`,
		`get(event.gone, "x") == nil`, `get(event, event.gone) == nil`, `get(event.null, "x") == nil`, `event?.[event.gone] == nil`,
		`has(event.list[event.gone])`, `has(event[event.gone])`, `has(fromJSON(event.gone).x)`, `has(find(event.items, .n == 1).x)`, `let v = fromJSON(event.gone); has(v.x)`, `let v = fromJSON(event.gone); v?.x == nil`,
		`fromJSON(event.gone)?.x == nil`, `{"a": event.gone}?.b == nil`, `[event.gone]?.[0] == nil`, `event.gone in event.gone`, `event.gone in event`,
	} {
		for _, form := range []string{when, "not (" + when + ")", "(" + when + ") && event.yes", "(" + when + ") || event.no", "any([1], (" + when + "))", "all([1], (" + when + "))"} {
			if got := truth(t, form); got != condition.Missing {
				t.Errorf("%s: %v, want missing", form, got)
			}
		}
	}
}

// The same is true for every function, with a missing field as any of its arguments.
func TestFunctionOfAMissingFieldIsMissing(t *testing.T) {
	for _, when := range []string{
		`len(M) == 0`, `lower(M) == ""`, `upper(M) == ""`, `trim(M) == ""`, `trim("a", M) == ""`, `trimPrefix(M, "a") == ""`, `trimPrefix("a", M) == ""`,
		`trimSuffix(M, "a") == ""`, `hasPrefix(M, "a")`, `hasPrefix("a", M)`, `hasSuffix(M, "a")`, `indexOf(M, "a") == -1`, `indexOf("a", M) == -1`,
		`lastIndexOf(M, "a") == -1`, `split(M, ",") == []`, `split("a", M) == []`, `split("a", "b", M) == []`, `join(M) == ""`, `join(["a"], M) == ""`,
		`replace(M, "a", "b") == ""`, `replace("a", M, "b") == ""`, `replace("a", "b", M) == ""`, `digits(M) == ""`, `string(M) == ""`,
		`number(M) == 0`, `number("1", M) == 0`, `int(M) == 0`, `float(M) == 0`, `abs(M) == 0`, `ceil(M) == 0`, `floor(M) == 0`, `round(M) == 0`,
		`max(M, 1) == 1`, `min(1, M) == 1`, `mean(M) == 0`, `max([1, M]) == 1`, `date(M) < now()`, `date("2026-01-01", M) < now()`, `duration(M) == duration("0s")`,
		`year(M) == 1`, `month(M) == 1`, `day(M) == 1`, `weekday(M) == 0`, `hour(M) == 0`, `minute(M) == 0`, `second(M) == 0`, `unix(M) == 0`, `yearDay(M) == 0`,
		`(M).Year() == 1`, `type(M) == "null"`, `type(M) != "null"`, `list(M) == []`, `sort(M) == []`, `sort([1], M) == []`, `reverse(M) == []`, `uniq(M) == []`,
		`concat(M, [1]) == [1]`, `concat([1], M) == [1]`, `flatten(M) == []`, `first(M) == 1`, `last(M) == 1`, `take(M, 1) == []`, `take([1], M) == []`,
		`keys(M) == []`, `values(M) == []`, `toJSON(M) == ""`, `fromJSON(M) == 1`, `any(M, true)`, `all(M, true)`, `none(M, true)`, `one(M, true)`,
		`count(M, true) == 0`, `count(M) == 0`, `filter(M, true) == []`, `find(M, true) == 1`, `findIndex(M, true) == 1`, `findLast(M, true) == 1`,
		`findLastIndex(M, true) == 1`, `map(M, 1) == []`, `sum(M) == 0`, `sum(M, 1) == 0`, `reduce(M, 1, 1) == 1`, `groupBy(M, 1) == {}`, `sortBy(M, 1) == []`,
		`sortBy([1], #, M) == []`,
	} {
		for _, missing := range []string{"event.gone", "event.null", "event.list[7]", "event?.gone"} {
			form := strings.ReplaceAll(when, "M", missing)
			for _, form := range []string{form, "not (" + form + ")"} {
				if got := truth(t, form); got != condition.Missing {
					t.Errorf("%s: %v, want missing", form, got)
				}
			}
		}
	}
}

func TestConditions(t *testing.T) {
	tests := map[condition.Truth][]string{
		condition.True: {
			`event.yes`, `not event.no`, `!event.no`, `event.one == 1`, `event.one != 2`, `event.half < 1`, `event.big == 5725767000000524157`,
			`event.one == 1.0`, `event.text == "abc"`, `event.text != "x"`, `event.text in ["abc", "d"]`, `event.text not in ["d"]`,
			`event.one in [1, 2]`, `2 in event.list`, `"x" in event.object`, `"gone" not in event.object`, `not ("gone" in event)`,
			`event.text contains "b"`, `event.text startsWith "a"`, `event.text endsWith "c"`, `event.text matches "^a.c$"`,
			`event.text not contains "z"`, `event.one + 1 == 2`, `event.text + "d" == "abcd"`, `7 % 4 == 3`, `2 ** 3 == 8`, `2 ^ 3 == 8`, `-event.one == -1`,
			`event.list[0] == 1`, `event.list[-1] == 3`, `event["text"] == "abc"`, `event.list[0:2] == [1, 2]`, `event.text[1:] == "bc"`,
			`event.null == nil`, `nil == event.null`, `event.one != nil`, `has(event.null)`, `has(event.one)`, `not has(event.gone)`, `not has(event.gone.deeper)`,
			`not has(event.one.deeper)`, `(event?.gone ?? "d") == "d"`, `(event.gone ?? "d") == "d"`, `(event.gone.deeper ?? "d") == "d"`,
			`(event.null ?? "d") == "d"`, `(event.one ?? 2) == 1`, `event?.gone == nil`, `event.gone?.x == nil`, `event?.one == 1`, `event.null?.x == nil`, `let v = event.gone; not has(v.x)`, `let v = event.gone; v?.x == nil`,
			`event.gone == 1 || event.one == 1`, `event.one == 1 || event.gone == 1`, `not (event.gone == 1 && event.no)`,
			`not (event.no && event.gone == 1)`, `any(event.items, .n == 2)`, `any(event.items, .s == "c")`, `not all(event.items, .n == 2)`,
			`not none(event.items, .n == 2)`, `any(event.items, has(.s) && .s == "c")`, `all(event.items, (.n ?? 1) > 0)`,
			`count(event.items, has(.n)) == 2`, `len(filter(event.items, has(.s))) == 2`, `all(event.full, .n > 0)`, `none(event.full, .n > 2)`,
			`one(event.full, .n == 1)`, `sum(event.full, .n) == 3`, `sum(event.list) == 6`, `find(event.full, .n == 2).n == 2`,
			`map(event.full, .n) == [1, 2]`, `all(event.none, # == 1)`, `not any(event.none, # == 1)`, `count(event.none, true) == 0`,
			`any(event.items, .gone == 1 || .n == 1)`, `reduce(event.list, #acc + #, 0) == 6`, `reduce(event.list, #acc + #) == 6`, `sortBy(event.full, -.n)[0].n == 2`,
			`reduce(event.list, #acc == nil || # > #acc ? # : #acc, nil) == 3`, `map(event.list, #index) == [0, 1, 2]`, `sort([2, 3, 1], "desc") == [3, 2, 1]`,
			`sortBy(event.full, .n, "desc")[0].n == 2`, `float(event.number) > 41`, `int(event.number) == 42`, `string(event.one) == "1"`, `lower("ABC") == event.text`,
			`digits("+1 (2)") == "12"`, `date(event.date) < now()`, `date(event.date) < now`, `now() == date("2026-03-01T12:00:00Z")`,
			`now() - date(event.date) > duration("24h")`, `len(event.list) == 3`, `(event.yes ? 1 : 2) == 1`, `(event.no ? event.gone : 2) == 2`,
			`headers["x-kind"] == "deal"`, `"x-kind" in headers`, `has(headers["x-kind"])`, `len(headers) == 1`, `query.q == "1"`, `source == "zoho"`, `let x = event.one; x == 1`,
			`1 < event.list[1] < 3`, `event.list == [1, 2, 3]`, `event.object == {"x": 1, "null": 2} || true`, `"a,b" == join(["a", "b"], ",")`, `1..3 == event.list`,
			`event.list | len() == 3`, `event.list | any(# == 2)`, `type(event.one) == "number"`, `(event.one == 2) || (event.text == "abc")`,
			"event.text == `abc`", `event.text == 'abc'`, `!(event.one == 2)`, `true`, `if event.yes { event.one == 1 } else { false }`,
			`not has(event?.gone)`, `not has(event.gone?.x)`, `has(event?.one)`, `-10 < -event.one < 3`, `-10 < -5 < 3`, `keys(event.object) == ["null", "x"]`,
			`uniq([1, 1.0, "a", "a", [1], [1]])[2] == [1]`, `fromJSON("{\"id\": 5725767000000524157}").id == event.big`,
			`replace("aXb", "X", "-") == "a-b"`, `"ü" == "aüb"[1:2]`, `event.list == [1.0, 2, 3]`, `len(uniq(["[1]", [1]])) == 2`, `event.mixed[1] == "a"`, `1 in event.mixed`,
			`event.one == 1 and not (event.no or event.one == 2)`, `len(uniq(map(1..500, [#]))) == 500`, `let v = 1; let w = 2; v + w == 3`,
			`event.text[(let v = 0; v):] == "abc"`, `9007199254740993 != 9007199254740992.0`,
			`(event.gone ?? event.gone ?? 3) == 3`, `event.one == 1 || event.one < "a"`, `any(["x", event.text], # == "abc")`, `event.text == "abc" or event.text < event.list`,
			`date(event.date).Month() == 2`, `date(event.date).Weekday() == 0`, `now().Hour() == 12`, `type(now) == "date"`, `event.list[1:][0] == 2`,
			`split("a;b", ";") == ["a", "b"]`, `split("a;b;c", ";", 2) == ["a", "b;c"]`, `list(event.text) == ["abc"]`, `list(event.list) == event.list`,
			`mean([1, 2]) == 1.5`, `mean([]) == nil`, `max([]) == nil`, `first([]) == nil`, `find([1], # == 2) == nil`, `now() - duration("1d") == now() - duration("24h")`,
			`duration("1d") / duration("1h") == 24`, `duration("1h") * 2 == duration("2h")`, `trim(" a ") == "a"`, `::len(event.list) == 3`, `event?.["one"] == 1`, `1_000 == 1e3`, `.5 == event.half`, `0x10 == 16`, `1e-1 < event.half`, `let list = event.list; len(list) == 3`, `"\u00fc" == "ü"`, `event /* a comment */ .one == 1`, `string(1.5) == "1.5"`,
			`string(date(event.date)) == "2026-02-01T00:00:00Z"`, `string(1000000.0) == "1000000"`, `toJSON({"b": 1.0, "a": [nil == event.null]}) == '{"a":[true],"b":1}'`,
		},
		condition.False: {
			`event.no`, `event.one == 2`, `event.text not in ["abc"]`, `event.one == 1 && event.one > 1`, `not event.yes`,
			`any(event.list, # > 3)`, `event.no && event.one < "a"`, `event.yes && event.no`, `"gone" in event`, `has(event.gone)`,
			`event.one < "a" && event.no`, `event.gone == 1 && event.no`, `all(event.list, # < 2 or # < "a")` + ` and false`, `1 < event.list[2] < 2`, `event.list == [1, 2]`, `event.none == [1]`,
			`event.object == {"y": 1, "null": 2}`, `9007199254740993 == 9007199254740992.0`, `get(event.one, "x") != nil`,
		},
		condition.Missing: {
			`event.gone == 1 && event.one < "a"`, `event.one < "a" && event.gone == 1`, `not (event.gone == 1 && event.one < "a")`,
			`all([1, "a"], # == 1 ? event.gone == 1 : # < 1)`, `event.mixed == [1, "a", 2]`, `5 in [1, 2] or event.gone`,
		},
		condition.Failed: {
			`event.number > 41`, `event.number == 42`, `event.number != 42`, `event.one == "1"`, `event.text < 1`, `event.text`, `event.one`,
			`not event.text`, `event.text && event.yes`, `event.list == "a"`, `event.text + 1 == 2`, `event.object > 1`, `int(event.text) == 1`,
			`date(event.text) < now()`, `len(event.one) == 1`, `event.one contains "a"`, `any(event.text, # == 1)`, `any(event.object, # == 1)`,
			`event.text in [1, 2]`, `1 in event.object`, `lower(event.one) == "x"`, `(event.text ? 1 : 2) == 1`, `event.one in event.text`,
			`any(event.full, .n)`, `event.number > 41 || event.no`, `event.gone == 1 || event.number > 41`, `event.number > 41 || event.gone == 1`,
			`event.one / 0 > 1`, `event.one / 0 < 1`, `event.big * 10 > 0`, `event.big + 9000000000000000000 > 0`,
			`event.list == ["1", 2, 3]`, `event.list != ["1", 2, 3]`, `event.one == true`, `event.half in ["a"]`, `event.yes == "true"`,
			`any([1, "a"], # == 1 ? event.gone == 1 : # < event.one)`, `none([1, 2], # == 1 ? event.gone == 1 : event.number > 41)`,
			`first(event.text) == nil`, `string(event.list) == ""`, `join(event.list) == ""`, `max(event.gone, event.one / 0) == 1`, `event.gone + event.one / 0 == 1`, `event.text matches event.text + "("`, `take(event.list, event.half) == []`,
			`sort(event.full) == []`, `event.list < event.list`, `event.yes < event.no`, `reduce(event.none, #acc + #) == 1`, `reduce(event.none, 1) == 1`,
			`groupBy(event.full, #) == {}`, `number(event.text) == 1`, `duration(event.text) > duration("1s")`,
			`event.text[event.half:] == ""`, `event.one[1:] == ""`, `sum(event.items) == 1`, `max(event.text) == 1`, `-event.text == 1`, `event.one % event.half == 0`,
		},
	}
	for want, list := range tests {
		for _, when := range list {
			if got := truth(t, when); got != want {
				t.Errorf("%s: %v, want %v", when, got, want)
			}
			scope := scopeOf(t, theEvent)
			_, _, trace := conditions(t, " ( ("+when+" ) ) and(event.yes) or not ("+when+")")[0].Trace(condition.NewRun(scope, condition.Work, nil))
			for _, p := range trace.Parts() {
				checkPart(t, p, scope)
			}
		}
	}
}

// Every combination of results follows the order of Truth.
func TestLogicFollowsTheOrderOfTruth(t *testing.T) {
	values := map[condition.Truth]string{condition.False: "event.no", condition.Missing: "event.gone", condition.Failed: "event.number > 41", condition.True: "event.yes"}
	for a, x := range values {
		for b, y := range values {
			for c, z := range values {
				for form, want := range map[string]condition.Truth{
					x + " and " + y + " and " + z:                  min(a, b, c),
					x + " or " + y + " or " + z:                    max(a, b, c),
					x + " and (" + y + " or " + z + ")":            min(a, max(b, c)),
					"(" + x + " and " + y + ") or " + z:            max(min(a, b), c),
					"any([1, 2], # == 1 ? " + x + " : " + y + ")":  max(a, b),
					"all([1, 2], # == 1 ? " + x + " : " + y + ")":  min(a, b),
					"none([1, 2], # == 1 ? " + x + " : " + y + ")": opposite(max(a, b)),
					"not (" + x + " and " + y + ")":                opposite(min(a, b)),
				} {
					if got := truth(t, form); got != want {
						t.Errorf("%s: %v, want %v", form, got, want)
					}
				}
			}
		}
	}
}

func opposite(t condition.Truth) condition.Truth {
	switch t {
	case condition.True:
		return condition.False
	case condition.False:
		return condition.True
	}
	return t
}

func TestExamples(t *testing.T) {
	scope := scopeOf(t, `{"Stage": "Closed Won", "Amount": 1200, "Tags": ["New", "VIP"]}`)
	check := func(name, example, gives string) {
		c := conditions(t, "("+example+") == ("+gives+")")[0]
		if got, why := c.Holds(condition.NewRun(scope, condition.Work, nil)); got != condition.True {
			t.Errorf("%s: example %s is not %s: %v %v", name, example, gives, got, why)
		}
	}
	for _, f := range condition.Functions() {
		check(f.Name, f.Example, f.Gives)
	}
	for _, o := range condition.Operators() {
		check(o.Symbol, o.Example, o.Gives)
	}
}

func TestValues(t *testing.T) {
	for text, want := range map[string]any{
		`event.one`: 1, `event.list`: []any{1, 2, 3}, `"a" + event.text`: "aabc", `event?.gone`: nil, `event.null`: nil, `map(event.full, .n)`: []any{1, 2},
		`{"a": event.one}`: map[string]any{"a": 1}, `event.half * 3`: 1.5, `trimPrefix("case-1", "case-")`: "1",
	} {
		e, err := condition.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		got, unknown := e.Value(condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
		if diff := cmp.Diff(want, got); diff != "" || unknown != nil {
			t.Errorf("Value(%s): %s %v", text, diff, unknown)
		}
	}
}
