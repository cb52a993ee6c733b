package aws_test

import (
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"untag/internal/awstest"
)

func TestThroughTheQueue(t *testing.T) {
	c := newCloud(t)
	queue := c.queue(t, "events")
	receiving := c.start(t, map[string]string{"QUEUE_URL": queue, "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	var accepted response
	invoke(t, receiving, webhook("a-new-token"), &accepted)
	if accepted.StatusCode != 202 || !strings.Contains(accepted.Body, `"outcome":"queued"`) {
		t.Fatalf("answer %+v, want 202 and queued\n%s", accepted, receiving.Output())
	}
	out, err := c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &queue, MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	})
	if err != nil || len(out.Messages) != 1 {
		t.Fatalf("ReceiveMessage = %+v, %v, want one message", out, err)
	}
	if strings.Contains(*out.Messages[0].Body, "a-new-token") {
		t.Errorf("the message has the token: %s", *out.Messages[0].Body)
	}
	worker := c.start(t, map[string]string{"ZOHO_SECRET_ID": c.zohoSecret(t), "EVENT_QUEUE_ARN": arnOf(queue)})
	var batch struct {
		BatchItemFailures []any `json:"batchItemFailures"`
	}
	record := map[string]any{
		"messageId": *out.Messages[0].MessageId, "receiptHandle": *out.Messages[0].ReceiptHandle, "body": *out.Messages[0].Body,
		"eventSource": "aws:sqs", "eventSourceARN": arnOf(queue), "attributes": out.Messages[0].Attributes,
	}
	invoke(t, worker, map[string]any{"Records": []any{record}}, &batch)
	if tags, _ := c.crm.Tags("Deals", deal); len(batch.BatchItemFailures) != 0 || strings.Join(tags, " ") != "VIP" {
		t.Errorf("batch %+v, tags %v, want no failure and VIP\n%s", batch, tags, worker.Output())
	}
}

func TestQueueGone(t *testing.T) {
	c := newCloud(t)
	f := c.start(t, map[string]string{"QUEUE_URL": c.endpoint + "/123456789012/gone", "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	var got response
	invoke(t, f, webhook("a-new-token"), &got)
	if got.StatusCode != 503 {
		t.Errorf("answer %+v, want 503", got)
	}
}

func TestDeadLettersAndDelays(t *testing.T) {
	c := newCloud(t)
	queue, dead := c.queue(t, "events"), c.queue(t, "dead")
	receiving := c.start(t, map[string]string{"QUEUE_URL": queue, "WEBHOOK_SECRET_ID": c.webhookSecret(t)})
	var accepted response
	request := webhook("a-new-token")
	request["body"] = `{"module":"Deals","Stage":"Closed Won"}` // names no record
	invoke(t, receiving, request, &accepted)
	worker := c.start(t, map[string]string{"ZOHO_SECRET_ID": c.zohoSecret(t), "DEAD_LETTER_QUEUE_URL": dead, "EVENT_QUEUE_ARN": arnOf(queue)})
	batch := c.pump(t, worker, queue)
	if len(batch.BatchItemFailures) != 0 {
		t.Errorf("failures %v, want none: the event is in the dead-letter queue", batch.BatchItemFailures)
	}
	out, err := c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &dead, MessageAttributeNames: []string{"All"}})
	if err != nil || len(out.Messages) != 1 || aws.ToString(out.Messages[0].MessageAttributes["code"].StringValue) != "RULE_ERROR" ||
		aws.ToString(out.Messages[0].MessageAttributes["rule"].StringValue) != "deal-closed" {
		t.Fatalf("dead letters = %+v, %v\n%s", out, err, worker.Output())
	}

	// Zoho is down: the message is delivered again later, not at once.
	invoke(t, receiving, webhook("a-new-token"), &accepted)
	down := c.start(t, map[string]string{
		"ZOHO_SECRET_ID": c.zohoSecretNamed(t, "zoho-2"), "ZOHO_API_URL": "http://127.0.0.1:9", "DEAD_LETTER_QUEUE_URL": dead, "EVENT_QUEUE_ARN": arnOf(queue),
	})
	if batch = c.pump(t, down, queue); len(batch.BatchItemFailures) != 1 {
		t.Errorf("failures %v, want the one message\n%s", batch.BatchItemFailures, down.Output())
	}
	out, err = c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &queue})
	if err != nil || len(out.Messages) != 0 {
		t.Errorf("received %d messages, %v, want none for half a minute\n%s", len(out.Messages), err, down.Output())
	}
}

// arnOf returns the ARN of one of moto's queues.
func arnOf(queue string) string {
	return "arn:aws:sqs:eu-central-1:123456789012:" + queue[strings.LastIndexByte(queue, '/')+1:]
}

type batchResponse struct {
	BatchItemFailures []struct {
		ItemIdentifier string `json:"itemIdentifier"`
	} `json:"batchItemFailures"`
}

// pump does what Lambda does: it receives messages from a queue, invokes the function, and
// deletes the messages that were not reported as failed.
func (c *cloud) pump(t *testing.T, f *awstest.Function, queue string) batchResponse {
	t.Helper()
	out, err := c.queues.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{
		QueueUrl: &queue, MaxNumberOfMessages: 10, MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
	})
	if err != nil || len(out.Messages) == 0 {
		t.Fatalf("ReceiveMessage = %+v, %v", out, err)
	}
	var records []any
	for _, m := range out.Messages {
		records = append(records, map[string]any{
			"messageId": *m.MessageId, "receiptHandle": *m.ReceiptHandle, "body": *m.Body, "eventSource": "aws:sqs", "attributes": m.Attributes,
			"eventSourceARN": arnOf(queue),
		})
	}
	var batch batchResponse
	invoke(t, f, map[string]any{"Records": records}, &batch)
	failed := make(map[string]bool)
	for _, item := range batch.BatchItemFailures {
		failed[item.ItemIdentifier] = true
	}
	for _, m := range out.Messages {
		if !failed[*m.MessageId] {
			if _, err := c.queues.DeleteMessage(t.Context(), &sqs.DeleteMessageInput{QueueUrl: &queue, ReceiptHandle: m.ReceiptHandle}); err != nil {
				t.Fatal(err)
			}
		}
	}
	return batch
}
