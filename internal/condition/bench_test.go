package condition_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"untag/internal/condition"
	"untag/internal/jsonvalue"
)

// oneKiB returns a JSON event of about 1 KiB, as a CRM sends it.
func oneKiB() []byte {
	event := map[string]any{"module": "Module7", "id": "5725767000000524157", "Stage": "Closed Won", "Amount": 12500}
	for i := range 16 {
		event[fmt.Sprintf("Field_%02d", i)] = strings.Repeat("value ", 6)
	}
	event["Owner"] = map[string]any{"id": 5725767000000524001, "name": "Ada", "active": true, "teams": []any{"North", "South"}}
	text, _ := json.Marshal(event)
	return text
}

func conditions(t testing.TB, texts ...string) []*condition.Condition {
	t.Helper()
	var list []*condition.Condition
	for _, text := range texts {
		c, err := condition.ParseCondition(text)
		if err != nil {
			t.Fatalf("ParseCondition(%s): %v", text, err)
		}
		list = append(list, c)
	}
	return list
}

// BenchmarkDecide20 evaluates twenty conditions for an event of 1 KiB.
func BenchmarkDecide20(b *testing.B) {
	var texts []string
	for i := range 20 {
		texts = append(texts, fmt.Sprintf(`event.module == "Module%d" && event.Stage in ["Closed Won", "Closed Lost"] && event.Amount > %d`, i, i))
	}
	list := conditions(b, texts...)
	scope := scopeOf(b, string(oneKiB()))
	b.ReportAllocs()
	for b.Loop() {
		r := condition.NewRun(scope, condition.Work, nil)
		for i, c := range list {
			if truth, _ := c.Holds(r); (truth == condition.True) != (i == 7) {
				b.Fatal(i, truth)
			}
		}
	}
}

func BenchmarkHolds(b *testing.B) {
	for name, when := range map[string]string{
		"membership": `event.text == "abc" && event.one in [1, 2]`,
		"operators":  `event.one + 1 == 2 && event.text != "x"`,
		"predicate":  `any(event.items, .n == 2)`,
		"missing":    `event.gone == "x"`,
		"call":       `lower(event.text) == "abc"`,
	} {
		b.Run(name, func(b *testing.B) {
			c, scope := conditions(b, when)[0], scopeOf(b, theEvent)
			b.ReportAllocs()
			for b.Loop() {
				c.Holds(condition.NewRun(scope, condition.Work, nil))
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := condition.ParseCondition(`event.module == "Deals" && any(event.items, .n > 1) && lower(event.owner) != "x" && event.Stage in ["Stage 0", "Stage 0 again"]`); err != nil {
			b.Fatal(err)
		}
	}
}

func scopeOf(t testing.TB, event string) condition.Scope {
	t.Helper()
	v, err := jsonvalue.Decode([]byte(event))
	if err != nil {
		t.Fatal(err)
	}
	return condition.Scope{
		Event: v.(map[string]any), Headers: map[string]string{"x-kind": "deal"}, Query: map[string]any{"q": "1"},
		Source: "zoho", Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC),
	}
}
