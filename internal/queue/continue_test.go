package queue_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/google/go-cmp/cmp"

	"untag/internal/awstest"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/sqs"
)

// TestContinue: the rest of an event becomes a new message in the queue that the event came
// from, with what is done of it.
func TestContinue(t *testing.T) {
	d := delivery(`{"a":1}`)
	d.Done = "some of it"
	for name, tt := range map[string]struct {
		atLeast           time.Duration
		soonest, farthest int
	}{
		"as usual":                 {0, 30, 36},
		"as Zoho asked":            {5 * time.Minute, 300, 300},
		"as long as a message can": {time.Hour, 900, 900},
	} {
		t.Run(name, func(t *testing.T) {
			f := &fakeMover{fakeSQS: fakeSQS{id: "m"}}
			list := []queue.Continuation{{Message: received("1", 3), Delivery: d, AtLeast: tt.atLeast}}
			if errs := worker(f, "").Continue(t.Context(), list); len(errs) != 1 || errs[0] != nil {
				t.Fatalf("Continue = %v, want no error", errs)
			}
			in := f.letters[0]
			if in.QueueURL != "https://sqs.eu-central-1.amazonaws.com/123456789012/events" || in.DelaySeconds < tt.soonest || in.DelaySeconds > tt.farthest {
				t.Errorf("sent to %s in %d s, want the event's own queue in %d to %d s", in.QueueURL, in.DelaySeconds, tt.soonest, tt.farthest)
			}
			got, err := queue.Decode(in.Body)
			if diff := cmp.Diff(d, got); err != nil || diff != "" {
				t.Errorf("Decode = %v: -want +got\n%s", err, diff)
			}
		})
	}
	t.Run("refused", func(t *testing.T) {
		f := &fakeMover{fakeSQS: fakeSQS{err: errors.New("broken")}}
		errs := worker(f, "").Continue(t.Context(), []queue.Continuation{{Message: received("1", 3), Delivery: d}})
		var e *queue.Error
		if len(errs) != 1 || !errors.As(errs[0], &e) {
			t.Errorf("Continue = %v, want an *Error", errs)
		}
	})
}

// TestWhatIsAddedFits: a message with the largest event that is stored has room for what is
// done of it, and for the longest reason.
func TestWhatIsAddedFits(t *testing.T) {
	const queueURL, dead = "https://sqs.eu-central-1.amazonaws.com/123456789012/events", "dead"
	s := awstest.NewSQS(awstest.QueueConfig{URL: queueURL}, awstest.QueueConfig{URL: dead})
	client := sqs.New(sqs.Config{AWS: aws.Config{
		Region: "eu-central-1", HTTPClient: &http.Client{Transport: s},
		Credentials: aws.CredentialsProviderFunc(func(context.Context) (aws.Credentials, error) {
			return aws.Credentials{AccessKeyID: "test", SecretAccessKey: "test"}, nil
		}),
	}})
	d := delivery("")
	text, err := queue.Encode(d)
	if err != nil {
		t.Fatal(err)
	}
	d.Body = []byte(strings.Repeat("x", queue.MaxMessage-4<<10-len(text)))
	if err := queue.New(queue.Config{Client: client, URL: queueURL}).Send(t.Context(), d); err != nil {
		t.Fatalf("Send of the largest event: %v", err)
	}
	d.Body = append(d.Body, 'x')
	if err := queue.New(queue.Config{Client: client, URL: queueURL}).Send(t.Context(), d); !errors.Is(err, queue.ErrTooLarge) {
		t.Fatalf("Send of one that is larger = %v, want ErrTooLarge", err)
	}
	d.Body = d.Body[1:]
	d.Done = strings.Repeat("d", pipeline.MaxDone)
	w := queue.NewWorker(queue.WorkerConfig{Client: client, DeadLetterURL: dead, URL: func(events.SQSMessage) string { return queueURL }})
	if errs := w.Continue(t.Context(), []queue.Continuation{{Delivery: d}}); errs[0] != nil {
		t.Fatalf("Continue: %v", errs[0])
	}
	body, err := queue.Encode(d)
	if err != nil {
		t.Fatal(err)
	}
	long := strings.Repeat("long ", 100)
	letter := queue.Letter{Message: events.SQSMessage{MessageId: long, Body: body}, Reason: queue.Reason{Code: long, Rule: long, Message: long, Time: time.Now()}}
	if errs := w.DeadLetter(t.Context(), []queue.Letter{letter}); errs[0] != nil {
		t.Fatalf("DeadLetter: %v", errs[0])
	}
	if got := s.Messages(dead)[0].Attributes; len(got) != 5 || len(got["message"]) < 250 {
		t.Errorf("the dead letter has the attributes %v, want all five, whole", got)
	}
}
