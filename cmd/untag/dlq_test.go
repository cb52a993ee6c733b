package main

import (
	"strings"
	"testing"
)

// TestDLQUsedWrongly: SQS is not called, and the error says what is missing.
func TestDLQUsedWrongly(t *testing.T) {
	t.Setenv("QUEUE_URL", "")
	t.Setenv("DEAD_LETTER_QUEUE_URL", "")
	const dead = "--dead-letter-queue-url=http://127.0.0.1:9/1/dead"
	folder := folderWith(t, map[string]string{"foreign.json": `{"a":1}`})
	for line, want := range map[string]string{
		"dlq list":                                                        "DEAD_LETTER_QUEUE_URL",
		"dlq list --max 0 " + dead:                                        "--max 0",
		"dlq show id --max -1 " + dead:                                    "--max -1",
		"dlq list --max 99999999999 " + dead:                              "1 to 120000",
		"dlq redrive --queue-url http://q":                                "--all or --rule",
		"dlq redrive --all " + dead:                                       "QUEUE_URL",
		"dlq redrive --all --queue-url http://q":                          "DEAD_LETTER_QUEUE_URL",
		"dlq redrive --all --queue-url http://127.0.0.1:9/1/dead " + dead: "the dead-letter queue itself",
		"run --redrive":                                                   "add --dead-letters",
		"run --max 3":                                                     "add --dead-letters",
		"run --dead-letters":                                              "DEAD_LETTER_QUEUE_URL",
		"run --dead-letters --once " + dead:                               "--once: with --dead-letters nothing is delivered",
		"run --dead-letters --redrive " + dead:                            "QUEUE_URL",
		"run --dead-letters --rules none.yaml " + dead:                    "none.yaml",
		"replay foreign.json":                                             "QUEUE_URL",
		"replay foreign.json --queue-url http://q":                        "not a delivery that untag stored",
		"replay none.json --queue-url http://q":                           "none.json",
	} {
		if code, out := untag(t, folder, strings.Fields(line)...); code != 2 || !strings.Contains(out, want) {
			t.Errorf("untag %s: exit %d, want 2 and %q:\n%s", line, code, want, out)
		}
	}
}
