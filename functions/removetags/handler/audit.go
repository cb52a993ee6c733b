package handler

import (
	"context"
	"log/slog"

	"untag/internal/audit"
	"untag/internal/event"
	"untag/internal/pipeline"
)

// succeeded is Zoho's code for a tag that was removed.
const succeeded = "SUCCESS"

// logAudit writes a line for each record whose tags were removed, or would have been, and for
// each that Zoho refused: what it was asked may have happened nevertheless. If untag itself tries
// again, the last attempt tells, so that an outage does not fill the log.
func (h *Handler) logAudit(ctx context.Context, ev event.Event, o pipeline.Outcome, retried bool) {
	if h.audit == nil {
		return
	}
	write := func(l audit.Line) {
		l.EventID, l.DeliveryID, l.Source, l.Rules = ev.ID, ev.DeliveryID, ev.Source, h.rules.Version()
		h.audit.LogAttrs(ctx, slog.LevelInfo, audit.Message, l.Attrs()...)
	}
	kept := make(map[place][]pipeline.Failed)
	for _, f := range o.Failed {
		if f.ID != "" && f.Code != pipeline.CodeHandedBack && !(retried && f.Retryable) {
			at := place{f.Rule, f.Module, f.ID}
			kept[at] = append(kept[at], f)
		}
	}
	for _, r := range o.Removed {
		l := audit.Line{
			Mode: audit.ModeRemove, Rule: r.Rule, Module: r.Module, RecordID: r.ID, Asked: r.Tags, Removed: r.Tags,
			Seen: h.readFirst || h.rules.Reads(r.Rule), Answer: succeeded,
		}
		at := place{r.Rule, r.Module, r.ID}
		for _, f := range kept[at] {
			l.Asked, l.Answer = append(l.Asked[:len(l.Asked):len(l.Asked)], f.Tags...), succeeded+", "+f.Code
		}
		delete(kept, at)
		write(l)
	}
	for _, f := range o.Failed {
		at := place{f.Rule, f.Module, f.ID}
		for _, f := range kept[at] {
			write(audit.Line{Mode: audit.ModeRemove, Rule: f.Rule, Module: f.Module, RecordID: f.ID, Asked: f.Tags, Answer: f.Code})
		}
		delete(kept, at)
	}
	for _, w := range o.Observed {
		write(audit.Line{Mode: audit.ModeObserve, Rule: w.Rule, Module: w.Module, RecordID: w.ID, Asked: w.Tags, Seen: true})
	}
}

// place is what a rule asks for one record.
type place struct{ rule, module, id string }
