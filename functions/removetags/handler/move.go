package handler

import (
	"context"
	"log/slog"

	"untag/internal/queue"
)

// messages moves the messages of events that could not be acted on.
type messages interface {
	// Delay keeps messages from being received again for a time that grows with the number
	// of times they were received.
	Delay(ctx context.Context, list []queue.Delayed) error
	// DeadLetter stores messages in the dead-letter queue with their reasons, and returns an
	// error, or nil, for each.
	DeadLetter(ctx context.Context, letters []queue.Letter) []error
}

// continuer is what messages may also do: store what is left of events. Without it, the whole
// event is tried again.
type continuer interface {
	// Continue stores what is left of events as messages of their own, to be received later,
	// and returns an error, or nil, for each.
	Continue(ctx context.Context, list []queue.Continuation) []error
}

// move moves the messages of a batch that do not simply leave the queue, and returns how many
// became dead letters.
func (h *Handler) move(ctx context.Context, b *batch) (deadLetters int) {
	h.resume(ctx, b)
	deadLetters = h.deadLetter(ctx, b)
	if h.messages == nil || len(b.delayed) == 0 {
		return deadLetters
	}
	if err := h.messages.Delay(ctx, b.delayed); err != nil {
		// They come back after the queue's own visibility timeout instead.
		h.log.LogAttrs(ctx, slog.LevelWarn, "delay refused", slog.String("reason", err.Error()))
		b.faults.move(err)
	}
	return deadLetters
}

// resume stores what is left of partly done events, before their messages may leave the
// queue. If that fails, the whole event is retried.
func (h *Handler) resume(ctx context.Context, b *batch) {
	var list []queue.Continuation
	var of []*entry
	queues, able := h.messages.(continuer)
	for _, e := range b.continued {
		delivery, err := e.messages[0].delivery()
		if !able || err != nil {
			b.delay(e)
			continue
		}
		delivery.Done = e.fate.done
		list = append(list, queue.Continuation{Message: e.messages[0].message(), Delivery: delivery, AtLeast: e.fate.atLeast})
		of = append(of, e)
	}
	if len(list) == 0 {
		return
	}
	for i, err := range queues.Continue(ctx, list) {
		if err != nil {
			h.log.LogAttrs(ctx, slog.LevelWarn, "continuation refused", slog.String("event_id", of[i].event.ID), slog.String("reason", err.Error()))
			b.faults.move(err)
			b.delay(of[i])
			continue
		}
		b.resumed++
	}
}

// deadLetter stores messages that retrying does not help in the dead-letter queue, and returns
// how many there were. A message that cannot be stored there stays where it is; SQS itself
// moves it after it was received often enough.
func (h *Handler) deadLetter(ctx context.Context, b *batch) (deadLetters int) {
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
			deadLetters++
			h.log.LogAttrs(ctx, slog.LevelError, "dead letter", attrs...)
			continue
		}
		h.log.LogAttrs(ctx, slog.LevelError, "dead letter refused", append(attrs, slog.String("reason", err.Error()))...)
		b.faults.move(err)
		b.failed(l.Message)
		b.delayed = append(b.delayed, queue.Delayed{Message: l.Message})
	}
	return deadLetters
}
