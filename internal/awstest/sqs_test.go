package awstest_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"

	"untag/internal/awstest"
)

const (
	events = "https://queues/events"
	dead   = "https://queues/dead"
	day    = 24 * time.Hour
)

// queues returns an SQS with a queue and its dead-letter queue.
func queues(maxReceives int) *awstest.SQS {
	return awstest.NewSQS(
		awstest.QueueConfig{URL: events, Visibility: time.Minute, Retention: 14 * day, DeadLetterURL: dead, MaxReceiveCount: maxReceives},
		awstest.QueueConfig{URL: dead, Visibility: time.Minute, Retention: 14 * day},
	)
}

func send(t *testing.T, s *awstest.SQS, bodies ...string) {
	t.Helper()
	for _, body := range bodies {
		if _, err := s.SendMessage(t.Context(), &sqs.SendMessageInput{QueueUrl: aws.String(events), MessageBody: &body}); err != nil {
			t.Fatal(err)
		}
	}
}

// receive returns the messages that can be received at once.
func receive(t *testing.T, s *awstest.SQS, url string) []types.Message {
	t.Helper()
	out, err := s.ReceiveMessage(t.Context(), &sqs.ReceiveMessageInput{QueueUrl: &url, MaxNumberOfMessages: 10})
	if err != nil {
		t.Fatal(err)
	}
	return out.Messages
}

// change hides a message for a time, and returns the code with which SQS refuses that.
func change(t *testing.T, s *awstest.SQS, receipt *string, hidden time.Duration) string {
	t.Helper()
	out, err := s.ChangeMessageVisibilityBatch(t.Context(), &sqs.ChangeMessageVisibilityBatchInput{
		QueueUrl: aws.String(events), Entries: []types.ChangeMessageVisibilityBatchRequestEntry{
			{Id: aws.String("0"), ReceiptHandle: receipt, VisibilityTimeout: int32(hidden.Seconds())},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out.Failed) > 0 {
		return *out.Failed[0].Code
	}
	return ""
}

func remove(t *testing.T, s *awstest.SQS, receipt *string) {
	t.Helper()
	_, err := s.DeleteMessageBatch(t.Context(), &sqs.DeleteMessageBatchInput{
		QueueUrl: aws.String(events), Entries: []types.DeleteMessageBatchRequestEntry{{Id: aws.String("0"), ReceiptHandle: receipt}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestVisibility(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := queues(100)
		send(t, s, "a")
		first := receive(t, s, events)[0]
		if n := len(receive(t, s, events)); n != 0 {
			t.Fatalf("%d messages are delivered twice", n)
		}
		time.Sleep(time.Minute)
		again := receive(t, s, events)[0]
		if again.Attributes["ApproximateReceiveCount"] != "2" || *again.MessageId != *first.MessageId || *again.ReceiptHandle == *first.ReceiptHandle {
			t.Errorf("received again as %v", again.Attributes)
		}
		// The first receipt no longer counts.
		if code := change(t, s, first.ReceiptHandle, time.Hour); code != "ReceiptHandleIsInvalid" {
			t.Errorf("an old receipt hides: %q", code)
		}
		if remove(t, s, first.ReceiptHandle); len(s.Messages(events)) != 1 {
			t.Error("an old receipt deletes")
		}
		if code := change(t, s, again.ReceiptHandle, time.Hour); code != "" {
			t.Errorf("a receipt does not hide: %s", code)
		}
		if time.Sleep(59 * time.Minute); len(receive(t, s, events)) != 0 {
			t.Error("a message hidden for an hour is delivered before")
		}
		if code := change(t, s, again.ReceiptHandle, 12*time.Hour); code != "InvalidParameterValue" {
			t.Errorf("a message can be hidden for over 12 hours in total: %q", code)
		}
		if time.Sleep(time.Minute); change(t, s, again.ReceiptHandle, time.Minute) != "MessageNotInflight" {
			t.Error("a visible message can be hidden with an old receipt")
		}
		last := receive(t, s, events)[0]
		if remove(t, s, last.ReceiptHandle); len(s.Messages(events)) != 0 {
			t.Error("a receipt does not delete")
		}
	})
}

func TestRedrivePolicy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := queues(3)
		send(t, s, "a")
		for range 3 {
			if n := len(receive(t, s, events)); n != 1 {
				t.Fatalf("%d messages, want one", n)
			}
			time.Sleep(time.Minute)
		}
		if n := len(receive(t, s, events)); n != 0 || len(s.Messages(dead)) != 1 || s.MostReceived() != 3 {
			t.Errorf("%d messages after three receives, %d in the dead-letter queue", n, len(s.Messages(dead)))
		}
	})
}

func TestRetention(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := queues(100)
		send(t, s, "a")
		time.Sleep(14*day + time.Second)
		if n := len(receive(t, s, events)); n != 0 || len(s.Lost()) != 1 {
			t.Errorf("%d messages after 14 days, %d lost", n, len(s.Lost()))
		}
	})
}

func TestReceivingWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := queues(100)
		start := time.Now()
		in := &sqs.ReceiveMessageInput{QueueUrl: aws.String(events), MaxNumberOfMessages: 10, WaitTimeSeconds: 20}
		if out, err := s.ReceiveMessage(t.Context(), in); err != nil || len(out.Messages) != 0 || time.Since(start).Round(time.Second) != 20*time.Second {
			t.Errorf("ReceiveMessage = %v, %v after %v", out, err, time.Since(start))
		}
		go func() {
			time.Sleep(5 * time.Second)
			send(t, s, "a")
		}()
		start = time.Now()
		if out, err := s.ReceiveMessage(t.Context(), in); err != nil || len(out.Messages) != 1 || time.Since(start).Round(time.Second) != 5*time.Second {
			t.Errorf("ReceiveMessage = %v, %v after %v", out, err, time.Since(start))
		}
	})
}

func TestDeliveredTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := queues(100)
		s.Again(func(m awstest.Message) bool { return m.Received == 1 })
		send(t, s, "a", "b")
		if one, two := receive(t, s, events), receive(t, s, events); len(one) != 2 || len(two) != 2 {
			t.Errorf("%d and %d messages, want both twice", len(one), len(two))
		}
		if n := len(receive(t, s, events)); n != 0 {
			t.Errorf("%d messages three times", n)
		}
	})
}

func TestRefusals(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := queues(100)
		for name, in := range map[string]*sqs.SendMessageInput{
			"no such queue": {QueueUrl: aws.String("https://queues/none"), MessageBody: aws.String("a")},
			"no body":       {QueueUrl: aws.String(events), MessageBody: aws.String("")},
			"over 1 MiB":    {QueueUrl: aws.String(events), MessageBody: aws.String(strings.Repeat("x", 1<<20+1))},
			"empty attribute": {QueueUrl: aws.String(events), MessageBody: aws.String("a"), MessageAttributes: map[string]types.MessageAttributeValue{
				"code": {DataType: aws.String("String"), StringValue: aws.String("")},
			}},
		} {
			if _, err := s.SendMessage(t.Context(), in); err == nil {
				t.Errorf("%s: accepted", name)
			}
		}
		if n := len(s.Messages(events)); n != 0 {
			t.Errorf("%d messages, want none", n)
		}
	})
}
