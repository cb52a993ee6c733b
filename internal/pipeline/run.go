package pipeline

import (
	"context"
	"iter"
	"time"

	"untag/internal/rules"
)

// run is the state of one call of a Pipeline: what it has learned about the CRM, and how much
// time it has left.
type run struct {
	*Pipeline
	failures *failures
	// share is the time for one event, and deciding what is left for deciding all of them;
	// the rest is for the calls.
	share, deciding time.Duration
	// explained keeps the values that a `where` read, for people.
	explained bool
}

// newRun starts to count the time. One event may take 1/part of the time that ctx has.
func (p *Pipeline) newRun(ctx context.Context, part time.Duration) *run {
	r := &run{Pipeline: p, failures: p.newFailures(), share: maxShare, deciding: time.Hour}
	if deadline, ok := ctx.Deadline(); ok {
		left := max(0, time.Until(deadline))
		r.share = min(maxShare, max(left/part, min(minShare, left/4)))
		r.deciding = left / 2
	}
	return r
}

// shareOf returns how much an event has left of its share.
func (r *run) shareOf(d *decided) (time.Duration, error) {
	if r.deciding <= 0 {
		return 0, errCrowded
	}
	return max(r.share-d.used, grace), nil
}

// spend counts the time that an event took.
func (r *run) spend(d *decided, took time.Duration) {
	d.used += took
	r.deciding -= took
}

// decide asks the rules about events until there are no more or the portion is full, and
// returns what they ask for.
func (r *run) decide(ctx context.Context, jobs func() (Job, bool)) (portion []*decided) {
	weight := 0
	work(ctx, r.limiter, task[*decided, rules.Decision]{
		next: func() (*decided, bool) {
			if weight >= maxPortion && !r.explained {
				return nil, false
			}
			job, ok := jobs()
			if !ok {
				return nil, false
			}
			return &decided{Planned: &Planned{Outcome: Outcome{EventID: job.ID}}, job: job}, true
		},
		share: r.shareOf,
		do:    r.readAndDecide,
		take: func(d *decided, decision rules.Decision, err error, took time.Duration) {
			r.spend(d, took)
			if err != nil {
				d.giveUp(err)
			} else {
				d.accept(decision)
			}
			portion = append(portion, d)
			weight += d.weight()
		},
	})
	return portion
}

// readAndDecide reads an event and asks the rules about it.
func (r *run) readAndDecide(ctx context.Context, d *decided) (rules.Decision, error) {
	ev, err := d.job.Read()
	if err != nil {
		return rules.Decision{}, &unreadable{err}
	}
	decision, err := r.rules.DecideWithin(ctx, ev)
	decision = r.callable(decision)
	for i := range decision.Candidates {
		c := &decision.Candidates[i]
		c.Observe = c.Observe || r.dryRun
		if (c.Observe || r.readFirst) && !r.explained {
			c.LookUp() // so that it is known which of the tags the record has
		}
		c.Forget()
	}
	return decision, err
}

// plan turns what a portion of a batch asks for into calls.
func (r *run) plan(ctx context.Context, portion []*decided) *Plan {
	plan := &Plan{Events: make([]Planned, len(portion)), failures: r.failures}
	for i, d := range portion {
		plan.Events[i] = *d.Planned
		d.Planned = &plan.Events[i]
	}
	newLookup(r).resolve(ctx, portion)
	var removals []Removal
	for i := range plan.Events {
		removals = append(removals, plan.Events[i].Removals...)
	}
	plan.Calls = Join(removals)
	return plan
}

// outcomes takes a batch through all steps, one portion after the other.
func (r *run) outcomes(ctx context.Context, jobs iter.Seq[Job]) iter.Seq2[*decided, Outcome] {
	return func(yield func(*decided, Outcome) bool) {
		next, stop := iter.Pull(jobs)
		defer stop()
		for {
			portion := r.decide(ctx, next)
			if len(portion) == 0 {
				return
			}
			for i, o := range r.Act(ctx, r.plan(ctx, portion)) {
				o.Done = portion[i].progress(o)
				if !yield(portion[i], o) {
					return
				}
			}
		}
	}
}

// Each decides, plans and acts on a batch of jobs, and yields the outcome of each, in their
// order. No event may take more than a tenth of the time that ctx has, and at most ten
// seconds. One that takes longer is not acted on, and its outcome says so. Removals are
// joined over the whole batch, or over large portions of it; the outcomes of a portion are
// yielded before the next one is read.
func (p *Pipeline) Each(ctx context.Context, jobs iter.Seq[Job]) iter.Seq[Outcome] {
	return func(yield func(Outcome) bool) {
		for _, o := range p.newRun(ctx, 10).outcomes(ctx, jobs) {
			if !yield(o) {
				return
			}
		}
	}
}
