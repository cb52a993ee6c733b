package pipeline_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/zoho"
)

// faultyCRM fails a share of its calls, half of them after it has done what they ask.
type faultyCRM struct {
	mu           sync.Mutex
	random       *rand.Rand
	share        float64
	made, faults int
	reads        int
	off          map[string]int // how often a tag was reported as removed, by record
}

func newFaultyCRM(seed uint64, share float64) *faultyCRM {
	return &faultyCRM{random: rand.New(rand.NewPCG(seed, 1)), share: share, off: make(map[string]int)}
}

func (f *faultyCRM) fails() bool {
	if f.random.Float64() >= f.share {
		return false
	}
	f.faults++
	return true
}

func (f *faultyCRM) RemoveTags(_ context.Context, _ string, ids, _ []string) ([]zoho.Removal, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.made++
	if f.fails() {
		return nil, &zoho.Error{Status: 503}
	}
	var list []zoho.Removal
	for _, id := range ids {
		f.off[id]++
		list = append(list, zoho.Removal{ID: id})
	}
	return list, nil
}

func (f *faultyCRM) Records(_ context.Context, _ string, ids, _ []string) ([]zoho.Record, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.reads++
	if f.fails() {
		return nil, &zoho.Error{Status: 500, Code: "INTERNAL_ERROR"}
	}
	var list []zoho.Record
	for _, id := range ids {
		stage := "Won"
		if id[len(id)-1]%2 == 1 {
			stage = "Lost"
		}
		list = append(list, record(id, stage, "In progress"))
	}
	return list, nil
}

func (f *faultyCRM) Search(_ context.Context, _ string, s zoho.Search) (zoho.SearchResult, error) {
	return zoho.SearchResult{Records: []zoho.Record{{"id": "7", "Email": s.Email}}}, nil
}

func largeEvent(records int) event.Event {
	var ids []any
	for i := range records {
		ids = append(ids, fmt.Sprint(100_000+i))
	}
	return event.Event{ID: "large", Source: "zoho", Fields: map[string]any{"go": true, "ids": ids, "email": "ada@example.com"}}
}

// next returns the job of the next attempt: what is left, or everything if the last attempt
// made no progress.
func next(job pipeline.Job, o pipeline.Outcome) pipeline.Job {
	if o.Done != "" {
		job.Done = o.Done
	}
	return job
}

// TestAnEventOfManyCallsEnds: each call that fails is made once more, and no call that
// succeeded is.
func TestAnEventOfManyCallsEnds(t *testing.T) {
	set := rulesOf(t, "id: event.ids", "")
	ev := largeEvent(5000)
	total := 0
	for seed := range uint64(20) {
		crm := newFaultyCRM(seed, 0.2)
		job := pipeline.Job{ID: ev.ID, Read: func() (event.Event, error) { return ev, nil }}
		p := pipeline.New(pipeline.Config{Rules: set, CRM: crm})
		for try := 1; ; try++ {
			o := slices.Collect(p.Each(t.Context(), slices.Values([]pipeline.Job{job})))[0]
			if len(o.Done) > pipeline.MaxDone {
				t.Fatalf("Done has %d bytes, want at most %d", len(o.Done), pipeline.MaxDone)
			}
			if job = next(job, o); !o.Retryable() {
				break
			}
			if try > 30 {
				t.Fatalf("seed %d: not done after 30 tries", seed)
			}
		}
		if len(crm.off) != 5000 || crm.made != 50+crm.faults {
			t.Errorf("seed %d: %d of 5000 records after %d calls with %d faults, want a call for each fault and 50 more", seed, len(crm.off), crm.made, crm.faults)
		}
		total += crm.made
	}
	if ratio := float64(total) / (20 * 50); ratio > 1.3 {
		t.Errorf("on average %.2f times the fewest calls, want at most 1.3", ratio)
	}
}

// TestAnEventOfManyCallsEndsAtOnce: it ends within one invocation.
func TestAnEventOfManyCallsEndsAtOnce(t *testing.T) {
	set := rulesOf(t, "id: event.ids", "    where: record.Stage == \"Won\"\n")
	synctest.Test(t, func(t *testing.T) {
		for seed := range uint64(20) {
			crm := newFaultyCRM(seed, 0.2)
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			o := pipeline.New(pipeline.Config{Rules: set, CRM: crm}).Run(ctx, slices.Values([]event.Event{largeEvent(2000)}))[0]
			cancel()
			if o.Outcome != pipeline.OutcomeRemoved || len(o.Removed) != 1000 || len(o.Skipped) != 1000 || len(crm.off) != 1000 {
				t.Errorf("seed %d: %s, %d removed, %d skipped, %d in the CRM; want 1000 each", seed, o.Outcome, len(o.Removed), len(o.Skipped), len(crm.off))
			}
			for id, times := range crm.off {
				if times != 1 {
					t.Errorf("seed %d: record %s was asked for %d times after it was done", seed, id, times)
				}
			}
			// Each round adds a call that is not full, both for reading and for removing.
			if calls := crm.made + crm.reads; calls > 30+crm.faults+14 {
				t.Errorf("seed %d: %d calls with %d faults, want few more than the faults and the fewest, 30", seed, calls, crm.faults)
			}
		}
	})
}

// TestAtOnceThereIsAnEnd: calls without progress are not repeated forever, nor after the time
// is over, nor sooner than Zoho asked.
func TestAtOnceThereIsAnEnd(t *testing.T) {
	set := rulesOf(t, "id: event.ids", "")
	synctest.Test(t, func(t *testing.T) {
		crm := &partlyDown{}
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		start := time.Now()
		o := pipeline.New(pipeline.Config{Rules: set, CRM: crm}).Run(ctx, slices.Values([]event.Event{largeEvent(200)}))[0]
		if !o.Retryable() || len(o.Removed) != 100 || len(o.Failed) != 100 || crm.calls != 7 || time.Since(start) > 20*time.Second {
			t.Errorf("%d removed, %d failed after %d calls and %v, want five more tries of the second call", len(o.Removed), len(o.Failed), crm.calls, time.Since(start))
		}
	})
}

// TestAtOnceZohoAsksForMoreTime: if Zoho asks for more time than there is, nothing is repeated.
func TestAtOnceZohoAsksForMoreTime(t *testing.T) {
	var calls atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		calls.Add(1)
		if strings.Contains(r.URL.Query().Get("ids"), "100100") {
			w.Header().Set("Retry-After", "40")
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
		var data []string
		for id := range strings.SplitSeq(r.URL.Query().Get("ids"), ",") {
			data = append(data, `{"code":"SUCCESS","details":{"id":"`+id+`","tags":[]}}`)
		}
		fmt.Fprintf(w, `{"data":[%s]}`, strings.Join(data, ","))
	}))
	defer server.Close()
	c, err := zoho.New(zoho.Config{APIURL: server.URL, Tokens: oneToken{}})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	o := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.ids", ""), CRM: c}).Run(ctx, slices.Values([]event.Event{largeEvent(200)}))[0]
	if !o.Retryable() || len(o.Removed) != 100 || o.RetryAfter() != 40*time.Second || calls.Load() != 2 {
		t.Errorf("%d calls, %d removed, again after %v; want two calls and no repetition", calls.Load(), len(o.Removed), o.RetryAfter())
	}
}

// partlyDown fails for the records from 100100 on.
type partlyDown struct {
	fakeCRM
	calls int
}

func (p *partlyDown) RemoveTags(ctx context.Context, module string, ids, tags []string) ([]zoho.Removal, error) {
	p.mu.Lock()
	p.calls++
	p.mu.Unlock()
	if ids[0] >= "100100" {
		return nil, &zoho.Error{Status: 503}
	}
	return p.fakeCRM.RemoveTags(ctx, module, ids, tags)
}

// TestDoneIsForTheSameTargets: with other rules, or with a Done that cannot be read, an event
// starts from the beginning.
func TestDoneIsForTheSameTargets(t *testing.T) {
	ev := largeEvent(300)
	first := &partlyDown{}
	run := func(rules, done string, crm interface {
		RemoveTags(context.Context, string, []string, []string) ([]zoho.Removal, error)
		Records(context.Context, string, []string, []string) ([]zoho.Record, error)
		Search(context.Context, string, zoho.Search) (zoho.SearchResult, error)
	}) pipeline.Outcome {
		p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.ids", rules), CRM: crm})
		job := pipeline.Job{ID: ev.ID, Done: done, Read: func() (event.Event, error) { return ev, nil }}
		return slices.Collect(p.Each(t.Context(), slices.Values([]pipeline.Job{job})))[0]
	}
	done := run("", "", first).Done
	if done == "" {
		t.Fatal("nothing is done of an event of which the first call succeeded")
	}
	more := "  - {name: s, on: zoho, when: event.go, record: {module: Deals, id: event.ids}, remove: [Call back]}\n"
	for name, tt := range map[string]struct {
		rules, done string
		want        int
	}{
		"the same":             {"", done, 200},
		"another rule":         {more, done, 300},
		"not written by untag": {"", "%%%", 300},
		"cut off":              {"", done[:12], 300},
		"another where":        {"    where: record.Stage == \"Won\"\n", done, 300},
		"nothing":              {"", "", 300},
		"a search as well":     {"  - {name: s, on: zoho, when: event.go, record: {module: Deals, find: {email: event.email}}, remove: [Call back]}\n", done, 301},
	} {
		t.Run(name, func(t *testing.T) {
			crm := &fakeCRM{records: make(map[string]zoho.Record), hits: zoho.SearchResult{Records: []zoho.Record{{"id": "7", "Email": "ada@example.com"}}}}
			for i := range 300 {
				id := fmt.Sprint(100_000 + i)
				crm.records[id] = record(id, "Won", "In progress")
			}
			run(tt.rules, tt.done, crm)
			off := make(map[string]bool)
			for _, c := range crm.removed {
				for _, id := range c.IDs {
					off[id] = true
				}
			}
			if len(off) != tt.want {
				t.Errorf("%d records are asked for, want %d", len(off), tt.want)
			}
		})
	}
}

// TestDoneOfAnyPattern: any pattern of done targets fits, and none is lost.
func TestDoneOfAnyPattern(t *testing.T) {
	for _, records := range []int{101, 5000, 10_000} {
		for name, fails := range map[string]func(i int) bool{
			"every other": func(i int) bool { return i%2 == 1 },
			"the first":   func(i int) bool { return i == 0 },
			"the last":    func(i int) bool { return i == records-1 },
			"all but one": func(i int) bool { return i != 50 },
		} {
			t.Run(fmt.Sprint(name, " of ", records), func(t *testing.T) {
				crm := &locks{fails: fails}
				ev := largeEvent(records)
				p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.ids", ""), CRM: crm})
				job := pipeline.Job{ID: ev.ID, Read: func() (event.Event, error) { return ev, nil }}
				o := slices.Collect(p.Each(t.Context(), slices.Values([]pipeline.Job{job})))[0]
				if o.Done == "" || len(o.Done) > pipeline.MaxDone {
					t.Fatalf("Done has %d bytes, want some, and at most %d", len(o.Done), pipeline.MaxDone)
				}
				crm.fails, crm.asked = func(int) bool { return false }, nil
				for try := 0; o.Retryable() && try < 5; try++ {
					job = next(job, o)
					o = slices.Collect(p.Each(t.Context(), slices.Values([]pipeline.Job{job})))[0]
				}
				var want []string
				for i := range records {
					if fails(i) {
						want = append(want, fmt.Sprint(100_000+i))
					}
				}
				slices.Sort(crm.asked)
				if !slices.Equal(crm.asked, want) {
					t.Errorf("%d records are asked for again, want the %d that were locked", len(crm.asked), len(want))
				}
			})
		}
	}
}

// locks is a CRM in which some records, given by their numbers, are locked.
type locks struct {
	fakeCRM
	fails func(int) bool
	asked []string
}

func (l *locks) RemoveTags(_ context.Context, _ string, ids, _ []string) ([]zoho.Removal, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []zoho.Removal
	for _, id := range ids {
		l.asked = append(l.asked, id)
		removal := zoho.Removal{ID: id}
		var number int
		_, _ = fmt.Sscan(id, &number)
		if l.fails(number - 100_000) {
			removal.Err = &zoho.Error{Status: 400, Code: "RECORD_LOCKED", Record: id}
		}
		list = append(list, removal)
	}
	return list, nil
}

// TestRecordsWithAllFieldsAreReadInParts: of one event, only so many are in memory.
func TestRecordsWithAllFieldsAreReadInParts(t *testing.T) {
	crm := newFaultyCRM(1, 0)
	ev := largeEvent(2500)
	p := pipeline.New(pipeline.Config{Rules: rulesOf(t, "id: event.ids", "    where: len(record) > 0 && record.Stage == \"Won\"\n"), CRM: crm})
	job := pipeline.Job{ID: ev.ID, Read: func() (event.Event, error) { return ev, nil }}
	var reads []int
	for range 3 {
		o := slices.Collect(p.Each(t.Context(), slices.Values([]pipeline.Job{job})))[0]
		reads = append(reads, crm.reads)
		job = next(job, o)
		if last := len(reads) == 3; o.Retryable() == last {
			t.Errorf("Retryable = %t after %v reads, want it until all are read", o.Retryable(), reads)
		}
	}
	if !slices.Equal(reads, []int{10, 20, 25}) || len(crm.off) != 1250 {
		t.Errorf("%v reads and %d records, want 10 calls at a time, and 1250", reads, len(crm.off))
	}
}
