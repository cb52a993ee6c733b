package pipeline

import (
	"context"
	"slices"
	"sync"

	"untag/internal/zoho"
)

type tagKey struct{ module, id, tag string }

// results collects what happened to every tag of every record in a batch.
type results struct {
	mu        sync.Mutex
	off       map[tagKey]bool
	failed    map[tagKey]*Problem
	remaining map[recordKey][]string
	failures  *failures
}

// Act makes the plan's calls and returns the outcome of each event. Calls that name the
// same record run one after the other. It returns when every call has an answer or ctx is
// done; removals without a call by then fail and are retryable.
func (p *Pipeline) Act(ctx context.Context, plan *Plan) []Outcome {
	r := &results{
		off: make(map[tagKey]bool), failed: make(map[tagKey]*Problem), remaining: make(map[recordKey][]string), failures: plan.failures,
	}
	for wave := range waves(plan.Calls) {
		sideBySide(plan.failures, p.maxConcurrency, wave, func(c Call) route { return route{doRemove, c.Module} }, func(c Call) { r.make(ctx, p.crm, c) })
	}
	outcomes := make([]Outcome, len(plan.Events))
	for i := range plan.Events {
		outcomes[i] = r.outcome(plan.Events[i])
	}
	return outcomes
}

// waves yields the calls of each wave, first wave first.
func waves(calls []Call) func(yield func([]Call) bool) {
	byWave := slices.Clone(calls)
	slices.SortStableFunc(byWave, func(a, b Call) int { return a.Wave - b.Wave })
	return func(yield func([]Call) bool) {
		for len(byWave) > 0 {
			n := 1
			for n < len(byWave) && byWave[n].Wave == byWave[0].Wave {
				n++
			}
			if !yield(byWave[:n]) {
				return
			}
			byWave = byWave[n:]
		}
	}
}

func (r *results) make(ctx context.Context, crm remover, c Call) {
	if p := r.failures.handBack(ctx, route{doRemove, c.Module}); p != nil {
		r.callFailed(c, p)
		return
	}
	removals, err := crm.RemoveTags(ctx, c.Module, c.IDs, c.Tags)
	if err == nil && len(removals) == 1 && removals[0].Err != nil && removals[0].Err.Cause() != zoho.CauseCall {
		err = removals[0].Err // nothing says that this record is to blame
	}
	p := r.failures.note(route{doRemove, c.Module}, problemOf(err))
	if p != nil && p.OneOfSeveral && len(c.IDs) > 1 {
		r.halve(ctx, crm, c)
		return
	}
	if p != nil {
		r.callFailed(c, p)
		return
	}
	for _, rest := range r.take(c, removals) {
		r.make(ctx, crm, rest)
	}
}

// take records what happened to the records of a call, and returns the calls to make in
// addition: one with the records that Zoho left out because it refused others, and one for
// each record that Zoho may not have meant.
func (r *results) take(c Call, removals []zoho.Removal) []Call {
	r.mu.Lock()
	defer r.mu.Unlock()
	var again []Call
	var unsettled []string
	for _, removal := range removals {
		switch {
		case removal.Err != nil && removal.Err.Unsettled():
			unsettled = append(unsettled, removal.ID)
		case removal.Err != nil && removal.Err.Unsure() && len(c.IDs) > 1:
			again = append(again, c.of(removal.ID))
		default:
			r.settle(c, removal)
			continue
		}
		// This counts if the next call is not made.
		r.fail(c, removal.ID, removal.Err)
	}
	if n := len(unsettled); n > 0 && n < len(c.IDs) {
		again = append(again, c.of(unsettled...))
	}
	return again
}

// of returns the call for some of its records.
func (c Call) of(ids ...string) Call {
	c.IDs = ids
	return c
}

// settle records what happened to one record, tag by tag.
func (r *results) settle(c Call, removal zoho.Removal) {
	if removal.Err != nil && len(removal.Kept) == 0 {
		r.fail(c, removal.ID, removal.Err)
		return
	}
	r.remaining[recordKey{c.Module, removal.ID}] = removal.Tags
	for _, tag := range c.Tags {
		key := tagKey{c.Module, removal.ID, tag}
		delete(r.failed, key)
		r.off[key] = true
	}
	for _, kept := range removal.Kept {
		r.failed[tagKey{c.Module, removal.ID, kept.Tag}] = problemOf(kept.Err)
	}
}

func (r *results) fail(c Call, id string, err *zoho.Error) {
	p := problemOf(err)
	for _, tag := range c.Tags {
		r.failed[tagKey{c.Module, id, tag}] = p
	}
}

// halve makes a refused call again in two halves, to find the one record that it was refused
// for: the events of all other records must not fail with it.
func (r *results) halve(ctx context.Context, crm remover, c Call) {
	half := len(c.IDs) / 2
	r.make(ctx, crm, c.of(c.IDs[:half]...))
	r.make(ctx, crm, c.of(c.IDs[half:]...))
}

func (r *results) callFailed(c Call, p *Problem) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range c.IDs {
		for _, tag := range c.Tags {
			r.failed[tagKey{c.Module, id, tag}] = p
		}
	}
}

// outcome returns what happened to the removals of one event, and to no others.
func (r *results) outcome(planned Planned) Outcome {
	o := planned.Outcome
	for _, removal := range planned.Removals {
		removed, failed := r.sortOut(removal)
		if len(removed) > 0 {
			o.Removed = append(o.Removed, Removed{
				Rule: removal.Rule, Module: removal.Module, ID: removal.ID, Tags: removed,
				Remaining: nonNil(r.remaining[recordKey{removal.Module, removal.ID}]),
			})
		}
		o.Failed = append(o.Failed, failed...)
	}
	o.settle()
	return o
}

// sortOut separates a removal's tags into those removed and those that failed, grouped by
// their problem. A tag about which no call says anything does not count as removed, or the
// event would be lost.
func (r *results) sortOut(removal Removal) (removed []string, failed []Failed) {
	byProblem := make(map[*Problem]int)
	unanswered := &Problem{Code: CodeHandedBack, Message: "no answer from Zoho says whether it was removed", Retryable: true}
	for _, tag := range removal.Tags {
		key := tagKey{removal.Module, removal.ID, tag}
		p := r.failed[key]
		switch {
		case p == nil && r.off[key]:
			removed = append(removed, tag)
			continue
		case p == nil:
			p = unanswered
		}
		i, seen := byProblem[p]
		if !seen {
			i = len(failed)
			byProblem[p] = i
			failed = append(failed, unknownRecord(p.failed(removal.Rule, removal.Module, removal.ID, nil), removal.Rounded))
		}
		failed[i].Tags = append(failed[i].Tags, tag)
	}
	return removed, failed
}
