package pipeline

import (
	"context"
	"iter"
	"time"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/zoho"
)

// decider decides what to do for an event, without side effects. Rules are one.
type decider interface {
	DecideWithin(ctx context.Context, ev event.Event) (rules.Decision, error)
}

// remover removes tags from records. The error means that the whole call failed.
type remover interface {
	RemoveTags(ctx context.Context, module string, ids, tags []string) ([]zoho.Removal, error)
}

// finder reads records, for rules that look at the live record.
type finder interface {
	Records(ctx context.Context, module string, ids, fields []string) ([]zoho.Record, error)
	Search(ctx context.Context, module string, search zoho.Search) (zoho.SearchResult, error)
}

// crm is what a Pipeline needs from Zoho.
type crm interface {
	remover
	finder
}

// Config is what New needs.
type Config struct {
	Rules decider
	CRM   crm
	// MaxConcurrency is how many calls run concurrently; zero means 5.
	MaxConcurrency int
	// MaxHeap is how many bytes the heap may have while an event is decided; an event that
	// makes it larger is given up. Zero means no limit.
	MaxHeap uint64
	// DryRun treats every rule as one that is only watched: nothing is removed.
	DryRun bool
	// ReadFirst reads the tags of every record before it removes any, so that it is known which
	// of them the record had. It takes another call for each hundred records.
	ReadFirst bool
	// Waited treats the wait of every search as over, for events that are only examined.
	Waited bool
}

// Pipeline decides, plans and acts. From one batch to the next it keeps only the modules for
// which Zoho keeps failing, what is wrong with the installation, and the events that it gave
// up but cannot stop. It is safe for concurrent use.
type Pipeline struct {
	rules          decider
	crm            crm
	maxConcurrency int
	dryRun         bool
	readFirst      bool
	waited         bool
	suspects       *suspects
	gates          *gates
	limiter        *limiter
}

// New returns a Pipeline over the rules and the CRM.
func New(c Config) *Pipeline {
	if c.MaxConcurrency <= 0 {
		c.MaxConcurrency = 5
	}
	return &Pipeline{
		rules: c.Rules, crm: c.CRM, maxConcurrency: c.MaxConcurrency, waited: c.Waited, dryRun: c.DryRun, readFirst: c.ReadFirst,
		suspects: &suspects{modules: make(map[string]bool)}, gates: newGates(), limiter: &limiter{maxHeap: c.MaxHeap},
	}
}

// With returns a Pipeline over other rules that shares everything else with this one: what it
// knows about modules that keep failing, about the installation, and the limits. Batches that
// run already keep their rules.
func (p *Pipeline) With(rules decider) *Pipeline {
	other := *p
	other.rules = rules
	return &other
}

// Run decides, plans and acts on a batch at once. It returns one outcome for each event, in
// their order. It takes the events one by one, and drops each once it is decided, unless a
// rule looks at the live record as well or the removals take several calls. If some of these
// calls fail, they are repeated while there is time and progress.
//
// No event may take more than half of the time that ctx has, and at most ten seconds. One
// that takes longer is not acted on, and its outcome says so.
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

// Plan is what a batch of events asks for, ready for Act.
type Plan struct {
	// Events holds what is already known about each event, in the order of the batch.
	Events []Planned
	// Calls make all removals of the batch.
	Calls []Call
	// failures are those of the look-ups; Act continues to count.
	failures *failures
}

// Planned is what the rules ask for because of one event.
type Planned struct {
	Removals    []Removal
	Resolutions []Resolved
	// Outcome holds what is settled before any removal: rule errors, failed look-ups, and
	// removals that do not apply.
	Outcome Outcome

	used    time.Duration // how much of the event's share of time is used
	targets targets
	done    []bool // which targets an earlier attempt got done
}

// Resolved is a rule's decision about one live record, kept for explanations.
type Resolved struct {
	Rule       string
	Module     string
	ID         string
	Resolution rules.Resolution
}

// Plan decides every event, looks up the records that rules need, joins the removals into
// calls, and keeps what explains them. The only requests that it makes are look-ups.
func (p *Pipeline) Plan(ctx context.Context, events iter.Seq[event.Event]) *Plan {
	r := p.newRun(ctx, 2)
	r.explained = true
	next, stop := iter.Pull(jobsOf(events))
	defer stop()
	return r.plan(ctx, r.decide(ctx, next))
}
