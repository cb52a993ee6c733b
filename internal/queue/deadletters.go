package queue

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"untag/internal/event"
	"untag/internal/sqs"
)

const (
	// holdFor is how long messages are hidden from others while they are listed, and holdEach
	// how much longer for each message that is to be sent again.
	holdFor, holdEach = 60 * time.Second, 200 * time.Millisecond
	// lookFor is how long SQS looks for messages, in seconds. With 0, SQS asks only some of
	// its servers, and a queue with few messages seems to be empty.
	lookFor = 1
	// releaseFor is how long putting messages back may take, and releaseEach how much longer for
	// each message as long as the caller has not given up.
	releaseFor, releaseEach = 5 * time.Second, 100 * time.Millisecond
	// maxHold is the longest time that SQS hides a message from others.
	maxHold = 12 * time.Hour
)

// operator is what DeadLetters needs from SQS.
type operator interface {
	mover
	ReceiveMessage(ctx context.Context, in sqs.Receive) ([]sqs.Message, error)
	DeleteMessage(ctx context.Context, queueURL, receipt string) error
}

// DeadLetters lists the messages of a dead-letter queue for people, and sends them again.
type DeadLetters struct {
	client operator
	url    string
}

// NewDeadLetters returns a DeadLetters.
func NewDeadLetters(client operator, url string) *DeadLetters { return &DeadLetters{client, url} }

// Dead is one message of a dead-letter queue.
type Dead struct {
	// ID is the id of the message.
	ID     string
	Reason Reason
	// Sent is when the message was put into the dead-letter queue.
	Sent time.Time
	// Body is the message as it was stored.
	Body string
	// Delivery is its content; Readable says whether it could be decoded.
	Delivery event.Delivery
	Readable bool

	receipt string
}

// List receives up to most messages and puts them back.
func (d *DeadLetters) List(ctx context.Context, most int) ([]Dead, error) {
	list, err := d.hold(ctx, most, holdFor)
	return list, errors.Join(err, d.release(ctx, list))
}

// hold receives messages until there are no more, or until it has most, and hides them from
// others for a while.
func (d *DeadLetters) hold(ctx context.Context, most int, while time.Duration) ([]Dead, error) {
	var list []Dead
	at := make(map[string]int)
	for len(list) < most {
		messages, err := d.client.ReceiveMessage(ctx, sqs.Receive{
			QueueURL: d.url, Most: min(batchSize, most-len(list)),
			HideSeconds: int(min(while, maxHold).Seconds()), WaitSeconds: lookFor,
			Attributes: []string{"All"}, SystemAttributes: []string{sentAt},
		})
		if err != nil {
			return list, &Error{Operation: "receive dead letters", Err: err}
		}
		before := len(list)
		for _, m := range messages {
			one := deadOf(m)
			if i, seen := at[one.ID]; seen {
				list[i].receipt = one.receipt // the previous receipt is no longer valid
				continue
			}
			at[one.ID] = len(list)
			list = append(list, one)
		}
		if len(list) == before { // none, or only messages that have already come back
			return list, nil
		}
	}
	return list, nil
}

// sentAt is the attribute with the time at which a message was sent.
const sentAt = "SentTimestamp"

func deadOf(m sqs.Message) Dead {
	text := func(name string) string { return m.MessageAttributes[name].StringValue }
	one := Dead{ID: m.ID, Body: m.Body, receipt: m.ReceiptHandle}
	one.Reason = Reason{Code: text("code"), Rule: text("rule"), Message: text("message")}
	one.Reason.Time, _ = time.Parse(time.RFC3339, text("time"))
	if ms, err := strconv.ParseInt(m.Attributes[sentAt], 10, 64); err == nil {
		one.Sent = time.UnixMilli(ms)
	}
	if one.Reason.Code == "" {
		// SQS itself moved it, after it had been received too often.
		one.Reason.Code, one.Reason.Message = "RECEIVED_TOO_OFTEN", "eight to ten days of retries did not help; the worker's log says why"
	}
	delivery, err := Decode(one.Body)
	one.Delivery, one.Readable = delivery, err == nil
	return one
}

// release puts messages back at once, even if the caller has given up meanwhile.
func (d *DeadLetters) release(ctx context.Context, list []Dead) error {
	limit := releaseFor
	if ctx.Err() == nil {
		limit += time.Duration(len(list)) * releaseEach
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), limit)
	defer cancel()
	for chunk := range slices.Chunk(list, batchSize) {
		var back []sqs.Visibility
		for i, one := range chunk {
			back = append(back, sqs.Visibility{ID: strconv.Itoa(i), ReceiptHandle: one.receipt, Seconds: 0})
		}
		if _, err := d.client.ChangeMessageVisibilityBatch(ctx, d.url, back); err != nil {
			return &Error{Operation: "put dead letters back (they come back by themselves)", Err: err}
		}
	}
	return nil
}

// Redrive sends the chosen messages to a queue, and only then deletes them from the
// dead-letter queue: if it is interrupted, a message may be sent twice, but is never lost. A
// message that the queue does not accept stays, and does not stop the others. Redrive returns
// how many were sent.
func (d *DeadLetters) Redrive(ctx context.Context, to string, most int, chosen func(Dead) bool) (int, error) {
	list, err := d.hold(ctx, most, holdFor+time.Duration(most)*holdEach)
	if err != nil {
		return 0, errors.Join(err, d.release(ctx, list))
	}
	sent := 0
	var kept []error
	for i, one := range list {
		if !chosen(one) {
			continue
		}
		err := send(ctx, d.client, "redrive "+one.ID, sqs.Outgoing{QueueURL: to, Body: one.Body})
		if ofMessage(err) {
			kept = append(kept, err)
			continue
		}
		if err != nil {
			return sent, errors.Join(append(kept, err, d.release(ctx, held(list)))...)
		}
		sent++
		if err := d.client.DeleteMessage(ctx, d.url, one.receipt); err != nil {
			err = &Error{Operation: "redrive " + one.ID + ": it was sent, but could not be deleted from the dead-letter queue", Err: err}
			return sent, errors.Join(append(kept, err, d.release(ctx, held(list)))...)
		}
		list[i].receipt = ""
	}
	return sent, errors.Join(append(kept, d.release(ctx, held(list)))...)
}

// held returns the messages that have not been deleted.
func held(list []Dead) []Dead {
	return slices.DeleteFunc(list, func(one Dead) bool { return one.receipt == "" })
}

// Resend stores the body of a message again, unchanged.
func (q *Queue) Resend(ctx context.Context, body string) error {
	if _, err := Decode(body); err != nil {
		return err
	}
	return send(ctx, q.client, "send", sqs.Outgoing{QueueURL: q.url, Body: body})
}
