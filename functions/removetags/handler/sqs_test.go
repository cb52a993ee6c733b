package handler_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/queue"
)

// stored returns a message as the receiving function stores it.
func stored(t *testing.T, messageID, deliveryID, body string) events.SQSMessage {
	t.Helper()
	text, err := queue.Encode(event.Delivery{
		ID: "e-" + messageID, DeliveryID: deliveryID, Source: "zoho", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		ContentType: "application/json", Body: []byte(body),
	})
	if err != nil {
		t.Fatal(err)
	}
	return events.SQSMessage{
		MessageId: messageID, ReceiptHandle: "r-" + messageID, Body: text, EventSource: "aws:sqs", EventSourceARN: eventsARN,
		Attributes: map[string]string{"ApproximateReceiveCount": "1"},
	}
}

// fakeMessages records which messages are delayed and which become dead letters.
type fakeMessages struct {
	delayed, deadLetters []string
	codes, bodies        []string
	err, delayErr        error
	left                 time.Duration // for Delay
	waits                []queue.Delayed
}

func (f *fakeMessages) Delay(ctx context.Context, list []queue.Delayed) error {
	if end, ok := ctx.Deadline(); ok {
		f.left = time.Until(end)
	}
	f.waits = append(f.waits, list...)
	for _, d := range list {
		f.delayed = append(f.delayed, d.Message.MessageId)
	}
	return f.delayErr
}

func (f *fakeMessages) DeadLetter(_ context.Context, letters []queue.Letter) []error {
	errs := make([]error, len(letters))
	for i, l := range letters {
		if errs[i] = f.err; f.err == nil {
			f.deadLetters = append(f.deadLetters, l.Message.MessageId)
			f.codes = append(f.codes, l.Reason.Code)
			f.bodies = append(f.bodies, l.Message.Body)
		}
	}
	return errs
}

func failures(r events.SQSEventResponse) []string {
	var ids []string
	for _, f := range r.BatchItemFailures {
		ids = append(ids, f.ItemIdentifier)
	}
	return ids
}

func TestSQSBatch(t *testing.T) {
	foreign := events.SQSMessage{MessageId: "foreign", Body: `{"hush":"world"}`, EventSource: "aws:sqs", EventSourceARN: eventsARN}
	batch := events.SQSEvent{Records: []events.SQSMessage{
		stored(t, "won", "", closed(wonDeal)),
		stored(t, "lost", "", closed(lostDeal)),
		stored(t, "gone", "", closed(goneDeal)),
		stored(t, "wrong-module", "", `{"kind":"wrong module","id":"1"}`),
		stored(t, "unparseable", "", `{"kind":"hush`),
		stored(t, "rule-error", "", `{"kind":"no id"}`),
		foreign,
	}}
	t.Run("with a dead-letter queue", func(t *testing.T) {
		m := &fakeMessages{}
		l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
		var got events.SQSEventResponse
		l.invoke(t, batch, &got)
		if len(failures(got)) > 0 {
			t.Errorf("failures = %v, want none", failures(got))
		}
		want := []string{"unparseable", "foreign", "wrong-module", "rule-error"}
		if diff := cmp.Diff(want, m.deadLetters); diff != "" {
			t.Errorf("dead letters: -want +got\n%s", diff)
		}
		if diff := cmp.Diff([]string{"UNREADABLE", "UNREADABLE", "INVALID_MODULE", handler.CodeRuleError}, m.codes); diff != "" {
			t.Errorf("codes: -want +got\n%s", diff)
		}
		wantBodies := []string{batch.Records[4].Body, foreign.Body, batch.Records[3].Body, batch.Records[5].Body}
		if diff := cmp.Diff(wantBodies, m.bodies); diff != "" {
			t.Errorf("bodies of the dead letters: -want +got\n%s", diff)
		}
		if log := l.log.String(); strings.Contains(log, "hush") || strings.Contains(log, "no id") || strings.Contains(log, wonDeal) {
			t.Errorf("the log has something of a message:\n%s", log)
		}
		if line := "messages=7 repeats=0 removed=2 nothing=0 gone=1 failed=1 undecided=1 dead_letters=4 back=0"; !strings.Contains(l.log.String(), line) {
			t.Errorf("the log does not say %s:\n%s", line, l.log)
		}
		if n := l.crm.Requests().RemoveTags; n != 2 {
			t.Errorf("remove_tags calls = %d, want 2: one for three deals, one for the module", n)
		}
	})
	t.Run("without one", func(t *testing.T) {
		l := newLine(t)
		var got events.SQSEventResponse
		l.invoke(t, batch, &got)
		want := []string{"unparseable", "foreign", "wrong-module", "rule-error"}
		if diff := cmp.Diff(want, failures(got)); diff != "" {
			t.Errorf("failures: -want +got\n%s", diff)
		}
	})
	t.Run("a dead-letter queue that refuses", func(t *testing.T) {
		l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = &fakeMessages{err: errors.New("refused")} })
		var got events.SQSEventResponse
		l.invoke(t, batch, &got)
		want := []string{"unparseable", "foreign", "wrong-module", "rule-error"}
		if diff := cmp.Diff(want, failures(got)); diff != "" {
			t.Errorf("failures: -want +got\n%s", diff)
		}
	})
}

// TestSQSOneIDThatFailsTheCall: Zoho may refuse a call because of one id without saying
// which. The other events must not fail for it.
func TestSQSOneIDThatFailsTheCall(t *testing.T) {
	const odd = "99999999999999999999"
	m := &fakeMessages{}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
	refused := says(400, `{"code":"INVALID_DATA","details":{"param_name":"ids"},"message":"the id given seems to be invalid","status":"error"}`)
	l.zoho = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.URL.RequestURI(), odd) {
			refused(w, r)
			return
		}
		l.crm.ServeHTTP(w, r)
	})
	var got events.SQSEventResponse
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{
		stored(t, "won", "", closed(wonDeal)), stored(t, "odd", "", closed(odd)), stored(t, "lost", "", closed(lostDeal)),
	}}, &got)
	if len(failures(got))+len(m.deadLetters)+len(m.delayed) > 0 || len(l.crm.Journal()) != 2 {
		t.Errorf("failures %v, dead letters %v, delayed %v, removals %v, want two removals", failures(got), m.deadLetters, m.delayed, l.crm.Journal())
	}
	if !strings.Contains(l.log.String(), "removed=2 nothing=0 gone=1") {
		t.Errorf("the log does not say that one record is gone:\n%s", l.log)
	}
}

func TestSQSAnotherTryMayMend(t *testing.T) {
	m := &fakeMessages{}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
	misbehave(l, says(500, `{"code":"INTERNAL_ERROR","details":{},"message":"Internal Server Error","status":"error"}`))
	var got events.SQSEventResponse
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{stored(t, "won", "", closed(wonDeal))}}, &got)
	if diff := cmp.Diff([]string{"won"}, failures(got)); diff != "" {
		t.Errorf("failures: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"won"}, m.delayed); diff != "" || len(m.deadLetters) > 0 {
		t.Errorf("delayed: -want +got\n%s; dead letters %v", diff, m.deadLetters)
	}
}

// TestSQSDelaysAreRefused: a message that cannot be sent back with a delay is still reported
// as failed, and comes back after the queue's visibility timeout.
func TestSQSDelaysAreRefused(t *testing.T) {
	m := &fakeMessages{delayErr: errors.New("the queue is gone")}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
	misbehave(l, says(503, "<html>"))
	var got events.SQSEventResponse
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{stored(t, "won", "", closed(wonDeal))}}, &got)
	if diff := cmp.Diff([]string{"won"}, failures(got)); diff != "" {
		t.Errorf("failures: -want +got\n%s", diff)
	}
	if len(m.delayed) != 1 || !strings.Contains(l.log.String(), "delay refused") {
		t.Errorf("delayed %v, log %s", m.delayed, l.log)
	}
}

// TestSQSRulesThatChangedMeanwhile: a message may outlive the rule for which it was stored.
// Then there is nothing to do, and the log says so.
func TestSQSRulesThatChangedMeanwhile(t *testing.T) {
	m := &fakeMessages{}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
	var got events.SQSEventResponse
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{stored(t, "old", "", `{"kind":"of old","id":"`+wonDeal+`"}`)}}, &got)
	if len(failures(got))+len(m.deadLetters)+len(m.delayed) > 0 || l.crm.Requests().CRM > 0 {
		t.Errorf("failures %v, dead letters %v, delayed %v, %+v, want it to be done", failures(got), m.deadLetters, m.delayed, l.crm.Requests())
	}
	if log := l.log.String(); !strings.Contains(log, "outcome=nothing") || !strings.Contains(log, "e-old") {
		t.Errorf("log %s, want that there was nothing to do", log)
	}
}

// TestSQSUnknownSource: no event is lost if its source was renamed while it waited, or if
// only the receiving function has the source so far.
func TestSQSUnknownSource(t *testing.T) {
	unknown := stored(t, "unknown", "", closed(wonDeal))
	unknown.Body = strings.Replace(unknown.Body, `"source":"zoho"`, `"source":"`+strings.Repeat("shop\\n", 50)+`"`, 1)
	batch := events.SQSEvent{Records: []events.SQSMessage{unknown, stored(t, "won", "", closed(wonDeal))}}
	t.Run("with a dead-letter queue", func(t *testing.T) {
		m := &fakeMessages{}
		l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
		var got events.SQSEventResponse
		l.invoke(t, batch, &got)
		if len(failures(got)) > 0 || !slices.Equal(m.codes, []string{handler.CodeUnknownSource}) || !slices.Equal(m.bodies, []string{unknown.Body}) {
			t.Errorf("failures %v, dead letters %v with %v, want the message of the unknown source, as it was", failures(got), m.deadLetters, m.codes)
		}
		if len(l.crm.Journal()) != 1 {
			t.Errorf("removals %v, want the one of the other message", l.crm.Journal())
		}
		if log := l.log.String(); !strings.Contains(log, handler.CodeUnknownSource) || strings.Count(log, "shop") > 20 {
			t.Errorf("log %s, want the code, and no long name", log)
		}
	})
	t.Run("without one", func(t *testing.T) {
		l := newLine(t)
		var got events.SQSEventResponse
		l.invoke(t, batch, &got)
		if diff := cmp.Diff([]string{"unknown"}, failures(got)); diff != "" {
			t.Errorf("failures: -want +got\n%s", diff)
		}
	})
}

// TestSQSTheSameMessageTwiceAtOnce: a standard queue may deliver a message to two workers.
// Both act, and neither does harm.
func TestSQSTheSameMessageTwiceAtOnce(t *testing.T) {
	m := &fakeMessages{}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
	meet := make(chan struct{})
	l.zoho = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/crm/") { // both are in the middle of the call
			select {
			case meet <- struct{}{}:
			case <-meet:
			case <-r.Context().Done():
			}
		}
		l.crm.ServeHTTP(w, r)
	})
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			var got events.SQSEventResponse
			l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{stored(t, "won", "", closed(wonDeal))}}, &got)
			if len(failures(got)) > 0 {
				t.Errorf("failures = %v, want none", failures(got))
			}
		})
	}
	wg.Wait()
	if tags, _ := l.crm.Tags("Deals", wonDeal); !slices.Equal(tags, []string{"VIP"}) || len(l.crm.Journal()) != 1 {
		t.Errorf("tags %v after %d removals, want VIP left after one", tags, len(l.crm.Journal()))
	}
}

// TestSQSSilentUntilTheDeadline: there is time left to send the messages back.
func TestSQSSilentUntilTheDeadline(t *testing.T) {
	m := &fakeMessages{}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
	misbehave(l, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	payload, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{stored(t, "won", "", closed(wonDeal))}})
	if err != nil {
		t.Fatal(err)
	}
	answer, err := l.Invoke(ctx, payload)
	if err != nil || !strings.Contains(string(answer), `"won"`) {
		t.Errorf("Invoke = %s, %v, want the message failed", answer, err)
	}
	if !slices.Equal(m.delayed, []string{"won"}) || m.left < 50*time.Millisecond {
		t.Errorf("%v were sent back with %v left, want the message and some time", m.delayed, m.left)
	}
}
