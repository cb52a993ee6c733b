package handler

import (
	"context"
	"errors"
	"log/slog"
	"slices"

	"untag/internal/pipeline"
	"untag/internal/queue"
)

// faults collects what a batch shows to be wrong with the installation: one fault for each
// code, not one for each event.
type faults struct {
	events int
	list   []fault
}

type fault struct{ code, reason string }

// add notes why an event failed, if the installation is the cause.
func (f *faults) add(o pipeline.Outcome) {
	blamed := false
	for _, failed := range o.Failed {
		if !failed.Installation() {
			continue
		}
		blamed = true
		f.note(failed.Code, failed.Detail)
	}
	if blamed {
		f.events++
	}
}

// codeQueue is the code for a queue to which messages cannot be moved.
const codeQueue = "QUEUE"

// move notes why a message could not be moved, unless the failure is temporary.
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

// logFaults writes a line for each fault of the installation. An alarm of the template
// counts these lines: no event is acted on until someone has fixed it.
func (h *Handler) logFaults(ctx context.Context, f faults) {
	for _, one := range f.list {
		h.log.LogAttrs(ctx, slog.LevelError, "installation",
			slog.String("code", one.code), slog.String("reason", one.reason), slog.Int("events", f.events))
	}
}
