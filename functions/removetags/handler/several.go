package handler

import (
	"context"
	"slices"
	"sync"

	"untag/internal/event"
	"untag/internal/pipeline"
)

// actAll decides and acts on the events of one request together, and logs a line for each. It
// returns one outcome for the request: the worst, with the lists of all joined.
func (h *Handler) actAll(ctx context.Context, id string, list []event.Event) pipeline.Outcome {
	if len(list) == 0 {
		return pipeline.Joined(id)
	}
	var f faults
	outcomes := h.pipeline.Run(ctx, slices.Values(list))
	for i, o := range outcomes {
		h.logOutcome(ctx, list[i], o, false)
		f.add(o)
	}
	h.logFaults(ctx, f)
	if len(outcomes) == 1 {
		return outcomes[0]
	}
	return pipeline.Joined(id, outcomes...)
}

// maxSending is how many events of one request are sent to the queue at a time.
const maxSending = 10

// sendAll stores all events of a request. It returns an error if any of them is not stored:
// then the sender sends all of them again.
func (h *Handler) sendAll(ctx context.Context, list []event.Delivery) error {
	if len(list) == 1 { // as nearly always
		return h.send(ctx, list[0])
	}
	errs := make([]error, len(list))
	slots := make(chan struct{}, maxSending)
	var sending sync.WaitGroup
	for i, d := range list {
		slots <- struct{}{}
		sending.Go(func() {
			defer func() { <-slots }()
			errs[i] = h.send(ctx, d)
		})
	}
	sending.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}
