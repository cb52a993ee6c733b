package rules_test

import (
	"os"
	"path/filepath"
	"testing"

	"untag/internal/jsonvalue"
	"untag/internal/rules"
)

// For any file, Load says what is wrong with it or returns rules that decide without a panic,
// and decide the same with an index and without.
func FuzzLoad(f *testing.F) {
	files, _ := filepath.Glob("testdata/faults/*.yaml")
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(data)
	}
	f.Add([]byte(manyRules(3)))
	f.Fuzz(func(t *testing.T, data []byte) {
		set, faults := rules.Load(data)
		fatal := false
		for _, fault := range faults {
			fatal = fatal || fault.Severity == rules.SeverityError
			if fault.Line < 1 || fault.Column < 1 || fault.Message == "" {
				t.Errorf("fault without a place or text: %+v", fault)
			}
		}
		if (set == nil) != fatal {
			t.Fatalf("Load: rules %v, faults %v", set != nil, faults)
		}
		if set == nil {
			return
		}
		ev := anEvent(t, theEvent)
		for _, s := range set.Sources() {
			ev.Source = s.Name
			set.Decide(ev)
			set.Explain(ev)
		}
	})
}

// For any condition and event, nothing panics, and the explanation agrees with the decision.
func FuzzDecide(f *testing.F) {
	for _, when := range []string{
		`event.module == "Deals" && event.Stage in ["a", "b"]`, `any(event.items, .n > 1)`, `event?.a.b ?? "d" == "d"`,
		`not has(event.x) or event.y != 1`, `let x = event.a; reduce(x, #acc + #, 0) > 1`, `date(event.d) < now - duration("1h")`,
		`1 < event.n < -3`, `event.a[1:2] matches "x" ? event.b : event["c"]`,
	} {
		f.Add(when, theEvent)
	}
	f.Fuzz(func(t *testing.T, when, body string) {
		value, err := jsonvalue.Decode([]byte(body))
		object, ok := value.(map[string]any)
		if err != nil || !ok {
			return
		}
		set, _ := rules.Load([]byte(oneRule(when)))
		if set == nil {
			return
		}
		ev := anEvent(t, "{}")
		ev.Fields = object
		d := set.Decide(ev)
		for _, e := range set.Explain(ev) {
			if e.Matched != (len(d.Candidates) == 1) {
				t.Errorf("Explain(%s over %s).Matched = %v, Decide = %+v", when, body, e.Matched, d)
			}
			if e.Matched && e.Err != nil {
				t.Errorf("Explain(%s over %s) = %+v", when, body, e)
			}
		}
	})
}
