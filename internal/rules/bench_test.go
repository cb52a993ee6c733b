package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"untag/internal/rules"
)

// manyRules is a file of rules that differ in the stage they wait for.
func manyRules(n int) string {
	var b strings.Builder
	b.WriteString("version: 1\nsources: {zoho: {verify: token}}\nrules:\n")
	for i := range n {
		fmt.Fprintf(&b, `  - name: rule-%d
    about: When a deal reaches this stage, it is no longer in progress.
    on: zoho
    when: event.module == "Deals" && event.Stage in ["Stage %d", "Stage %d again"]
    record: {module: Deals, id: event.id}
    remove: [In progress]
`, i, i/10, i/10)
	}
	return b.String()
}

const openDeal = `{"module": "Deals", "id": "5725767000000524157", "Stage": "Stage 0", "Amount": 1200}`

func BenchmarkLoad1000(b *testing.B) {
	data := []byte(manyRules(1000))
	b.ReportAllocs()
	for b.Loop() {
		if set, faults := rules.Load("rules.yaml", data); set == nil {
			b.Fatal(faults)
		}
	}
}

func BenchmarkOpen1000(b *testing.B) {
	data := []byte(manyRules(1000))
	b.ReportAllocs()
	for b.Loop() {
		if set, faults := rules.Open("rules.yaml", data); set == nil {
			b.Fatal(faults)
		}
	}
}

func BenchmarkDecide(b *testing.B) {
	for _, n := range []int{10, 20, 10_000} {
		b.Run(fmt.Sprintf("%d-rules", n), func(b *testing.B) {
			set := load(b, manyRules(n))
			ev := anEvent(b, openDeal)
			if got := len(set.Decide(ev).Candidates); got != 10 {
				b.Fatalf("Decide: %d candidates, want 10", got)
			}
			b.ReportAllocs()
			for b.Loop() {
				set.Decide(ev)
			}
		})
	}
}

// BenchmarkLoadMixed1000 is a file whose conditions all need programs of their own.
func BenchmarkLoadMixed1000(b *testing.B) {
	data := []byte(strings.ReplaceAll(manyRules(1000), ` && event.Stage`, ` && any(event.items, .n > 1) && lower(event.owner) != "x" && event.Stage`))
	b.Run("Load", func(b *testing.B) {
		for b.Loop() {
			if set, faults := rules.Load("rules.yaml", data); set == nil {
				b.Fatal(faults)
			}
		}
	})
	b.Run("Open", func(b *testing.B) {
		for b.Loop() {
			if set, faults := rules.Open("rules.yaml", data); set == nil {
				b.Fatal(faults)
			}
		}
	})
}

func BenchmarkCondition(b *testing.B) {
	for name, when := range map[string]string{
		"membership": `event.text == "abc" && event.one in [1, 2]`,
		"operators":  `event.one + 1 == 2 && event.text != "x"`,
		"predicate":  `any(event.items, .n == 2)`,
	} {
		b.Run(name, func(b *testing.B) {
			set := load(b, oneRule(when))
			ev := anEvent(b, theEvent)
			b.ReportAllocs()
			for b.Loop() {
				set.Decide(ev)
			}
		})
	}
}
