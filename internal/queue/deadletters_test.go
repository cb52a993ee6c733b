package queue_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/smithy-go"

	"untag/internal/queue"
	"untag/internal/sqs"
)

// fakeServers is a queue on several servers: a receive that does not wait asks only one that
// has nothing. Messages come back if again is set.
type fakeServers struct {
	fakeMover
	messages []sqs.Message
	at       int
	again    bool
	receives int
	hold     int
	deleted  []string
}

func (f *fakeServers) ReceiveMessage(_ context.Context, in sqs.Receive) ([]sqs.Message, error) {
	f.receives++
	f.hold = in.HideSeconds
	if in.WaitSeconds == 0 {
		return nil, nil
	}
	if f.again && f.at == len(f.messages) {
		f.at = 0
	}
	list := f.messages[f.at:min(f.at+in.Most, len(f.messages))]
	f.at += len(list)
	return list, nil
}

func (f *fakeServers) DeleteMessage(ctx context.Context, _, receipt string) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	f.deleted = append(f.deleted, receipt)
	return nil
}

func dead(n int) []sqs.Message {
	list := make([]sqs.Message, n)
	for i := range list {
		id := fmt.Sprint("m", i)
		list[i] = sqs.Message{ID: id, ReceiptHandle: id, Body: "{}"}
	}
	return list
}

func TestListSeesAll(t *testing.T) {
	for name, again := range map[string]bool{"until none is left": false, "until the first are back": true} {
		t.Run(name, func(t *testing.T) {
			f := &fakeServers{messages: dead(25), again: again}
			list, err := queue.NewDeadLetters(f, "https://dead").List(t.Context(), 1000)
			if err != nil || len(list) != 25 || f.receives > 5 {
				t.Errorf("List = %d, %v after %d receives, want 25", len(list), err, f.receives)
			}
			back := 0
			for _, in := range f.changes {
				back += len(in.list)
			}
			if back != 25 {
				t.Errorf("%d messages put back, want 25", back)
			}
		})
	}
}

// slowServers is a queue that is far away.
type slowServers struct{ fakeServers }

func (f *slowServers) ChangeMessageVisibilityBatch(ctx context.Context, url string, list []sqs.Visibility) (int, error) {
	select {
	case <-ctx.Done():
		return 0, ctx.Err()
	case <-time.After(200 * time.Millisecond):
		return f.fakeServers.ChangeMessageVisibilityBatch(ctx, url, list)
	}
}

func TestListPutsBackMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &slowServers{fakeServers{messages: dead(1000)}}
		list, err := queue.NewDeadLetters(f, "https://dead").List(t.Context(), 1000)
		if err != nil || len(list) != 1000 || len(f.changes) != 100 {
			t.Errorf("List = %d, %v, and put %d batches back, want 1000 in 100", len(list), err, len(f.changes))
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		began := time.Now()
		f = &slowServers{fakeServers{messages: dead(1000)}}
		if _, err := queue.NewDeadLetters(f, "https://dead").List(ctx, 1000); err == nil || time.Since(began) > 6*time.Second {
			t.Errorf("after the caller gave up: %v after %v", err, time.Since(began))
		}
	})
}

func TestRedriveHoldsForAsLongAsItTakes(t *testing.T) {
	f := &fakeServers{fakeMover: fakeMover{fakeSQS: fakeSQS{id: "m"}}, messages: dead(25)}
	sent, err := queue.NewDeadLetters(f, "https://dead").Redrive(t.Context(), "https://events", 5000, func(d queue.Dead) bool { return d.ID != "m3" })
	if err != nil || sent != 24 || len(f.deleted) != 24 || len(f.letters) != 24 || len(f.changes) != 1 || len(f.changes[0].list) != 1 {
		t.Errorf("Redrive = %d, %v, deleted %d, put back by %d calls", sent, err, len(f.deleted), len(f.changes))
	}
	if f.hold < 1000 {
		t.Errorf("5000 messages are held for %d s", f.hold)
	}
}

func TestARedriveThatIsInterruptedPutsTheRestBack(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	f := &fakeServers{fakeMover: fakeMover{fakeSQS: fakeSQS{id: "m"}}, messages: dead(5)}
	sent, err := queue.NewDeadLetters(f, "https://dead").Redrive(ctx, "https://events", 10, func(d queue.Dead) bool {
		if d.ID == "m2" {
			cancel()
		}
		return true
	})
	if !errors.Is(err, context.Canceled) || sent != 3 || len(f.changes) != 1 || len(f.changes[0].list) != 3 {
		t.Errorf("Redrive = %d, %v, put back by %d calls, want 3 sent and 3 put back", sent, err, len(f.changes))
	}
}

// fakePicky does not accept one of the messages.
type fakePicky struct{ fakeServers }

func (f *fakePicky) SendMessage(ctx context.Context, m sqs.Outgoing) (string, error) {
	if m.Body == "large" {
		return "", &smithy.GenericAPIError{Code: "InvalidParameterValue", Message: "one or more parameters are invalid"}
	}
	return f.fakeServers.SendMessage(ctx, m)
}

// TestARedriveSkipsWhatTheQueueDoesNotAccept: a message that is too large for the queue stays.
func TestARedriveSkipsWhatTheQueueDoesNotAccept(t *testing.T) {
	f := &fakePicky{fakeServers{fakeMover: fakeMover{fakeSQS: fakeSQS{id: "m"}}, messages: dead(5)}}
	f.messages[1].Body = "large"
	sent, err := queue.NewDeadLetters(f, "https://dead").Redrive(t.Context(), "https://events", 10, func(queue.Dead) bool { return true })
	if err == nil || !strings.Contains(err.Error(), "redrive m1") || sent != 4 || len(f.deleted) != 4 || len(f.changes) != 1 || len(f.changes[0].list) != 1 {
		t.Errorf("Redrive = %d, %v, deleted %v, put back by %d calls, want all but m1", sent, err, f.deleted, len(f.changes))
	}
}

// TestRedriveOfMessagesThatCameBackMeanwhile: SQS may deliver a message again too early, and
// deletes it only by its last receipt.
func TestRedriveOfMessagesThatCameBackMeanwhile(t *testing.T) {
	f := &fakeServers{fakeMover: fakeMover{fakeSQS: fakeSQS{id: "m"}}, messages: dead(11)}
	again := f.messages[3]
	again.ReceiptHandle = "r-again"
	f.messages = append(f.messages, again)
	sent, err := queue.NewDeadLetters(f, "https://dead").Redrive(t.Context(), "https://events", 1000, func(queue.Dead) bool { return true })
	if err != nil || sent != 11 || slices.Contains(f.deleted, "m3") || !slices.Contains(f.deleted, "r-again") {
		t.Errorf("Redrive = %d, %v, deleted by the receipts %v, want the last of each", sent, err, f.deleted)
	}
}

// TestDeadLetterOfAFullMessage: the reason is shortened, not the message.
func TestDeadLetterOfAFullMessage(t *testing.T) {
	for name, tt := range map[string]struct {
		free int
		want []string
	}{
		"no room": {0, nil}, "room for the code": {20, []string{"code"}}, "room for all": {4096, []string{"code", "rule", "message", "time", "message_id"}},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeMover{fakeSQS: fakeSQS{id: "m"}}
			m := events.SQSMessage{MessageId: "id", Body: strings.Repeat("x", queue.MaxMessage-tt.free)}
			letter := queue.Letter{Message: m, Reason: queue.Reason{Code: "UNREADABLE", Rule: "r", Message: strings.Repeat("m", 200), Time: time.Now()}}
			if err := worker(f, "https://dead").DeadLetter(t.Context(), []queue.Letter{letter})[0]; err != nil {
				t.Fatal(err)
			}
			got := f.letters[0].Attributes
			if len(got) != len(tt.want) {
				t.Errorf("%d attributes, want %v", len(got), tt.want)
			}
			size := len(m.Body)
			for name, value := range got {
				size += len(name) + len(value.DataType) + len(value.StringValue)
			}
			if size > queue.MaxMessage {
				t.Errorf("%d bytes, want at most %d", size, queue.MaxMessage)
			}
		})
	}
}
