package handler_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/queue"
)

// withoutID is a signed body that names no record; someone who sends it again adds one in
// the query.
const withoutID = `{"module":"Deals","Stage":"Closed Won"}`

func signature(body string) string {
	mac := hmac.New(sha256.New, []byte("a-signing-secret"))
	mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

func TestTheQueryOfASignedRequestIsNotPartOfItsEvent(t *testing.T) {
	tests := map[string]struct {
		source  string
		headers map[string]string
		want    string
	}{
		"a signature": {"signed", map[string]string{"x-signature": signature(withoutID)}, "nothing"},
		"a token":     {"zoho", nil, "removed"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			request := post(tt.source, withoutID, tt.headers)
			request["rawQueryString"] = "id=" + wonDeal
			l := newLine(t)
			var got response
			l.invoke(t, request, &got)
			if outcome := got.outcome(t).Outcome; outcome != tt.want {
				t.Errorf("at once: outcome %q, want %q", outcome, tt.want)
			}

			q := &fakeQueue{}
			receiving := newLine(t, func(_ *line, c *handler.Config) { c.Queue = q })
			receiving.invoke(t, request, &got)
			if len(q.got) != 1 {
				t.Fatalf("stored %d deliveries, want 1", len(q.got))
			}
			if removed := workOn(t, q.got[0]); removed != (tt.want == "removed") {
				t.Errorf("through the queue, proof %q: removed %v, want %s", q.got[0].Proof, removed, tt.want)
			}
		})
	}
}

// TestAStoredDeliveryWithoutItsProof: an older version of untag stored it.
func TestAStoredDeliveryWithoutItsProof(t *testing.T) {
	for source, want := range map[string]bool{"zoho": true, "web": true, "bus": true, "signed": false} {
		t.Run(source, func(t *testing.T) {
			d := event.Delivery{ID: "e-1", Source: source, RawQuery: "id=" + wonDeal, ContentType: "application/json", Body: []byte(withoutID)}
			if removed := workOn(t, d); removed != want {
				t.Errorf("removed %v, want %v", removed, want)
			}
		})
	}
}

// workOn passes a stored delivery to the worker, and reports whether the tag was removed.
func workOn(t *testing.T, d event.Delivery) bool {
	t.Helper()
	l := newLine(t)
	text, err := queue.Encode(d)
	if err != nil {
		t.Fatal(err)
	}
	var got events.SQSEventResponse
	l.invoke(t, events.SQSEvent{Records: []events.SQSMessage{{MessageId: "m", Body: text, EventSource: "aws:sqs", EventSourceARN: eventsARN}}}, &got)
	tags, _ := l.crm.Tags("Deals", wonDeal)
	return !strings.Contains(strings.Join(tags, ","), "In progress")
}
