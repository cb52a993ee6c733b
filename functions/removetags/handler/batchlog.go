package handler

import (
	"context"
	"log/slog"

	"untag/internal/pipeline"
)

// batchCounts counts the messages of a batch, and its events by result.
type batchCounts struct {
	messages, repeats                         int
	removed, nothing, gone, failed, undecided int
}

// add counts one event. An event that failed only because its records are gone is done.
func (c *batchCounts) add(o pipeline.Outcome) {
	switch {
	case o.Outcome == pipeline.OutcomeFailed && allGone(o.Failed):
		c.gone++
	case o.Outcome == pipeline.OutcomeFailed:
		c.failed++
	case o.Outcome == pipeline.OutcomeRemoved:
		c.removed++
	case len(o.Errors) > 0:
		c.undecided++
	default:
		c.nothing++
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
func (h *Handler) logBatch(ctx context.Context, c batchCounts, b *batch, deadLetters int) {
	h.log.LogAttrs(ctx, slog.LevelInfo, "batch",
		slog.Int("messages", c.messages), slog.Int("repeats", c.repeats),
		slog.Int("removed", c.removed), slog.Int("nothing", c.nothing), slog.Int("gone", c.gone),
		slog.Int("failed", c.failed), slog.Int("undecided", c.undecided),
		slog.Int("dead_letters", deadLetters), slog.Int("back", len(b.response.BatchItemFailures)), slog.Int("continued", b.resumed))
}
