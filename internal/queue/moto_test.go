package queue_test

import (
	"os"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	awssqs "github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/google/uuid"

	"untag/internal/awsenv"
	"untag/internal/queue"
	"untag/internal/sqs"
)

// moto returns a client of a local SQS that has a queue and a dead-letter queue.
func moto(t *testing.T) (client *sqs.Client, url, deadURL string) {
	t.Helper()
	endpoint := os.Getenv("UNTAG_TEST_AWS_ENDPOINT")
	if endpoint == "" {
		t.Skip("UNTAG_TEST_AWS_ENDPOINT is not set: `make test-aws` starts a server and sets it")
	}
	config, err := awsenv.Config(func(name string) string {
		return map[string]string{"AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}[name]
	})
	if err != nil {
		t.Fatal(err)
	}
	operator := awssqs.NewFromConfig(config, func(o *awssqs.Options) { o.BaseEndpoint = &endpoint })
	var urls []string
	for range 2 {
		out, err := operator.CreateQueue(t.Context(), &awssqs.CreateQueueInput{
			QueueName: aws.String("untag-" + uuid.NewString()), Attributes: map[string]string{"MaximumMessageSize": "1048576"},
		})
		if err != nil {
			t.Fatal(err)
		}
		urls = append(urls, *out.QueueUrl)
	}
	return sqs.New(sqs.Config{AWS: config, Endpoint: &endpoint}), urls[0], urls[1]
}

func TestOverSQS(t *testing.T) {
	client, url, deadURL := moto(t)
	w := queue.NewWorker(queue.WorkerConfig{Client: client, URL: func(events.SQSMessage) string { return url }, DeadLetterURL: deadURL})
	dead := queue.NewDeadLetters(client, deadURL)
	big := strings.Repeat("x", queue.MaxMessage-8<<10)
	for _, body := range []string{"{}", "\uffff\ufffe\x00\xff", "<\uffff>", big} {
		if err := queue.New(queue.Config{Client: client, URL: url}).Send(t.Context(), delivery(body)); err != nil {
			t.Fatal(err)
		}
		list, err := client.ReceiveMessage(t.Context(), sqs.Receive{QueueURL: url, Most: 10})
		if err != nil || len(list) != 1 {
			t.Fatalf("ReceiveMessage = %d, %v, want one", len(list), err)
		}
		m := events.SQSMessage{MessageId: list[0].ID, ReceiptHandle: list[0].ReceiptHandle, Body: list[0].Body}
		if got, err := queue.Decode(m.Body); err != nil || string(got.Body) != body {
			t.Fatalf("Decode = %.40q, %v, want %.40q", got.Body, err, body)
		}
		if err := w.Delay(t.Context(), []queue.Delayed{{Message: m}}); err != nil {
			t.Errorf("Delay: %v", err)
		}
		reason := queue.Reason{Code: "NO_PERMISSION", Rule: "deal-closed", Message: strings.Repeat("ä", 300)}
		if err := w.DeadLetter(t.Context(), []queue.Letter{{Message: m, Reason: reason}})[0]; err != nil {
			t.Errorf("DeadLetter: %v", err)
		}
	}
	list, err := dead.List(t.Context(), 100)
	if err != nil || len(list) != 4 || list[0].Reason.Rule != "deal-closed" || !list[0].Readable {
		t.Fatalf("List = %d, %v", len(list), err)
	}
	if sent, err := dead.Redrive(t.Context(), url, 100, func(d queue.Dead) bool { return d.ID != list[0].ID }); sent != 3 || err != nil {
		t.Errorf("Redrive = %d, %v, want 3", sent, err)
	}
	if list, err := dead.List(t.Context(), 100); err != nil || len(list) != 1 {
		t.Errorf("List = %d, %v, want the one that was not chosen", len(list), err)
	}
	err = queue.New(queue.Config{Client: client, URL: url + "-gone"}).Send(t.Context(), delivery("{}"))
	if e, ok := err.(*queue.Error); !ok || e.Retryable() {
		t.Errorf("Send to a queue that is gone = %v, want an error that is not retryable", err)
	}
}
