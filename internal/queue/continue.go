package queue

import (
	"context"
	"math/rand/v2"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/sqs"
)

// maxSendDelay is the longest delay that SQS allows for a message that is sent.
const maxSendDelay = 15 * time.Minute

// Continuation is the rest of an event that is partly done.
type Continuation struct {
	// Message is the message that contained the event.
	Message events.SQSMessage
	// Delivery is the event, with what is done of it.
	Delivery event.Delivery
	// AtLeast is the least time to wait, limited to what SQS allows for a new message.
	AtLeast time.Duration
}

func (c Continuation) wait() time.Duration {
	return min(max(Backoff(1, rand.Float64()), c.AtLeast), maxSendDelay)
}

// Continue stores the rest of each event as a new message, in the queue that the event came
// from. It returns an error for each: nil means that the queue has it, and only then may the
// original message be deleted.
func (w *Worker) Continue(ctx context.Context, list []Continuation) []error {
	return each(len(list), func(i int) error { return w.resume(ctx, list[i]) })
}

func (w *Worker) resume(ctx context.Context, c Continuation) error {
	body, err := Encode(c.Delivery)
	if err != nil {
		return err
	}
	if len(body) > MaxMessage-reasonSize {
		return ErrTooLarge
	}
	return send(ctx, w.client, "continue", sqs.Outgoing{
		QueueURL: w.url(c.Message), Body: body, DelaySeconds: int(c.wait().Seconds()),
	})
}
