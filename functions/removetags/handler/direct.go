package handler

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/webhook"
)

// direct answers an invoke of `{"source": …, "event": {…}}` with the outcome.
func (h *Handler) direct(ctx context.Context, e envelope) (any, error) {
	return h.invoked(ctx, e.text("source"), e.members["event"], "", time.Time{})
}

// eventBridge acts on the detail of an EventBridge event. A failure is an error, so that
// Lambda retries and then passes the event to the function's failure destination.
func (h *Handler) eventBridge(ctx context.Context, payload []byte) (any, error) {
	var e events.EventBridgeEvent
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, errUnknownKind
	}
	source, ok := h.rules.SourceForEventBridge(e.Source)
	if !ok {
		err := errNoBus(e.Source)
		h.logRefused(ctx, "", err)
		return nil, err
	}
	answer, err := h.invoked(ctx, source, e.Detail, e.ID, e.Time)
	if outcome, acted := answer.(pipeline.Outcome); acted && outcome.Outcome == pipeline.OutcomeFailed {
		return nil, outcomeError(outcome)
	}
	return answer, err
}

// invoked verifies and parses an event that IAM authorized, and stores it or acts on it.
func (h *Handler) invoked(ctx context.Context, source string, body []byte, deliveryID string, at time.Time) (any, error) {
	delivery, err := h.receiver.Verify(ctx, *invokedRequest(source, body, at))
	if err != nil {
		return nil, h.refused(ctx, source, err)
	}
	delivery.DeliveryID = deliveryID
	ev, err := webhook.Parse(delivery)
	if err != nil {
		return nil, h.refused(ctx, source, err)
	}
	return h.storeOrAct(ctx, delivery, ev)
}

func (h *Handler) storeOrAct(ctx context.Context, d event.Delivery, ev event.Event) (any, error) {
	if h.queue != nil {
		if err := h.send(ctx, d); err != nil {
			return nil, err
		}
		return queued{EventID: d.ID, Outcome: "queued"}, nil
	}
	if h.pipeline == nil {
		return nil, h.refused(ctx, d.Source, errNoCredential)
	}
	return h.act(ctx, ev), nil
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
