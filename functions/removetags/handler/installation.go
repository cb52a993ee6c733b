package handler

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"untag/internal/pipeline"
	"untag/internal/queue"
)

// faults are what is wrong with the installation, as a batch met it: one for each code,
// not one for each event.
type faults struct {
	events int
	list   []fault
}

type fault struct{ code, reason string }

// add notes what an event failed for, where the event is not to blame.
func (f *faults) add(o pipeline.Outcome) {
	blamed := false
	for _, failed := range o.Failed {
		if !failed.Installation {
			continue
		}
		blamed = true
		f.note(failed.Code, failed.Detail)
	}
	if blamed {
		f.events++
	}
}

// codeQueue is the code of a queue that messages cannot be moved in.
const codeQueue = "QUEUE"

// move notes why a message could not be moved, if that does not pass by itself.
func (f *faults) move(err error) {
	if e, ok := errors.AsType[*queue.Error](err); ok && e.Installation() {
		f.note(codeQueue, e.Error())
	}
}

func (f *faults) note(code, reason string) {
	if !slices.ContainsFunc(f.list, func(one fault) bool { return one.code == code }) {
		f.list = append(f.list, fault{code, reason})
	}
}

// logFaults writes a line for each fault of the installation. The template counts these
// lines, for an alarm: nothing gets done until somebody has put it right.
func (h *Handler) logFaults(ctx context.Context, f faults) {
	for _, one := range f.list {
		h.log.LogAttrs(ctx, slog.LevelError, "installation",
			slog.String("code", one.code), slog.String("reason", one.reason), slog.Int("events", f.events))
	}
}
