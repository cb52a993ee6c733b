package condition_test

import (
	"os"
	"strings"
	"testing"

	"untag/internal/condition"
)

// Two independently written evaluators agreed on the result of each of these random
// conditions for theEvent.
func TestAgreedOutcomes(t *testing.T) {
	data, err := os.ReadFile("testdata/agreed.tsv")
	if err != nil {
		t.Fatal(err)
	}
	scope := scopeOf(t, theEvent)
	scope.Headers["kind"] = "deal"
	scope.Event["mixed"] = []any{1, "a", nil, 1.5, true}
	compared := 0
	for line := range strings.Lines(string(data)) {
		want, when, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "\t")
		c := conditions(t, when)[0]
		if got, u := c.Holds(condition.NewRun(scope, condition.Work, nil)); got.String() != want {
			t.Errorf("%s: %v %v, want %s", when, got, u, want)
		}
		if got, _, _ := c.Trace(condition.NewRun(scope, condition.Work, nil)); got.String() != want {
			t.Errorf("%s: %v with a trace, want %s", when, got, want)
		}
		compared++
	}
	if compared < 2000 {
		t.Errorf("testdata/agreed.tsv has %d conditions, want 2000", compared)
	}
}
