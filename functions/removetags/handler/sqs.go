package handler

import (
	"context"
	"iter"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// messages moves what could not be acted on.
type messages interface {
	// Delay keeps messages from being received again for a while that grows with the
	// number of times they have been received.
	Delay(ctx context.Context, list []queue.Delayed) error
	// DeadLetter stores messages in the dead-letter queue, with the reason; one error each.
	DeadLetter(ctx context.Context, letters []queue.Letter) []error
}

// movingMargin is kept back from the deadline of a batch for moving what failed.
const movingMargin = 5 * time.Second

// sqs acts on a batch of stored deliveries. Only the messages whose own removals did
// not all happen are reported as failed; the rest leave the queue.
func (h *Handler) sqs(ctx context.Context, records []jsonvalue.Raw) (any, error) {
	if err := h.fromEventQueue(records); err != nil {
		return nil, h.refused(ctx, "", err)
	}
	if h.pipeline == nil {
		return nil, h.refused(ctx, "", errNoCredential)
	}
	b := &batch{response: events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}}
	acting, cancel := withMargin(ctx, movingMargin)
	outcomes := h.pipeline.Run(acting, h.decode(ctx, records, b))
	cancel()
	t := tally{messages: len(records)}
	for i, o := range outcomes {
		h.logOutcome(ctx, b.events[i], o)
		b.sort(b.messages[i], o)
		t.add(o)
		t.repeats += len(b.messages[i]) - 1
	}
	h.logBatch(ctx, t, b, h.move(ctx, b))
	return b.response, nil
}

// stored is a message of the batch, left where it is in the invocation: a batch is
// large, and what is not needed to act on it is read when something fails.
type stored struct{ jsonvalue.Raw }

func (s stored) delivery() (event.Delivery, error) {
	members, _ := s.Object()
	body, _ := members["body"].Text()
	return queue.Decode(body)
}

func (s stored) read(set *rules.Rules) (event.Delivery, event.Event, error) {
	delivery, err := s.delivery()
	if err != nil {
		return event.Delivery{}, event.Event{}, err
	}
	delivery = set.Proven(delivery)
	ev, err := webhook.Parse(delivery)
	return delivery, ev, err
}

// message is what SQS needs to know to move the message; the body is not.
func (s stored) message() events.SQSMessage {
	members, _ := s.Object()
	attributes, _ := members["attributes"].Object()
	m := events.SQSMessage{
		MessageId: text(members["messageId"]), ReceiptHandle: text(members["receiptHandle"]),
		EventSourceARN: text(members["eventSourceARN"]), Attributes: make(map[string]string, len(attributes)),
	}
	for name, value := range attributes {
		m.Attributes[name] = text(value)
	}
	return m
}

// letter is the message with its body, for the dead-letter queue.
func (s stored) letter(reason queue.Reason) queue.Letter {
	m := s.message()
	members, _ := s.Object()
	m.Body = text(members["body"])
	return queue.Letter{Message: m, Reason: reason}
}

// batch is the events of an SQS batch, without what they say, each with the messages
// that carried it.
type batch struct {
	events   []event.Event
	messages [][]stored
	delayed  []queue.Delayed
	letters  []queue.Letter
	response events.SQSEventResponse
}

// sort says what becomes of the messages of one event.
func (b *batch) sort(messages []stored, o pipeline.Outcome) {
	reason, lost := reasonOf(o)
	for _, m := range messages {
		switch {
		case o.Retryable():
			message := m.message()
			b.delayed = append(b.delayed, queue.Delayed{Message: message, AtLeast: o.RetryAfter(), Due: o.Due()})
			b.failed(message)
		case lost:
			b.letters = append(b.letters, m.letter(reason))
		}
	}
}

func (b *batch) failed(m events.SQSMessage) {
	b.response.BatchItemFailures = append(b.response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
}

// decode reads the stored deliveries one by one, and notes in the batch what has to be
// done with their messages; one that cannot be read is failed or sent to the dead-letter
// queue by itself. The events of a large batch would take several times its memory.
func (h *Handler) decode(ctx context.Context, records []jsonvalue.Raw, b *batch) iter.Seq[event.Event] {
	return func(yield func(event.Event) bool) {
		seen := make(map[repeatKey]int)
		for _, record := range records {
			m := stored{record}
			delivery, ev, err := m.read(h.rules)
			if err != nil {
				h.log.LogAttrs(ctx, slog.LevelError, "message", slog.String("message_id", m.message().MessageId), slog.String("reason", err.Error()))
				b.letters = append(b.letters, m.letter(queue.Reason{Code: "UNREADABLE", Message: err.Error(), Time: time.Now()}))
				continue
			}
			if delivery.DeliveryID != "" {
				key := keyOf(delivery)
				if i, repeat := seen[key]; repeat {
					b.messages[i] = append(b.messages[i], m)
					continue
				}
				seen[key] = len(b.events)
			}
			b.events = append(b.events, event.Event{ID: ev.ID, DeliveryID: ev.DeliveryID, Source: ev.Source, PassedOver: ev.PassedOver})
			b.messages = append(b.messages, []stored{m})
			if !yield(ev) {
				return
			}
		}
	}
}

// CodeRuleError is the code of an event in the dead-letter queue of which some rule
// could not be evaluated: it can be sent again once the rule is right.
const CodeRuleError = "RULE_ERROR"

// reasonOf is why an event cannot be acted on however often it is tried; false when
// nothing is left to do. A record that is gone is nothing left to do.
func reasonOf(o pipeline.Outcome) (queue.Reason, bool) {
	for _, f := range o.Failed {
		if !f.Gone {
			return queue.Reason{Code: f.Code, Rule: f.Rule, Message: f.Why(), Time: time.Now()}, true
		}
	}
	for _, e := range o.Errors {
		return queue.Reason{Code: CodeRuleError, Rule: e.Rule, Message: e.Message, Time: time.Now()}, true
	}
	return queue.Reason{}, false
}

// move sends back what another try may mend, buries what none will, and gives how many
// it buried. A message that the dead-letter queue does not take stays where it is; SQS
// moves it there itself after it has been received often enough.
func (h *Handler) move(ctx context.Context, b *batch) (buried int) {
	if h.messages == nil {
		for _, l := range b.letters {
			b.failed(l.Message)
		}
		return 0
	}
	for i, err := range h.messages.DeadLetter(ctx, b.letters) {
		l := b.letters[i]
		attrs := []slog.Attr{slog.String("message_id", l.Message.MessageId), slog.String("code", l.Reason.Code), slog.String("rule", l.Reason.Rule)}
		if err == nil {
			buried++
			h.log.LogAttrs(ctx, slog.LevelError, "dead letter", attrs...)
			continue
		}
		h.log.LogAttrs(ctx, slog.LevelError, "dead letter refused", append(attrs, slog.String("reason", err.Error()))...)
		b.failed(l.Message)
		b.delayed = append(b.delayed, queue.Delayed{Message: l.Message})
	}
	if len(b.delayed) == 0 {
		return buried
	}
	if err := h.messages.Delay(ctx, b.delayed); err != nil {
		// They come back after the queue's own visibility time-out instead.
		h.log.LogAttrs(ctx, slog.LevelWarn, "delay refused", slog.String("reason", err.Error()))
	}
	return buried
}
