package aws_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestMetricsAreInTheLog: with a namespace, and only then.
func TestMetricsAreInTheLog(t *testing.T) {
	c := newCloud(t)
	zoho, webhooks := c.zohoSecret(t), c.webhookSecret(t)
	for namespace, want := range map[string]map[string]any{
		"": nil,
		"untag/test": {
			"Received": 1.0, "Removed": 1.0, "Refused": 1.0, "Refused by Reason unverified": 1.0, "Matched by Rule deal-closed": 1.0,
			"ZohoCalls": 1.0, "RecordsPerCall": []any{1.0}, "TokenMints": 1.0,
		},
	} {
		f := c.start(t, map[string]string{"ZOHO_SECRET_ID": zoho, "WEBHOOK_SECRET_ID": webhooks, "METRICS_NAMESPACE": namespace})
		var got response
		invoke(t, f, webhook("a-wrong-token"), &got)
		invoke(t, f, webhook("an-old-token"), &got)
		seen := make(map[string]any)
		for text := range strings.Lines(f.Output()) {
			if !strings.Contains(text, `"_aws"`) {
				continue
			}
			var line map[string]any
			if err := json.Unmarshal([]byte(text), &line); err != nil {
				t.Fatalf("%v: %s", err, text)
			}
			by := ""
			for _, dimension := range []string{"Reason", "Rule", "Code"} {
				if value, has := line[dimension].(string); has {
					by = " by " + dimension + " " + value
					delete(line, dimension)
				}
			}
			delete(line, "_aws")
			for name, value := range line {
				seen[name+by] = value
			}
			for _, secret := range []string{deal, "an-old-token", "Closed Won", "In progress"} {
				if strings.Contains(text, secret) {
					t.Errorf("a line of metrics has %q: %s", secret, text)
				}
			}
		}
		if ages, _ := seen["EventAge"].([]any); want != nil && len(ages) != 1 {
			t.Errorf("ages %v, want one", ages)
		}
		delete(seen, "EventAge")
		wanted, _ := json.Marshal(want)
		if found, _ := json.Marshal(seen); len(want)+len(seen) > 0 && string(found) != string(wanted) {
			t.Errorf("namespace %q: %s, want %s\n%s", namespace, found, wanted, f.Output())
		}
	}
}
