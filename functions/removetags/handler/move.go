package handler

import (
	"context"
	"log/slog"

	"untag/internal/queue"
)

// messages moves what could not be acted on.
type messages interface {
	// Delay keeps messages from being received again for a while that grows with the
	// number of times they have been received.
	Delay(ctx context.Context, list []queue.Delayed) error
	// DeadLetter stores messages in the dead-letter queue, with the reason; one error each.
	DeadLetter(ctx context.Context, letters []queue.Letter) []error
}

// continuer is what messages may also do: store what is left of events. Without it, the whole
// event is tried again.
type continuer interface {
	// Continue stores what is left of events as messages of their own, to be received
	// later; one error each.
	Continue(ctx context.Context, list []queue.Continuation) []error
}

// move moves the messages of a batch that do not simply leave the queue, and returns how
// many of them it buried.
func (h *Handler) move(ctx context.Context, b *batch) (buried int) {
	h.resume(ctx, b)
	buried = h.bury(ctx, b)
	if h.messages == nil || len(b.delayed) == 0 {
		return buried
	}
	if err := h.messages.Delay(ctx, b.delayed); err != nil {
		// They come back after the queue's own visibility time-out instead.
		h.log.LogAttrs(ctx, slog.LevelWarn, "delay refused", slog.String("reason", err.Error()))
		b.faults.move(err)
	}
	return buried
}

// resume stores what is left of events of which some is done, before their messages may
// leave the queue. Where that does not succeed, all of the event is tried again.
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

// bury stores what no try will get done in the dead-letter queue, and returns how many
// messages that were. One that the dead-letter queue does not take stays where it is; SQS
// moves it there itself after it has been received often enough.
func (h *Handler) bury(ctx context.Context, b *batch) (buried int) {
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
		b.faults.move(err)
		b.failed(l.Message)
		b.delayed = append(b.delayed, queue.Delayed{Message: l.Message})
	}
	return buried
}
