package ruletest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// BenchmarkLimitTest compares a test with 10,000 rules and one with ten.
func BenchmarkLimitTest(b *testing.B) {
	const most = 4.0
	perTest := func(n int) time.Duration {
		rules := "version: 1\nsources: {zoho: {verify: token}}\nrules:\n"
		for i := range n {
			rules += fmt.Sprintf("  - {name: r%d, on: zoho, when: event.n == %d, record: {module: Deals, id: event.id}, remove: [x]}\n", i, i)
		}
		folder := b.TempDir()
		tests := "rules: rules.yaml\ntests: [{name: a, source: zoho, event: {n: 7, id: '1'}, expect: {Deals: {'1': [x]}}}]\n"
		for name, text := range map[string]string{"rules.yaml": rules, "rules_test.yaml": tests} {
			if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
				b.Fatal(err)
			}
		}
		f, err := readTestFile(filepath.Join(folder, "rules_test.yaml"))
		if err != nil {
			b.Fatal(err)
		}
		least := time.Hour
		for range 50 {
			r, err := f.run(b.Context(), &f.tests[0], covered{make(map[string]int), make(map[string]int)})
			if err != nil || r.failure != "" {
				b.Fatal(err, r.failure)
			}
			least = min(least, r.took)
		}
		return least
	}
	for b.Loop() {
		ratio := float64(perTest(10_000)) / float64(perTest(10))
		b.ReportMetric(ratio, "ratio")
		if ratio > most {
			b.Fatalf("a test with 10,000 rules costs %.1f times as much as with ten, the limit is %.0f", ratio, most)
		}
	}
}
