package handler

import (
	"context"
	"log/slog"

	"untag/internal/pipeline"
)

// tally counts the messages of a batch, and its events by result.
type tally struct {
	messages, repeats                         int
	removed, nothing, gone, failed, undecided int
}

// add counts one event. An event that failed only because its records are gone is done.
func (t *tally) add(o pipeline.Outcome) {
	switch {
	case o.Outcome == pipeline.OutcomeFailed && allGone(o.Failed):
		t.gone++
	case o.Outcome == pipeline.OutcomeFailed:
		t.failed++
	case o.Outcome == pipeline.OutcomeRemoved:
		t.removed++
	case len(o.Errors) > 0:
		t.undecided++
	default:
		t.nothing++
	}
}

func allGone(failed []pipeline.Failed) bool {
	for _, f := range failed {
		if !f.Gone {
			return false
		}
	}
	return true
}

// logBatch writes the one line of a batch: the results of its events, how many of its
// messages became dead letters, and how many go back for another try. The others are done.
func (h *Handler) logBatch(ctx context.Context, t tally, b *batch, buried int) {
	h.log.LogAttrs(ctx, slog.LevelInfo, "batch",
		slog.Int("messages", t.messages), slog.Int("repeats", t.repeats),
		slog.Int("removed", t.removed), slog.Int("nothing", t.nothing), slog.Int("gone", t.gone),
		slog.Int("failed", t.failed), slog.Int("undecided", t.undecided),
		slog.Int("dead_letters", buried), slog.Int("back", len(b.response.BatchItemFailures)), slog.Int("continued", b.resumed))
}
