package bench_test

import (
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/sandbox"
)

// largestBatch is the most that Lambda passes to one invocation, in bytes, and largestEvent
// the most that fits into a message of the queue.
const (
	largestBatch = 6_000_000
	largestEvent = 1<<20 - 8<<10
)

// whereRules read the event again when the record is known.
const whereRules = `
version: 1
sources: {zoho: {verify: token}}
rules:
  - name: live
    on: zoho
    when: event.module == "Deals"
    record: {module: Deals, id: event.ids}
    where: has(record.Tag) && len(event.list) > 0
    remove: [In progress]
  - name: live-too
    on: zoho
    when: event.module == "Deals"
    record: {module: Deals, id: event.ids}
    where: has(record.Tag) && len(event.list) < 1000000
    remove: [New]
`

// idsRules need only the ids of the records.
const idsRules = `
version: 1
sources: {zoho: {verify: token}}
rules:
  - {name: plain, on: zoho, when: event.module == "Deals", record: {module: Deals, id: event.ids}, remove: [In progress]}
  - {name: second, on: zoho, when: event.module == "Deals", record: {module: Deals, id: event.ids}, remove: [New, VIP]}
`

// denseBatch returns a batch of as many events of this size as fit, and the ids of all its
// events. Each event has the ids that idsOf returns and a list that repeats one element.
func denseBatch(b *testing.B, size int, element string, idsOf func(event int) []string) (payload []byte, ids []string) {
	var batch events.SQSEvent
	total := 0
	for i := 0; ; i++ {
		own := idsOf(i)
		head := `{"module":"Deals","ids":["` + strings.Join(own, `","`) + `"],"list":[`
		body := head + strings.Repeat(element+",", max(0, size-len(head)-len(element)-2)/(len(element)+1)) + element + "]}"
		message := sqsMessage(b, i, "zoho", []byte(body))
		escaped := len(message.Body) + strings.Count(message.Body, `"`) + strings.Count(message.Body, `\`) + 700
		if total += escaped; total > largestBatch {
			return sqsPayload(b, batch), ids
		}
		if len(message.Body) > largestEvent {
			b.Fatalf("a message of %d bytes does not fit in the queue", len(message.Body))
		}
		batch.Records, ids = append(batch.Records, message), append(ids, own...)
	}
}

// BenchmarkLimitDenseBatchMemory checks that the largest batches fit into the memory of the
// smallest function: batches of events that need many times their size in memory, and of
// events that remove tags from many records.
func BenchmarkLimitDenseBatchMemory(b *testing.B) {
	if runtime.GOOS != "linux" {
		b.Skip("the peak of a process's memory is read from /proc, which only Linux has")
	}
	binary := buildLambda(b, "./functions/removetags")
	one := func(i int) []string { return []string{dealID(i)} }
	several := func(n int) func(int) []string {
		return func(event int) (ids []string) {
			for i := range n {
				ids = append(ids, dealID(event*n+i))
			}
			return ids
		}
	}
	for name, c := range map[string]struct {
		rules, element string
		size           int
		ids            func(int) []string
	}{
		"small events and a where":         {whereRules, `{"a":1}`, 2000, one},
		"large events and a where":         {whereRules, `{}`, 1_030_000, one},
		"large events of objects, a where": {whereRules, `{"a":1}`, 800_000, one},
		"events of thousands of records":   {idsRules, `1`, 0, several(10_000)},
		"the same and a where":             {whereRules, `1`, 0, several(2000)},
	} {
		b.Run(name, func(b *testing.B) {
			payload, ids := denseBatch(b, c.size, c.element, c.ids)
			rules := filepath.Join(b.TempDir(), "rules.yaml")
			if err := os.WriteFile(rules, []byte(c.rules), 0o600); err != nil {
				b.Fatal(err)
			}
			records := sandbox.Records{}
			for _, id := range ids {
				records["Deals"] = append(records["Deals"], map[string]any{"id": id, "Tag": []string{"In progress", "New"}})
			}
			for b.Loop() {
				crm := sandbox.New(sandbox.Config{Records: records})
				peak := peakOf(b, binary, rules, crm, payload, 2)
				if tags, _ := crm.Tags("Deals", ids[len(ids)-1]); len(tags) != 0 {
					b.Fatalf("the last deal has the tags %v, want none", tags)
				}
				b.ReportMetric(float64(len(payload))/(1<<20), "payload-MiB")
				b.ReportMetric(float64(len(ids)), "records")
				b.ReportMetric(float64(peak)/(1<<20), "peak-MiB")
				if peak > memoryLimit {
					b.Errorf("a batch of %d bytes takes %.1f MiB at its peak, the limit is %d MiB", len(payload), float64(peak)/(1<<20), memoryLimit>>20)
				}
			}
		})
	}
}
