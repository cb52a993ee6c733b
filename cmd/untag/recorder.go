package main

import (
	"context"
	"iter"
	"sync"

	"untag/internal/event"
	"untag/internal/pipeline"
)

// actor acts on events.
type actor interface {
	Run(ctx context.Context, events iter.Seq[event.Event]) []pipeline.Outcome
}

// recorder keeps the outcomes of events while they are acted on, as not every kind of
// answer has them.
type recorder struct {
	pipeline actor

	mu       sync.Mutex
	outcomes []pipeline.Outcome
	ended    bool
}

// Run acts on events, and records.
func (r *recorder) Run(ctx context.Context, events iter.Seq[event.Event]) []pipeline.Outcome {
	outcomes := r.pipeline.Run(ctx, events)
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ended {
		r.outcomes = append(r.outcomes, outcomes...)
	}
	return outcomes
}

// take gives what was recorded and forgets it.
func (r *recorder) take() []pipeline.Outcome {
	r.mu.Lock()
	defer r.mu.Unlock()
	taken := r.outcomes
	r.outcomes = nil
	return taken
}

// end stops the recording, so that serving on does not fill the memory.
func (r *recorder) end() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended, r.outcomes = true, nil
}
