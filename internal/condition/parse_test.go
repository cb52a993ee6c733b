package condition_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/condition"
)

// A fault says what is wrong with a condition, where, and what to write instead.
func TestFaults(t *testing.T) {
	tests := map[string]struct {
		offset  int
		message string // a part of the message and its hint
	}{
		`event.lead-source == "x"`:                   {0, `write event["lead-source"]`},
		`event.lead-source-detail == "x"`:            {0, `write event["lead-source-detail"]`},
		`headers.x-github-event == "x"`:              {10, `write headers["x-github-event"]`},
		`event.@type == "x"`:                         {6, `write event["@type"]`},
		`event.a.@id.b == "x"`:                       {8, `write event.a["@id"].b`},
		`event.2fa == true`:                          {7, `write event["2fa"]`},
		`event.values./state == "x"`:                 {14, `write event.values["/state"]`},
		`event.cal:uid == "x"`:                       {9, `write event["cal:uid"]`},
		`event.Deal Name == "x"`:                     {11, `event["Deal Name"]`},
		`event.data[email] == "x"`:                   {11, `event["data[email]"]`},
		`event.stage-source`:                         {0, `write event["stage-source"]`},
		`evnt.a == 1`:                                {0, "unknown name evnt (did you mean `event`?"},
		`Closed == event.a`:                          {0, `write a field as event.Closed, or text in quotation marks, as in "Closed"; expressions can use`},
		`$env == 1`:                                  {0, "unknown name $env"},
		`event.a.toLowerCase() == "x"`:               {8, "write lower(event.a)"},
		`event.a.includes("x")`:                      {8, `write event.a contains "x"`},
		`event.a.startsWith("x")`:                    {8, `write event.a startsWith "x"`},
		`event.a.join(",") == "x"`:                   {8, `write join(event.a, ",")`},
		`event?.a.length() == 1`:                     {9, `write len(event?.a)`},
		`event.a.frobnicate() == 1`:                  {8, "only functions can be called"},
		`date(event.a).Year(1) == 1`:                 {14, "only functions can be called"},
		`lowr(event.a) == "x"`:                       {0, "unknown name lowr (did you mean `lower`?"},
		`toLowerCase(event.a) == "x"`:                {0, "unknown name toLowerCase"},
		`bitand(6, 3) == 2`:                          {0, "unknown name bitand (rules have no bitwise functions"},
		`repeat("a", 2) == "aa"`:                     {0, "unknown name repeat"},
		`median([1]) == 1`:                           {0, "use mean, min or max"},
		`splitAfter("a", "b") == []`:                 {0, "use split"},
		`timezone("UTC") == 1`:                       {0, "write the time zone in the string"},
		`event.a = 1`:                                {8, "unexpected `=` (write `==`)"},
		`event.a === 1`:                              {10, "write `==`"},
		`event.a <> 1`:                               {9, "write `!=`"},
		`event.a AND event.b`:                        {8, "write `and`"},
		`event.a == null`:                            {11, "write `nil`"},
		`event.a is 1`:                               {8, "write `==`"},
		`event.a == "x`:                              {13, "the string is not closed (add the closing quotation mark"},
		`event.a == “x”`:                             {11, "straight quotation marks"},
		`event.a ==`:                                 {9, "ends too early"},
		`event.a == 1)`:                              {12, "unexpected `)` (there is no opening bracket for it"},
		`event.a in "x", "y"`:                        {14, "square brackets"},
		`event.a > 10,000`:                           {12, "without separators"},
		`{{event.id}} == 1`:                          {1, "write the expression alone"},
		`${event.id} == 1`:                           {1, "write the expression alone"},
		`event.id == 57257670000005241570`:           {12, "too large for 64 bits (if it is an id, put it in quotation marks"},
		`1 > "a"`:                                    {2, "a number cannot be compared with a string"},
		`lower(event.a) > 1`:                         {15, "a string cannot be compared with a number (convert the string to a number with float(…), or the number"},
		`len(event.a) == "3"`:                        {13, "a number cannot be compared with a string"},
		`event.a contains 5`:                         {8, "contains needs two strings, not a number"},
		`event.a in 5`:                               {8, "in needs a list after it, not a number"},
		`event.a in lower(event.b)`:                  {8, "in needs a list after it, not a string (use contains to find text in a string"},
		`1 in {"a": event.b}`:                        {2, "in needs a string before it to find a key of an object, not a number"},
		`event.a > true`:                             {8, "> compares numbers, strings, dates or durations, not a boolean"},
		`event.a + true == 1`:                        {8, "+ cannot be used with a boolean"},
		`1 + "a" == 1`:                               {2, "+ cannot be used with a number and a string (convert the string"},
		`-"a" == 1`:                                  {0, "- needs a number after it, not a string (convert the string to a number with number(…))"},
		`lower(1) == "x"`:                            {6, "lower takes a string, not a number"},
		`lower(len(event.a)) == "x"`:                 {6, "lower takes a string, not a number"},
		`take(event.a, 1.5) == []`:                   {14, "take takes a whole number, not a number with a fraction"},
		`lower() == "x"`:                             {0, "lower takes 1 argument, not 0"},
		`lower("a", "b") == "x"`:                     {0, "lower takes 1 argument, not 2"},
		`trim() == "x"`:                              {0, "trim takes at least 1 argument, not 0"},
		`now(1) == now`:                              {0, "now takes no argument"},
		`date(event.a, "x", "y") < now`:              {0, "date takes a string and a layout; a time zone belongs in the string"},
		`has("a")`:                                   {0, "has takes a field"},
		`has(event)`:                                 {0, "has takes a field"},
		`any("abc", true)`:                           {4, "a string is not a list"},
		`any(event.a, 1)`:                            {13, "this is not a condition"},
		`any(event.a, #acc == 1)`:                    {13, "#acc can only be used in the second argument of reduce"},
		`any(event.a, #foo == 1)`:                    {13, "unknown name #foo"},
		`event.a and 1`:                              {12, "this is not a condition"},
		`not "a"`:                                    {4, "this is not a condition"},
		`"a" ? 1 : 2`:                                {0, "this is not a condition"},
		`1`:                                          {0, `this is not a condition: it is neither true nor false (compare it with a value, as in event.Stage == "Closed Won"`},
		`event.a + 1`:                                {0, "this is not a condition"},
		`event.a or [1]`:                             {11, "this is not a condition"},
		`nil`:                                        {0, "this is not a condition"},
		`let v = 1; event.t[(let v = 0; v):] == "a"`: {24, "the name v is already in use"},
		`let event = 1; true`:                        {4, "the name event is already in use"},
		`event.a; event.b`:                           {15, "unexpected `;`: only a `let` ends with one (join conditions with `and` or `or`"},
		`b"abc" == event.a`:                          {0, "rules do not have this kind of expression"},
		`duration("30x") > duration("1h")`:           {0, "not a duration (write it as in"},
		`now() - duration("30 days") > now()`:        {8, "not a duration"},
		`date("2026-13-01") < now()`:                 {0, "not a date in a form that docs/rules.md lists"},
		`date(event.a, "dd/MM") < now()`:             {14, "needs a day, a month and a year"},
		`date(event.a, "dd/MM/jjjj") < now()`:        {14, "has an unknown letter; use yyyy"},
		`date("1.2.2026", "dd.MM.yyyy") < now()`:     {0, "does not match the layout"},
		`event.a matches "("`:                        {16, "not a valid regular expression: missing closing ); docs/rules.md links to the syntax"},
		`event.a matches "(a{1000}){1000}"`:          {16, "not a valid regular expression"},
		`event.a matches "(abcdefghij){500}"`:        {16, "the pattern has too many repetitions"},
		`int("a") == 1`:                              {0, "int: the string is not a plain whole number"},
		`float("1,234.50") == 1`:                     {0, `use number("1,234.50"), which reads numbers as people write them`},
		`number("1,234") == 1`:                       {0, "say which sign is the decimal sign"},
		`number(event.a, ";") == 1`:                  {16, `the decimal sign of number must be "," or "."`},
		`sort(event.a, "down") == []`:                {14, `the order must be "asc" or "desc"`},
		`sortBy(event.a, #, "down") == []`:           {19, `the order must be "asc" or "desc"`},
		`type(event.a) == "int"`:                     {17, "`int` is not a type (type(…) returns string, number"},
		`type(event.a) in ["string", "text"]`:        {17, "`text` is not a type"},
		`event.a == 1 / 0`:                           {11, "the result is not a number"},
		`1..20000 == event.a`:                        {0, "the range is too long: more than 10000 numbers"},
		`any([1, 2], # > "a")`:                       {12, "a number cannot be compared with a string"},
		`1.x == 1`:                                   {2, "this is not a number"},
		`event.a. == 1`:                              {12, "a name is missing after the dot"},
		`event.a ?? 1 == 1 and true ?? 2`:            {13, "parentheses"},
		``:                                           {0, "ends too early"},
	}
	for text, want := range tests {
		_, err := condition.ParseCondition(text)
		var fault *condition.Fault
		if !errors.As(err, &fault) {
			t.Errorf("ParseCondition(%s) = %v, want a fault %q", text, err, want.message)
			continue
		}
		if fault.Offset != want.offset || !strings.Contains(err.Error(), want.message) {
			t.Errorf("ParseCondition(%s): %d %v, want %d %q", text, fault.Offset, err, want.offset, want.message)
		}
		for _, wrong := range []string{"interface", "map[", "[]any", "%!", "float64", "  "} {
			if strings.Contains(err.Error(), wrong) {
				t.Errorf("ParseCondition(%s): %v has %q", text, err, wrong)
			}
		}
	}
}

// Expressions that are too long or nested too deep are rejected before the parser reads them.
func TestTooLargeExpressionsAreRejected(t *testing.T) {
	for name, text := range map[string]string{
		"parentheses": strings.Repeat("(", 40_000) + "true" + strings.Repeat(")", 40_000),
		"brackets":    strings.Repeat("[", 40_000),
		"not":         strings.Repeat("not ", 3_000) + "true",
		"!":           strings.Repeat("!", 5_000) + "true",
		"-":           strings.Repeat("-", 3_000) + "1 == 1",
		"choices":     strings.Repeat("true ? true : ", 1_000) + "true",
		"elvis":       strings.Repeat("(", 250) + "event.a" + strings.Repeat(" ?: true)", 250),
		"powers":      strings.Repeat("1 ** ", 1_000) + "1 == 1",
		"lets":        strings.Repeat("let a = 1; ", 5_000) + "true",
		"chains":      strings.Repeat("(1 < ", 190) + "1" + strings.Repeat(" < 2)", 190),
		"long":        `event.a == "` + strings.Repeat("a", 300_000) + `"`,
		"words":       "event.a in [" + strings.Repeat("1,", 20_000) + "1]",
		"names":       "event" + strings.Repeat(".a", 9_000) + " == 1",
		"predicates":  strings.Repeat("any(event.a, ", 300) + "true" + strings.Repeat(")", 300),
	} {
		start := time.Now()
		_, err := condition.ParseCondition(text)
		if err == nil {
			t.Errorf("%s: accepted", name)
		}
		if took := time.Since(start); took > time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

func TestLargeExpressionsWithinTheLimits(t *testing.T) {
	ids := strings.TrimSuffix(strings.Repeat(`"5725767000000524157", `, 4000), ", ")
	for name, text := range map[string]string{
		"ids":     "event.text not in [" + ids + "]",
		"nots":    strings.Repeat("not event.no and ", 500) + "event.yes",
		"minus":   "event.one in [" + strings.Repeat("-1, ", 1000) + "1]",
		"nested":  strings.Repeat("(", 150) + "event.yes" + strings.Repeat(")", 150),
		"elvis":   strings.Repeat("(", 150) + "event.yes" + strings.Repeat(" ?: true)", 150),
		"middles": strings.Repeat("((2 < ", 60) + "event.list[2]" + strings.Repeat(" < 4) ? 3 : 3)", 60) + " == 3",
		"sum":     strings.Repeat("event.one + ", 1000) + "0 == 1000",
		"deep":    "not has(event" + strings.Repeat(".a", 900) + ")",
		"comment": "event.yes /* a comment */ // another",
		"lines":   "event.yes\n\tand\n\tevent.one == 1",
	} {
		if got := truth(t, text); got != condition.True {
			t.Errorf("%s: %v, want true", name, got)
		}
	}
}

func TestReads(t *testing.T) {
	for text, want := range map[string][]string{
		`true`: nil,
		`headers["x-kind"] == "a" or headers?.b == "c"`: {`headers["x-kind"]`, "headers.b"},
		`headers[event.h] == "a"`:                       {"headers", "event.h"},
		`"x" in headers`:                                {"headers"},
		`[headers.a, headers.b ? headers.c : headers.d] == [] or {"k": headers.e[0:1]} == {} or (let v = headers.f; v == "x") or any([1], -headers.g == #)`: {
			"headers.a", "headers.b", "headers.c", "headers.d", "headers.e", "headers.f", "headers.g"},
		`has(event.a.b) and event.a.b == event.a.b and now() > now`: {"event.a.b"},
		`event.a[0].b == 1 and source == "x"`:                       {"event.a", "source"},
		`any(event.items, .n == record.x)`:                          {"event.items", "record.x"},
	} {
		var got []string
		for _, r := range conditions(t, text)[0].Reads() {
			got = append(got, r.Path.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("Reads(%s): %s", text, diff)
		}
	}
	if r := conditions(t, `"ü" == "ü" and event.a == 1`)[0].Reads(); r[0].Offset != 15 {
		t.Errorf("Offset = %d, want 15", r[0].Offset)
	}
}

func TestNeeds(t *testing.T) {
	for text, want := range map[string][]condition.Need{
		`event.a == "x"`:                           {{{condition.Path{Root: "event", Names: []string{"a"}}, condition.TextKind, []any{"x"}}}},
		`2.0 == event.a and event.b in [true]`:     {{{condition.Path{Root: "event", Names: []string{"a"}}, condition.NumberKind, []any{2}}}, {{condition.Path{Root: "event", Names: []string{"b"}}, condition.BoolKind, []any{true}}}},
		`source == "x" or headers.h in ["a", "b"]`: {{{condition.Path{Root: "source"}, condition.TextKind, []any{"x"}}, {condition.Path{Root: "headers", Names: []string{"h"}}, condition.TextKind, []any{"a", "b"}}}},
		`event.a == "x" or event.b > 1`:            nil,
		`event.a != "x" and event.a not in ["y"]`:  nil,
		`event.a in ["x", 1]`:                      nil,
		`event?.a == "x"`:                          nil,
		`record.a == "x"`:                          nil,
		`not (event.a == "x")`:                     nil,
	} {
		if diff := cmp.Diff(want, conditions(t, text)[0].Needs()); diff != "" {
			t.Errorf("Needs(%s): %s", text, diff)
		}
	}
}

func TestConstantAndContradiction(t *testing.T) {
	for text, want := range map[string]string{
		`1 == 2`: "false", `event.a == 1 and false`: "false", `event.a == 1 or true`: "true", `not (event.a or true)`: "false", `event.a == 1`: "",
		`event.a or false`: "", `any([1, 2], # == 3)`: "false", `now() > date("2026-01-01")`: "", `true`: "true", `false or 1 > 2 and event.a`: "false",
	} {
		got := ""
		if truth, ok := conditions(t, text)[0].Constant(); ok {
			got = truth.String()
		}
		if got != want {
			t.Errorf("Constant(%s) = %q, want %q", text, got, want)
		}
	}
	for text, want := range map[string]string{
		`event.a == "x" and event.a == "y"`: "event.a", `event.a in ["x", "y"] and event.a in ["y"]`: "", `event.a in [1, 2] and event.a in [2, 3] and event.a == 3`: "event.a",
		`event.a == "x" or event.a == "y"`: "", `event.a == 1 and event.b == 2`: "",
	} {
		got := ""
		if path, ok := conditions(t, text)[0].Contradiction(); ok {
			got = path.String()
		}
		if got != want {
			t.Errorf("Contradiction(%s) = %q, want %q", text, got, want)
		}
	}
}

func TestNilComparisons(t *testing.T) {
	got := conditions(t, `event.a == nil or nil != event.b.c or event?.d == nil or find(event.e, true) == nil`)[0].NilComparisons()
	want := []condition.NilComparison{{"event.a == nil", "event.a", 0}, {"nil != event.b.c", "event.b.c", 18}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
