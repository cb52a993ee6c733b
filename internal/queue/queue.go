package queue

import (
	"context"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs"

	"untag/internal/event"
)

// MaxMessage is the largest message that SQS takes, in bytes, its attributes included.
const MaxMessage = 1 << 20

const (
	// reserved is kept free in every message that comes from a sender, for what is added
	// later: what is done of the event, and the reason should it go to the dead-letter
	// queue.
	reserved = 4 << 10
	// reasonSize is the most that a reason takes of it, as the attributes of a message.
	reasonSize = 1200
)

// sendTimeout bounds how long a sender is kept waiting for SQS.
const sendTimeout = 10 * time.Second

// ErrTooLarge is a delivery that does not fit in a message.
var ErrTooLarge = errors.New("queue: the delivery does not fit in a message of 1 MiB")

// sender is the one call of SQS that a Queue makes.
type sender interface {
	SendMessage(ctx context.Context, in *sqs.SendMessageInput, options ...func(*sqs.Options)) (*sqs.SendMessageOutput, error)
}

// Config is what New needs.
type Config struct {
	Client sender
	// URL is that of the queue.
	URL string
}

// Queue stores deliveries. It is safe for concurrent use.
type Queue struct {
	client sender
	url    string
}

// New returns a Queue.
func New(c Config) *Queue { return &Queue{client: c.Client, url: c.URL} }

// Send stores a delivery. It is stored when the error is nil, and only then: SQS has
// answered with the id of the message. It waits ten seconds at most. ErrTooLarge is final;
// what SQS refused is an *Error.
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
	return send(ctx, q.client, "send", &sqs.SendMessageInput{QueueUrl: &q.url, MessageBody: &body})
}

// send stores one message. It is stored when SQS has answered with its id.
func send(ctx context.Context, client sender, operation string, in *sqs.SendMessageInput) error {
	out, err := client.SendMessage(ctx, in)
	if err == nil && (out.MessageId == nil || *out.MessageId == "") {
		err = errNoID
	}
	if err != nil {
		return &Error{Operation: operation, Err: err}
	}
	return nil
}
