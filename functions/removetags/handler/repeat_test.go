package handler_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/queue"
)

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
	if !strings.Contains(l.log.String(), "repeats=1") {
		t.Errorf("the log does not say repeats=1:\n%s", l.log)
	}
	for _, id := range []string{wonDeal, lostDeal} {
		if tags, _ := l.crm.Tags("Deals", id); len(tags) > 0 && tags[0] == "In progress" {
			t.Errorf("%s still carries %v", id, tags)
		}
	}
}

// TestSQSRepeatsOfAnEventThatFails: they go back together.
func TestSQSRepeatsOfAnEventThatFails(t *testing.T) {
	m := &fakeMessages{}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Messages = m })
	misbehave(l, says(503, "<html>"))
	var got events.SQSEventResponse
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{
		stored(t, "first", "delivery-1", closed(wonDeal)), stored(t, "repeat", "delivery-1", closed(wonDeal)),
	}}, &got)
	want := []string{"first", "repeat"}
	if diff := cmp.Diff(want, failures(got)) + cmp.Diff(want, m.delayed); diff != "" {
		t.Errorf("failures and delays: -want +got\n%s", diff)
	}
}

// TestSQSNoRepeats: events that differ in anything that rules can read are different events,
// even if their sender gave them the same identifier.
func TestSQSNoRepeats(t *testing.T) {
	one := event.Delivery{
		ID: "e-1", DeliveryID: "delivery-1", Source: "zoho", Proof: "token", ContentType: "application/json",
		Headers: map[string]string{"x-kind": "deal"}, RawQuery: "module=Deals&Stage=Closed+Won&id=" + wonDeal, Body: []byte("{}"),
	}
	for name, change := range map[string]func(*event.Delivery){
		"query":        func(d *event.Delivery) { d.RawQuery = strings.Replace(d.RawQuery, wonDeal, lostDeal, 1) },
		"header":       func(d *event.Delivery) { d.Headers = map[string]string{"x-kind": "lead"} },
		"content type": func(d *event.Delivery) { d.ContentType = "text/json" },
		"proof":        func(d *event.Delivery) { d.Proof = "hmac" },
		"source":       func(d *event.Delivery) { d.Source = "web" },
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			other := one
			change(&other)
			var batch events.SQSEvent
			for _, d := range []event.Delivery{one, other} {
				text, err := queue.Encode(d)
				if err != nil {
					t.Fatal(err)
				}
				batch.Records = append(batch.Records, events.SQSMessage{MessageId: "m", Body: text, EventSource: "aws:sqs", EventSourceARN: eventsARN})
			}
			var got events.SQSEventResponse
			l.invoke(t, batch, &got)
			if !strings.Contains(l.log.String(), "messages=2 repeats=0") {
				t.Errorf("one counts as a repeat of the other:\n%s", l.log)
			}
			if tags, _ := l.crm.Tags("Deals", lostDeal); name == "query" && len(tags) > 0 {
				t.Errorf("%s still carries %v", lostDeal, tags)
			}
		})
	}
}
