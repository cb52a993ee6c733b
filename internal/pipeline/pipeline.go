package pipeline

import (
	"context"
	"iter"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/zoho"
)

// decider is the rules: what an event asks for, without side effects.
type decider interface {
	Decide(event.Event) rules.Decision
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
	// Waited takes the wait of every search as over, for events that are only examined.
	Waited bool
}

// Pipeline decides, plans and acts. From one batch to the next it keeps nothing but
// the modules that Zoho has been failing for. It is safe for concurrent use.
type Pipeline struct {
	rules          decider
	crm            crm
	maxConcurrency int
	waited         bool
	doubts         *doubts
}

// New returns a Pipeline over the rules and the CRM.
func New(c Config) *Pipeline {
	if c.MaxConcurrency <= 0 {
		c.MaxConcurrency = 5
	}
	return &Pipeline{rules: c.Rules, crm: c.CRM, maxConcurrency: c.MaxConcurrency, waited: c.Waited, doubts: &doubts{modules: make(map[string]bool)}}
}

// Run plans for a batch and acts: one outcome an event, in the order of the events.
// The events are taken one by one, and let go once they are decided, unless a rule
// looks at the live record as well: they need not be in memory all at once.
func (p *Pipeline) Run(ctx context.Context, events iter.Seq[event.Event]) []Outcome {
	return p.Act(ctx, p.Plan(ctx, events))
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
}

// Resolved is a rule's decision about one live record, kept for explanations.
type Resolved struct {
	Rule       string
	Module     string
	ID         string
	Resolution rules.Resolution
}

// Plan decides for every event, looks up the records that rules ask about, and
// joins the removals into calls. Look-ups are the only requests it makes.
func (p *Pipeline) Plan(ctx context.Context, events iter.Seq[event.Event]) *Plan {
	plan := &Plan{failures: newFailures(p.doubts)}
	var decided [][]rules.Candidate
	for ev := range events {
		decision := p.rules.Decide(ev)
		plan.Events = append(plan.Events, Planned{Outcome: Outcome{EventID: ev.ID, Errors: decision.Errors}})
		decided = append(decided, decision.Candidates)
	}
	var wishes []wish
	for i, candidates := range decided {
		for _, c := range candidates {
			wishes = append(wishes, wish{event: &plan.Events[i], candidate: c})
		}
	}
	p.newLookup(plan.failures).resolve(ctx, wishes)
	var removals []Removal
	for i := range plan.Events {
		removals = append(removals, plan.Events[i].Removals...)
	}
	plan.Calls = Join(removals)
	return plan
}
