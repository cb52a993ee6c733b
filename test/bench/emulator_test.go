package bench_test

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

const (
	// receivingLimit and workingLimit are how many times as long as that of a hello world the
	// first answer of each function may take, as AWS's runtime interface emulator starts them.
	receivingLimit = 1.6
	workingLimit   = 2.0
	emulated       = 41
)

// buildEmulator builds AWS's runtime interface emulator.
func buildEmulator(b *testing.B) string {
	b.Helper()
	out := filepath.Join(b.TempDir(), "aws-lambda-rie")
	build := exec.Command("go", "build", "-o", out, "github.com/aws/aws-lambda-runtime-interface-emulator/cmd/aws-lambda-rie")
	build.Dir = "rie"
	if text, err := build.CombinedOutput(); err != nil {
		b.Fatalf("build the emulator: %v\n%s", err, text)
	}
	return out
}

// firstInvocation returns how long the first invocation takes: the emulator starts the function
// for it. Now and then the emulator itself fails; then it is started again.
func firstInvocation(b *testing.B, emulator, function string, env []string, payload []byte) time.Duration {
	b.Helper()
	var err error
	for range 5 {
		var took time.Duration
		if took, err = invokeFirst(b, emulator, function, env, payload); err == nil {
			return took
		}
	}
	b.Fatal(err)
	return 0
}

func invokeFirst(b *testing.B, emulator, function string, env []string, payload []byte) (time.Duration, error) {
	b.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	address := l.Addr().String()
	_ = l.Close()
	runtime, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	runtimeAddress := runtime.Addr().String()
	_ = runtime.Close()
	c := exec.Command(emulator, "--runtime-interface-emulator-address", address, "--runtime-api-address", runtimeAddress, function)
	c.Env = append(os.Environ(), env...)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		b.Fatal(err)
	}
	defer func() { _, _ = c.Process.Kill(), c.Wait() }()
	again := time.NewTicker(time.Millisecond)
	defer again.Stop()
	for deadline := time.Now().Add(10 * time.Second); ; <-again.C {
		connection, err := net.Dial("tcp", address)
		if err == nil {
			_ = connection.Close()
			break
		}
		if time.Now().After(deadline) {
			b.Fatalf("the emulator does not listen:\n%s", out.String())
		}
	}
	start := time.Now()
	response, err := http.Post("http://"+address+"/2015-03-31/functions/function/invocations", "application/json", bytes.NewReader(payload))
	if err != nil {
		return 0, fmt.Errorf("invoke: %w\n%s", err, out.String())
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	took := time.Since(start)
	if err != nil || response.StatusCode != http.StatusOK || strings.Contains(string(answer), "errorType") || strings.Contains(string(answer), `"statusCode":5`) || strings.Contains(string(answer), `"statusCode":4`) {
		return 0, fmt.Errorf("%s answered %d %s, %v\n%s", function, response.StatusCode, answer, err, out.String())
	}
	return took, nil
}

// sqsAndSecrets is a stand-in for Secrets Manager and SQS that keeps the last message.
type sqsAndSecrets struct {
	*httptest.Server
	mu   sync.Mutex
	body string
}

func newSQSAndSecrets(secrets map[string]string) *sqsAndSecrets {
	s := &sqsAndSecrets{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ SecretId, MessageBody string }
		_ = json.NewDecoder(r.Body).Decode(&asked)
		answer := map[string]string{"Name": asked.SecretId, "SecretString": secrets[asked.SecretId]}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), ".SendMessage") {
			w.Header().Set("Content-Type", "application/x-amz-json-1.0")
			sum := md5.Sum([]byte(asked.MessageBody))
			answer = map[string]string{"MessageId": "m-1", "MD5OfMessageBody": hex.EncodeToString(sum[:])}
			s.mu.Lock()
			s.body = asked.MessageBody
			s.mu.Unlock()
		}
		_ = json.NewEncoder(w).Encode(answer)
	}))
	return s
}

// message returns an SQS batch with the last message.
func (s *sqsAndSecrets) message(arn string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	batch, _ := json.Marshal(map[string]any{"Records": []any{map[string]any{
		"messageId": "m-1", "receiptHandle": "r-1", "body": s.body, "eventSource": "aws:sqs", "eventSourceARN": arn, "awsRegion": "eu-central-1",
		"attributes": map[string]string{"ApproximateReceiveCount": "1", "SentTimestamp": fmt.Sprint(time.Now().UnixMilli())},
	}}})
	return batch
}

// BenchmarkLimitFunctions: how long each of the two functions takes to answer for the first time.
func BenchmarkLimitFunctions(b *testing.B) {
	emulator, hello, untag := buildEmulator(b), buildLambda(b, "./test/bench/hello"), buildLambda(b, "./functions/removetags")
	aws := newSQSAndSecrets(map[string]string{"webhooks": `{"zoho":"a-token-for-the-benchmark"}`, "zoho": `{}`})
	defer aws.Close()
	rules, err := filepath.Abs("../starter/rules.yaml")
	if err != nil {
		b.Fatal(err)
	}
	const arn = "arn:aws:sqs:eu-central-1:123456789012:events"
	env := []string{
		"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_ENDPOINT_URL=" + aws.URL,
		"RULES_FILE=" + rules, "LOG_LEVEL=error", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=256",
	}
	receiving := append(env[:len(env):len(env)], "WEBHOOK_SECRET_ID=webhooks", "QUEUE_URL="+aws.URL+"/123456789012/events")
	working := append(env[:len(env):len(env)], "ZOHO_SECRET_ID=zoho", "EVENT_QUEUE_ARN="+arn)
	request, err := json.Marshal(map[string]any{
		"version": "2.0", "rawPath": "/webhooks/zoho", "body": `{"module":"Deals","id":"1","Stage":"Qualification"}`,
		"headers":        map[string]string{"content-type": "application/json", "x-webhook-token": "a-token-for-the-benchmark"},
		"requestContext": map[string]any{"http": map[string]string{"method": "POST", "path": "/webhooks/zoho"}},
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var least, receives, works []time.Duration
		// The machine may be busy with something else: it gets more tries. If the start has become
		// slower, all of them fail.
		for range startTries {
			least, receives, works = nil, nil, nil
			for range emulated {
				least = append(least, firstInvocation(b, emulator, hello, nil, request))
				receives = append(receives, firstInvocation(b, emulator, untag, receiving, request))
				works = append(works, firstInvocation(b, emulator, untag, working, aws.message(arn)))
			}
			if ratio(receives, least) <= receivingLimit && ratio(works, least) <= workingLimit {
				break
			}
		}
		b.ReportMetric(float64(median(least).Microseconds())/1000, "hello-ms")
		b.ReportMetric(ratio(receives, least), "receiving-ratio")
		b.ReportMetric(ratio(works, least), "working-ratio")
		if r := ratio(receives, least); r > receivingLimit {
			b.Errorf("the receiving function's first answer takes %.2f times as long as a hello world's, the limit is %.1f", r, receivingLimit)
		}
		if r := ratio(works, least); r > workingLimit {
			b.Errorf("the working function's first answer takes %.2f times as long as a hello world's, the limit is %.1f", r, workingLimit)
		}
	}
}

func ratio(a, b []time.Duration) float64 { return float64(median(a)) / float64(median(b)) }
