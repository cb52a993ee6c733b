package queue

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"github.com/aws/aws-lambda-go/events"
	"golang.org/x/sync/errgroup"

	"untag/internal/awsrequest"
	"untag/internal/sqs"
)

const (
	// firstDelay and lastDelay bound how long a message waits before the next attempt.
	firstDelay = 30 * time.Second
	lastDelay  = time.Hour
	// batchSize is how many messages SQS accepts in one call, callsAtOnce how many calls run
	// at once.
	batchSize   = 10
	callsAtOnce = 5
	// maxReason bounds the text of a reason, in bytes.
	maxReason = 256
)

// mover is what a Worker needs from SQS.
type mover interface {
	sender
	ChangeMessageVisibilityBatch(ctx context.Context, queueURL string, list []sqs.Visibility) (refused int, err error)
}

// WorkerConfig is what NewWorker needs.
type WorkerConfig struct {
	Client mover
	// URL returns the URL of the queue that a message came from.
	URL func(m events.SQSMessage) string
	// DeadLetterURL is the URL of the dead-letter queue; without one, DeadLetter refuses.
	DeadLetterURL string
}

// Worker moves messages that could not be acted on: back into their queue with a delay, or to
// the dead-letter queue.
type Worker struct {
	client     mover
	url        func(m events.SQSMessage) string
	deadLetter string
}

// NewWorker returns a Worker.
func NewWorker(c WorkerConfig) *Worker {
	return &Worker{client: c.Client, url: c.URL, deadLetter: c.DeadLetterURL}
}

// Delayed is a message that goes back for another attempt, after AtLeast at the earliest.
type Delayed struct {
	Message events.SQSMessage
	AtLeast time.Duration
	// Due says to try again after AtLeast, regardless of how often the message was received:
	// the time is known, so trying then costs nothing.
	Due bool
}

// wait returns how long a message is kept back. Messages that wait for the same thing are
// spread out a little after it.
func (d Delayed) wait() time.Duration {
	if d.Due {
		return min(max(firstDelay, d.AtLeast)+rand.N(time.Second+d.AtLeast/10), lastDelay)
	}
	received, _ := strconv.Atoi(d.Message.Attributes["ApproximateReceiveCount"])
	return min(max(Backoff(received, rand.Float64()), d.AtLeast), lastDelay)
}

// Backoff returns how long a message waits after it was received so many times: 30 s, then
// twice as long each time up to an hour, spread by a fifth in either direction.
func Backoff(received int, random float64) time.Duration {
	delay := lastDelay
	if n := max(received, 1) - 1; n < 7 {
		delay = min(lastDelay, firstDelay<<n)
	}
	spread := time.Duration(float64(delay) * (0.8 + 0.4*random))
	return min(max(spread, firstDelay), lastDelay)
}

// Delay keeps messages from being received again for a while. If SQS refuses that for some,
// these come back after the queue's own visibility timeout, and nothing is lost; the error
// says how many they are.
func (w *Worker) Delay(ctx context.Context, list []Delayed) error {
	byQueue := make(map[string][]sqs.Visibility)
	for i, d := range list {
		url := w.url(d.Message)
		byQueue[url] = append(byQueue[url], sqs.Visibility{
			ID: strconv.Itoa(i), ReceiptHandle: d.Message.ReceiptHandle, Seconds: int(d.wait().Seconds()),
		})
	}
	type call struct {
		url  string
		list []sqs.Visibility
	}
	var calls []call
	for url, entries := range byQueue {
		for chunk := range slices.Chunk(entries, batchSize) {
			calls = append(calls, call{url, chunk})
		}
	}
	return errors.Join(each(len(calls), func(i int) error {
		refused, err := w.client.ChangeMessageVisibilityBatch(ctx, calls[i].url, calls[i].list)
		if err == nil && refused > 0 {
			err = fmt.Errorf("SQS refused %d of %d", refused, len(calls[i].list))
		}
		if err != nil {
			return &Error{Operation: "delay", Err: err}
		}
		return nil
	})...)
}

// Letter is a message for the dead-letter queue, with its reason.
type Letter struct {
	Message events.SQSMessage
	Reason  Reason
}

// ErrNoDeadLetterQueue reports that a Worker has no dead-letter queue.
var ErrNoDeadLetterQueue = errors.New("queue: DEAD_LETTER_QUEUE_URL is not set")

// DeadLetter stores messages in the dead-letter queue, with the reason as message attributes.
// It returns an error for each letter: nil means that the queue has it, and only then may the
// message be deleted from its own queue.
func (w *Worker) DeadLetter(ctx context.Context, letters []Letter) []error {
	return each(len(letters), func(i int) error { return w.store(ctx, letters[i]) })
}

// each makes n calls, a few at once, and returns the error of each. A call that fails ends no
// other.
func each(n int, do func(i int) error) []error {
	errs := make([]error, n)
	var calls errgroup.Group
	calls.SetLimit(callsAtOnce)
	for i := range n {
		calls.Go(func() error { errs[i] = do(i); return nil })
	}
	_ = calls.Wait() // errs has them all
	return errs
}

func (w *Worker) store(ctx context.Context, l Letter) error {
	if w.deadLetter == "" {
		return ErrNoDeadLetterQueue
	}
	list := attributes(l)
	fit(l.Message.Body, list)
	return send(ctx, w.client, "dead letter", sqs.Outgoing{QueueURL: w.deadLetter, Body: l.Message.Body, Attributes: list})
}

// fit drops attributes for which a message has no room. A message that untag stored always
// has room; another one may reach the size limit to the last byte.
func fit(body string, list map[string]sqs.Attribute) {
	size := len(body)
	for name, value := range list {
		size += len(name) + len(value.DataType) + len(value.StringValue)
	}
	for _, name := range []string{"message", "message_id", "rule", "time", "code"} {
		if value, ok := list[name]; ok && size > MaxMessage {
			size -= len(name) + len(value.DataType) + len(value.StringValue)
			delete(list, name)
		}
	}
}

// attributes returns the reason as message attributes, which must not be empty or contain
// control characters.
func attributes(l Letter) map[string]sqs.Attribute {
	list := make(map[string]sqs.Attribute)
	for name, value := range map[string]string{
		"code": l.Reason.Code, "rule": l.Reason.Rule, "message": l.Reason.Message,
		"time": l.Reason.Time.UTC().Format(time.RFC3339), "message_id": l.Message.MessageId,
	} {
		if value = attributeText(value); value != "" {
			list[name] = sqs.Text(value)
		}
	}
	return list
}

func attributeText(s string) string {
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r >= 0xfffe || r == unicode.ReplacementChar {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(s, " "))
	if len(s) > maxReason {
		s = strings.ToValidUTF8(s[:maxReason], "")
	}
	return strings.TrimSpace(s)
}

// URLFromARN returns the URL of a queue from its ARN, at an endpoint. Without an endpoint, it
// uses that of SQS in the queue's region.
func URLFromARN(arn string, endpoint *string) string {
	parts := strings.Split(arn, ":")
	if len(parts) != 6 {
		return ""
	}
	base := "https://sqs." + parts[3] + "." + awsrequest.Domain(parts[3])
	if endpoint != nil {
		base = strings.TrimSuffix(*endpoint, "/")
	}
	return base + "/" + parts[4] + "/" + parts[5]
}
