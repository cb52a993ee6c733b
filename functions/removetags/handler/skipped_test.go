package handler_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/queue"
)

// TestTheLogSaysWhyNothingCameOff: the log has how many records a search found, and the
// compared fields; never an address.
func TestTheLogSaysWhyNothingCameOff(t *testing.T) {
	tests := map[string]string{
		"da@example.com":     "Zoho found 1 record, none matches exactly (compared: Email, Second_Email)",
		"nobody@example.com": "Zoho found no record (searched by email)",
	}
	for email, want := range tests {
		l := newLine(t)
		var r response
		l.invoke(t, post("zoho", `{"kind":"find","email":"`+email+`"}`, nil), &r)
		if o := r.outcome(t); r.StatusCode != 200 || o.Outcome != "nothing" || len(o.Skipped) != 1 || o.Skipped[0].Reason != want {
			t.Errorf("%s: answer = %d %s, want it skipped: %s", email, r.StatusCode, r.Body, want)
		}
		if log := l.log.String(); !strings.Contains(log, want) || strings.Contains(log, "example.com") {
			t.Errorf("%s: the log = %s, want it to say %q and no address", email, log, want)
		}
	}
}

// TestNotFoundYet: without a queue, the sender is asked to try again; with a queue, the
// message waits. When the time is over, there is nothing to do.
func TestNotFoundYet(t *testing.T) {
	const body = `{"kind":"find soon","email":"nobody@example.com"}`
	l := newLine(t)
	var r response
	l.invoke(t, post("zoho", body, nil), &r)
	if o := r.outcome(t); r.StatusCode != 503 || r.Headers["retry-after"] != "30" || len(o.Failed) != 1 || o.Failed[0].Code != "NOT_FOUND_YET" {
		t.Errorf("answer = %d, retry after %q, %s", r.StatusCode, r.Headers["retry-after"], r.Body)
	}
	if log := l.log.String(); strings.Contains(log, "level=ERROR") || !strings.Contains(log, "NOT_FOUND_YET") {
		t.Errorf("the log = %s, want no error", log)
	}

	messages := &fakeMessages{}
	l = newLine(t, func(_ *line, c *handler.Config) { c.Messages = messages })
	old, fresh := stored(t, "old", "", body), stored(t, "fresh", "", body)
	text, err := queue.Encode(event.Delivery{ID: "e", Source: "zoho", Time: time.Now(), ContentType: "application/json", Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	fresh.Body = text
	fresh.Attributes["ApproximateReceiveCount"] = "9"
	var answer events.SQSEventResponse
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{old, fresh}}, &answer)
	if got := failures(answer); !slices.Equal(got, []string{"fresh"}) || len(messages.deadLetters) > 0 {
		t.Errorf("failed %v and dead letters %v, want only the fresh one failed", got, messages.deadLetters)
	}
	if len(messages.waits) != 1 || !messages.waits[0].Due || messages.waits[0].AtLeast > 30*time.Second {
		t.Errorf("waits = %+v, want half a minute, however often it was received", messages.waits)
	}
	if log := l.log.String(); !strings.Contains(log, "Zoho found no record (searched by email); waited 5m for it") {
		t.Errorf("the log = %s, want the reason", log)
	}
}
