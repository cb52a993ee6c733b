package queue

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"untag/internal/event"
	"untag/internal/parallel"
)

// maxSendDelay is the longest that SQS keeps back a message that is sent.
const maxSendDelay = 15 * time.Minute

// Continuation is what is left of an event of which some is done.
type Continuation struct {
	// Message is the one that the event came in.
	Message events.SQSMessage
	// Delivery is the event, with what is done of it.
	Delivery event.Delivery
	// AtLeast is how long to wait at the least, as far as SQS lets a new message wait.
	AtLeast time.Duration
}

func (c Continuation) wait() time.Duration {
	return min(max(Backoff(1, rand.Float64()), c.AtLeast), maxSendDelay)
}

// Continue stores what is left of events as messages of their own, in the queues that they
// came from. One error each: nil means that the queue has it, and only then may the
// message that it came in leave.
func (w *Worker) Continue(ctx context.Context, list []Continuation) []error {
	errs := make([]error, len(list))
	var indexes []int
	for i := range list {
		indexes = append(indexes, i)
	}
	parallel.Each(callsAtOnce, indexes, func(i int) { errs[i] = w.resume(ctx, list[i]) })
	return errs
}

func (w *Worker) resume(ctx context.Context, c Continuation) error {
	body, err := Encode(c.Delivery)
	if err != nil {
		return err
	}
	if len(body) > MaxMessage-reasonSize {
		return ErrTooLarge
	}
	return send(ctx, w.client, "continue", &sqs.SendMessageInput{
		QueueUrl: aws.String(w.url(c.Message)), MessageBody: &body, DelaySeconds: int32(c.wait().Seconds()),
	})
}
