package handler

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/queue"
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
func (h *Handler) sqs(ctx context.Context, payload []byte) (any, error) {
	var e events.SQSEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, errUnknownKind
	}
	if h.pipeline == nil {
		return nil, h.refused(ctx, "", errNoCredential)
	}
	b := h.decode(ctx, e.Records)
	acting, cancel := withMargin(ctx, movingMargin)
	outcomes := h.pipeline.Run(acting, b.events)
	cancel()
	for i, o := range outcomes {
		h.logOutcome(ctx, b.events[i], o)
		b.sort(b.messages[i], o)
	}
	h.move(ctx, b)
	return b.response, nil
}

// batch is the events of an SQS batch, each with the messages that carried it.
type batch struct {
	events   []event.Event
	messages [][]events.SQSMessage
	delayed  []queue.Delayed
	letters  []queue.Letter
	response events.SQSEventResponse
}

// sort says what becomes of the messages of one event.
func (b *batch) sort(messages []events.SQSMessage, o pipeline.Outcome) {
	reason, lost := reasonOf(o)
	for _, m := range messages {
		switch {
		case o.Retryable():
			b.delayed = append(b.delayed, queue.Delayed{Message: m, AtLeast: o.RetryAfter()})
			b.failed(m)
		case lost:
			b.letters = append(b.letters, queue.Letter{Message: m, Reason: reason})
		}
	}
}

func (b *batch) failed(m events.SQSMessage) {
	b.response.BatchItemFailures = append(b.response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
}

// repeatKey tells repeats of one delivery apart. The sender's identifier is often
// not covered by its signature, so the body has to be the same as well: a forged
// identifier never hides another event.
type repeatKey struct{ source, deliveryID, body string }

// decode reads the stored deliveries; one that cannot be read is failed or sent to
// the dead-letter queue by itself.
func (h *Handler) decode(ctx context.Context, records []events.SQSMessage) *batch {
	b := &batch{response: events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}}
	seen := make(map[repeatKey]int)
	for _, m := range records {
		delivery, ev, err := read(m)
		if err != nil {
			h.log.LogAttrs(ctx, slog.LevelError, "message", slog.String("message_id", m.MessageId), slog.String("reason", err.Error()))
			b.letters = append(b.letters, queue.Letter{Message: m, Reason: queue.Reason{
				Code: "UNREADABLE", Message: err.Error(), Time: time.Now(),
			}})
			continue
		}
		key := repeatKey{delivery.Source, delivery.DeliveryID, string(delivery.Body)}
		if i, repeat := seen[key]; repeat && delivery.DeliveryID != "" {
			b.messages[i] = append(b.messages[i], m)
			continue
		}
		seen[key] = len(b.events)
		b.events = append(b.events, ev)
		b.messages = append(b.messages, []events.SQSMessage{m})
	}
	return b
}

func read(m events.SQSMessage) (event.Delivery, event.Event, error) {
	delivery, err := queue.Decode(m.Body)
	if err != nil {
		return event.Delivery{}, event.Event{}, err
	}
	ev, err := webhook.Parse(delivery)
	return delivery, ev, err
}

// CodeRuleError is the code of an event in the dead-letter queue of which some rule
// could not be evaluated: it can be sent again once the rule is right.
const CodeRuleError = "RULE_ERROR"

// reasonOf is why an event cannot be acted on however often it is tried; false when
// nothing is left to do. A record that is gone is nothing left to do.
func reasonOf(o pipeline.Outcome) (queue.Reason, bool) {
	for _, f := range o.Failed {
		if !f.Gone {
			return queue.Reason{Code: f.Code, Rule: f.Rule, Message: f.Message, Time: time.Now()}, true
		}
	}
	for _, e := range o.Errors {
		return queue.Reason{Code: CodeRuleError, Rule: e.Rule, Message: e.Message, Time: time.Now()}, true
	}
	return queue.Reason{}, false
}

// move sends back what another try may mend, and buries what none will. A message that
// the dead-letter queue does not take stays where it is; SQS moves it there itself after
// it has been received often enough.
func (h *Handler) move(ctx context.Context, b *batch) {
	if h.messages == nil {
		for _, l := range b.letters {
			if l.Reason.Code != CodeRuleError { // trying again would not mend the rule
				b.failed(l.Message)
			}
		}
		return
	}
	for i, err := range h.messages.DeadLetter(ctx, b.letters) {
		l := b.letters[i]
		attrs := []slog.Attr{slog.String("message_id", l.Message.MessageId), slog.String("code", l.Reason.Code), slog.String("rule", l.Reason.Rule)}
		if err == nil {
			h.log.LogAttrs(ctx, slog.LevelError, "dead letter", attrs...)
			continue
		}
		if errors.Is(err, queue.ErrNoDeadLetterQueue) && l.Reason.Code == CodeRuleError {
			continue
		}
		h.log.LogAttrs(ctx, slog.LevelError, "dead letter refused", append(attrs, slog.String("reason", err.Error()))...)
		b.failed(l.Message)
		b.delayed = append(b.delayed, queue.Delayed{Message: l.Message})
	}
	if len(b.delayed) == 0 {
		return
	}
	if err := h.messages.Delay(ctx, b.delayed); err != nil {
		// They come back after the queue's own visibility time-out instead.
		h.log.LogAttrs(ctx, slog.LevelWarn, "delay refused", slog.String("reason", err.Error()))
	}
}
