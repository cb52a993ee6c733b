package explain

import (
	"context"
	"slices"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/zoho"
)

// Planner plans many events as an Examiner does, without acting on them. It is not safe for
// concurrent use.
type Planner struct {
	set    *rules.Rules
	client *zoho.Client
	wire   *deadEnd
}

// Planner returns a Planner over the same rules and records.
func (x Examiner) Planner(ctx context.Context) (*Planner, error) {
	client, wire, err := x.client(ctx)
	return &Planner{x.Set, client, wire}, err
}

// Plan returns what the rules ask for because of an event, and what they decide without records.
// Without records, an event of which they decide everything is not planned. What an earlier event
// met does not change the plan.
func (p *Planner) Plan(ctx context.Context, ev event.Event) (rules.Decision, pipeline.Planned) {
	p.wire.sent = nil
	decision := p.set.Decide(ev)
	open := func(c rules.Candidate) bool { return c.Find != nil || c.NeedsRecord || c.Observe || c.Nothing != "" }
	if p.wire.crm == nil && !slices.ContainsFunc(decision.Candidates, func(c rules.Candidate) bool { return !open(c) }) || len(decision.Candidates) == 0 {
		return decision, pipeline.Planned{}
	}
	one := pipeline.New(pipeline.Config{Rules: p.set, CRM: p.client, MaxConcurrency: 1, Waited: true})
	return decision, one.Plan(ctx, slices.Values([]event.Event{ev})).Events[0]
}
