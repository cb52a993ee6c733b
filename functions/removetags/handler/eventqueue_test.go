package handler_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
)

// TestABatchThatPosesAsStored: the events of a batch are trusted, so all of them must come
// from the function's own queue.
func TestABatchThatPosesAsStored(t *testing.T) {
	const other = "arn:aws:sqs:eu-central-1:123456789012:another"
	tests := map[string]struct {
		queue string   // EventQueueARN
		from  []string // eventSourceARN of each message
		kind  string   // eventSource of the last
		says  string   // "" if the batch is acted on
	}{
		"its own queue":              {eventsARN, []string{eventsARN, eventsARN}, "aws:sqs", ""},
		"no queue configured":        {"", []string{eventsARN}, "aws:sqs", "EVENT_QUEUE_ARN is not set"},
		"neither names one":          {"", []string{""}, "aws:sqs", "EVENT_QUEUE_ARN is not set"},
		"another queue":              {eventsARN, []string{other}, "aws:sqs", "another"},
		"another among its own":      {eventsARN, []string{eventsARN, eventsARN, other}, "aws:sqs", "another"},
		"a message that names none":  {eventsARN, []string{eventsARN, ""}, "aws:sqs", "EVENT_QUEUE_ARN"},
		"the same in another case":   {eventsARN, []string{strings.ToUpper(eventsARN)}, "aws:sqs", "EVENT_QUEUE_ARN"},
		"a blank behind it":          {eventsARN, []string{eventsARN + " "}, "aws:sqs", "EVENT_QUEUE_ARN"},
		"another account":            {eventsARN, []string{"arn:aws:sqs:eu-central-1:210987654321:untag-events"}, "aws:sqs", "210987654321"},
		"something else among them":  {eventsARN, []string{eventsARN, eventsARN}, "aws:s3", "EVENT_QUEUE_ARN"},
		"a name that goes on and on": {eventsARN, []string{strings.Repeat("hush", 10_000)}, "aws:sqs", "EVENT_QUEUE_ARN"},
		"a name that writes a line":  {eventsARN, []string{"x\n\u202ey"}, "aws:sqs", `x\n\u202ey`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := &fakeMessages{}
			l := newLine(t, func(_ *line, c *handler.Config) { c.EventQueueARN, c.Messages = tt.queue, m })
			var batch events.SQSEvent
			for i, arn := range tt.from {
				message := stored(t, string(rune('a'+i)), "", closed(wonDeal))
				message.EventSourceARN = arn
				batch.Records = append(batch.Records, message)
			}
			batch.Records[len(batch.Records)-1].EventSource = tt.kind
			payload, err := json.Marshal(batch)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := l.Invoke(t.Context(), payload)
			if tt.says == "" {
				if err != nil || string(answer) != `{"batchItemFailures":[]}` || len(l.crm.Journal()) == 0 {
					t.Errorf("Invoke = %s, %v with %d removals, want the batch done", answer, err, len(l.crm.Journal()))
				}
				return
			}
			if l.crm.Requests().CRM > 0 || len(m.deadLetters)+len(m.delayed) > 0 {
				t.Errorf("%+v, dead letters %v, delayed %v, want that nothing was done", l.crm.Requests(), m.deadLetters, m.delayed)
			}
			if lines := strings.Split(strings.TrimSpace(l.log.String()), "\n"); len(lines) != 1 || len(lines[0]) > 512 {
				t.Errorf("the log has %d lines, want one that is not long: %.600s", len(lines), l.log)
			}
			if err == nil || !strings.Contains(err.Error(), tt.says) || strings.ContainsAny(err.Error(), "\n\u202e") || len(err.Error()) > 400 {
				t.Errorf("Invoke = %s, %v, want an error that says %q", answer, err, tt.says)
			}
		})
	}
}
