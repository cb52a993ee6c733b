package rules_test

import (
	"os"
	"testing"

	"untag/internal/rules"
)

func BenchmarkLoadStarterRules(b *testing.B) {
	data, err := os.ReadFile("../../rules.yaml")
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if set, faults := rules.Load("rules.yaml", data); set == nil {
			b.Fatal(faults)
		}
	}
}
