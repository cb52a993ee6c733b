package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/awstest"
	"untag/internal/sandbox"
)

const (
	memoryLimit = 96 << 20
	eventSize   = 10 << 10
	// Several processes run, and the largest peak counts. Each takes several batches, because
	// memory that one batch leaves behind is still in use when the next arrives.
	memoryRuns    = 3
	memoryBatches = 5
)

// dealEvent returns the body of a webhook about a closed deal, with enough fields to fill
// size bytes.
func dealEvent(id string, size int) []byte {
	fields := map[string]any{"module": "Deals", "id": id, "Stage": "Closed Won", "Amount": 12500.5, "Owner": map[string]any{"id": "5725767000000524001", "name": "Ada"}}
	text, _ := json.Marshal(fields)
	for i := 0; len(text) < size; i++ {
		value := "a value of the deal " + id + ", with text"
		name := fmt.Sprintf("Field_%03d", i)
		// The last field fills the size exactly.
		if spare := size - len(text) - len(name) - len(`,"":""`); spare < 2*len(value) {
			value = strings.Repeat("x", max(spare, 0))
		}
		fields[name] = value
		text, _ = json.Marshal(fields)
	}
	return text
}

func dealID(i int) string { return fmt.Sprintf("57257670000%08d", i) }

// peakMemory returns the most memory that a process ever used, in bytes.
func peakMemory(b *testing.B, pid int) int {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		b.Fatal(err)
	}
	for line := range strings.Lines(string(status)) {
		if value, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kib, err := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(value), " kB"))
			if err != nil {
				b.Fatalf("VmHWM: %v", err)
			}
			return kib << 10
		}
	}
	b.Fatalf("/proc/%d/status has no VmHWM:\n%s", pid, status)
	return 0
}

// crmOfDeals returns a simulated Zoho with this many deals in progress.
func crmOfDeals(deals int) *sandbox.Sandbox {
	records := sandbox.Records{}
	for i := range deals {
		records["Deals"] = append(records["Deals"], map[string]any{"id": dealID(i), "Tag": []string{"In progress", "VIP"}})
	}
	return sandbox.New(sandbox.Config{Records: records})
}

// peakOfBatch passes the batch to the binary several times, as a queue may, checks that every
// tag was removed, and returns the peak of its memory.
func peakOfBatch(b *testing.B, binary, rules string, payload []byte) int {
	crm := crmOfDeals(batchSize)
	peak := peakOf(b, binary, rules, crm, payload, memoryBatches)
	for i := range batchSize {
		if tags, _ := crm.Tags("Deals", dealID(i)); len(tags) != 1 {
			b.Fatalf("deal %d has the tags %v, want only VIP", i, tags)
		}
	}
	return peak
}

// peakOf starts the binary with the memory of the smallest function, passes it a batch several
// times, and returns the peak of its memory.
func peakOf(b *testing.B, binary, rules string, crm *sandbox.Sandbox, payload []byte, times int) int {
	zoho := httptest.NewServer(crm)
	defer zoho.Close()
	credential, err := json.Marshal(crm.Credentials())
	if err != nil {
		b.Fatal(err)
	}
	aws := secretsManager(map[string]string{"zoho": string(credential)})
	defer aws.Close()
	f, err := awstest.StartFunction(binary, []string{
		"AWS_REGION=eu-central-1", "AWS_ACCESS_KEY_ID=test", "AWS_SECRET_ACCESS_KEY=test", "AWS_ENDPOINT_URL=" + aws.URL,
		"ZOHO_SECRET_ID=zoho", "RULES_FILE=" + rules, "ZOHO_API_URL=" + zoho.URL, "ZOHO_ACCOUNTS_URL=" + zoho.URL,
		"EVENT_QUEUE_ARN=" + eventsARN, "AWS_LAMBDA_FUNCTION_MEMORY_SIZE=128",
	})
	if err != nil {
		b.Fatal(err)
	}
	defer f.Stop()
	ctx, cancel := context.WithTimeout(b.Context(), 2*time.Minute)
	defer cancel()
	for range times {
		answer, err := f.Invoke(ctx, payload)
		if err != nil {
			b.Fatalf("the batch: %v\n%s", err, f.Output())
		}
		if string(answer) != noFailures {
			b.Fatalf("the answer to the batch is %.300s, want %s", answer, noFailures)
		}
	}
	return peakMemory(b, f.PID())
}

// BenchmarkLimitBatchMemory uses a batch of twice the 6 MB that Lambda passes to one
// invocation.
func BenchmarkLimitBatchMemory(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("the peak of a process's memory is read from /proc, which only Linux has")
	}
	rules, err := filepath.Abs("../starter/rules.yaml")
	if err != nil {
		b.Fatal(err)
	}
	binary := buildLambda(b, "./functions/removetags")
	var batch events.SQSEvent
	for i := range batchSize {
		batch.Records = append(batch.Records, sqsMessage(b, i, "zoho", dealEvent(dealID(i), eventSize)))
	}
	payload := sqsPayload(b, batch)
	for b.Loop() {
		peak := 0
		for range memoryRuns {
			peak = max(peak, peakOfBatch(b, binary, rules, payload))
		}
		b.ReportMetric(float64(len(payload))/(1<<20), "payload-MiB")
		b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
		if peak > memoryLimit {
			b.Fatalf("a batch of %d events of %d bytes takes %.1f MiB at its peak, the limit is %d MiB", batchSize, eventSize, float64(peak)/(1<<20), memoryLimit>>20)
		}
	}
}
