package terminal

import (
	"testing"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{"In progress": "In progress", "é ✓": "é ✓", "\x1b[2J": `\x1b[2J`, "a\nb": `a\nb`, "\u202e": `\u202e`, "\xff": `\xff`, "a\n\"\\": `a\n"\`} {
		if got := Clean(in); got != want {
			t.Errorf("clean(%q) = %q, want %q", in, got, want)
		}
	}
}
