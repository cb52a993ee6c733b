package handler_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/queue"
)

// stored is a message as the receiving side stores it.
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
		MessageId: messageID, ReceiptHandle: "r-" + messageID, Body: text, EventSource: "aws:sqs",
		Attributes: map[string]string{"ApproximateReceiveCount": "1"},
	}
}

// fakeMessages records what is delayed and what is buried.
type fakeMessages struct {
	delayed, buried []string
	codes, bodies   []string
	err             error
}

func (f *fakeMessages) Delay(_ context.Context, list []queue.Delayed) error {
	for _, d := range list {
		f.delayed = append(f.delayed, d.Message.MessageId)
	}
	return nil
}

func (f *fakeMessages) DeadLetter(_ context.Context, letters []queue.Letter) []error {
	errs := make([]error, len(letters))
	for i, l := range letters {
		if errs[i] = f.err; f.err == nil {
			f.buried = append(f.buried, l.Message.MessageId)
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
	foreign := events.SQSMessage{MessageId: "foreign", Body: `{"hello":"world"}`, EventSource: "aws:sqs"}
	batch := events.SQSEvent{Records: []events.SQSMessage{
		stored(t, "won", "", closed(wonDeal)),
		stored(t, "lost", "", closed(lostDeal)),
		stored(t, "gone", "", closed(goneDeal)),
		stored(t, "wrong-module", "", `{"kind":"wrong module","id":"1"}`),
		stored(t, "unparseable", "", `{"kind":`),
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
		if diff := cmp.Diff(want, m.buried); diff != "" {
			t.Errorf("dead letters: -want +got\n%s", diff)
		}
		if diff := cmp.Diff([]string{"UNREADABLE", "UNREADABLE", "INVALID_MODULE", handler.CodeRuleError}, m.codes); diff != "" {
			t.Errorf("codes: -want +got\n%s", diff)
		}
		wantBodies := []string{batch.Records[4].Body, foreign.Body, batch.Records[3].Body, batch.Records[5].Body}
		if diff := cmp.Diff(wantBodies, m.bodies); diff != "" {
			t.Errorf("bodies of the dead letters: -want +got\n%s", diff)
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
		want := []string{"unparseable", "foreign", "wrong-module"}
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

func TestSQSAnotherTryMayMend(t *testing.T) {
	m := &fakeMessages{}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
	misbehave(l, says(500, `{"code":"INTERNAL_ERROR","details":{},"message":"Internal Server Error","status":"error"}`))
	var got events.SQSEventResponse
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{stored(t, "won", "", closed(wonDeal))}}, &got)
	if diff := cmp.Diff([]string{"won"}, failures(got)); diff != "" {
		t.Errorf("failures: -want +got\n%s", diff)
	}
	if diff := cmp.Diff([]string{"won"}, m.delayed); diff != "" || len(m.buried) > 0 {
		t.Errorf("delayed: -want +got\n%s; buried %v", diff, m.buried)
	}
}

func TestSQSRepeats(t *testing.T) {
	l := newLine(t)
	batch := events.SQSEvent{Records: []events.SQSMessage{
		stored(t, "first", "delivery-1", closed(wonDeal)),
		stored(t, "repeat", "delivery-1", closed(wonDeal)),
		stored(t, "same id, other body", "delivery-1", closed(lostDeal)),
	}}
	var got events.SQSEventResponse
	l.invoke(t, batch, &got)
	if len(failures(got)) > 0 {
		t.Errorf("failures = %v, want none", failures(got))
	}
	for _, id := range []string{wonDeal, lostDeal} {
		if tags, _ := l.crm.Tags("Deals", id); len(tags) > 0 && tags[0] == "In progress" {
			t.Errorf("%s still carries %v", id, tags)
		}
	}
}
