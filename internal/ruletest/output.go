package ruletest

import (
	"fmt"
	"io"
	"strings"

	"untag/internal/terminal"
)

func printResults(w io.Writer, results []result) error {
	failed := 0
	for _, r := range results {
		if r.failure == "" {
			continue
		}
		failed++
		fmt.Fprintf(w, "FAIL %s: %s\n%s\n", terminal.Clean(r.file), terminal.Clean(r.name), indented(r.failure, 4))
	}
	fmt.Fprintf(w, "%d passed, %d failed\n", len(results)-failed, failed)
	if failed > 0 {
		return terminal.AnswerIsNo("")
	}
	return nil
}

func indented(s string, by int) string {
	var out strings.Builder
	for line := range strings.Lines(s) {
		out.WriteString(strings.Repeat(" ", by) + line)
	}
	return out.String()
}
