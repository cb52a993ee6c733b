package main

import (
	"strings"
	"testing"
)

// TestQueuesThatCannotServe: each would refuse, or send around, every event.
func TestQueuesThatCannotServe(t *testing.T) {
	for name, tt := range map[string]struct{ queue, dead, want string }{
		"fifo":              {"https://sqs/1/events.fifo", "", "QUEUE_URL: a FIFO queue"},
		"fifo dead letters": {"", "https://sqs/1/dead.fifo", "DEAD_LETTER_QUEUE_URL: a FIFO queue"},
		"one for both":      {"https://sqs/1/events", "https://sqs/1/events", "the same as QUEUE_URL"},
		"two":               {"https://sqs/1/events", "https://sqs/1/dead", ""},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{
				"ZOHO_SECRET_ID": "untag/zoho", "RULES_FILE": "../../rules.yaml", "QUEUE_URL": tt.queue, "DEAD_LETTER_QUEUE_URL": tt.dead,
			}
			_, err := readConfig(func(name string) string { return env[name] }, nil)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("readConfig = %v, want %q", err, tt.want)
			}
		})
	}
}
