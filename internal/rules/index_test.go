package rules_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"untag/internal/rules"
)

// partGen generates parts that an index knows and parts that it does not.
func partGen() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		field := rapid.SampledFrom([]string{"event.a", "event.b", "event.c.d", "headers.h", "query.q", "source"}).Draw(t, "field")
		constant := rapid.SampledFrom([]string{`"x"`, `"y"`, `"zoho"`, "1", "2", "9007199254740993", "true", "false", "1.5", `"1"`})
		switch rapid.IntRange(0, 7).Draw(t, "shape") {
		case 0, 1:
			return field + " == " + constant.Draw(t, "constant")
		case 2:
			return constant.Draw(t, "constant") + " == " + field
		case 3:
			return fmt.Sprintf("%s in [%s, %s]", field, constant.Draw(t, "one"), constant.Draw(t, "two"))
		case 4:
			return field + " != " + constant.Draw(t, "constant")
		case 5:
			return field + " > 1"
		case 6:
			return "has(" + strings.Replace(field, "source", "event.s", 1) + ")"
		}
		return field + " not in [" + constant.Draw(t, "constant") + "]"
	})
}

func conditionGen(depth int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		shape := rapid.IntRange(0, 5).Draw(t, "shape")
		if depth == 0 || shape < 2 {
			return partGen().Draw(t, "part")
		}
		kid := conditionGen(depth - 1)
		switch shape {
		case 2, 3:
			return "(" + kid.Draw(t, "left") + ") and (" + kid.Draw(t, "right") + ")"
		case 4:
			return "(" + kid.Draw(t, "left") + ") || (" + kid.Draw(t, "right") + ")"
		}
		return "not (" + kid.Draw(t, "kid") + ")"
	})
}

func eventGen() *rapid.Generator[map[string]any] {
	return rapid.Custom(func(t *rapid.T) map[string]any {
		value := func() any {
			return rapid.SampledFrom([]any{"x", "y", "1", 1, 2, 9007199254740993, 9007199254740992.0, 1.0, 1.5, true, false, nil, []any{}, map[string]any{"d": "x"}}).Draw(t, "value")
		}
		fields := make(map[string]any)
		for _, name := range []string{"a", "b", "c"} {
			if rapid.Bool().Draw(t, "there") {
				fields[name] = value()
			}
		}
		if rapid.Bool().Draw(t, "nested") {
			fields["c"] = map[string]any{"d": value()}
		}
		return fields
	})
}

// Neither the index nor the other rules of the file change a decision: Explain, which looks
// at every rule, agrees with Decide.
func TestIndexAgreesWithPlainEvaluation(outer *testing.T) {
	rapid.Check(outer, func(t *rapid.T) {
		var file strings.Builder
		file.WriteString("version: 1\nsources: {zoho: {verify: token}}\nrules:\n")
		n := 0
		for _, when := range rapid.SliceOfN(conditionGen(3), 1, 12).Draw(t, "conditions") {
			if set, _ := rules.Load([]byte(oneRule(when))); set == nil {
				continue // always false
			}
			n++
			fmt.Fprintf(&file, "  - {name: r%d, on: zoho, when: %s, record: {module: Deals, id: '1'}, remove: [x]}\n", n, strconv.Quote(when))
		}
		if n == 0 {
			return
		}
		set, faults := rules.Load([]byte(file.String()))
		if set == nil {
			t.Fatalf("Load: %v\n%s", faults, file.String())
		}
		ev := anEvent(outer, "{}")
		ev.Fields = eventGen().Draw(t, "event")
		if rapid.Bool().Draw(t, "headers") {
			ev.Headers["h"] = rapid.SampledFrom([]string{"x", "1"}).Draw(t, "header")
		}
		d := set.Decide(ev)
		var fired, indexed []string
		var reported []rules.RuleError
		for _, c := range d.Candidates {
			indexed = append(indexed, c.Rule)
		}
		for _, e := range set.Explain(ev) {
			if e.Candidate != nil {
				fired = append(fired, e.Rule)
			}
			if e.Err != nil {
				reported = append(reported, *e.Err)
			}
		}
		if diff := cmp.Diff(fired, indexed); diff != "" {
			t.Fatalf("rules that fire, plain and indexed:\n%s\n%s\n%v", diff, file.String(), ev.Fields)
		}
		if diff := cmp.Diff(reported, d.Errors); diff != "" {
			t.Fatalf("rules reported, plain and indexed:\n%s\n%s\n%v", diff, file.String(), ev.Fields)
		}
	})
}

func TestRuledOutRulesAllocateNothing(t *testing.T) {
	allocs := func(n int) float64 {
		set := load(t, manyRules(n))
		ev := anEvent(t, openDeal)
		set.Decide(ev)
		return testing.AllocsPerRun(50, func() { set.Decide(ev) })
	}
	if few, many := allocs(10), allocs(5000); many > few+1 {
		t.Errorf("Decide with 5,000 rules allocates %v times, with the 10 that fire %v", many, few)
	}
}
