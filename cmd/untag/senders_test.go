package main

import (
	"encoding/json"
	"regexp"
	"strings"
	"testing"

	"untag/internal/sender"
)

func TestSenders(t *testing.T) {
	code, out := untag(t, ".", "senders")
	for _, name := range sender.Names() {
		if code != 0 || !strings.Contains(out, "\n"+name+" ") {
			t.Errorf("exit %d, and %s is not listed:\n%s", code, name, out)
		}
	}
	code, out = untag(t, ".", "senders", "--json")
	var list []struct{ Name, Title, Signs, Covers, Store string }
	if err := json.Unmarshal([]byte(out), &list); code != 0 || err != nil || len(list) != len(sender.Names()) {
		t.Fatalf("exit %d, %v:\n%s", code, err, out)
	}
	for _, s := range list {
		if s.Title == "" || s.Signs == "" || s.Covers != "body" && s.Covers != "sender" || s.Store == "" {
			t.Errorf("%+v lacks something", s)
		}
	}
}

// TestASendersExample: what is shown to start from is a rules file without faults.
func TestASendersExample(t *testing.T) {
	for _, name := range sender.Names() {
		code, out := untag(t, ".", "senders", name)
		example := regexp.MustCompile(`(?s)\nversion: 1\n.*?\n\n`).FindString(out)
		if code != 0 || example == "" {
			t.Fatalf("exit %d:\n%s", code, out)
		}
		if code, out := untag(t, folderWith(t, map[string]string{"rules.yaml": example}), "check", "--strict"); code != 0 {
			t.Errorf("%s: exit %d:\n%s", name, code, out)
		}
	}
	if code, out := untag(t, ".", "senders", "Strpe"); code != 2 || !strings.Contains(out, "did you mean stripe?") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}
