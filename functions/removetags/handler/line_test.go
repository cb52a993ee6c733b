package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/webhook"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

const (
	wonDeal  = "5725767000000524157"
	lostDeal = "5725767000000524158"
	goneDeal = "5725767000000999999"
	token    = "a-token-of-the-tests"
	// eventsARN is the queue of events/sqs-batch.json.
	eventsARN = "arn:aws:sqs:eu-central-1:123456789012:untag-events"
)

const testRules = `
version: 1
sources:
  zoho: {verify: [token, aws]}
  web: {verify: token, query: key}
  signed: {verify: hmac, header: X-Signature, algorithm: sha256, encoding: hex, prefix: "sha256="}
  list: {verify: token, events: {each: "events[]", id: id}}
  brief: {verify: token, events: {each: "[]"}, answer: {queued: 200, body: brief}}
  bus: {verify: aws, eventbridge: com.example.crm}
rules:
  - name: deal-closed
    on: [zoho, web, signed, bus, list, brief]
    when: event.module == "Deals" && event.Stage in ["Closed Won", "Closed Lost"]
    record: {module: Deals, id: event.id}
    remove: [In progress]
  - name: live-record
    on: zoho
    when: event.kind == "look"
    record: {module: Deals, id: event.id}
    where: record.Stage == "Closed Won"
    remove: [In progress]
  - name: by-email
    on: zoho
    when: event.kind == "find"
    record: {module: Contacts, find: {email: event.email}}
    remove: [In progress]
  - name: by-email-soon
    on: zoho
    when: event.kind == "find soon"
    record: {module: Contacts, find: {email: event.email, wait: 5m}}
    remove: [In progress]
  - name: has-no-id
    on: zoho
    when: event.kind == "no id"
    record: {module: Deals, id: event.id}
    remove: [In progress]
  - name: wrong-module
    on: zoho
    when: event.kind == "wrong module"
    record: {module: Nothings, id: event.id}
    remove: [In progress]
`

const testRecords = `
Deals:
  - {id: "5725767000000524157", Stage: Closed Won, Tag: [In progress, VIP]}
  - {id: "5725767000000524158", Stage: Closed Lost, Tag: [In progress]}
  - {id: "18446744073709551615", Stage: Closed Won, Tag: [In progress]}
  - {id: "09007199254740993", Stage: Closed Won, Tag: [In progress]}
  - {id: "5725767000000525000", Stage: Closed Won, Tag: [In progress]}
Contacts:
  - {id: "31", Email: ada@example.com, Second_Email: bada@example.com, Tag: [In progress]}
`

// secretsOf holds the webhook secrets of a test.
type secretsOf map[string][]string

func (s secretsOf) WebhookSecrets(_ context.Context, source string) ([]string, error) {
	return s[source], nil
}

// line is the whole line, from an invocation to the sandbox.
type line struct {
	*handler.Handler
	crm *sandbox.Sandbox
	log *bytes.Buffer
	// client calls the sandbox, through zoho.
	client *zoho.Client
	// zoho is between the client and the sandbox; a test may replace it.
	zoho http.Handler
}

type option func(*line, *handler.Config)

func newLine(t *testing.T, options ...option) *line {
	t.Helper()
	records, err := sandbox.ParseRecords([]byte(testRecords))
	if err != nil {
		t.Fatal(err)
	}
	set, faults := rules.Load([]byte(testRules))
	if set == nil {
		t.Fatalf("rules.Load: %v", faults)
	}
	l := &line{crm: sandbox.New(sandbox.Config{Records: records}), log: new(bytes.Buffer)}
	l.zoho = l.crm
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { l.zoho.ServeHTTP(w, r) }))
	t.Cleanup(server.Close)
	client, err := zoho.New(zoho.Config{
		APIURL: server.URL,
		Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
			AccountsURL: server.URL,
			Credentials: func(context.Context) (zohoauth.Credentials, error) {
				return zohoauth.Credentials(l.crm.Credentials()), nil
			},
		})),
	})
	if err != nil {
		t.Fatal(err)
	}
	l.client = client
	c := handler.Config{
		Rules: set,
		Receiver: webhook.New(webhook.Config{Sources: set.Sources(), Secrets: secretsOf{
			"zoho": {token}, "list": {token}, "brief": {token}, "web": {token}, "signed": {"old", "a-signing-secret"},
		}}),
		Pipeline:      pipeline.New(pipeline.Config{Rules: set, CRM: client}),
		EventQueueARN: eventsARN,
		Log:           slog.New(slog.NewTextHandler(l.log, nil)),
	}
	for _, o := range options {
		o(l, &c)
	}
	l.Handler = handler.New(c)
	return l
}

// invoke decodes the answer into out.
func (l *line) invoke(t *testing.T, payload any, out any) {
	t.Helper()
	text, err := json.Marshal(payload)
	if err != nil {
		t.Fatal(err)
	}
	answer, err := l.Invoke(t.Context(), text)
	if err != nil {
		t.Fatalf("Invoke(%.200s) = error %v", text, err)
	}
	if err := json.Unmarshal(answer, out); err != nil {
		t.Fatalf("Invoke(%.200s) = %s: %v", text, answer, err)
	}
}

// response is an HTTP answer in any of the envelopes.
type response struct {
	StatusCode        int                 `json:"statusCode"`
	StatusDescription string              `json:"statusDescription"`
	Headers           map[string]string   `json:"headers"`
	MultiValueHeaders map[string][]string `json:"multiValueHeaders"`
	Body              string              `json:"body"`
}

func (r response) outcome(t *testing.T) pipeline.Outcome {
	t.Helper()
	var o pipeline.Outcome
	if err := json.Unmarshal([]byte(r.Body), &o); err != nil {
		t.Fatalf("body %q: %v", r.Body, err)
	}
	return o
}

// post returns an HTTP API request to a source.
func post(source, body string, headers map[string]string) map[string]any {
	h := map[string]string{"content-type": "application/json", "x-webhook-token": token}
	for name, value := range headers {
		h[name] = value
	}
	return map[string]any{
		"version": "2.0", "rawPath": "/webhooks/" + source, "rawQueryString": "",
		"headers": h, "body": body, "isBase64Encoded": false,
		"requestContext": map[string]any{
			"stage": "$default", "http": map[string]any{"method": "POST", "path": "/webhooks/" + source},
		},
	}
}

func closed(id string) string {
	return `{"module":"Deals","id":"` + id + `","Stage":"Closed Won"}`
}

// fakeQueue accepts all deliveries, or refuses all of them.
type fakeQueue struct {
	mu  sync.Mutex
	got []event.Delivery
	err error
}

func (q *fakeQueue) Send(_ context.Context, d event.Delivery) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.err == nil {
		q.got = append(q.got, d)
	}
	return q.err
}
