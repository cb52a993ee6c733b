package handler

import (
	"context"
	"fmt"
	"iter"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/queue"
)

// movingMargin is the time before the deadline of a batch that is reserved for moving messages.
const movingMargin = 5 * time.Second

// sqs acts on a batch of stored deliveries. Only messages whose own removals are not all done
// are reported as failed; the others leave the queue.
func (h *Handler) sqs(ctx context.Context, messages []stored) (any, error) {
	if err := h.fromEventQueue(messages); err != nil {
		return nil, h.refused(ctx, "", err)
	}
	if h.pipeline == nil {
		return nil, h.refused(ctx, "", errNoCredential)
	}
	b := &batch{response: events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}}
	counts := batchCounts{messages: len(messages)}
	acting, cancel := withMargin(ctx, movingMargin)
	done := 0
	for o := range h.pipeline.Each(acting, h.jobs(ctx, messages, b)) {
		e := b.entries[done]
		done++
		if o.Unreadable != nil {
			h.hopeless(ctx, e, CodeUnreadable, o.Unreadable)
			continue
		}
		if over := e.passedOver.Load(); over != nil {
			e.event.PassedOver = *over
		}
		h.logOutcome(ctx, e.event, o, true)
		e.fate = fateOf(o)
		counts.add(o)
		b.faults.add(o)
	}
	cancel()
	b.sort()
	counts.repeats = b.repeats
	h.logBatch(ctx, counts, b, h.move(ctx, b))
	h.logFaults(ctx, b.faults)
	return b.response, nil
}

// batch has the events of an SQS batch without their content, and what to do with their
// messages.
type batch struct {
	entries []*entry
	// foreign are the entries without a job.
	foreign []*entry
	repeats int
	// resumed counts the events whose rest is now a message of its own.
	resumed   int
	delayed   []queue.Delayed
	letters   []queue.Letter
	continued []*entry
	faults    faults
	response  events.SQSEventResponse
}

// maxBatch is how many messages an invocation can have at most.
const maxBatch = 10_000

// entry is an event of a batch with the messages that carried it.
type entry struct {
	// number is the place of the first message in the batch.
	number   int
	event    event.Event
	messages []stored
	fate     fate
	// hopeless: it is not an event that untag can act on.
	hopeless bool
	// passedOver is set when the event is read, in another goroutine.
	passedOver atomic.Pointer[event.PassedOver]
}

// jobs yields the events of a batch, each once. They are read one by one, because all events
// of a large batch would take several times its memory. Messages that hold no event are
// noted in the batch.
func (h *Handler) jobs(ctx context.Context, messages []stored, b *batch) iter.Seq[pipeline.Job] {
	return func(yield func(pipeline.Job) bool) {
		seen := make(map[repeatKey]*entry)
		for i, m := range messages {
			e := &entry{number: i, messages: []stored{m}}
			delivery, err := m.delivery()
			if err != nil {
				b.foreign = append(b.foreign, e)
				h.hopeless(ctx, e, CodeUnreadable, err)
				continue
			}
			if _, known := h.rules.Source(delivery.Source); !known {
				b.foreign = append(b.foreign, e)
				h.hopeless(ctx, e, CodeUnknownSource, errUnknownSource(delivery.Source))
				continue
			}
			if delivery.DeliveryID != "" {
				key := keyOf(delivery)
				if first := seen[key]; first != nil {
					first.messages = append(first.messages, m)
					b.repeats++
					continue
				}
				seen[key] = e
			}
			e.event = event.Event{ID: delivery.ID, DeliveryID: delivery.DeliveryID, Source: delivery.Source, Time: delivery.Time}
			b.entries = append(b.entries, e)
			if !yield(pipeline.Job{ID: delivery.ID, Done: delivery.Done, Stalled: m.receivedBefore(), Read: m.reader(h.rules, delivery, e)}) {
				return
			}
		}
	}
}

// maxSourceShown is how much of an unknown source's name is shown, in characters.
const maxSourceShown = 40

func errUnknownSource(name string) error {
	return fmt.Errorf("the rules of this function have no source %.*q; deploy the same rules to both functions, or add the source again", maxSourceShown, name)
}

// hopeless notes why untag cannot act on an entry.
func (h *Handler) hopeless(ctx context.Context, e *entry, code string, err error) {
	for _, m := range e.messages {
		h.log.LogAttrs(ctx, slog.LevelError, "message",
			slog.String("message_id", m.message().MessageId), slog.String("code", code), slog.String("reason", err.Error()))
	}
	e.hopeless, e.fate.reason = true, &queue.Reason{Code: code, Message: err.Error(), Time: time.Now()}
}
