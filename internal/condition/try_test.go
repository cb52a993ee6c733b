package condition_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/condition"
	"untag/internal/jsonvalue"
)

func TestTry(t *testing.T) {
	for text, test := range map[string]struct {
		want    any
		truth   string // of the trace; "" if there is none
		message string
	}{
		`event.one * 2`:                         {2, "", ""},
		`upper(event.text)`:                     {"ABC", "", ""},
		`event.list | map(# + 1)`:               {[]any{2, 3, 4}, "", ""},
		`event.null`:                            {nil, "", ""},
		`{"a": event.half}`:                     {map[string]any{"a": 0.5}, "", ""},
		`event.one == 1`:                        {true, "true", ""},
		`event.yes`:                             {true, "true", ""},
		`event.no or event.gone == 1`:           {nil, "missing", "event.gone is missing"},
		`event.gone`:                            {nil, "missing", "event.gone is missing"},
		`event.Text`:                            {nil, "missing", "event.Text is missing; there is event.text"},
		`event.gone * 2`:                        {nil, "", "event.gone is missing"},
		`event.text * 2`:                        {nil, "", "a string"},
		`event.number > 41`:                     {nil, "error", "write `float(event.number) > 41`"},
		`let x = event.one; x + 1`:              {2, "", ""},
		`event.list[0]`:                         {1, "", ""},
		`any(1..10000, any(1..10000, # == -1))`: {nil, "error", "more work than untag allows"},
	} {
		got, err := condition.Try(text, condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		truth := ""
		if got.Trace != nil {
			truth = got.Trace.Held.String()
		}
		if diff := cmp.Diff(test.want, got.Value); diff != "" || truth != test.truth || !strings.Contains(got.Message(), test.message) || (got.Message() == "") != (test.message == "") {
			t.Errorf("Try(%s) = %v, %s, %q, want %v, %s, %q", text, got.Value, truth, got.Message(), test.want, test.truth, test.message)
		}
	}
}

// The fields that an expression met are those that it read and found.
func TestTryMeetsFields(t *testing.T) {
	got, err := condition.Try(`event.one + event.half`, condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
	if err != nil || len(got.Met) != 2 || got.Met[0].Path != "event.one" || got.Met[1].Value != 0.5 {
		t.Errorf("Met = %v, %v", got.Met, err)
	}
}

func TestTryFaults(t *testing.T) {
	for text, test := range map[string]struct {
		offset int
		text   string
	}{
		``:                          {0, "ends too early"},
		`event.one ==`:              {11, ""},
		`event.one = 1`:             {10, "=="},
		`lowr(event.text)`:          {0, "lower"},
		`evnt.one`:                  {0, "event"},
		`event.one == 1 and "text"`: {19, "not a condition"},
		`"日本" and true`:             {0, "not a condition"},
	} {
		_, err := condition.Try(text, condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
		fault, ok := errors.AsType[*condition.Fault](err)
		if !ok || fault.Offset != test.offset || !strings.Contains(fault.Error(), test.text) {
			t.Errorf("Try(%s) = %#v, want %d %q", text, fault, test.offset, test.text)
		}
	}
}

// Every path that is written down evaluates to the value at its place.
func TestSpell(t *testing.T) {
	names := []string{
		"id", "Deal_Name", "lead-source", "a.b", "", " ", `quo"te`, `back\slash`, "it's", "`", "0", "1st", "é", "日本", "not", "in", "and", "true", "nil", "let", "if",
		"__proto__", "$env", "#", "a\nb", "\x00", "\u00ad", "\u2028", "😀", "a]b", "</script>", "\x7f", "constructor", "now", "event", "\ufffd", "matches", "else", "?.",
	}
	event := make(map[string]any)
	for i, name := range names {
		event[name] = map[string]any{name: []any{"no", i}}
	}
	for i, name := range names {
		text := condition.Spell("event", name, name, 1)
		got, err := condition.Try(text, condition.NewRun(condition.Scope{Event: event}, condition.Work, nil))
		if err != nil || got.Value != i {
			t.Errorf("%q: %s = %v %v, %v, want %d", name, text, got.Value, got.Message(), err, i)
		}
	}
	for want, steps := range map[string][]any{
		"event": nil, "event.data.object.id": {"data", "object", "id"}, `event.items[0]["lead-source"]`: {"items", 0, "lead-source"},
	} {
		if got := condition.Spell("event", steps...); got != want {
			t.Errorf("Spell(%v) = %s, want %s", steps, got, want)
		}
	}
}

// For any expression: Try returns a fault or a result, does not panic, and agrees with Holds.
func FuzzTry(f *testing.F) {
	for _, text := range append([]string{`event.one * 2`, `event.text`, `not event.yes and`, `let x = 1; x`, `now() - date("2026-01-01")`}, costlyConditions...) {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, err := condition.Try(text, condition.NewRun(scopeOf(t, theEvent), condition.Work, nil))
		if err != nil {
			checkFault(t, text, err)
			return
		}
		checkMessage(t, text, got.Message())
		if c, err := condition.ParseCondition(text); err == nil && got.Trace != nil {
			if held, _ := c.Holds(condition.NewRun(scopeOf(t, theEvent), condition.Work, nil)); held != got.Trace.Held {
				t.Errorf("%s: Holds %v, Try %v", text, held, got.Trace.Held)
			}
		}
	})
}

// Every name of an event's fields can be spelled.
func FuzzSpell(f *testing.F) {
	f.Add(`{"a": {"b-c": [1, {"": 2}]}}`)
	f.Fuzz(func(t *testing.T, body string) {
		v, err := jsonvalue.Decode([]byte(body))
		object, ok := v.(map[string]any)
		if err != nil || !ok {
			return
		}
		for name, value := range object {
			text := condition.Spell("event", name)
			got, err := condition.Try(text, condition.NewRun(condition.Scope{Event: object}, condition.Work, nil))
			if err != nil && len(name) > 1<<15 {
				continue
			}
			if err != nil || fmt.Sprint(got.Value) != fmt.Sprint(value) {
				t.Errorf("%s = %v %v, want %v", text, got.Value, err, value)
			}
		}
	})
}
