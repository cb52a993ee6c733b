package handler_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/webhook"
)

const formatRules = `
version: 1
sources:
  any: {verify: token}
  field: {verify: token, events: {form: payload}}
  zoho: {verify: [token, zoho-notification]}
rules:
  - name: by-id
    on: [any, field]
    when: event.id != ""
    record: {module: Deals, id: event.id}
    remove: [In progress]
  - name: nested
    on: any
    when: event.data.kind == "closed"
    record: {module: Deals, id: event.data.records}
    remove: [In progress]
  - name: binary
    on: any
    when: headers["ce-type"] == "deal.closed"
    record: {module: Deals, id: event.deal}
    remove: [In progress]
  - name: closed
    on: zoho
    when: event.module == "Deals" && any(event.affected_values, .values.Stage == "Closed Won")
    record: {module: Deals, id: event.ids}
    remove: [In progress]
  - name: every
    on: zoho
    when: event.module == "Deals" && event.operation == "delete"
    record: {module: Deals, id: event.ids}
    remove: [In progress]
`

// withFormatRules makes a line use other rules.
func withFormatRules(t *testing.T, receives, acts bool, q *fakeQueue) option {
	return func(l *line, c *handler.Config) {
		set, faults := rules.Load([]byte(formatRules))
		if len(faults) > 0 {
			t.Fatal(faults)
		}
		c.Rules, c.Log, c.Pipeline, c.Receiver = set, slog.New(slog.DiscardHandler), nil, webhook.New(webhook.Config{Sources: set.Sources()})
		if receives {
			c.Receiver = webhook.New(webhook.Config{Sources: set.Sources(), Secrets: secretsOf{"any": {token}, "field": {token}, "zoho": {token}}})
		}
		if acts {
			c.Pipeline = pipeline.New(pipeline.Config{Rules: set, CRM: l.client})
		}
		if q != nil {
			c.Queue = q
		}
	}
}

func removedFrom(l *line) []string {
	ids := make(map[string]bool)
	for _, entry := range l.crm.Journal() {
		ids[entry.ID] = true
	}
	return slices.Sorted(maps.Keys(ids))
}

// batchOf returns the messages of stored deliveries.
func batchOf(t *testing.T, list []event.Delivery) events.SQSEvent {
	t.Helper()
	var batch events.SQSEvent
	for i, d := range list {
		text, err := queue.Encode(d)
		if err != nil {
			t.Fatal(err)
		}
		batch.Records = append(batch.Records, events.SQSMessage{
			MessageId: fmt.Sprint("m", i), Body: text, EventSource: "aws:sqs", EventSourceARN: eventsARN,
			Attributes: map[string]string{"ApproximateReceiveCount": "1"},
		})
	}
	return batch
}

// Every format is read in the same way at once and through the queue.
func TestFormatsOfRequests(t *testing.T) {
	const formType = "application/x-www-form-urlencoded"
	cloud := func(id, deal string) string {
		return `{"specversion":"1.0","id":"` + id + `","source":"/crm","type":"deal.closed","data":{"kind":"closed","records":"` + deal + `"}}`
	}
	note := func(operation string) string {
		return `{"server_time":1,"module":"Deals","ids":["` + wonDeal + `","` + lostDeal + `"],"operation":"` + operation + `","channel_id":"1",` +
			`"affected_values":[{"record_id":"` + wonDeal + `","values":{"Stage":"Closed Won"}},{"record_id":"` + lostDeal + `","values":{"Stage":"Open"}}]}`
	}
	for name, test := range map[string]struct {
		source, kind, body string
		headers            map[string]string
		removed            []string
		deliveries         []string
	}{
		"text that holds JSON":        {"any", "text/plain", closed(wonDeal), nil, []string{wonDeal}, []string{""}},
		"text with a charset":         {"any", "text/plain; charset=utf-8", " \n" + closed(wonDeal), nil, []string{wonDeal}, []string{""}},
		"bytes that hold JSON":        {"any", "application/octet-stream", closed(wonDeal), nil, []string{wonDeal}, []string{""}},
		"text that holds a form":      {"any", "text/plain", "id=" + wonDeal, nil, []string{wonDeal}, []string{""}},
		"a field that holds JSON":     {"field", formType, "payload=" + url.QueryEscape(closed(wonDeal)), nil, []string{wonDeal}, []string{""}},
		"a part that holds JSON":      {"field", "multipart/form-data; boundary=b", multipartOf("payload", closed(wonDeal)), nil, []string{wonDeal}, []string{""}},
		"nested names of a form":      {"any", formType, "data[kind]=closed&data[records][]=" + wonDeal + "&data[records][]=" + lostDeal, nil, []string{wonDeal, lostDeal}, []string{""}},
		"escaped names of a form":     {"any", formType, "data%5Bkind%5D=closed&data%5Brecords%5D=" + wonDeal, nil, []string{wonDeal}, []string{""}},
		"nested names of a multipart": {"any", "multipart/form-data; boundary=b", multipartOf("data[kind]", "closed", "data[records]", wonDeal), nil, []string{wonDeal}, []string{""}},
		"a structured CloudEvent":     {"any", "application/cloudevents+json", cloud("c1", wonDeal), nil, []string{wonDeal}, []string{"c1"}},
		"a batch of CloudEvents":      {"any", "application/cloudevents-batch+json", "[" + cloud("c1", wonDeal) + "," + cloud("c2", lostDeal) + "]", nil, []string{wonDeal, lostDeal}, []string{"c1", "c2"}},
		"a binary CloudEvent": {"any", "application/json", `{"deal":"` + wonDeal + `"}`,
			map[string]string{"ce-id": "c3", "ce-type": "deal.closed", "ce-source": "/crm", "ce-specversion": "1.0"}, []string{wonDeal}, []string{"c3"}},
		"a notification":               {"zoho", "application/json", note("update"), nil, []string{wonDeal}, []string{"", ""}},
		"a notification with an id":    {"zoho", "application/json", note("update"), map[string]string{"webhook-id": "w"}, []string{wonDeal}, []string{"w#1", "w#2"}},
		"a notification of a deletion": {"zoho", "application/json", note("delete"), nil, []string{wonDeal, lostDeal}, []string{"", ""}},
	} {
		t.Run(name, func(t *testing.T) {
			payload := post(test.source, test.body, test.headers)
			payload["headers"].(map[string]string)["content-type"] = test.kind

			atOnce := newLine(t, withFormatRules(t, true, true, nil))
			var got response
			atOnce.invoke(t, payload, &got)
			if diff := cmp.Diff(test.removed, removedFrom(atOnce)); diff != "" || got.StatusCode != http.StatusOK {
				t.Errorf("at once: %d %s: -want +got\n%s", got.StatusCode, got.Body, diff)
			}

			q := new(fakeQueue)
			newLine(t, withFormatRules(t, true, false, q)).invoke(t, payload, &got)
			var ids []string
			for _, d := range q.got {
				ids = append(ids, d.DeliveryID)
			}
			slices.Sort(ids)
			if diff := cmp.Diff(test.deliveries, ids); diff != "" || got.StatusCode != http.StatusAccepted {
				t.Errorf("stored: %d %s: delivery ids -want +got\n%s", got.StatusCode, got.Body, diff)
			}
			worker := newLine(t, withFormatRules(t, false, true, nil), func(_ *line, c *handler.Config) { c.Messages = new(fakeMessages) })
			text, err := json.Marshal(batchOf(t, q.got))
			if err != nil {
				t.Fatal(err)
			}
			if answer, err := worker.Invoke(t.Context(), text); err != nil || string(answer) != `{"batchItemFailures":[]}` {
				t.Errorf("Invoke of the worker = %s, %v", answer, err)
			}
			if diff := cmp.Diff(test.removed, removedFrom(worker)); diff != "" {
				t.Errorf("through the queue: -want +got\n%s", diff)
			}
		})
	}
}

// An id in a notification that cannot be one fails its own event, and no other.
func TestAnOddIDOfANotificationFailsAlone(t *testing.T) {
	l := newLine(t, withFormatRules(t, true, true, nil))
	var got response
	l.invoke(t, post("zoho", `{"module":"Deals","ids":["","`+wonDeal+`"],"operation":"delete","channel_id":"1"}`, nil), &got)
	o := got.outcome(t)
	if len(o.Errors) != 1 || len(o.Removed) != 1 || o.Removed[0].ID != wonDeal {
		t.Errorf("outcome = %+v, want one error and the tag of %s removed", o, wonDeal)
	}
}

func multipartOf(pairs ...string) string {
	var text string
	for pair := range slices.Chunk(pairs, 2) {
		text += "--b\r\nContent-Disposition: form-data; name=\"" + pair[0] + "\"\r\n\r\n" + pair[1] + "\r\n"
	}
	return text + "--b--\r\n"
}
