package queue

import (
	"context"
	"errors"
	"time"

	"untag/internal/event"
	"untag/internal/sqs"
)

// MaxMessage is the size of the largest message that SQS accepts, in bytes, including its
// attributes.
const MaxMessage = 1 << 20

const (
	// reserved is how many bytes are kept free in every message that comes from a sender,
	// for what is added later: what is done of the event, and the reason if it goes to the
	// dead-letter queue.
	reserved = 4 << 10
	// reasonSize is how many of these bytes a reason takes at most, as message attributes.
	reasonSize = 1200
)

// sendTimeout bounds how long a sender is kept waiting for SQS.
const sendTimeout = 10 * time.Second

// ErrTooLarge reports a delivery that does not fit in a message.
var ErrTooLarge = errors.New("queue: the delivery does not fit in a message of 1 MiB")

// sender is the one call of SQS that a Queue makes.
type sender interface {
	SendMessage(ctx context.Context, m sqs.Outgoing) (id string, err error)
}

// Config is what New needs.
type Config struct {
	Client sender
	// URL is the URL of the queue.
	URL string
}

// Queue stores deliveries. It is safe for concurrent use.
type Queue struct {
	client sender
	url    string
}

// New returns a Queue.
func New(c Config) *Queue { return &Queue{client: c.Client, url: c.URL} }

// Send stores a delivery. The delivery is stored if and only if the error is nil: SQS has then
// answered with the id of the message. Send waits at most ten seconds. ErrTooLarge is final;
// a failed call of SQS is an *Error.
func (q *Queue) Send(ctx context.Context, d event.Delivery) error {
	body, err := Encode(d)
	if err != nil {
		return err
	}
	if len(body) > MaxMessage-reserved {
		return ErrTooLarge
	}
	ctx, cancel := context.WithTimeout(ctx, sendTimeout)
	defer cancel()
	return send(ctx, q.client, "send", sqs.Outgoing{QueueURL: q.url, Body: body})
}

// send stores one message. The message is stored once SQS has answered with its id.
func send(ctx context.Context, client sender, operation string, m sqs.Outgoing) error {
	id, err := client.SendMessage(ctx, m)
	if err == nil && id == "" {
		err = errNoID
	}
	if err != nil {
		return &Error{Operation: operation, Err: err}
	}
	return nil
}
