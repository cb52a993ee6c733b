package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestQueuesThatCannotServe: such queues would refuse every event, or return it forever.
func TestQueuesThatCannotServe(t *testing.T) {
	for name, tt := range map[string]struct{ queue, dead, want string }{
		"fifo":              {"https://sqs/1/events.fifo", "", "QUEUE_URL: a FIFO queue"},
		"fifo dead letters": {"", "https://sqs/1/dead.fifo", "DEAD_LETTER_QUEUE_URL: a FIFO queue"},
		"one for both":      {"https://sqs/1/events", "https://sqs/1/events", "the same as QUEUE_URL"},
		"two":               {"https://sqs/1/events", "https://sqs/1/dead", ""},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{
				"ZOHO_SECRET_ID": "untag/zoho", "RULES_FILE": "../../test/starter/rules.yaml", "QUEUE_URL": tt.queue, "DEAD_LETTER_QUEUE_URL": tt.dead,
			}
			_, err := readConfig(func(name string) string { return env[name] }, nil)
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("readConfig = %v, want %q", err, tt.want)
			}
		})
	}
}

// TestEventQueueARN: with a wrong ARN, the function would refuse every batch, hours after
// the deployment.
func TestEventQueueARN(t *testing.T) {
	const none, fifo = "EVENT_QUEUE_ARN: not the ARN of an SQS queue", "EVENT_QUEUE_ARN: a FIFO queue"
	for arn, want := range map[string]string{
		"": "",
		"arn:aws:sqs:eu-central-1:123456789012:untag-EventQueue-1A2b_C":    "",
		"arn:aws-cn:sqs:cn-north-1:123456789012:events":                    "",
		"arn:aws-us-gov:sqs:us-gov-west-1:123456789012:events":             "",
		"arn:aws:sqs:eu-central-1:123456789012:" + strings.Repeat("x", 80): "",
		"arn:aws:sqs:eu-central-1:123456789012:events.fifo":                fifo,
		"https://sqs.eu-central-1.amazonaws.com/123456789012/events":       none,
		"EventQueue": none,
		" ":          none,
		"arn:aws:sqs:eu-central-1:123456789012:events ":                      none,
		" arn:aws:sqs:eu-central-1:123456789012:events":                      none,
		"arn:aws:sqs:eu-central-1:123456789012:":                             none,
		"arn:aws:sqs:eu-central-1:123456789012:a b":                          none,
		"arn:aws:sqs:eu-central-1:123456789012:a:b":                          none,
		"arn:aws:sqs:eu-central-1:123456789012:*":                            none,
		"arn:aws:sqs:eu-central-1:12345678901:events":                        none,
		"arn:aws:sqs::123456789012:events":                                   none,
		"arn:aws:sns:eu-central-1:123456789012:events":                       none,
		"arn:gcp:sqs:eu-central-1:123456789012:events":                       none,
		"ARN:AWS:SQS:EU-CENTRAL-1:123456789012:events":                       none,
		"arn:aws:sqs:eu-central-1:123456789012:" + strings.Repeat("x", 81):   none,
		"arn:aws:lambda:eu-central-1:123456789012:function:untag-Worker-123": none,
	} {
		env := map[string]string{"ZOHO_SECRET_ID": "untag/zoho", "RULES_FILE": "../../test/starter/rules.yaml", "EVENT_QUEUE_ARN": arn}
		_, err := readConfig(func(name string) string { return env[name] }, nil)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("EVENT_QUEUE_ARN=%q: %v, want %q", arn, err, want)
		}
	}
}

func TestZohoEnvironment(t *testing.T) {
	for value, want := range map[string]string{
		"": "", "production": "", "sandbox": "", "Developer": "",
		"prod": `ZOHO_ENVIRONMENT: "prod" is not an environment of Zoho's; use production, sandbox or developer`,
		" ":    "ZOHO_ENVIRONMENT: the value is not an environment",
	} {
		env := map[string]string{"ZOHO_SECRET_ID": "untag/zoho", "RULES_FILE": "../../test/starter/rules.yaml", "ZOHO_ENVIRONMENT": value}
		_, err := readConfig(func(name string) string { return env[name] }, nil)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("ZOHO_ENVIRONMENT=%q: %v, want %q", value, err, want)
		}
	}
}

// TestActivitiesInLaterVersions: a module that the version does not have is reported before
// the first event.
func TestActivitiesInLaterVersions(t *testing.T) {
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte(`version: 1
sources: {zoho: {verify: token}}
rules:
  - {name: r, on: zoho, when: event.go, record: {module: Activities, id: event.id}, remove: [In progress]}
  - {name: off, on: zoho, when: event.go, record: {module: Activities, id: event.id}, remove: [In progress], disabled: true}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	for version, want := range map[string]string{
		"": "", "v2": "", "v2.1": "", "v3": "rules.yaml:4:58: v3 of Zoho's API does not have the module Activities", "v8": "v8 of Zoho's API does not have",
		"v9": `ZOHO_API_VERSION: "v9" is not a version of Zoho's API`,
	} {
		env := map[string]string{"ZOHO_SECRET_ID": "untag/zoho", "RULES_FILE": file, "ZOHO_API_VERSION": version}
		_, err := readConfig(func(name string) string { return env[name] }, nil)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) || err != nil && strings.Count(err.Error(), "\n") > 0 {
			t.Errorf("%s: readConfig = %v, want %q", version, err, want)
		}
	}
}
