package condition_test

import (
	"errors"
	"strings"
	"testing"

	"untag/internal/condition"
)

// What people write from habit in other languages gets the words of this one, with their own
// fields.
func TestHintsForWordsOfOtherLanguages(t *testing.T) {
	tests := map[string]struct {
		offset int
		hint   string
	}{
		"event.a == 1 & event.b == 2":     {13, "write `and`, or `&&`"},
		"event.a &event.b":                {8, "write `and`, or `&&`"},
		"event.a == 1 | event.b == 2":     {13, "write `or`, or `||`"},
		"event.ä == 1 |event.b == 2":      {13, "write `or`, or `||`"},
		"(event.a == 1) | (event.b == 2)": {15, "write `or`, or `||`"},
		`event.a | "x"`:                   {8, "write `or`, or `||`"},
		"event.a | not event.b":           {8, "write `or`, or `||`"},
		"event.a ||| event.b":             {10, "write `or`, or `||`"},
		`lowercase(event.a) == "x"`:       {0, "write lower(event.a)"},
		`uppercase(event["a b"]) == "X"`:  {0, `write upper(event["a b"])`},
		`toLower(event.a) == "x"`:         {0, "write lower(event.a)"},
		`to_upper(event.a) == "X"`:        {0, "write upper(event.a)"},
		`event.a.toUpperCase() == "X"`:    {8, "write upper(event.a)"},
		`isEmpty(event.a)`:                {0, `write event.a == "" for text, len(event.a) == 0 for a list, or not has(event.a) for a missing field`},
		`empty(event.a)`:                  {0, `write event.a == "" for text`},
		`not is_empty(event.a)`:           {4, `write event.a == "" for text`},
		`event.a.isEmpty()`:               {8, `write event.a == "" for text`},
		`event.a is empty`:                {8, `write event.a == "" for text`},
		`event.a == empty`:                {11, `for text write ""`},
		`isNotEmpty(event.a)`:             {0, `write event.a != "" for text, or len(event.a) > 0 for a list`},
		`event.a IS NOT EMPTY`:            {8, `write event.a != "" for text`},
		`isNull(event.a)`:                 {0, "write not has(event.a) for a missing field, or event.a == nil for one that is null"},
		`event.a is null`:                 {8, "write not has(event.a) for a missing field"},
		`event.a is not null`:             {8, "write has(event.a) for a field that is present"},
		`event.a is defined`:              {8, "write has(event.a) for a field that is present"},
		`event.a is not "x"`:              {8, "write `!=`"},
		`exists(event.a)`:                 {0, "write has(event.a)"},
		`exists event.a`:                  {7, "write has(event.a)"},
		`event.a.exists()`:                {8, "write has(event.a)"},
		`length(event.a) > 1`:             {0, "write len(event.a)"},
		`toString(event.a) == "1"`:        {0, "write string(event.a)"},
		`parseInt(event.a) == 1`:          {0, "write int(event.a)"},
		`coalesce(event.a, "x") == "x"`:   {0, `write (event.a ?? "x")`},
		`coalesce(event.a) == "x"`:        {0, `write (event.a ?? …)`},
		`includes(event.a, "x")`:          {0, `write event.a contains "x"`},
		`contains(event.a, "x")`:          {0, "write `contains` between two values"},
		`event.a startswith "x"`:          {8, "write `startsWith`"},
		`event.a ends with "x"`:           {8, "write `endsWith`"},
		`event.a does not contain "x"`:    {8, "write `contains`, or `not contains`"},
		`AND(event.a, event.b)`:           {0, "write event.a and event.b"},
		`today() > date("2026-01-01")`:    {0, "write now()"},
		`event.a == "a" || "b"`:           {18, `repeat the comparison`},
		`event.a == ("a" or "b")`:         {12, `repeat the comparison`},
		`toLower(evnt.a) == "x"`:          {8, "did you mean `event`"},
		`has(event.lead-source)`:          {0, `write has(event["lead-source"])`},
		`any(event.list, x => x == 1)`:    {18, "write `#` for the element"},
		`any(event.list, item.n == 1)`:    {16, "write the element as #"},
		`["a"] contains event.a`:          {6, `for a list, write the element first`},
		`event.list | any(# = 1)`:         {19, "write `==`"},
	}
	for when, want := range tests {
		_, err := condition.ParseCondition(when)
		var fault *condition.Fault
		if !errors.As(err, &fault) || fault.Offset != want.offset || !strings.HasPrefix(fault.Hint, want.hint) {
			t.Errorf("ParseCondition(%s) = %+v, want hint %q at %d", when, err, want.hint, want.offset)
		}
	}
}

// The condition that a hint recommends is valid.
func TestHintsAreValid(t *testing.T) {
	for _, when := range []string{
		`event.a == "" or len(event.a) == 0 or not has(event.a) or event.a == nil`, `event.a != "" and len(event.a) > 0 and has(event.a) and event.a != nil`,
		`(event.a ?? "x") == "x"`, `event.a contains "x" and "x" in event.a and event.a not contains "y"`, `(event.a ? 1 : 2) == 1`,
		`int(event.a) == 1 and float(event.a) == 1 and number(event.a) == 1 and date(event.a) < now()`, `event.a[1:2] == "x" and list(event.a) == ["x"]`,
	} {
		conditions(t, when)
	}
}

// The message recommends no conversion that fails as well.
func TestNoConversionOfListsAndObjects(t *testing.T) {
	for when, want := range map[string]string{
		`event.object == 1`: "an object cannot be compared with a number", `event.list > 1`: "a list cannot be compared with a number",
		`event.list contains "a"`: `for a list, write the element first, as in "VIP" in event.tags`,
	} {
		_, u := conditions(t, when)[0].Holds(condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
		if u == nil || !strings.Contains(u.Message(), want) || strings.Contains(u.Message(), "float(") {
			t.Errorf("%s: %v, want %q without a conversion", when, u, want)
		}
	}
}
