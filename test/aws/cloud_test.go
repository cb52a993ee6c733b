// Package aws_test drives the built Lambda binary against moto's Secrets Manager and
// SQS over HTTP. `make test-aws` starts what it needs.
package aws_test

import (
	"context"
	"encoding/json"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"untag/internal/awsenv"
	"untag/internal/awstest"
	"untag/internal/sandbox"
)

const deal = "5725767000000524157"

// cloud is moto, with a sandbox next to it.
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
	if value != "" { // without a value it has no version
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

// start runs the binary with these settings, in addition to those that every function has.
func (c *cloud) start(t *testing.T, settings map[string]string) *awstest.Function {
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
	f, err := awstest.StartFunction(c.bootstrap, list)
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

func invoke(t *testing.T, f *awstest.Function, payload, out any) {
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
