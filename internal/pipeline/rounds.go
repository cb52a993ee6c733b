package pipeline

import (
	"context"
	"iter"
	"slices"
	"time"
)

const (
	// firstPause is how long the first repetition waits, unless Zoho asked for longer; each
	// later one waits twice as long, up to lastPause.
	firstPause, lastPause = 500 * time.Millisecond, 4 * time.Second
	// maxStalled is how many rounds in a row an event is tried without progress.
	maxStalled = 5
)

// unfinished is an event with several calls, of which some failed and some succeeded.
type unfinished struct {
	number  int
	job     Job
	stalled int
}

// repeat makes failed calls again, for events that need more than one call. Each round does
// only what is left; otherwise an event of many calls would hardly ever finish. It ends when
// nothing is left, when there is no progress, or when the time is over.
func (r *run) repeat(ctx context.Context, outcomes []Outcome, list []unfinished) {
	for usual := firstPause; len(list) > 0; usual = min(2*usual, lastPause) {
		wait := usual
		for _, u := range list {
			wait = max(wait, outcomes[u.number].RetryAfter())
		}
		if !pause(ctx, wait) {
			return
		}
		r.failures = r.newFailures()
		var left []unfinished
		i := 0
		for _, o := range r.outcomes(ctx, jobsIn(list)) {
			u := list[i]
			i++
			outcomes[u.number].continued(o)
			switch {
			case o.Done != "":
				u.job.Done, u.job.Stalled, u.stalled = o.Done, false, 0
			case !o.Retryable():
				continue
			default:
				u.job.Stalled = true
				u.stalled++
			}
			if u.stalled < maxStalled {
				left = append(left, u)
			}
		}
		list = left
	}
}

func jobsIn(list []unfinished) iter.Seq[Job] {
	return func(yield func(Job) bool) {
		for _, u := range list {
			if !yield(u.job) {
				return
			}
		}
	}
}

// pause waits, unless that would take more than half of the remaining time.
func pause(ctx context.Context, wait time.Duration) bool {
	if deadline, ok := ctx.Deadline(); ok && wait > time.Until(deadline)/2 {
		return false
	}
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// half reports whether, for some module, part of what the event asks for is done and the rest
// may succeed. A module for which nothing is done is left to the next attempt.
func (o Outcome) half() bool {
	moving := make(map[string]bool)
	for _, r := range o.Removed {
		moving[r.Module] = true
	}
	for _, w := range o.Observed {
		moving[w.Module] = true
	}
	for _, s := range o.Skipped {
		moving[s.Module] = true
	}
	return slices.ContainsFunc(o.Failed, func(f Failed) bool { return f.Retryable && !f.Installation() && moving[f.Module] })
}

// continued adds the outcome of another attempt of the same event, which tried everything
// that was not done before.
func (o *Outcome) continued(next Outcome) {
	again := make(map[target]bool)
	for _, r := range next.Removed {
		again[target{r.Rule, r.Module, r.ID}] = true
	}
	for _, w := range next.Observed {
		again[target{w.Rule, w.Module, w.ID}] = true
	}
	for _, s := range next.Skipped {
		again[target{s.Rule, s.Module, s.ID}] = true
	}
	o.Removed = append(slices.DeleteFunc(o.Removed, func(r Removed) bool { return again[target{r.Rule, r.Module, r.ID}] }), next.Removed...)
	o.Skipped = append(slices.DeleteFunc(o.Skipped, func(s Skipped) bool { return again[target{s.Rule, s.Module, s.ID}] }), next.Skipped...)
	o.Observed = append(slices.DeleteFunc(o.Observed, func(w Observed) bool { return again[target{w.Rule, w.Module, w.ID}] }), next.Observed...)
	o.Failed, o.Errors, o.Unreadable = next.Failed, next.Errors, next.Unreadable
	if next.Done != "" {
		o.Done = next.Done
	}
	o.settle()
}
