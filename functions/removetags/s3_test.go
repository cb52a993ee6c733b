package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"untag/internal/awstest"
	"untag/internal/event"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

const (
	versionsInS3  = 20 // and a bad one after each
	workersInS3   = 4
	eventsPerTurn = 20
)

// rulesInS3 returns the k-th version: two rules for each event, which name their version.
func rulesInS3(k int) string {
	return fmt.Sprintf(`version: 1
sources: {zoho: {verify: token}}
rules:
  - {name: a-%[1]d, on: zoho, when: true, record: {module: Deals, id: event.id}, remove: [A]}
  - {name: b-%[1]d, on: zoho, when: true, record: {module: Deals, id: event.id}, remove: [B]}
`, k)
}

// bucket is a bucket of moto's.
type bucket struct {
	t   *testing.T
	url string
}

func (b bucket) put(name, text string) {
	b.t.Helper()
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPut, b.url+name, strings.NewReader(text))
	if err != nil {
		b.t.Fatal(err)
	}
	// Moto wants a signature, and does not check it.
	request.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=test/20260101/eu-central-1/s3/aws4_request, SignedHeaders=host, Signature=0")
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		b.t.Fatal(err)
	}
	defer func() { _ = response.Body.Close() }()
	if response.StatusCode != http.StatusOK {
		b.t.Fatalf("PUT %s: %s", request.URL, response.Status)
	}
}

// TestRulesInS3ChangeUnderLoad: each batch is decided by one version, whatever is uploaded
// while it runs, and a bad version decides nothing. `make test-aws` starts moto and runs this.
func TestRulesInS3ChangeUnderLoad(t *testing.T) {
	endpoint := os.Getenv("UNTAG_TEST_AWS_ENDPOINT")
	if endpoint == "" {
		t.Skip("UNTAG_TEST_AWS_ENDPOINT is not set: `make test-aws` starts moto and runs this")
	}
	b := bucket{t, endpoint + "/rules-under-load"}
	b.put("", "<CreateBucketConfiguration><LocationConstraint>eu-central-1</LocationConstraint></CreateBucketConfiguration>")
	b.put("/rules.yaml", rulesInS3(0))
	f := startWorkerAt(t, endpoint, "s3://rules-under-load/rules.yaml")

	// Batches run while versions come and go, and looks are always due.
	over, batches := make(chan struct{}), make([]int, workersInS3)
	var load sync.WaitGroup
	for w := range workersInS3 {
		load.Go(func() {
			for ; ; batches[w]++ {
				select {
				case <-over:
					return
				default:
					f.batch(t, fmt.Sprintf("%d-%d", w, batches[w]))
				}
			}
		})
	}
	known := map[string]string{rules.VersionOf([]byte(rulesInS3(0))): "0"}
	for k := 1; k <= versionsInS3; k++ {
		known[rules.VersionOf([]byte(rulesInS3(k)))] = fmt.Sprint(k)
		b.put("/rules.yaml", rulesInS3(k))
		f.until(t, rules.VersionOf([]byte(rulesInS3(k))))
		bad := strings.Replace(rulesInS3(k), "remove: [B]", "remoove: [C]", 1)
		b.put("/rules.yaml", bad)
		f.until(t, "version "+rules.VersionOf([]byte(bad))+" of the rules is refused")
	}
	close(over)
	load.Wait()
	f.batch(t, "last")

	sent, seen := 1, make(map[string]bool)
	for _, n := range batches {
		sent += n
	}
	decided := make(map[string]string) // the version that decided a batch
	lines := f.lines(t)
	for _, l := range lines {
		batch, version := strings.Split(l.EventID, "/")[0], known[l.Rules]
		if _, of, _ := strings.Cut(l.Rule, "-"); version == "" || of != version {
			t.Errorf("rule %s decided as version %q, %s", l.Rule, l.Rules, version)
		}
		if first, again := decided[batch]; again && first != l.Rules {
			t.Errorf("batch %s was decided by %s and by %s", batch, first, l.Rules)
		}
		decided[batch], seen[version] = l.Rules, true
	}
	if len(lines) != 2*eventsPerTurn*sent {
		t.Errorf("%d removals in %d batches, want %d", len(lines), sent, 2*eventsPerTurn*sent)
	}
	if known[decided["last"]] != fmt.Sprint(versionsInS3) || len(seen) < versionsInS3/2 {
		t.Errorf("the last batch was decided by version %q; %d versions decided", known[decided["last"]], len(seen))
	}
	t.Logf("%d batches were decided by %d versions", sent, len(seen))
}

// atS3 is a worker with its log and its audit.
type atS3 struct {
	*versions
	log, audit *safeBuffer
}

// safeBuffer can be read while it is written.
type safeBuffer struct {
	mu sync.Mutex
	bytes.Buffer
}

func (b *safeBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.Write(p)
}

func (b *safeBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Buffer.String()
}

func startWorkerAt(t *testing.T, endpoint, rulesURL string) *atS3 {
	t.Helper()
	crm := sandbox.New(sandbox.Config{Records: sandbox.Records{"Deals": {{"id": "1000", "Tag": []any{"A", "B"}}}}})
	zoho := httptest.NewServer(crm)
	t.Cleanup(zoho.Close)
	credential, err := json.Marshal(crm.Credentials())
	if err != nil {
		t.Fatal(err)
	}
	settings := map[string]string{
		"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_ENDPOINT_URL": endpoint, "RULES_URL": rulesURL,
		"ZOHO_SECRET_ID": "untag/zoho", "ZOHO_ACCOUNTS_URL": zoho.URL, "ZOHO_API_URL": zoho.URL, "EVENT_QUEUE_ARN": eventsARN,
	}
	getenv := func(name string) string { return settings[name] }
	outside, err := newRemote(getenv)
	if err != nil {
		t.Fatal(err)
	}
	secrets := awstest.Secrets{"untag/zoho": awstest.NewSecret(string(credential))}
	outside.secrets = secretsManager{get: secrets.GetSecretValue, put: secrets.PutSecretValue}
	c, err := readConfig(getenv, nil)
	if err != nil {
		t.Fatal(err)
	}
	f := &atS3{log: new(safeBuffer), audit: new(safeBuffer)}
	log := newLog(f.log, slog.LevelInfo)
	c.audit = newLog(f.audit, slog.LevelInfo)
	function, err := newFunction(c, newStore(outside, getenv, log), outside, log)
	if err != nil {
		t.Fatal(err)
	}
	f.versions = function.(*versions)
	return f
}

// batch has the function act on a batch. The next look is due at once, instead of after a
// minute.
func (f *atS3) batch(t *testing.T, name string) {
	type record struct {
		ID     string `json:"messageId"`
		Body   string `json:"body"`
		Source string `json:"eventSource"`
		ARN    string `json:"eventSourceARN"`
	}
	var records []record
	for i := range eventsPerTurn {
		body, err := queue.Encode(event.Delivery{
			ID: fmt.Sprintf("%s/%d", name, i), Source: "zoho", Time: time.Now(), ContentType: "application/json", Body: []byte(`{"id":"1000"}`),
		})
		if err != nil {
			t.Error(err)
		}
		records = append(records, record{fmt.Sprint(i), body, "aws:sqs", eventsARN})
	}
	payload, err := json.Marshal(map[string]any{"Records": records})
	if err != nil {
		t.Error(err)
	}
	f.mu.Lock()
	f.next = time.Time{}
	f.mu.Unlock()
	answer, err := f.Invoke(t.Context(), payload)
	if err != nil || string(answer) != `{"batchItemFailures":[]}` {
		t.Errorf("batch %s: %s, %v", name, answer, err)
	}
}

// until waits for a text in the log.
func (f *atS3) until(t *testing.T, text string) {
	t.Helper()
	for end := time.Now().Add(20 * time.Second); !strings.Contains(f.log.String(), text); {
		if time.Now().After(end) {
			t.Fatalf("the log lacks %q:\n%s", text, f.log)
		}
		time.Sleep(time.Millisecond)
	}
}

type auditLine struct {
	EventID string `json:"event_id"`
	Rule    string `json:"rule"`
	Rules   string `json:"rules"`
}

func (f *atS3) lines(t *testing.T) []auditLine {
	t.Helper()
	var lines []auditLine
	for text := range strings.Lines(f.audit.String()) {
		var l auditLine
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, l)
	}
	return lines
}
