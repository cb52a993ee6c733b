package local

import (
	"context"
	"errors"
	"iter"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
)

// envelopes answers every invocation with itself.
type envelopes struct {
	answer string
	err    error
	times  int
}

func (e *envelopes) Invoke(context.Context, []byte) ([]byte, error) {
	e.times++
	return []byte(e.answer), e.err
}

// keeping is a function that keeps the payload it received.
type keeping struct{ payload []byte }

func (k *keeping) Invoke(_ context.Context, payload []byte) ([]byte, error) {
	k.payload = payload
	return []byte(`{"batchItemFailures":[]}`), nil
}

// acting is a function that acts on one event, and answers.
type acting struct {
	recorder recorder
	answer   string
}

func (a acting) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	a.recorder.Run(ctx, slices.Values(make([]event.Event, 1)))
	return []byte(a.answer), nil
}

type settledActor []pipeline.Outcome

func (s settledActor) Run(context.Context, iter.Seq[event.Event]) []pipeline.Outcome { return s }

func (s settledActor) Each(context.Context, iter.Seq[pipeline.Job]) iter.Seq[pipeline.Outcome] {
	return slices.Values(s)
}

func eventFile(t *testing.T, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "event.json")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

const httpAPIEvent = `{"version":"2.0","rawPath":"/prod/webhooks/zoho","rawQueryString":"a=1&a=%20",
	"headers":{"host":"hooks.example.com","content-length":"9","x-forwarded-for":"203.0.113.10","x-webhook-token":"t","X-Other":"o"},
	"cookies":["a=1","b=2"],"requestContext":{"domainName":"hooks.example.com","http":{"method":"PUT"}},
	"body":"/wBhYg==","isBase64Encoded":true}`

func TestDeliverSendsWhatTheSenderSent(t *testing.T) {
	var got *http.Request
	var body [9]byte
	var n int
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		got = r
		n, _ = r.Body.Read(body[:])
	}))
	defer server.Close()
	function := &envelopes{}
	one := newDeliverer(function, server.URL, new(deliveries)).deliver(t.Context(), eventFile(t, httpAPIEvent))
	if one.wrong != "" || function.times != 0 || got == nil {
		t.Fatalf("deliver = %+v; the function was invoked %d times past HTTP", one, function.times)
	}
	want := map[string]string{
		"method": "PUT", "uri": "/prod/webhooks/zoho?a=1&a=%20", "host": strings.TrimPrefix(server.URL, "http://"),
		"token": "t", "other": "o", "cookie": "a=1; b=2", "forwarded": "", "body": "\xff\x00ab",
	}
	sent := map[string]string{
		"method": got.Method, "uri": got.RequestURI, "host": got.Host, "token": got.Header.Get("X-Webhook-Token"),
		"other": got.Header.Get("X-Other"), "cookie": got.Header.Get("Cookie"), "forwarded": got.Header.Get("X-Forwarded-For"), "body": string(body[:n]),
	}
	if diff := cmp.Diff(want, sent); diff != "" {
		t.Errorf("the request differs (-want +got):\n%s", diff)
	}
}

// TestDeliverBatches: a batch may have been recorded at any queue, but the function accepts
// only those of its own.
func TestDeliverBatches(t *testing.T) {
	for name, tt := range map[string]struct{ event, want string }{
		"of another queue": {
			`{"Records":[{"eventSource":"aws:sqs","eventSourceARN":"arn:aws:sqs:us-east-1:1:mine","body":"{\"a\":1}"},{"eventSource":"aws:sqs","body":"x"}]}`,
			`{"Records":[{"body":"{\"a\":1}","eventSource":"aws:sqs","eventSourceARN":"` + eventQueueARN + `"},{"body":"x","eventSource":"aws:sqs","eventSourceARN":"` + eventQueueARN + `"}]}`,
		},
		"no batch":                {`{"source":"zoho","event":{}}`, `{"source":"zoho","event":{}}`},
		"a batch of other things": {`{"Records":[{"eventSource":"aws:s3"}]}`, `{"Records":[{"eventSource":"aws:s3"}]}`},
		"an empty batch":          {`{"Records":[]}`, `{"Records":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			function := &keeping{}
			newDeliverer(function, "http://127.0.0.1:1", new(deliveries)).deliver(t.Context(), eventFile(t, tt.event))
			if string(function.payload) != tt.want {
				t.Errorf("delivered %s, want %s", function.payload, tt.want)
			}
		})
	}
}

func TestDeliverJudges(t *testing.T) {
	tests := map[string]struct {
		event, answer string
		err           error
		shown, wrong  string
	}{
		"200":                {`{}`, `{"statusCode":200,"body":"{}"}`, nil, "200 OK", ""},
		"401":                {`{}`, `{"statusCode":401,"body":"{\"message\":\"unauthorized\"}"}`, nil, "401 Unauthorized", `401 Unauthorized: {"message":"unauthorized"}`},
		"502 with outcome":   {`{}`, `{"statusCode":502,"body":"{\"outcome\":\"failed\"}"}`, nil, "502 Bad Gateway", "502 Bad Gateway"},
		"302":                {`{}`, `{"statusCode":302,"body":""}`, nil, "302 Found", "302 Found: "},
		"batch done":         {`{}`, `{"batchItemFailures":[]}`, nil, "returned", ""},
		"batch partly done":  {`{}`, `{"batchItemFailures":[{"itemIdentifier":"1"}]}`, nil, "batch", "messages that go back to the queue: 1"},
		"direct":             {`{}`, `{"event_id":"1","outcome":"nothing"}`, nil, "returned", ""},
		"an error":           {`{}`, ``, errors.New("not every tag was removed"), "error", "not every tag was removed"},
		"no JSON":            {`{}`, `oops`, nil, "", "the function's answer is not a JSON object"},
		"a function URL":     {strings.ReplaceAll(httpAPIEvent, "hooks.example.com", "a.lambda-url.eu-central-1.on.aws"), `{"statusCode":200}`, nil, "200 OK", ""},
		"no base64":          {strings.Replace(httpAPIEvent, "/wBhYg==", "?", 1), "", nil, "", "the body is marked as base64, but is not"},
		"no such address":    {httpAPIEvent, "", nil, "", "connection refused"},
		"a method that isnt": {strings.Replace(httpAPIEvent, "PUT", "P T", 1), "", nil, "", "invalid method"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d := newDeliverer(&envelopes{answer: tt.answer, err: tt.err}, "http://127.0.0.1:1", new(deliveries))
			one := d.deliver(t.Context(), eventFile(t, tt.event))
			if one.answer != tt.shown || !strings.Contains(one.wrong, tt.wrong) || (one.wrong == "") != (tt.wrong == "") {
				t.Errorf("deliver = %q, wrong %q, want %q, wrong %q", one.answer, one.wrong, tt.shown, tt.wrong)
			}
		})
	}
}

func TestDeliverJudgesOutcomes(t *testing.T) {
	failed := pipeline.Failed{Rule: "r", Module: "Deals", ID: "1", Tags: []string{"x"}, Problem: pipeline.Problem{Code: "NO_PERMISSION", Message: "denied"}}
	tests := map[string]struct {
		outcome pipeline.Outcome
		answer  string
		wrong   string
	}{
		"failed":   {pipeline.Outcome{Outcome: pipeline.OutcomeFailed, Failed: []pipeline.Failed{failed}}, `{"statusCode":502,"body":"{\"outcome\":\"failed\"}"}`, "502 Bad Gateway; rule r: NO_PERMISSION: denied"},
		"direct":   {pipeline.Outcome{Outcome: pipeline.OutcomeFailed, Failed: []pipeline.Failed{failed}}, `{"outcome":"failed"}`, "rule r: NO_PERMISSION: denied"},
		"an error": {pipeline.Outcome{Outcome: pipeline.OutcomeNothing, Errors: []rules.RuleError{{Rule: "r", Message: "no number"}}}, `{"outcome":"nothing"}`, "rule r: no number"},
		"removed":  {pipeline.Outcome{Outcome: pipeline.OutcomeRemoved}, `{"outcome":"removed"}`, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := recorder{settledActor{tt.outcome}}
			one := newDeliverer(acting{r, tt.answer}, "", new(deliveries)).deliver(t.Context(), eventFile(t, `{}`))
			if one.wrong != tt.wrong || len(one.outcomes) != 1 {
				t.Errorf("deliver = wrong %q with %d outcomes, want %q with 1", one.wrong, len(one.outcomes), tt.wrong)
			}
		})
	}
}

func TestEventFiles(t *testing.T) {
	folder := t.TempDir()
	if _, err := EventFiles(folder); err == nil || !strings.Contains(err.Error(), "--events") {
		t.Errorf("EventFiles(empty) = %v, want what to do", err)
	}
	for _, name := range []string{"b.json", "a.json", "crm.yaml"} {
		if err := os.WriteFile(filepath.Join(folder, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	got, err := EventFiles(folder)
	if diff := cmp.Diff([]string{filepath.Join(folder, "a.json"), filepath.Join(folder, "b.json")}, got); err != nil || diff != "" {
		t.Errorf("EventFiles: %v (-want +got):\n%s", err, diff)
	}
}
