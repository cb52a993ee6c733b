package handler

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"untag/internal/pipeline"
)

// invoked stores or acts on an event that IAM authorized: that of a direct invoke of
// `{"source": …, "event": {…}}`, or the detail of an EventBridge event. Failures are in the
// answer. Those of an EventBridge event are an error, so that Lambda retries and then passes
// the event to the function's failure destination.
func (h *Handler) invoked(ctx context.Context, in invocation) (any, error) {
	request, err := in.request()
	if err != nil {
		return nil, h.refused(ctx, in.source, err)
	}
	delivery, ev, err := h.accept(ctx, *request, in.deliveryID)
	if err != nil {
		return nil, h.refused(ctx, in.source, err)
	}
	h.countReceived(1)
	if h.queue != nil {
		if err := h.send(ctx, delivery); err != nil {
			return nil, err
		}
		return queued{EventID: delivery.ID, Outcome: "queued"}, nil
	}
	outcome := h.act(ctx, ev)
	if in.kind == kindEventBridge && outcome.Outcome == pipeline.OutcomeFailed {
		return nil, outcomeError(outcome)
	}
	return outcome, nil
}

// refused logs the reason, and returns it to the caller too: IAM authorized the caller to
// invoke the function. The name of an unknown source is not logged: it may be long, or a
// secret.
func (h *Handler) refused(ctx context.Context, source string, err error) error {
	if h.receiver.Known(source) != nil {
		source = ""
	}
	h.logRefused(ctx, source, err)
	return err
}

func outcomeError(o pipeline.Outcome) error {
	var codes []string
	shown, more := pipeline.Listed(o.Failed)
	for _, f := range shown {
		codes = append(codes, f.Rule+": "+f.Code)
	}
	if more > 0 {
		codes = append(codes, fmt.Sprintf("and %d more", more))
	}
	return errors.New("event " + o.EventID + ": not every tag was removed: " + strings.Join(codes, ", "))
}
