package aws_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestOperatingTheDeadLetterQueue(t *testing.T) {
	c := newCloud(t)
	queue, dead := c.queue(t, "events"), c.queue(t, "dead")
	receiving := c.start(t, map[string]string{"QUEUE_URL": queue, "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	worker := c.start(t, map[string]string{"ZOHO_SECRET_ID": c.zohoSecret(t), "DEAD_LETTER_QUEUE_URL": dead, "EVENT_QUEUE_ARN": arnOf(queue)})
	request := webhook("a-new-token")
	request["body"] = `{"module":"Deals","Stage":"Closed Won"}`
	var accepted response
	for range 2 {
		invoke(t, receiving, request, &accepted)
	}
	c.pump(t, worker, queue)
	binary := filepath.Join(t.TempDir(), "untag")
	if out, err := exec.Command("go", "build", "-o", binary, "untag/cmd/untag").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	untag := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(binary, args...)
		cmd.Env = append(os.Environ(), "AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test",
			"AWS_ENDPOINT_URL="+c.endpoint, "QUEUE_URL="+queue, "DEAD_LETTER_QUEUE_URL="+dead)
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("untag %v: %v\n%s", args, err, out)
		}
		return string(out)
	}
	lines := strings.Split(strings.TrimSpace(untag("dlq", "list", "--json")), "\n")
	var first struct{ ID, Code, Rule string }
	if err := json.Unmarshal([]byte(lines[0]), &first); err != nil || len(lines) != 2 || first.Code != "RULE_ERROR" || first.Rule != "deal-closed" {
		t.Fatalf("dlq list = %v, %v", lines, err)
	}
	if out := untag("dlq", "list"); !strings.Contains(out, "RULE_ERROR") || strings.Contains(out, "Closed Won") {
		t.Errorf("dlq list = %s", out)
	}
	file := filepath.Join(t.TempDir(), "event.json")
	if out := untag("dlq", "show", first.ID, "--output", file); !strings.Contains(out, "deal-closed") || strings.Contains(out, "Closed Won") {
		t.Errorf("dlq show = %s", out)
	}
	if out := untag("replay", file); out != "1 sent\n" {
		t.Errorf("replay = %s", out)
	}
	if out := untag("dlq", "redrive", "--rule", "another"); out != "0 sent again\n" {
		t.Errorf("redrive of another rule = %s", out)
	}
	if out := untag("dlq", "redrive", "--rule", "deal-closed"); out != "2 sent again\n" {
		t.Errorf("redrive = %s", out)
	}
	if out := untag("dlq", "list"); !strings.Contains(out, "empty") {
		t.Errorf("dlq list after the redrive = %s", out)
	}
}
