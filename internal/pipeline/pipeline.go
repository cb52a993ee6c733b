package pipeline

import (
	"context"
	"iter"
	"time"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/zoho"
)

// decider is the rules: what an event asks for, without side effects.
type decider interface {
	DecideWithin(ctx context.Context, ev event.Event) (rules.Decision, error)
}

// remover takes tags off records; the error is that of the call as a whole.
type remover interface {
	RemoveTags(ctx context.Context, module string, ids, tags []string) ([]zoho.Removal, error)
}

// finder reads records, for rules that look at the live record.
type finder interface {
	Records(ctx context.Context, module string, ids, fields []string) ([]zoho.Record, error)
	Search(ctx context.Context, module string, search zoho.Search) (zoho.SearchResult, error)
}

// crm is what a Pipeline needs of Zoho.
type crm interface {
	remover
	finder
}

// Config is what New needs.
type Config struct {
	Rules decider
	CRM   crm
	// MaxConcurrency is how many calls run side by side; 5 when zero.
	MaxConcurrency int
	// MaxHeap is how many bytes the heap may have while an event is decided: one that takes
	// it beyond is given up. No limit when zero.
	MaxHeap uint64
	// Waited takes the wait of every search as over, for events that are only examined.
	Waited bool
}

// Pipeline decides, plans and acts. From one batch to the next it keeps nothing but
// the modules that Zoho has been failing for, what is wrong with the installation, and the events that it gave up and cannot end. It is safe for concurrent use.
type Pipeline struct {
	rules          decider
	crm            crm
	maxConcurrency int
	waited         bool
	doubts         *doubts
	gates          *gates
	limiter        *limiter
}

// New returns a Pipeline over the rules and the CRM.
func New(c Config) *Pipeline {
	if c.MaxConcurrency <= 0 {
		c.MaxConcurrency = 5
	}
	return &Pipeline{
		rules: c.Rules, crm: c.CRM, maxConcurrency: c.MaxConcurrency, waited: c.Waited,
		doubts: &doubts{modules: make(map[string]bool)}, gates: newGates(), limiter: &limiter{maxHeap: c.MaxHeap},
	}
}

// Run decides, plans and acts over a batch at once: one outcome an event, in the order of
// the events. The events are taken one by one, and let go once they are decided, unless a
// rule looks at the live record as well or the removals take several calls. What failed of
// those is tried again while there is time and something comes of it.
//
// No event takes more than half of the time that ctx has, ten seconds at most: one that
// does is not acted on, and its outcome says so.
func (p *Pipeline) Run(ctx context.Context, events iter.Seq[event.Event]) []Outcome {
	r := p.newRun(ctx, 2)
	var outcomes []Outcome
	var left []unfinished
	for d, o := range r.outcomes(ctx, jobsOf(events)) {
		if o.Done != "" && o.half() {
			left = append(left, unfinished{number: len(outcomes), job: Job{ID: d.job.ID, Read: d.job.Read, Done: o.Done}})
		}
		outcomes = append(outcomes, o)
	}
	r.repeat(ctx, outcomes, left)
	return outcomes
}

// Plan is what a batch of events asks for, ready to be acted on.
type Plan struct {
	// Events has, for each event of the batch in its order, what is already known.
	Events []Planned
	// Calls take off every removal of the batch.
	Calls []Call
	// failures are those of the look-ups; Act goes on counting.
	failures *failures
}

// Planned is what the rules ask for on behalf of one event.
type Planned struct {
	Removals    []Removal
	Resolutions []Resolved
	// Outcome holds what is settled before any removal: rule errors, look-ups that
	// failed, removals that do not apply.
	Outcome Outcome

	used    time.Duration // of the event's share of the time
	targets targets
	done    []bool // of the targets, by an earlier try
}

// Resolved is a rule's decision about one live record, kept for explanations.
type Resolved struct {
	Rule       string
	Module     string
	ID         string
	Resolution rules.Resolution
}

// Plan decides for every event, looks up the records that rules ask about, joins the
// removals into calls, and keeps what explains them. Look-ups are the only requests it
// makes.
func (p *Pipeline) Plan(ctx context.Context, events iter.Seq[event.Event]) *Plan {
	r := p.newRun(ctx, 2)
	r.explained = true
	next, stop := iter.Pull(jobsOf(events))
	defer stop()
	return r.plan(ctx, r.decide(ctx, next))
}
