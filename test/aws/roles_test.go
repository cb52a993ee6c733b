package aws_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/go-cmp/cmp"

	"untag/internal/awsenv"
	"untag/internal/awstest"
	"untag/internal/sandbox"
)

// byLambda is what Lambda itself does with a function's role, and moto cannot show: it writes
// the log, and looks at the queue before it receives from it.
var byLambda = []string{
	"logs:CreateLogStream RemoveTagsLogs", "logs:PutLogEvents RemoveTagsLogs", "logs:CreateLogStream WorkerLogs", "logs:PutLogEvents WorkerLogs",
	"sqs:GetQueueAttributes EventQueue",
}

// watched is between a function and moto, and notes the calls that the function makes as IAM
// calls them.
type watched struct {
	*httptest.Server
	names map[string]string

	mu    sync.Mutex
	calls map[string]bool
}

// watch returns a watched that knows secrets, queues and objects by the names that the
// template has for them.
func (c *cloud) watch(t *testing.T, names map[string]string) *watched {
	t.Helper()
	target, err := url.Parse(c.endpoint)
	if err != nil {
		t.Fatal(err)
	}
	w := &watched{names: names, calls: make(map[string]bool)}
	proxy := httputil.NewSingleHostReverseProxy(target)
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(bytes.NewReader(body))
		w.note(r, body)
		proxy.ServeHTTP(rw, r)
	}))
	t.Cleanup(w.Close)
	return w
}

func (w *watched) note(r *http.Request, body []byte) {
	service, operation, isJSON := strings.Cut(r.Header.Get("X-Amz-Target"), ".")
	var about struct{ SecretId, QueueUrl string }
	_ = json.Unmarshal(body, &about)
	call := map[string]string{"secretsmanager": "secretsmanager:", "AmazonSQS": "sqs:"}[service] + strings.TrimSuffix(operation, "Batch")
	if !isJSON {
		call = map[string]string{"GET": "s3:GetObject", "PUT": "s3:PutObject"}[r.Method]
		about.SecretId = r.URL.Path
	}
	resource := about.SecretId + nameOf(about.QueueUrl)
	if name, known := w.names[resource]; known {
		resource = name
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.calls[call+" "+resource] = true
}

func (w *watched) made() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return slices.Sorted(maps.Keys(w.calls))
}

func nameOf(queue string) string { return queue[strings.LastIndexByte(queue, '/')+1:] }

// allowed returns what a role of the template allows, without what Lambda does.
func allowed(t *testing.T, role string, parameters map[string]string) []string {
	t.Helper()
	template, err := awstest.ReadTemplate("../../template.yaml", parameters)
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(template.Allowed(role), func(pair string) bool { return slices.Contains(byLambda, pair) })
}

func TestARoleAllowsWhatTheFunctionCallsAtOnce(t *testing.T) {
	c := newCloud(t)
	webhooks, zoho, token := c.webhookSecret(t), c.zohoSecret(t), c.secret(t, "token", "{}")
	w := c.watch(t, map[string]string{webhooks: "WebhookSecret", zoho: "ZohoSecret", token: "ZohoTokenSecret"})
	f := c.start(t, map[string]string{"AWS_ENDPOINT_URL": w.URL, "WEBHOOK_SECRET_ID": webhooks, "ZOHO_SECRET_ID": zoho, "ZOHO_TOKEN_SECRET_ID": token})
	var got response
	invoke(t, f, webhook("a-new-token"), &got)
	if got.StatusCode != 200 {
		t.Fatalf("answer %+v\n%s", got, f.Output())
	}
	if diff := cmp.Diff(allowed(t, "RemoveTagsRole", nil), w.made()); diff != "" {
		t.Errorf("what the role allows (-) and what the function called (+):\n%s", diff)
	}
}

// manyRules act on a list of records, so that an event takes several calls.
const manyRules = `version: 1
sources: {zoho: {verify: token}}
rules:
  - name: many
    on: zoho
    when: true
    record: {module: Deals, id: event.ids}
    remove: [In progress]
`

// withStubborn gives the cloud a Zoho with records of which one can never be changed, so that
// events are done only in part. It returns the ids of the records; the last is that one.
func (c *cloud) withStubborn(t *testing.T, n int) (ids []string) {
	t.Helper()
	var text strings.Builder
	text.WriteString("Deals:\n")
	for i := range n {
		ids = append(ids, fmt.Sprint(5725767000000600000+i))
		fmt.Fprintf(&text, "  - {id: %q, Tag: [In progress]}\n", ids[i])
	}
	records, err := sandbox.ParseRecords([]byte(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	c.crm = sandbox.New(sandbox.Config{Records: records})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.String(), ids[n-1]) {
			w.WriteHeader(http.StatusServiceUnavailable)
			return
		}
		c.crm.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	c.zoho = server.URL
	return ids
}

func TestTheRolesAllowWhatTheFunctionsCallThroughAQueue(t *testing.T) {
	c := newCloud(t)
	rules := filepath.Join(t.TempDir(), "rules.yaml")
	if err := os.WriteFile(rules, []byte(manyRules), 0o600); err != nil {
		t.Fatal(err)
	}
	ids := c.withStubborn(t, 150)
	webhooks, zoho, token := c.webhookSecret(t), c.zohoSecret(t), c.secret(t, "token", "{}")
	queue, dead := c.queue(t, "events"), c.queue(t, "dead")
	names := map[string]string{webhooks: "WebhookSecret", zoho: "ZohoSecret", token: "ZohoTokenSecret", nameOf(queue): "EventQueue", nameOf(dead): "DeadLetterQueue"}
	stores := c.watch(t, names)
	receiving := c.start(t, map[string]string{"AWS_ENDPOINT_URL": stores.URL, "RULES_FILE": rules, "WEBHOOK_SECRET_ID": webhooks, "QUEUE_URL": queue})
	acts := c.watch(t, names)
	worker := c.start(t, map[string]string{
		"AWS_ENDPOINT_URL": acts.URL, "RULES_FILE": rules, "ZOHO_SECRET_ID": zoho, "ZOHO_TOKEN_SECRET_ID": token,
		"DEAD_LETTER_QUEUE_URL": dead, "EVENT_QUEUE_ARN": arnOf(queue),
	})
	lambda := *c // receives and deletes with the role of the worker
	config, err := awsenv.Config(environment(acts.URL))
	if err != nil {
		t.Fatal(err)
	}
	lambda.queues = sqs.NewFromConfig(config, func(o *sqs.Options) { o.BaseEndpoint = &acts.URL })

	for _, body := range []map[string]any{
		{"ids": ids[:1]},   // done and deleted
		{"ids": ids},       // done in part
		{},                 // becomes a dead letter
		{"ids": ids[149:]}, // waits
	} {
		request := webhook("a-new-token")
		text, _ := json.Marshal(body)
		request["body"] = string(text)
		var got response
		if invoke(t, receiving, request, &got); got.StatusCode != 202 {
			t.Fatalf("answer %+v\n%s", got, receiving.Output())
		}
		lambda.pump(t, worker, queue)
	}
	queued := map[string]string{"Delivery": "Queued"}
	if diff := cmp.Diff(allowed(t, "RemoveTagsRole", queued), stores.made()); diff != "" {
		t.Errorf("receiving: what the role allows (-) and what the function called (+):\n%s", diff)
	}
	if diff := cmp.Diff(allowed(t, "WorkerRole", queued), acts.made()); diff != "" {
		t.Errorf("acting: what the role allows (-) and what the function called (+):\n%s", diff)
	}
}

// TestTheRolesAllowReadingTheRulesInS3: one object, and nothing else of its bucket.
func TestTheRolesAllowReadingTheRulesInS3(t *testing.T) {
	c := newCloud(t)
	bucket := "untag-rules-of-roles"
	for _, put := range [][2]string{{"/" + bucket, ""}, {"/" + bucket + "/prod/rules.yaml", manyRules}} {
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPut, c.endpoint+put[0], strings.NewReader(put[1]))
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(request)
		if err != nil || answer.StatusCode != http.StatusOK {
			t.Fatalf("PUT %s: %v %v", put[0], answer, err)
		}
		_ = answer.Body.Close()
	}
	ids := c.withStubborn(t, 2)
	webhooks, zoho, token := c.webhookSecret(t), c.zohoSecret(t), c.secret(t, "token", "{}")
	w := c.watch(t, map[string]string{
		webhooks: "WebhookSecret", zoho: "ZohoSecret", token: "ZohoTokenSecret",
		"/" + bucket + "/prod/rules.yaml": "arn:aws:s3:::" + bucket + "/prod/rules.yaml",
	})
	rules := "s3://" + bucket + "/prod/rules.yaml"
	f := c.start(t, map[string]string{
		"AWS_ENDPOINT_URL": w.URL, "RULES_URL": rules, "WEBHOOK_SECRET_ID": webhooks, "ZOHO_SECRET_ID": zoho, "ZOHO_TOKEN_SECRET_ID": token,
	})
	request := webhook("a-new-token")
	request["body"] = `{"ids":["` + ids[0] + `"]}`
	var got response
	if invoke(t, f, request, &got); got.StatusCode != 200 {
		t.Fatalf("answer %+v\n%s", got, f.Output())
	}
	if diff := cmp.Diff(allowed(t, "RemoveTagsRole", map[string]string{"RulesUrl": rules}), w.made()); diff != "" {
		t.Errorf("what the role allows (-) and what the function called (+):\n%s", diff)
	}
}
