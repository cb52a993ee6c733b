package terminal_test

import (
	"testing"

	"untag/internal/terminal"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{"In progress": "In progress", "é ✓": "é ✓", "\x1b[2J": `\x1b[2J`, "a\nb": `a\nb`, "\u202e": `\u202e`, "\xff": `\xff`, "a\n\"\\": `a\n"\`} {
		if got := terminal.Clean(in); got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
	}
}
