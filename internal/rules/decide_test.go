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

// load returns the rules of a file, which must have no faults.
func load(t testing.TB, text string) *rules.Rules {
	t.Helper()
	set, faults := rules.Load([]byte(text))
	if set == nil {
		t.Fatalf("Load: %v\n%s", faults, text)
	}
	return set
}

// oneRule returns a file with one rule of this condition.
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

// The outcomes of a rule: it fires, it does not, or its error is reported.
const (
	fires   = "fires"
	silent  = "silent" // false or unknown
	reports = "reports"
)

// outcome returns the outcome of a rule with this condition for theEvent.
func outcome(t *testing.T, when string) string {
	t.Helper()
	d := load(t, oneRule(when)).Decide(anEvent(t, theEvent))
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

// A rule fires only if its condition is true, and only errors are reported.
func TestOutcomes(t *testing.T) {
	for when, want := range map[string]string{
		`event.one == 1`: fires, `headers["x-kind"] == "deal"`: fires, `query.q == "1"`: fires, `source == "zoho"`: fires, `now() == date("2026-03-01T12:00:00Z")`: fires,
		`event.one == 2`: silent, `event.gone == 1`: silent, `event.gone != 1`: silent, `not (event.gone == 1)`: silent, `event.null == 1`: silent, `record.Stage != "x" or true`: "",
		`event.number > 41`: reports, `event.gone == 1 or event.number > 41`: reports, `event.gone == 1 and event.number > 41`: silent, `reduce([1], #acc != nil, event.gone)`: silent,
	} {
		if want == "" {
			if set, _ := rules.Load([]byte(oneRule(when))); set != nil {
				t.Errorf("Load(%s): a `when` can read the record", when)
			}
			continue
		}
		if got := outcome(t, when); got != want {
			t.Errorf("%s: %s, want %s", when, got, want)
		}
	}
}

func TestErrorNamesTypesAndWhatToWrite(t *testing.T) {
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

func TestDecideTwiceIsTheSame(t *testing.T) {
	set := load(t, oneRule(`event.one == 1`))
	first, second := set.Decide(anEvent(t, theEvent)), set.Decide(anEvent(t, theEvent))
	if diff := cmp.Diff(first.Candidates[0].Tags, second.Candidates[0].Tags); diff != "" || len(first.Candidates) != len(second.Candidates) {
		t.Errorf("two decisions differ: %s", diff)
	}
}
