package pipeline

import (
	"errors"
	"fmt"
	"iter"
	"slices"

	"untag/internal/event"
	"untag/internal/rules"
)

// Job is an event that is read when its turn comes. In memory an event takes many times its
// size, so it is dropped once it is decided, and read again for a `where`.
type Job struct {
	// ID names the event in its outcome, even if the event cannot be read.
	ID string
	// Read reads the event. It must return the same every time. It is called in another
	// goroutine, which may outlive the call of the pipeline.
	Read func() (event.Event, error)
	// Done is the Outcome.Done of an earlier attempt, which says what that got done, or "".
	Done string
	// Stalled says that an attempt with the same Done was made before.
	Stalled bool
}

// jobsOf returns jobs for events that have already been read.
func jobsOf(events iter.Seq[event.Event]) iter.Seq[Job] {
	return func(yield func(Job) bool) {
		for ev := range events {
			if !yield(Job{ID: ev.ID, Read: func() (event.Event, error) { return ev, nil }}) {
				return
			}
		}
	}
}

// decided is an event with what the rules ask for.
type decided struct {
	*Planned
	job        Job
	candidates []rules.Candidate
}

// accept records what the rules ask for, except for what an earlier attempt got done.
func (d *decided) accept(decision rules.Decision) {
	d.Outcome.Errors, d.candidates = decision.Errors, decision.Candidates
	d.targets = targets{decision.Candidates}
	d.skipDone()
	d.cutShort()
	d.fillCalls()
	if !d.needsEvent() && d.targets.calls() < 2 {
		d.job.Read = nil // the event is no longer needed
	}
}

// maxWhole is how many records with all their fields are read at a time for one event: each
// may have thousands of bytes.
const maxWhole = 1000

// cutShort leaves records that are too many to read at once to the next attempt.
func (d *decided) cutShort() {
	left := maxWhole
	for i, c := range d.candidates {
		if !c.AllFields {
			continue
		}
		n := min(left, len(c.IDs))
		if left -= n; n == len(c.IDs) {
			continue
		}
		d.candidates = slices.Clone(d.candidates) // the targets stay whole
		d.candidates[i].IDs = c.IDs[:n]
		d.Outcome.Failed = append(d.Outcome.Failed, Failed{
			Rule: c.Rule, Module: c.Module, Tags: nonNil(c.Tags), Problem: Problem{
				Code: CodeHandedBack, Retryable: true,
				Message: fmt.Sprintf("%d more records are read later, %d at a time, because the rule reads all their fields", len(c.IDs)-n, maxWhole),
			},
		})
	}
}

// fillCalls leaves the records of the last, partly filled call of a further attempt to the next
// one, where what fails now joins them. Otherwise each attempt would make a call for a few
// records, and a large event would cost several calls more than its faults. If an attempt got
// nothing done, the next one makes all calls: the full ones may keep failing.
func (d *decided) fillCalls() {
	if d.done == nil || d.job.Stalled {
		return
	}
	for i, c := range d.candidates {
		rest := len(c.IDs) % maxIDs
		if rest == len(c.IDs) || rest == 0 {
			continue
		}
		d.candidates = slices.Clone(d.candidates) // the targets stay whole
		d.candidates[i].IDs = c.IDs[:len(c.IDs)-rest]
		d.Outcome.Failed = append(d.Outcome.Failed, Failed{
			Rule: c.Rule, Module: c.Module, Tags: nonNil(c.Tags), Problem: Problem{
				Code: CodeHandedBack, Retryable: true,
				Message: fmt.Sprintf("%d more records share the calls of the next attempt", rest),
			},
		})
	}
}

// unreadable is an error of a Job's Read.
type unreadable struct{ error }

// giveUp drops all that an event asks for, and records why.
func (d *decided) giveUp(err error) {
	d.candidates, d.Removals, d.Resolutions = nil, nil, nil
	o := Outcome{EventID: d.Outcome.EventID}
	if e, ok := errors.AsType[*unreadable](err); ok {
		o.Unreadable = e.error
	} else if costly, ok := errors.AsType[*tooCostly](err); ok {
		o.Failed = []Failed{{Rule: costly.rule, Tags: []string{}, Problem: Problem{Code: CodeTooCostly, Message: costly.what, Detail: costly.what}}}
	} else if errors.Is(err, errPanicked) {
		o.Errors = []rules.RuleError{{Message: err.Error()}}
	} else {
		o.Failed = []Failed{{Tags: []string{}, Problem: Problem{Code: CodeHandedBack, Message: err.Error(), Detail: err.Error(), Retryable: true}}}
	}
	d.Outcome = o
}

// needsEvent reports whether the event must be read again to resolve what it asks for.
func (d *decided) needsEvent() bool {
	for _, c := range d.candidates {
		if c.NeedsEvent() {
			return true
		}
	}
	return false
}

// maxPortion bounds what is planned at once, in removals. A larger batch is processed in
// portions, each with its own calls, so that plans and results fit into the memory of a small
// function.
const maxPortion = 60_000

// weight returns what an event adds to a portion. A record that is read takes the memory of
// several removals, and one with all its fields that of many.
func (d *decided) weight() int {
	weight := 1
	for _, c := range d.candidates {
		each := 1
		switch {
		case c.AllFields:
			each = 60
		case c.NeedsRecord:
			each = 10
		}
		weight += each * max(1, len(c.IDs))
	}
	return weight
}
