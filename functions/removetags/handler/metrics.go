package handler

import (
	"slices"
	"time"

	"untag/internal/event"
	"untag/internal/pipeline"
)

// meter counts what happens in an invocation.
type meter interface {
	Received(n int)
	Refused(reason string)
	Matched(rule string)
	Removed(n int)
	Observed(n int)
	FailedRemoval(code string)
	EventAge(age time.Duration)
	// Flush writes the counts; the rules are those of the file, in its order.
	Flush(rules []string)
}

func (h *Handler) flush() {
	if h.metrics != nil {
		h.metrics.Flush(h.rules.Names())
	}
}

// countReceived counts events that were verified and read.
func (h *Handler) countReceived(n int) {
	if h.metrics != nil {
		h.metrics.Received(n)
	}
}

// countRefused counts a request that was refused, by the kind of reason.
func (h *Handler) countRefused(end ending) {
	if h.metrics != nil {
		h.metrics.Refused(endings[end].reason)
	}
}

// countOutcome counts what happened to an event. What will be retried has not matched yet, and
// has no age: it would count once for each try.
func (h *Handler) countOutcome(ev event.Event, o pipeline.Outcome) {
	if h.metrics == nil {
		return
	}
	h.metrics.Removed(len(o.Removed))
	h.metrics.Observed(len(o.Observed))
	for _, f := range o.Failed {
		if !f.Gone { // then nothing is left to do
			h.metrics.FailedRemoval(f.Code)
		}
	}
	for range o.Errors {
		h.metrics.FailedRemoval(CodeRuleError)
	}
	if o.Retryable() {
		return
	}
	var matched []string
	match := func(rule string) {
		if rule != "" && !slices.Contains(matched, rule) {
			matched = append(matched, rule)
			h.metrics.Matched(rule)
		}
	}
	for _, r := range o.Removed {
		match(r.Rule)
	}
	for _, w := range o.Observed {
		match(w.Rule)
	}
	for _, f := range o.Failed {
		match(f.Rule)
	}
	for _, s := range o.Skipped {
		match(s.Rule)
	}
	if !ev.Time.IsZero() {
		h.metrics.EventAge(max(time.Since(ev.Time), 0))
	}
}
