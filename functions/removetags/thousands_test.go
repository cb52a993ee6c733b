package main

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/awstest"
	"untag/internal/queue"
	"untag/internal/sandbox"
)

const thousandsRules = `
version: 1
sources:
  zoho: {verify: token}
rules:
  - name: campaign-over
    on: zoho
    when: event.kind == "campaign over"
    record: {module: Contacts, id: event.ids}
    remove: [Campaign]
`

const manyRecords = 5000

// TestAnEventOfThousandsOfRecords: a fifth of the calls fail, and instances die. The event
// is completed with few more calls than necessary, and nothing is lost.
func TestAnEventOfThousandsOfRecords(t *testing.T) {
	for seed := range uint64(4) {
		for _, kills := range []int{0, 3} {
			t.Run(fmt.Sprint("seed ", seed, ", kills ", kills), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) { thousands(t, seed, kills) })
			})
		}
	}
}

func thousands(t *testing.T, seed uint64, kills int) {
	var ids []string
	records := sandbox.Records{}
	for i := range manyRecords {
		id := fmt.Sprintf("5725767%012d", i)
		ids = append(ids, id)
		records["Contacts"] = append(records["Contacts"], map[string]any{"id": id, "Tag": []any{"Campaign", "VIP"}})
	}
	var l *line
	off, killed := 0, 0
	l = newLine(t, thousandsRules, sandbox.Config{
		Records: records, Concurrency: instances * concurrency,
		// An instance is killed when this much of its batch is done.
		OnRemove: func(sandbox.Entry) {
			if off++; killed < kills && off == 700+1300*killed {
				killed++
				l.source.Kill()
			}
		},
		Faults: &sandbox.Faults{Seed: seed, Internal: 0.1, TooMany: 0.05, Reset: 0.05, Slow: 1, Delay: 300 * time.Millisecond},
	}, nil, time.Now().Add(24*time.Hour))
	ctx, stop := context.WithCancel(t.Context())
	var polling sync.WaitGroup
	polling.Go(func() { l.source.Run(ctx) })
	accepted := l.post(`{"kind":"campaign over","ids":["` + strings.Join(ids, `","`) + `"]}`)
	l.untilNone(func(awstest.Message) bool { return true })
	stop()
	polling.Wait()

	removed := l.removed()
	for _, id := range ids {
		if n := removed[removal{"Contacts", id, "Campaign"}]; n != 1 {
			t.Fatalf("the tag was removed from %s %d times, want once", id, n)
		}
	}
	if len(removed) != manyRecords || len(l.sqs.Messages(eventsURL))+len(l.sqs.Messages(deadURL))+len(l.sqs.Lost()) > 0 || accepted == "" {
		t.Errorf("%d removals; %d messages are left, %d are dead, %d lost", len(removed), len(l.sqs.Messages(eventsURL)), len(l.sqs.Messages(deadURL)), len(l.sqs.Lost()))
	}
	asked := l.network.crm.Requests()
	calls, fewest := l.network.requests(-48*time.Hour, 0, false), manyRecords/100
	died := 0
	for _, i := range l.source.Invocations() {
		if i.Died {
			died++
		}
	}
	t.Logf("%d calls, %d of them failed; %d instances died", calls, asked.Faulty, died)
	if died != kills || kills == 0 && calls != fewest+asked.Faulty {
		t.Errorf("%d calls with %d faults, %d instances died; want a call for each fault and %d more, and %d instances", calls, asked.Faulty, died, fewest, kills)
	}
}

// TestAContinuationIsTheSameEvent: a continuation keeps the event's id, time and content.
func TestAContinuationIsTheSameEvent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		records := sandbox.Records{}
		var ids []string
		for i := range 300 {
			ids = append(ids, fmt.Sprint(1000+i))
			records["Contacts"] = append(records["Contacts"], map[string]any{"id": fmt.Sprint(1000 + i), "Tag": []any{"Campaign"}})
		}
		l := newLine(t, thousandsRules, sandbox.Config{Records: records, Faults: &sandbox.Faults{Seed: 3, Internal: 0.5}}, nil, time.Now().Add(24*time.Hour))
		seen := make(map[string]bool)
		l.sqs.Again(func(m awstest.Message) bool {
			d, err := queue.Decode(m.Body)
			if err != nil {
				t.Error(err)
			}
			d.Done = ""
			seen[fmt.Sprintf("%+v", d)] = true
			return false
		})
		ctx, stop := context.WithCancel(t.Context())
		var polling sync.WaitGroup
		polling.Go(func() { l.source.Run(ctx) })
		l.post(`{"kind":"campaign over","ids":["` + strings.Join(ids, `","`) + `"]}`)
		l.untilNone(func(awstest.Message) bool { return true })
		stop()
		polling.Wait()
		if len(seen) != 1 || len(l.source.Invocations()) < 2 {
			t.Errorf("%d events in %d batches, want one in several", len(seen), len(l.source.Invocations()))
		}
	})
}
