package handler

import (
	"bytes"
	"cmp"
	"context"
	"log/slog"
	"maps"
	"slices"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/webhook"
)

// queued is the answer for an event that was stored in the queue.
type queued struct {
	EventID string `json:"event_id"`
	Outcome string `json:"outcome"`
}

// receive answers one HTTP request: it answers a handshake, stores the events in the queue,
// or decides and acts.
func (h *Handler) receive(ctx context.Context, req webhook.Request) answer {
	got, err := h.receiver.Receive(ctx, req)
	if err != nil {
		return told(h.refuse(ctx, req.Source, err), got)
	}
	if got.Reply != nil {
		h.logHandshake(ctx, req.Source, *got.Reply)
		return answer{status: got.Reply.Status, body: got.Reply.Body, header: got.Reply.Header}
	}
	list, err := h.parse(got.Deliveries)
	if err != nil {
		return told(h.refuse(ctx, req.Source, err), got)
	}
	h.countReceived(len(got.Deliveries))
	id := got.ID
	if len(got.Deliveries) == 1 {
		id = got.Deliveries[0].ID
	}
	if h.queue != nil {
		return told(h.store(ctx, id, got), got)
	}
	return told(outcomeAnswer(h.actAll(ctx, id, list), got.Source.Answer.Brief), got)
}

// logHandshake logs a handshake, with the secret that its sender brings for a source without
// one: it is sent to this URL alone, and somebody has to store it.
func (h *Handler) logHandshake(ctx context.Context, source string, answered webhook.Reply) {
	attrs := []slog.Attr{slog.String("source", source), slog.String("outcome", "handshake")}
	if answered.Note != "" {
		attrs = append(attrs, slog.String("reason", answered.Note))
	}
	if answered.Show != "" {
		attrs = append(attrs, slog.String("secret_to_store", answered.Show))
	}
	h.log.LogAttrs(ctx, slog.LevelInfo, "event", attrs...)
}

// parse parses the events of a request, and completes their deliveries. One that cannot be
// read refuses the request.
func (h *Handler) parse(deliveries []event.Delivery) ([]event.Event, error) {
	var list []event.Event
	for i := range deliveries {
		ev, err := webhook.Parse(deliveries[i])
		if err != nil {
			return nil, err
		}
		deliveries[i].DeliveryID = ev.DeliveryID
		if h.queue == nil {
			list = append(list, ev)
		}
	}
	if h.queue == nil && h.pipeline == nil {
		return nil, errNoCredential
	}
	return list, nil
}

// told returns an answer with the text and the headers that the request's sender expects of
// every success, or without the body that it does not accept.
func told(a answer, got webhook.Received) answer {
	if got.Source.Answer.Empty {
		a.body = ""
	}
	if a.status/100 != 2 {
		return a
	}
	if got.Echo != nil {
		a.header = maps.Clone(got.Echo)
	}
	if reply := got.Source.Reply; reply != "" {
		a.body = reply
		a.header = map[string]string{"content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"}
		maps.Copy(a.header, got.Echo)
	}
	return a
}

// accept verifies and parses one event. It refuses all events of a function that can neither
// store them nor act on them. The id, if any, is the sender's.
func (h *Handler) accept(ctx context.Context, req webhook.Request, id string) (event.Delivery, event.Event, error) {
	delivery, err := h.receiver.Verify(ctx, req)
	if err != nil {
		return event.Delivery{}, event.Event{}, err
	}
	delivery.DeliveryID = cmp.Or(id, delivery.DeliveryID)
	ev, err := webhook.Parse(delivery)
	if err == nil && h.queue == nil && h.pipeline == nil {
		err = errNoCredential
	}
	delivery.DeliveryID = ev.DeliveryID
	return delivery, ev, err
}

// act decides and acts on one event, and logs its one line.
func (h *Handler) act(ctx context.Context, ev event.Event) pipeline.Outcome {
	outcome := h.pipeline.Run(ctx, slices.Values([]event.Event{ev}))[0]
	h.logOutcome(ctx, ev, outcome, false)
	var f faults
	f.add(outcome)
	h.logFaults(ctx, f)
	return outcome
}

func (h *Handler) store(ctx context.Context, id string, got webhook.Received) answer {
	if len(got.Deliveries) == 0 {
		return answerOf(endDone, queued{EventID: id, Outcome: pipeline.OutcomeNothing})
	}
	end := storedEnding(h.sendAll(ctx, got.Deliveries))
	if end != endStored {
		return message(end, endings[end].phrase)
	}
	a := answerOf(end, queued{EventID: id, Outcome: "queued"})
	a.status = cmp.Or(got.Source.Answer.Queued, a.status)
	return a
}

// send stores a delivery, with only those headers that rules can read.
func (h *Handler) send(ctx context.Context, d event.Delivery) error {
	d.Headers = h.namedHeaders(d)
	d.Body = bytes.Clone(d.Body) // the memory of the request is used again
	err := h.queue.Send(ctx, d)
	attrs := []slog.Attr{
		slog.String("event_id", d.ID), slog.String("source", d.Source), slog.String("outcome", "queued"),
	}
	if err != nil {
		attrs[2] = slog.String("outcome", "refused")
		attrs = append(attrs, slog.String("reason", err.Error()))
	}
	end := storedEnding(err)
	if end != endStored {
		h.countRefused(end)
	}
	h.log.LogAttrs(ctx, endings[end].level, "event", attrs...)
	return err
}

func (h *Handler) namedHeaders(d event.Delivery) map[string]string {
	names, all := h.rules.Headers(d.Source)
	if all {
		return d.Headers
	}
	kept := make(map[string]string)
	for _, name := range append(names, webhook.ParseHeaders()...) {
		if value, ok := d.Headers[name]; ok {
			kept[name] = value
		}
	}
	return kept
}

// logOutcome writes the one line of an event: counts, codes and rules, but no field of the
// event itself. retried says that untag itself tries again what failed and may succeed later.
func (h *Handler) logOutcome(ctx context.Context, ev event.Event, o pipeline.Outcome, retried bool) {
	attrs := []slog.Attr{
		slog.String("event_id", ev.ID), slog.String("source", ev.Source), slog.String("outcome", o.Outcome),
		slog.Int("removed", len(o.Removed)),
	}
	if ev.DeliveryID != "" {
		attrs = append(attrs, slog.String("delivery_id", ev.DeliveryID))
	}
	if len(o.Failed) > 0 {
		shown, more := pipeline.Listed(o.Failed)
		attrs = append(attrs, slog.Any("failed", failedLog(shown)))
		attrs = appendMore(attrs, "failed_more", more)
	}
	if len(o.Errors) > 0 {
		shown, more := pipeline.Listed(o.Errors)
		attrs = append(attrs, slog.Any("errors", shown))
		attrs = appendMore(attrs, "errors_more", more)
	}
	if len(o.Skipped) > 0 {
		attrs = append(attrs, slog.Int("skipped", len(o.Skipped)), slog.Any("skipped_why", skippedLog(o.Skipped)))
	}
	if ev.PassedOver.Count > 0 {
		attrs = append(attrs, passedOverLog(ev.PassedOver))
	}
	if len(o.Observed) > 0 {
		attrs = append(attrs, slog.Int("observed", len(o.Observed)))
	}
	_, level := outcomeEnding(o)
	h.log.LogAttrs(ctx, level, "event", attrs...)
	h.logAudit(ctx, ev, o, retried)
	h.countOutcome(ev, o)
}

// appendMore adds how many items a list in the line leaves out.
func appendMore(attrs []slog.Attr, name string, more int) []slog.Attr {
	if more == 0 {
		return attrs
	}
	return append(attrs, slog.Int(name, more))
}

type failedLine struct {
	Rule   string `json:"rule"`
	Module string `json:"module"`
	Code   string `json:"code"`
	Retry  bool   `json:"retry"`
	Gone   bool   `json:"gone,omitempty"`
	Detail string `json:"detail,omitempty"`
}

func failedLog(failed []pipeline.Failed) []failedLine {
	lines := make([]failedLine, len(failed))
	for i, f := range failed {
		lines[i] = failedLine{Rule: f.Rule, Module: f.Module, Code: f.Code, Retry: f.Retryable, Gone: f.Gone, Detail: f.Detail}
	}
	return lines
}
