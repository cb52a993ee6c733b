package main

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"untag/functions/removetags/handler"
	"untag/internal/awsenv"
	"untag/internal/awstest"
	"untag/internal/sandbox"
	"untag/internal/sqs"
)

const (
	eventsURL = "https://sqs.eu-central-1.amazonaws.com/123456789012/events"
	eventsARN = "arn:aws:sqs:eu-central-1:123456789012:events"
	deadURL   = "https://sqs.eu-central-1.amazonaws.com/123456789012/dead"
	zohoURL   = "https://zoho.example"
	token     = "a-token-of-the-tests"

	// instances is how many workers there are, and concurrency how many calls each makes at
	// the same time.
	instances   = 3
	concurrency = 5
	// workerTimeout, visibility, receives and retention are those of template.yaml.
	workerTimeout = 2 * time.Minute
	visibility    = 17 * time.Minute
	receives      = 250
	retention     = 14 * 24 * time.Hour
)

// line is all of untag, with a simulated AWS and a simulated Zoho.
type line struct {
	t       *testing.T
	rules   string
	secrets awstest.Secrets
	sqs     *awstest.SQS
	network *network
	source  *awstest.Source
	log     *slog.Logger
	// receiving answers webhooks.
	receiving *handler.Handler

	mu      sync.Mutex
	batches []batch
}

// batch is the CRM calls of one invocation of a worker.
type batch struct {
	at    time.Time
	calls int
}

func newLine(t *testing.T, rules string, crm sandbox.Config, phases []phase, outage time.Time) *line {
	t.Helper()
	l := &line{t: t, log: slog.New(slog.DiscardHandler), rules: filepath.Join(t.TempDir(), "rules.yaml")}
	if err := os.WriteFile(l.rules, []byte(rules), 0o600); err != nil {
		t.Fatal(err)
	}
	l.network = &network{crm: sandbox.New(crm), phases: phases, outage: outage}
	credential, err := json.Marshal(l.network.crm.Credentials())
	if err != nil {
		t.Fatal(err)
	}
	l.secrets = awstest.Secrets{
		"untag/webhooks": awstest.NewSecret(`{"zoho":"` + token + `"}`),
		"untag/zoho":     awstest.NewSecret(string(credential)),
		"untag/token":    awstest.NewSecret("{}"),
	}
	l.sqs = awstest.NewSQS(
		awstest.QueueConfig{URL: eventsURL, Visibility: visibility, Retention: retention, DeadLetterURL: deadURL, MaxReceiveCount: receives},
		awstest.QueueConfig{URL: deadURL, Visibility: 30 * time.Second, Retention: retention},
	)
	l.receiving = l.function(map[string]string{"WEBHOOK_SECRET_ID": "untag/webhooks", "QUEUE_URL": eventsURL}, http.DefaultTransport)
	l.source = awstest.NewSource(awstest.SourceConfig{
		SQS: l.sqs, URL: eventsURL, ARN: eventsARN, Concurrency: instances, BatchSize: 1000, Window: time.Second,
		Timeout: workerTimeout, Start: l.worker,
	})
	return l
}

// function builds the function as main does.
func (l *line) function(settings map[string]string, zoho http.RoundTripper) *handler.Handler {
	settings["RULES_FILE"] = l.rules
	getenv := func(name string) string { return settings[name] }
	outside := remote{
		secrets: secretsManager{get: l.secrets.GetSecretValue, put: l.secrets.PutSecretValue},
		queues:  sqs.New(sqs.Config{AWS: l.aws()}),
		zoho:    &http.Client{Timeout: 30 * time.Second, Transport: zoho},
	}
	c, err := readConfig(getenv, nil)
	if err != nil {
		l.t.Fatal(err)
	}
	h, err := build(c, newStore(outside, getenv, l.log), outside, l.log)
	if err != nil {
		l.t.Fatal(err)
	}
	return h
}

// aws returns how the function reaches SQS.
func (l *line) aws() aws.Config {
	config, err := awsenv.Config(func(name string) string {
		return map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}[name]
	})
	if err != nil {
		l.t.Fatal(err)
	}
	config.HTTPClient = &http.Client{Timeout: 5 * time.Second, Transport: l.sqs}
	return config
}

// worker is one instance of the function behind the queue.
type worker struct {
	*handler.Handler
	line *line

	mu    sync.Mutex
	calls int
}

func (l *line) worker() awstest.Instance {
	w := &worker{line: l}
	w.Handler = l.function(map[string]string{
		"ZOHO_SECRET_ID": "untag/zoho", "ZOHO_TOKEN_SECRET_ID": "untag/token", "DEAD_LETTER_QUEUE_URL": deadURL,
		"ZOHO_ACCOUNTS_URL": zohoURL, "EVENT_QUEUE_ARN": eventsARN,
	}, w)
	return w
}

// RoundTrip counts the CRM calls of an instance.
func (w *worker) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.URL.Path != "/oauth/v2/token" {
		w.mu.Lock()
		w.calls++
		w.mu.Unlock()
	}
	return w.line.network.RoundTrip(r)
}

// Invoke records how many calls it took.
func (w *worker) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	b := batch{at: time.Now()}
	w.mu.Lock()
	w.calls = 0
	w.mu.Unlock()
	answer, err := w.Handler.Invoke(ctx, payload)
	w.mu.Lock()
	b.calls = w.calls
	w.mu.Unlock()
	w.line.mu.Lock()
	w.line.batches = append(w.line.batches, b)
	w.line.mu.Unlock()
	return answer, err
}

// post sends a webhook until it is accepted, and returns its event's id.
func (l *line) post(body string) string {
	payload, err := json.Marshal(map[string]any{
		"version": "2.0", "rawPath": "/webhooks/zoho", "body": body,
		"headers":        map[string]string{"content-type": "application/json", "x-webhook-token": token},
		"requestContext": map[string]any{"stage": "$default", "http": map[string]any{"method": "POST", "path": "/webhooks/zoho"}},
	})
	if err != nil {
		l.t.Error(err)
		return ""
	}
	for {
		ctx, cancel := context.WithTimeout(context.Background(), 28*time.Second)
		answer, err := l.receiving.Invoke(ctx, payload)
		cancel()
		var got struct {
			StatusCode int    `json:"statusCode"`
			Body       string `json:"body"`
		}
		if err != nil || json.Unmarshal(answer, &got) != nil {
			l.t.Errorf("the receiving function answers %s, %v", answer, err)
			return ""
		}
		switch got.StatusCode {
		case http.StatusAccepted:
			var queued struct {
				EventID string `json:"event_id"`
			}
			if err := json.Unmarshal([]byte(got.Body), &queued); err != nil || queued.EventID == "" {
				l.t.Errorf("202 with %s", got.Body)
			}
			return queued.EventID
		case http.StatusServiceUnavailable:
			time.Sleep(30 * time.Second)
		default:
			l.t.Errorf("the receiving function answers %s", answer)
			return ""
		}
	}
}
