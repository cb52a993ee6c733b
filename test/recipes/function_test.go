package recipes_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/send"
	"untag/internal/webhook"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

const secret = "c29tZSBzZWNyZXQgb2YgdGhlIHRlc3Rz"

// secrets are those of one source.
type secrets map[string][]string

func (s secrets) WebhookSecrets(_ context.Context, source string) ([]string, error) {
	return s[source], nil
}

// function is untag with the rules and the records of a recipe.
type function struct {
	*handler.Handler
	crm *sandbox.Sandbox
}

// newFunction returns a function that acts at once on what it verifies. change may make it
// another one.
func newFunction(t *testing.T, name string, r recipe, change ...func(*handler.Config)) function {
	t.Helper()
	set, findings := rules.Load(read(t, name, "rules.yaml"))
	if set == nil {
		t.Fatal(findings)
	}
	records, err := sandbox.ParseRecords(read(t, name, "records.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	crm := sandbox.New(sandbox.Config{Records: records})
	server := httptest.NewServer(crm)
	t.Cleanup(server.Close)
	credentials := zohoauth.Credentials(crm.Credentials())
	client, err := zoho.New(zoho.Config{APIURL: server.URL, Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
		AccountsURL: server.URL,
		Credentials: func(context.Context) (zohoauth.Credentials, error) { return credentials, nil },
	}))})
	if err != nil {
		t.Fatal(err)
	}
	c := handler.Config{
		Rules:    set,
		Receiver: webhook.New(webhook.Config{Sources: set.Sources(), Secrets: secrets{r.source: {r.stored}}, HTTP: r.client}),
		Pipeline: pipeline.New(pipeline.Config{Rules: set, CRM: client}),
		Log:      slog.New(slog.DiscardHandler),
	}
	for _, f := range change {
		f(&c)
	}
	return function{crm: crm, Handler: handler.New(c)}
}

// stored are the deliveries of a queue.
type stored struct {
	mu   sync.Mutex
	list []event.Delivery
}

func (s *stored) Send(_ context.Context, d event.Delivery) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.list = append(s.list, d)
	return nil
}

const queueARN = "arn:aws:sqs:eu-central-1:123456789012:untag-events"

// batch returns the deliveries as Lambda passes them to the worker.
func (s *stored) batch(t *testing.T) events.SQSEvent {
	t.Helper()
	var batch events.SQSEvent
	for i, d := range s.list {
		text, err := queue.Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		batch.Records = append(batch.Records, events.SQSMessage{
			MessageId: strconv.Itoa(i), Body: text, EventSource: "aws:sqs", EventSourceARN: queueARN,
			Attributes: map[string]string{"ApproximateReceiveCount": "1"},
		})
	}
	return batch
}

// removed returns the tags that were removed, by module and record.
func (f function) removed() map[string]map[string][]string {
	all := make(map[string]map[string][]string)
	for _, entry := range f.crm.Journal() {
		if all[entry.Module] == nil {
			all[entry.Module] = make(map[string][]string)
		}
		all[entry.Module][entry.ID] = append(all[entry.Module][entry.ID], entry.Tags...)
	}
	return all
}

// request is an HTTP request to a source.
type request struct {
	method, source, query string
	header                http.Header
	body                  []byte
}

// request returns the request of a recipe, as its sender makes it.
func (r recipe) request(t *testing.T, name string) request {
	t.Helper()
	fill := func(text string) string { return strings.ReplaceAll(text, "SECRET", secret) }
	one := request{method: "POST", source: r.source, query: fill(r.query), header: make(http.Header), body: []byte(fill(string(read(t, name, r.body))))}
	switch {
	case r.token != nil:
		name, value := r.token(t)
		one.header.Set(name, value)
		one.header.Set("Content-Type", "application/json")
	case r.as != "":
		signed, err := send.Delivery{
			As: r.as, Secret: r.signing, URL: "https://hooks.example.com/webhooks/" + r.source, File: r.body,
			Body: one.body, ID: "delivery-1", At: time.Now(),
		}.Request(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		one.header = signed.Header
	}
	for name, value := range r.headers {
		one.header.Set(name, fill(value))
	}
	return one
}

// alterations returns the request of a recipe with one byte changed, by what was changed: each
// signature, and the body that it covers, or else the secret that the request carries.
func (r recipe) alterations(t *testing.T, name string) map[string]request {
	t.Helper()
	all := make(map[string]request)
	good := r.request(t, name)
	if r.as == "" {
		wrong := altered(secret)
		replaced := func(text string) string { return strings.ReplaceAll(text, secret, wrong) }
		one := request{good.method, good.source, replaced(good.query), make(http.Header), []byte(replaced(string(good.body)))}
		for name, values := range good.header {
			one.header.Set(name, replaced(values[0]))
		}
		return map[string]request{"the token": one}
	}
	for name := range good.header {
		if lower := strings.ToLower(name); strings.Contains(lower, "signature") || strings.Contains(lower, "hmac") || strings.Contains(lower, "jwt") {
			one := good
			one.header = maps.Clone(good.header)
			one.header[name] = []string{altered(good.header.Get(name))}
			all[name] = one
		}
	}
	if r.token != nil {
		return all // it does not cover the body
	}
	one := good
	one.body = bytes.Clone(good.body)
	// The last digit of a text: the body is still valid, but says something else.
	at := bytes.LastIndexAny(one.body, "0123456789")
	one.body[at] ^= 1
	all["the body"] = one
	return all
}

// altered changes one character in the middle of a text.
func altered(text string) string {
	middle := len(text) / 2
	other := "a"
	if text[middle] == 'a' {
		other = "b"
	}
	return text[:middle] + other + text[middle+1:]
}

// invoke delivers a request through an HTTP API, and returns the status of the answer.
func (f function) invoke(t *testing.T, r request) int {
	t.Helper()
	headers := make(map[string]string)
	for _, name := range slices.Sorted(maps.Keys(r.header)) {
		headers[strings.ToLower(name)] = strings.Join(r.header[name], ",")
	}
	path := "/webhooks/" + r.source
	envelope, err := json.Marshal(map[string]any{
		"version": "2.0", "routeKey": "ANY /webhooks/{source}", "rawPath": path, "rawQueryString": r.query,
		"headers": headers, "body": r.body, "isBase64Encoded": true, // encoding/json writes bytes in base64
		"requestContext": map[string]any{
			"domainName": "hooks.example.com", "stage": "$default", "http": map[string]any{"method": r.method, "path": path},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := f.Invoke(t.Context(), envelope)
	if err != nil {
		t.Fatal(err)
	}
	var got struct {
		StatusCode int    `json:"statusCode"`
		Body       string `json:"body"`
	}
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatalf("answer %s: %v", answer, err)
	}
	t.Logf("%s %s: %d %s", r.method, path, got.StatusCode, got.Body)
	return got.StatusCode
}
