package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/queue"
	"untag/internal/sqs"
)

func TestBackoff(t *testing.T) {
	tests := []struct {
		received int
		want     time.Duration
	}{
		{0, 30 * time.Second}, {1, 30 * time.Second}, {2, time.Minute}, {3, 2 * time.Minute}, {7, 32 * time.Minute}, {8, time.Hour}, {1000, time.Hour},
	}
	for _, tt := range tests {
		if got := queue.Backoff(tt.received, 0.5); got != tt.want {
			t.Errorf("Backoff(%d, 0.5) = %v, want %v", tt.received, got, tt.want)
		}
		for _, random := range []float64{0, 0.25, 0.999} {
			got := queue.Backoff(tt.received, random)
			if got < 30*time.Second || got > time.Hour || got < tt.want*8/10 || got > tt.want*12/10 {
				t.Errorf("Backoff(%d, %v) = %v, want within a fifth of %v", tt.received, random, got, tt.want)
			}
		}
	}
	// Trying for six hours at these delays takes fewer receives than the queue allows.
	tries := 0
	for waited := time.Duration(0); waited < 6*time.Hour; waited += queue.Backoff(tries, 0) {
		tries++
	}
	if tries > 20 {
		t.Errorf("%d receives in six hours", tries)
	}
}

// change is a call that changes how long messages are hidden.
type change struct {
	url  string
	list []sqs.Visibility
}

// fakeMover records which messages are moved.
type fakeMover struct {
	fakeSQS
	mu      sync.Mutex
	changes []change
	letters []sqs.Outgoing
	change  error
	refused int
}

func (f *fakeMover) ChangeMessageVisibilityBatch(_ context.Context, url string, list []sqs.Visibility) (int, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.changes = append(f.changes, change{url, list})
	return f.refused, f.change
}

func (f *fakeMover) SendMessage(_ context.Context, m sqs.Outgoing) (string, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.letters = append(f.letters, m)
	return f.id, f.err
}

func worker(f *fakeMover, dead string) *queue.Worker {
	return queue.NewWorker(queue.WorkerConfig{
		Client: f, DeadLetterURL: dead, URL: func(m events.SQSMessage) string { return queue.URLFromARN(m.EventSourceARN, nil) },
	})
}

func received(id string, times int) events.SQSMessage {
	return events.SQSMessage{
		MessageId: id, ReceiptHandle: "r-" + id, Body: "{}", EventSourceARN: "arn:aws:sqs:eu-central-1:123456789012:events",
		Attributes: map[string]string{"ApproximateReceiveCount": fmt.Sprint(times)},
	}
}

func TestDelay(t *testing.T) {
	f := &fakeMover{}
	var list []queue.Delayed
	for i := range 25 {
		list = append(list, queue.Delayed{Message: received(fmt.Sprint(i), 3)})
	}
	list[0].AtLeast = 20 * time.Minute
	list[1] = queue.Delayed{Message: received("due", 30), AtLeast: 10 * time.Minute, Due: true}
	if err := worker(f, "").Delay(t.Context(), list); err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, in := range f.changes {
		if len(in.list) > 10 || in.url != "https://sqs.eu-central-1.amazonaws.com/123456789012/events" {
			t.Errorf("a call of %d messages to %s", len(in.list), in.url)
		}
		for _, e := range in.list {
			seen++
			least, most := 96, 144
			switch e.ReceiptHandle {
			case "r-0":
				least, most = 1200, 1200
			case "r-due":
				least, most = 600, 661
			}
			if e.Seconds < least || e.Seconds > most {
				t.Errorf("%s waits %d s, want %d to %d", e.ReceiptHandle, e.Seconds, least, most)
			}
		}
	}
	if seen != 25 || len(f.changes) != 3 {
		t.Errorf("%d messages in %d calls, want 25 in 3", seen, len(f.changes))
	}
	f.change = errors.New("throttled")
	if err := worker(f, "").Delay(t.Context(), list); err == nil {
		t.Error("a refused delay is no error")
	}
	f.change, f.refused = nil, 1
	if err := worker(f, "").Delay(t.Context(), list[:3]); err == nil || !strings.Contains(err.Error(), "1 of 3") {
		t.Errorf("Delay = %v, want that 1 of 3 was refused", err)
	}
}

func TestDeadLetter(t *testing.T) {
	letters := []queue.Letter{
		{Message: received("a", 1), Reason: queue.Reason{Code: "NO_PERMISSION", Rule: "deal-closed", Message: "no\x00pe " + strings.Repeat("ä", 300), Time: time.Unix(0, 0)}},
		{Message: received("b", 1), Reason: queue.Reason{Code: "UNREADABLE"}},
	}
	f := &fakeMover{fakeSQS: fakeSQS{id: "m"}}
	for i, err := range worker(f, "https://dead").DeadLetter(t.Context(), letters) {
		if err != nil {
			t.Errorf("letter %d: %v", i, err)
		}
	}
	for _, in := range f.letters {
		for name, value := range in.Attributes {
			if text := value.StringValue; text == "" || len(text) > 256 || strings.ContainsRune(text, 0) || value.DataType != "String" {
				t.Errorf("attribute %s = %q", name, text)
			}
		}
		if code := in.Attributes["code"].StringValue; code == "NO_PERMISSION" && in.Attributes["rule"].StringValue != "deal-closed" {
			t.Errorf("attributes = %v", in.Attributes)
		}
	}
	for name, w := range map[string]*queue.Worker{
		"no queue": worker(f, ""), "refused": worker(&fakeMover{fakeSQS: fakeSQS{err: errors.New("gone")}}, "https://dead"), "no id": worker(&fakeMover{}, "https://dead"),
	} {
		for i, err := range w.DeadLetter(t.Context(), letters) {
			if err == nil {
				t.Errorf("%s: letter %d counts as stored", name, i)
			}
		}
	}
}

func TestURLFromARN(t *testing.T) {
	local := "http://127.0.0.1:5000/"
	tests := map[string]struct {
		arn      string
		endpoint *string
		want     string
	}{
		"aws":   {"arn:aws:sqs:eu-central-1:1:q", nil, "https://sqs.eu-central-1.amazonaws.com/1/q"},
		"china": {"arn:aws-cn:sqs:cn-north-1:1:q", nil, "https://sqs.cn-north-1.amazonaws.com.cn/1/q"},
		"local": {"arn:aws:sqs:eu-central-1:1:q", &local, "http://127.0.0.1:5000/1/q"},
		"none":  {"q", nil, ""},
	}
	for name, tt := range tests {
		if got := queue.URLFromARN(tt.arn, tt.endpoint); got != tt.want {
			t.Errorf("%s: URLFromARN = %s, want %s", name, got, tt.want)
		}
	}
}

// fakeDead is a dead-letter queue of a few messages.
type fakeDead struct {
	fakeMover
	messages []sqs.Message
	deleted  []string
}

func (f *fakeDead) ReceiveMessage(context.Context, sqs.Receive) ([]sqs.Message, error) {
	list := f.messages
	f.messages = nil
	return list, nil
}

func (f *fakeDead) DeleteMessage(_ context.Context, _, receipt string) error {
	f.deleted = append(f.deleted, receipt)
	return nil
}

func TestRedriveThatIsRefusedLosesNothing(t *testing.T) {
	f := &fakeDead{messages: []sqs.Message{{ID: "m", ReceiptHandle: "r", Body: "{}"}}}
	f.err = errors.New("refused")
	sent, err := queue.NewDeadLetters(f, "https://dead").Redrive(t.Context(), "https://events", 10, func(queue.Dead) bool { return true })
	if err == nil || sent != 0 || len(f.deleted) > 0 || len(f.changes) != 1 {
		t.Errorf("Redrive = %d, %v with %v deleted and %d put back, want nothing lost", sent, err, f.deleted, len(f.changes))
	}
}

// slowMover is an SQS that takes a second for each message.
type slowMover struct{ fakeMover }

func (s *slowMover) SendMessage(ctx context.Context, m sqs.Outgoing) (string, error) {
	time.Sleep(time.Second)
	return s.fakeMover.SendMessage(ctx, m)
}

// TestCallsAtOnce: five at a time, and all of them although each fails.
func TestCallsAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &slowMover{fakeMover{fakeSQS: fakeSQS{err: errors.New("out of order")}}}
		w := queue.NewWorker(queue.WorkerConfig{Client: f, DeadLetterURL: "https://sqs.example/dead"})
		start := time.Now()
		errs := w.DeadLetter(t.Context(), make([]queue.Letter, 12))
		if took := time.Since(start); took != 3*time.Second || len(f.letters) != 12 {
			t.Errorf("%d messages in %v, want 12 in 3 s", len(f.letters), took)
		}
		if len(errs) != 12 || slices.Contains(errs, nil) {
			t.Errorf("errors = %v, want one for each message", errs)
		}
	})
}
