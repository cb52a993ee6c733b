package ruletest

import (
	"fmt"
	"io"

	"untag/internal/terminal"
)

func printCoverage(w io.Writer, f *testFile, c covered) {
	fmt.Fprintf(w, "\ncoverage of the rules in %s\n", terminal.Clean(f.name))
	events := make(map[string]int)
	for source, n := range c.events {
		for _, rule := range f.set.NamesOn(source) {
			events[rule] += n
		}
	}
	missing := 0
	for _, rule := range f.set.Names() {
		gap := ""
		switch fired := c.fired[rule]; {
		case events[rule] == 0:
			gap = "no test has an event of its source"
		case fired == 0:
			gap = "no test fires it"
		case fired == events[rule]:
			gap = "it fires in every test"
		default:
			continue
		}
		fmt.Fprintf(w, "  %s: %s\n", terminal.Clean(rule), gap)
		missing++
	}
	fmt.Fprintf(w, "  %d of %d rules are tested both ways\n", len(f.set.Names())-missing, len(f.set.Names()))
}
