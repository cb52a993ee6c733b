package handler

import (
	"context"
	"encoding/json"
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
	// Delay keeps a message from being received again for a while that grows with
	// the number of times it has been received.
	Delay(ctx context.Context, m events.SQSMessage, atLeast time.Duration) error
	// DeadLetter stores a message in the dead-letter queue, with the reason.
	DeadLetter(ctx context.Context, m events.SQSMessage, reason queue.Reason) error
}

// sqs acts on a batch of stored deliveries. Only the messages whose own removals
// did not all happen are reported as failed; the rest leave the queue.
func (h *Handler) sqs(ctx context.Context, payload []byte) (any, error) {
	var e events.SQSEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, errUnknownKind
	}
	if h.pipeline == nil {
		return nil, h.refused(ctx, "", errNoCredential)
	}
	b := h.decode(ctx, e.Records)
	outcomes := h.pipeline.Run(ctx, b.events)
	for i, o := range outcomes {
		h.logOutcome(ctx, b.events[i], o)
		for _, m := range b.messages[i] {
			if !h.settled(ctx, m, o) {
				b.failed(m)
			}
		}
	}
	return b.response, nil
}

// batch is the events of an SQS batch, each with the messages that carried it.
type batch struct {
	events   []event.Event
	messages [][]events.SQSMessage
	response events.SQSEventResponse
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
			if !h.buried(ctx, m, queue.Reason{Code: "UNREADABLE", Message: err.Error()}) {
				b.failed(m)
			}
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

// settled reports whether a message may leave the queue: its event is acted on, or
// is in the dead-letter queue with the reason. Otherwise it comes back later.
func (h *Handler) settled(ctx context.Context, m events.SQSMessage, o pipeline.Outcome) bool {
	if o.Retryable() {
		h.delay(ctx, m, o.RetryAfter())
		return false
	}
	reason, lost := reasonOf(o)
	if !lost {
		return true
	}
	return h.buried(ctx, m, reason)
}

// reasonOf is why an event cannot be acted on however often it is tried; false when
// nothing is left to do. A record that is gone is nothing left to do.
func reasonOf(o pipeline.Outcome) (queue.Reason, bool) {
	for _, f := range o.Failed {
		if !f.Gone {
			return queue.Reason{Code: f.Code, Rule: f.Rule, Message: f.Message}, true
		}
	}
	return queue.Reason{}, false
}

func (h *Handler) delay(ctx context.Context, m events.SQSMessage, atLeast time.Duration) {
	if h.messages == nil {
		return
	}
	if err := h.messages.Delay(ctx, m, atLeast); err != nil {
		// The message comes back after the queue's own visibility time-out instead.
		h.log.LogAttrs(ctx, slog.LevelWarn, "delay refused", slog.String("message_id", m.MessageId), slog.String("reason", err.Error()))
	}
}

// buried reports whether the dead-letter queue has the message. Until it does, the
// message stays where it is.
func (h *Handler) buried(ctx context.Context, m events.SQSMessage, reason queue.Reason) bool {
	if h.messages == nil {
		return false
	}
	if err := h.messages.DeadLetter(ctx, m, reason); err != nil {
		h.log.LogAttrs(ctx, slog.LevelError, "dead letter refused", slog.String("message_id", m.MessageId), slog.String("reason", err.Error()))
		return false
	}
	return true
}
