package bench_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/queue"
)

const (
	// batchSize is the number of events for which the limits on a batch hold.
	batchSize = 1000
	// noFailures is the answer to a batch in which every event was acted on.
	noFailures = `{"batchItemFailures":[]}`
	// eventsARN is the ARN of the queue that the batches come from.
	eventsARN = "arn:aws:sqs:eu-central-1:123456789012:untag-events"
)

// sqsMessage returns an event as the receiving side stores it and SQS delivers it.
func sqsMessage(b *testing.B, number int, source string, body []byte) events.SQSMessage {
	id := fmt.Sprintf("059f36b4-87a3-44ab-83d2-%012d", number)
	text, err := queue.Encode(event.Delivery{
		ID: id, Source: source, Time: time.Date(2026, 3, 2, 10, 15, 30, 0, time.UTC), ContentType: "application/json", Body: body,
	})
	if err != nil {
		b.Fatal(err)
	}
	return events.SQSMessage{
		MessageId: id, ReceiptHandle: strings.Repeat("AQEBwJnKyrHigUMZj6rYigCgxlaS3SLy0a", 8), Body: text,
		Md5OfBody: "794ea0c4e0a50f48cd71c4004b8a34bd", EventSource: "aws:sqs", AWSRegion: "eu-central-1",
		EventSourceARN: eventsARN,
		Attributes: map[string]string{
			"ApproximateReceiveCount": "1", "SentTimestamp": "1772446530000", "SenderId": "AROAEXAMPLE:untag",
			"ApproximateFirstReceiveTimestamp": "1772446530010",
		},
	}
}

// sqsPayload returns the payload of the invocation for a batch. Like AWS, it escapes only
// what JSON requires.
func sqsPayload(b *testing.B, batch events.SQSEvent) []byte {
	var text bytes.Buffer
	encoder := json.NewEncoder(&text)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(batch); err != nil {
		b.Fatal(err)
	}
	return text.Bytes()
}
