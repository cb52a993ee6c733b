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
	"untag/internal/jsonvalue"
	"untag/internal/pipeline"
	"untag/internal/queue"
)

// movingMargin is kept back from the deadline of a batch for moving what failed.
const movingMargin = 5 * time.Second

// sqs acts on a batch of stored deliveries. Only the messages whose own removals did
// not all happen are reported as failed; the rest leave the queue.
func (h *Handler) sqs(ctx context.Context, records []jsonvalue.Raw) (any, error) {
	messages, err := h.fromEventQueue(records)
	if err != nil {
		return nil, h.refused(ctx, "", err)
	}
	if h.pipeline == nil {
		return nil, h.refused(ctx, "", errNoCredential)
	}
	b := &batch{response: events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{}}}
	t := tally{messages: len(messages)}
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
		h.logOutcome(ctx, e.event, o)
		e.fate = fateOf(o)
		t.add(o)
		b.faults.add(o)
	}
	cancel()
	b.sort()
	t.repeats = b.repeats
	h.logBatch(ctx, t, b, h.move(ctx, b))
	h.logFaults(ctx, b.faults)
	return b.response, nil
}

// batch is the events of an SQS batch, without what they say, and what has to be done
// with their messages.
type batch struct {
	entries []*entry
	// foreign are entries that no job was made of.
	foreign []*entry
	repeats int
	// resumed counts the events of which the rest is a message of its own now.
	resumed   int
	delayed   []queue.Delayed
	letters   []queue.Letter
	continued []*entry
	faults    faults
	response  events.SQSEventResponse
}

// maxBatch is how many messages SQS hands to one invocation at the most.
const maxBatch = 10_000

// entry is an event of a batch with the messages that carried it.
type entry struct {
	// number is the place in the batch of the first message.
	number   int
	event    event.Event
	messages []stored
	fate     fate
	// hopeless: nothing can be made of it, whatever Zoho says.
	hopeless bool
	// passedOver is noted when the event is read, in a goroutine of its own.
	passedOver atomic.Pointer[event.PassedOver]
}

// jobs yields the events of a batch, each once, to be read one by one: the events of a large
// batch would take several times its memory. What no event can be made of is noted in the
// batch.
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
			e.event = event.Event{ID: delivery.ID, DeliveryID: delivery.DeliveryID, Source: delivery.Source}
			b.entries = append(b.entries, e)
			if !yield(pipeline.Job{ID: delivery.ID, Done: delivery.Done, Read: m.reader(h.rules, delivery, e)}) {
				return
			}
		}
	}
}

// maxSourceShown is how much of the name of an unknown source is shown.
const maxSourceShown = 40

func errUnknownSource(name string) error {
	return fmt.Errorf("the rules of this function have no source %.*q; deploy the same rules to both functions, or add the source again", maxSourceShown, name)
}

// hopeless notes why nothing can be made of an entry.
func (h *Handler) hopeless(ctx context.Context, e *entry, code string, err error) {
	for _, m := range e.messages {
		h.log.LogAttrs(ctx, slog.LevelError, "message",
			slog.String("message_id", m.message().MessageId), slog.String("code", code), slog.String("reason", err.Error()))
	}
	e.hopeless, e.fate.reason = true, &queue.Reason{Code: code, Message: err.Error(), Time: time.Now()}
}
