package rules

import (
	"context"
	"errors"
	"fmt"

	"untag/internal/condition"
	"untag/internal/event"
)

// Decision is what the rules decide for one event. The zero Decision removes nothing.
type Decision struct {
	// Candidates are the removals that the rules ask for, in the order of the file.
	Candidates []Candidate
	// Errors are the rules that could not be evaluated; they remove nothing.
	Errors []RuleError
}

// RuleError says why a rule could not be evaluated. It names types and parts of the rule,
// never a value of the event.
type RuleError struct {
	Rule    string `json:"rule"`
	Message string `json:"message"`
}

// Candidate is one rule's removal. If NeedsRecord is set, Resolve says what of it applies to
// the live record.
type Candidate struct {
	Rule string
	// Module is an API name.
	Module string
	// IDs are the ids of the records, in digits; nil if Find says how to look them up, or if
	// there is Nothing to do.
	IDs []string
	// Nothing is why there is no record to act on, such as an empty list of ids; usually "".
	Nothing string
	// Rounded are those of IDs that came as numbers and look rounded, which explains why the
	// CRM may have no such record.
	Rounded map[string]bool
	Find    *Find
	// Tags are the tags to remove that are known without the record.
	Tags []string
	// Observe says that the tags must not be removed: the rule is only watched.
	Observe bool
	// NeedsRecord says that the live record decides.
	NeedsRecord bool
	// Fields are the fields of it to read; AllFields says that all may be needed.
	Fields    []string
	AllFields bool

	rule *rule
	// finds are all that a rule looks for, before each of them is a Candidate of its own.
	finds []*Find
	// scope is the scope of the event if the rule has a `where`; Forget sets it to nil.
	scope *condition.Scope
}

// Unfinished is the error of an evaluation that was ended.
type Unfinished struct {
	// Rule is the rule that was being evaluated.
	Rule string
	// Err is the error of the context, or condition.ErrTooCostly if the rules need more work
	// than is allowed for one event.
	Err error
}

func (u *Unfinished) Error() string {
	return fmt.Sprintf("rule `%s`: not evaluated: %v", u.Rule, u.Err)
}

// Unwrap returns why the evaluation was ended.
func (u *Unfinished) Unwrap() error { return u.Err }

// Decide evaluates the rules of the event's source. A source without rules decides nothing.
// If the rules need more work than is allowed for one event, the only error says so.
func (r *Rules) Decide(ev event.Event) Decision {
	d, err := r.DecideWithin(context.Background(), ev)
	if unfinished, ok := errors.AsType[*Unfinished](err); ok {
		d.Errors = []RuleError{{unfinished.Rule, unfinished.Err.Error()}}
	}
	return d
}

// DecideWithin is like Decide, but stops when ctx ends. If it stops early, it returns the zero
// Decision and an *Unfinished: a decision never depends on how far the evaluation came.
func (r *Rules) DecideWithin(ctx context.Context, ev event.Event) (Decision, error) {
	ix := r.bySource[ev.Source]
	if ix == nil {
		return Decision{}, nil
	}
	e := newEvaluation(ctx, ix, ev)
	ix.each(e.scope, func(rule *rule) { e.decide(rule, (*condition.Condition).Holds) })
	if e.unfinished != nil {
		return Decision{}, e.unfinished
	}
	return e.Decision, nil
}
