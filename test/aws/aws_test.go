// Package aws_test drives the built Lambda binary against moto's Secrets Manager and
// SQS over HTTP. `make test-aws` starts what it needs.
package aws_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"untag/internal/awsenv"
	"untag/internal/lambdatest"
	"untag/internal/sandbox"
)

const deal = "5725767000000524157"

// cloud is moto, with a sandbox beside it.
type cloud struct {
	endpoint  string
	bootstrap string
	crm       *sandbox.Sandbox
	zoho      string
	secrets   *secretsmanager.Client
	queues    *sqs.Client
	prefix    string
}

func environment(endpoint string) func(string) string {
	return func(name string) string {
		return map[string]string{
			"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": endpoint,
		}[name]
	}
}

func newCloud(t *testing.T) *cloud {
	t.Helper()
	endpoint, bootstrap := os.Getenv("UNTAG_TEST_AWS_ENDPOINT"), os.Getenv("UNTAG_TEST_BOOTSTRAP")
	if endpoint == "" || bootstrap == "" {
		t.Skip("UNTAG_TEST_AWS_ENDPOINT is not set: `make test-aws` starts moto and runs this")
	}
	records, err := sandbox.ParseRecords([]byte(`Deals: [{id: "` + deal + `", Tag: [In progress, VIP]}]`))
	if err != nil {
		t.Fatal(err)
	}
	crm := sandbox.New(sandbox.Config{Records: records})
	server := httptest.NewServer(crm)
	t.Cleanup(server.Close)
	config, err := awsenv.Config(environment(endpoint))
	if err != nil {
		t.Fatal(err)
	}
	return &cloud{
		endpoint: endpoint, bootstrap: bootstrap, crm: crm, zoho: server.URL, prefix: "untag-" + strings.NewReplacer("/", "-", " ", "-").Replace(t.Name()),
		secrets: secretsmanager.NewFromConfig(config, func(o *secretsmanager.Options) { o.BaseEndpoint = &endpoint }),
		queues:  sqs.NewFromConfig(config, func(o *sqs.Options) { o.BaseEndpoint = &endpoint }),
	}
}

func (c *cloud) secret(t *testing.T, name, value string) string {
	t.Helper()
	in := &secretsmanager.CreateSecretInput{Name: aws.String(c.prefix + "-" + name)}
	if value != "" { // otherwise it has no version at all
		in.SecretString = &value
	}
	out, err := c.secrets.CreateSecret(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return *out.ARN
}

func (c *cloud) zohoSecret(t *testing.T) string { return c.zohoSecretNamed(t, "zoho") }

func (c *cloud) zohoSecretNamed(t *testing.T, name string) string {
	t.Helper()
	text, err := json.Marshal(c.crm.Credentials())
	if err != nil {
		t.Fatal(err)
	}
	return c.secret(t, name, string(text))
}

func (c *cloud) webhookSecret(t *testing.T) string {
	return c.secret(t, "webhooks", `{"zoho":["a-new-token","an-old-token"]}`)
}

func (c *cloud) queue(t *testing.T, name string) string {
	t.Helper()
	out, err := c.queues.CreateQueue(t.Context(), &sqs.CreateQueueInput{QueueName: aws.String(c.prefix + "-" + name)})
	if err != nil {
		t.Fatal(err)
	}
	return *out.QueueUrl
}

// start runs the binary with settings beside those that every function has.
func (c *cloud) start(t *testing.T, settings map[string]string) *lambdatest.Function {
	t.Helper()
	env := map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": c.endpoint,
		"ZOHO_API_URL": c.zoho, "ZOHO_ACCOUNTS_URL": c.zoho,
	}
	for name, value := range settings {
		env[name] = value
	}
	var list []string
	for name, value := range env {
		list = append(list, name+"="+value)
	}
	f, err := lambdatest.Start(c.bootstrap, list)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Stop)
	return f
}

type response struct {
	StatusCode int    `json:"statusCode"`
	Body       string `json:"body"`
}

func invoke(t *testing.T, f *lambdatest.Function, payload, out any) {
	t.Helper()
	text, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	answer, err := f.Invoke(ctx, text)
	if err != nil {
		t.Fatalf("Invoke(%s): %v\n%s", text, err, f.Output())
	}
	if err := json.Unmarshal(answer, out); err != nil {
		t.Fatalf("answer %s: %v", answer, err)
	}
}

func webhook(token string) map[string]any {
	return map[string]any{
		"version": "2.0", "rawPath": "/webhooks/zoho", "headers": map[string]string{"content-type": "application/json", "x-webhook-token": token},
		"body":           `{"module":"Deals","id":"` + deal + `","Stage":"Closed Won"}`,
		"requestContext": map[string]any{"stage": "$default", "http": map[string]string{"method": "POST", "path": "/webhooks/zoho"}},
	}
}

func TestAtOnce(t *testing.T) {
	c := newCloud(t)
	f := c.start(t, map[string]string{"ZOHO_SECRET_ID": c.zohoSecret(t), "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	var got response
	invoke(t, f, webhook("a-wrong-token"), &got)
	if got.StatusCode != 401 {
		t.Errorf("a wrong token: %+v, want 401", got)
	}
	invoke(t, f, webhook("an-old-token"), &got)
	if tags, _ := c.crm.Tags("Deals", deal); got.StatusCode != 200 || strings.Join(tags, " ") != "VIP" {
		t.Fatalf("answer %+v, tags %v, want 200 and VIP\n%s", got, tags, f.Output())
	}
	for _, secret := range []string{"an-old-token", "a-new-token", c.crm.Credentials().RefreshToken, "Closed Won"} {
		if strings.Contains(f.Output(), secret) {
			t.Errorf("the log has %q:\n%s", secret, f.Output())
		}
	}
}

func TestThroughTheQueue(t *testing.T) {
	c := newCloud(t)
	queue := c.queue(t, "events")
	receiving := c.start(t, map[string]string{"QUEUE_URL": queue, "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	var accepted response
	invoke(t, receiving, webhook("a-new-token"), &accepted)
	if accepted.StatusCode != 202 || !strings.Contains(accepted.Body, `"outcome":"queued"`) {
		t.Fatalf("answer %+v, want 202 and queued\n%s", accepted, receiving.Output())
	}
	out, err := c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &queue, MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	})
	if err != nil || len(out.Messages) != 1 {
		t.Fatalf("ReceiveMessage = %+v, %v, want one message", out, err)
	}
	if strings.Contains(*out.Messages[0].Body, "a-new-token") {
		t.Errorf("the message has the token: %s", *out.Messages[0].Body)
	}
	worker := c.start(t, map[string]string{"ZOHO_SECRET_ID": c.zohoSecret(t)})
	var batch struct {
		BatchItemFailures []any `json:"batchItemFailures"`
	}
	record := map[string]any{
		"messageId": *out.Messages[0].MessageId, "receiptHandle": *out.Messages[0].ReceiptHandle, "body": *out.Messages[0].Body,
		"eventSource": "aws:sqs", "attributes": out.Messages[0].Attributes,
	}
	invoke(t, worker, map[string]any{"Records": []any{record}}, &batch)
	if tags, _ := c.crm.Tags("Deals", deal); len(batch.BatchItemFailures) != 0 || strings.Join(tags, " ") != "VIP" {
		t.Errorf("batch %+v, tags %v, want no failure and VIP\n%s", batch, tags, worker.Output())
	}
}

func TestQueueGone(t *testing.T) {
	c := newCloud(t)
	f := c.start(t, map[string]string{"QUEUE_URL": c.endpoint + "/123456789012/gone", "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	var got response
	invoke(t, f, webhook("a-new-token"), &got)
	if got.StatusCode != 503 {
		t.Errorf("answer %+v, want 503", got)
	}
}

func TestMalformedSecrets(t *testing.T) {
	c := newCloud(t)
	f := c.start(t, map[string]string{
		"ZOHO_SECRET_ID": c.secret(t, "zoho", `{"client_id":"hush"`), "WEBHOOK_SECRET_ID": c.webhookSecret(t),
	})
	var got response
	invoke(t, f, webhook("a-new-token"), &got)
	if got.StatusCode < 500 || !strings.Contains(got.Body, `"outcome":"failed"`) || strings.Contains(got.Body+f.Output(), "hush") {
		t.Errorf("answer %+v, want a failure that names the secret and not its value\n%s", got, f.Output())
	}
}

func TestMissingSecrets(t *testing.T) {
	c := newCloud(t)
	for name, tt := range map[string]struct {
		settings map[string]string
		named    string
	}{
		"webhooks": {map[string]string{"ZOHO_SECRET_ID": c.zohoSecret(t), "WEBHOOK_SECRET_ID": "no-such-webhooks"}, "no-such-webhooks"},
		"zoho":     {map[string]string{"ZOHO_SECRET_ID": "no-such-credential", "WEBHOOK_SECRET_ID": c.webhookSecret(t)}, "no-such-credential"},
	} {
		t.Run(name, func(t *testing.T) {
			f := c.start(t, tt.settings)
			var got response
			invoke(t, f, webhook("a-new-token"), &got)
			if got.StatusCode < 500 || !strings.Contains(f.Output()+got.Body, tt.named) {
				t.Errorf("answer %+v, want a failure, and the log or answer to name %s\n%s", got, tt.named, f.Output())
			}
			if tags, _ := c.crm.Tags("Deals", deal); strings.Join(tags, " ") != "In progress VIP" {
				t.Errorf("tags %v, want both", tags)
			}
		})
	}
}

func TestConfigurationIsCheckedWhole(t *testing.T) {
	c := newCloud(t)
	file := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(file, []byte("version: 1\nsources: {zoho: {verifi: token}}\nrules: []\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	f := c.start(t, map[string]string{"RULES_FILE": file, "ZOHO_API_VERSION": "v9", "ZOHO_API_URL": "zoho", "LOG_LEVEL": "loud", "AWS_REGION": ""})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	code, err := f.Wait(ctx)
	if err != nil || code != 2 {
		t.Errorf("exit %d, %v, want 2", code, err)
	}
	for _, fault := range []string{"ZOHO_SECRET_ID", "ZOHO_API_VERSION", "ZOHO_API_URL", "LOG_LEVEL", "AWS_REGION", file + ":2:", "did you mean `verify`"} {
		if !strings.Contains(f.Output(), fault) {
			t.Errorf("the faults do not name %s:\n%s", fault, f.Output())
		}
	}
}

func TestOneTokenForManyProcesses(t *testing.T) {
	for name, stored := range map[string]string{"no token yet": "{}", "first deployment": "", "half written": `{"access_token":"hush`} {
		t.Run(name, func(t *testing.T) {
			c := newCloud(t)
			const processes = 50
			settings := map[string]string{
				"ZOHO_SECRET_ID": c.zohoSecret(t), "WEBHOOK_SECRET_ID": c.webhookSecret(t), "ZOHO_TOKEN_SECRET_ID": c.secret(t, "token", stored),
			}
			var functions []*lambdatest.Function
			for range processes {
				functions = append(functions, c.start(t, settings))
			}
			var wg sync.WaitGroup
			for _, f := range functions {
				wg.Go(func() {
					var got response
					invoke(t, f, webhook("a-new-token"), &got)
					if got.StatusCode != 200 {
						t.Errorf("answer %+v, want 200\n%s", got, f.Output())
					}
				})
			}
			wg.Wait()
			if n := c.crm.Requests().TokensMinted; n != 1 {
				t.Errorf("%d processes minted %d tokens, want 1", processes, n)
			}
		})
	}
}

func TestDeadLettersAndDelays(t *testing.T) {
	c := newCloud(t)
	queue, dead := c.queue(t, "events"), c.queue(t, "dead")
	receiving := c.start(t, map[string]string{"QUEUE_URL": queue, "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	var accepted response
	request := webhook("a-new-token")
	request["body"] = `{"module":"Deals","Stage":"Closed Won"}` // names no record
	invoke(t, receiving, request, &accepted)
	worker := c.start(t, map[string]string{"ZOHO_SECRET_ID": c.zohoSecret(t), "DEAD_LETTER_QUEUE_URL": dead})
	batch := c.pump(t, worker, queue)
	if len(batch.BatchItemFailures) != 0 {
		t.Errorf("failures %v, want none: the dead-letter queue has it", batch.BatchItemFailures)
	}
	out, err := c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &dead, MessageAttributeNames: []string{"All"}})
	if err != nil || len(out.Messages) != 1 || aws.ToString(out.Messages[0].MessageAttributes["code"].StringValue) != "RULE_ERROR" ||
		aws.ToString(out.Messages[0].MessageAttributes["rule"].StringValue) != "deal-closed" {
		t.Fatalf("dead letters = %+v, %v\n%s", out, err, worker.Output())
	}

	// Zoho is down: the message comes back later, not at once.
	invoke(t, receiving, webhook("a-new-token"), &accepted)
	down := c.start(t, map[string]string{"ZOHO_SECRET_ID": c.zohoSecretNamed(t, "zoho-2"), "ZOHO_API_URL": "http://127.0.0.1:9", "DEAD_LETTER_QUEUE_URL": dead})
	if batch = c.pump(t, down, queue); len(batch.BatchItemFailures) != 1 {
		t.Errorf("failures %v, want the one message\n%s", batch.BatchItemFailures, down.Output())
	}
	out, err = c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue})
	if err != nil || len(out.Messages) != 0 {
		t.Errorf("received %d messages, %v, want none for half a minute\n%s", len(out.Messages), err, down.Output())
	}
}

type batchResponse struct {
	BatchItemFailures []struct {
		ItemIdentifier string `json:"itemIdentifier"`
	} `json:"batchItemFailures"`
}

// pump does what Lambda does: it receives from a queue, invokes, and deletes what was
// not reported as failed.
func (c *cloud) pump(t *testing.T, f *lambdatest.Function, queue string) batchResponse {
	t.Helper()
	out, err := c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &queue, MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	})
	if err != nil || len(out.Messages) == 0 {
		t.Fatalf("ReceiveMessage = %+v, %v", out, err)
	}
	var records []any
	for _, m := range out.Messages {
		records = append(records, map[string]any{
			"messageId": *m.MessageId, "receiptHandle": *m.ReceiptHandle, "body": *m.Body, "eventSource": "aws:sqs", "attributes": m.Attributes,
			"eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:" + queue[strings.LastIndexByte(queue, '/')+1:],
		})
	}
	var batch batchResponse
	invoke(t, f, map[string]any{"Records": records}, &batch)
	failed := make(map[string]bool)
	for _, item := range batch.BatchItemFailures {
		failed[item.ItemIdentifier] = true
	}
	for _, m := range out.Messages {
		if !failed[*m.MessageId] {
			if _, err := c.queues.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: m.ReceiptHandle}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return batch
}

func TestOperatingTheDeadLetterQueue(t *testing.T) {
	c := newCloud(t)
	queue, dead := c.queue(t, "events"), c.queue(t, "dead")
	receiving := c.start(t, map[string]string{"QUEUE_URL": queue, "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	worker := c.start(t, map[string]string{"ZOHO_SECRET_ID": c.zohoSecret(t), "DEAD_LETTER_QUEUE_URL": dead})
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
