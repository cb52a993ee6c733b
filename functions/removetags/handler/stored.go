package handler

import (
	"strconv"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// stored is a message of the batch. Its parts stay where they are in the invocation: a batch
// is large, and some parts are read only when something fails.
type stored struct{ id, receipt, body, attributes, source, arn jsonvalue.Raw }

func storedOf(record jsonvalue.Raw) stored {
	members, _ := record.Object()
	return stored{
		id: members["messageId"], receipt: members["receiptHandle"], body: members["body"],
		attributes: members["attributes"], source: members["eventSource"], arn: members["eventSourceARN"],
	}
}

func (s stored) delivery() (event.Delivery, error) {
	body, _ := s.body.Text()
	return queue.Decode(body)
}

// reader reads the event that the message holds. What is decoded already serves once, and
// is not kept: the event may be read again much later.
func (s stored) reader(set *rules.Rules, decoded event.Delivery, e *entry) func() (event.Event, error) {
	next := &decoded
	return func() (event.Event, error) {
		delivery := next
		if next = nil; delivery == nil {
			again, err := s.delivery()
			if err != nil {
				return event.Event{}, err
			}
			delivery = &again
		}
		ev, err := webhook.Parse(set.Proven(*delivery))
		over := ev.PassedOver // a copy: a pointer into the event would keep all of it in memory
		e.passedOver.Store(&over)
		return ev, err
	}
}

// message returns what SQS needs to move the message, which is everything but the body.
func (s stored) message() events.SQSMessage {
	attributes, _ := s.attributes.Object()
	m := events.SQSMessage{
		MessageId: text(s.id), ReceiptHandle: text(s.receipt),
		EventSourceARN: text(s.arn), Attributes: make(map[string]string, len(attributes)),
	}
	for name, value := range attributes {
		m.Attributes[name] = text(value)
	}
	return m
}

// receivedBefore reports whether an earlier attempt left the message in the queue.
func (s stored) receivedBefore() bool {
	attributes, _ := s.attributes.Object()
	received, err := strconv.Atoi(text(attributes["ApproximateReceiveCount"]))
	return err == nil && received > 1
}

// letter returns the message with its body, for the dead-letter queue.
func (s stored) letter(reason queue.Reason) queue.Letter {
	m := s.message()
	m.Body = text(s.body)
	return queue.Letter{Message: m, Reason: reason}
}
