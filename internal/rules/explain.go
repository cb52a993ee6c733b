package rules

import (
	"context"

	"untag/internal/condition"
	"untag/internal/event"
)

// Explanation says why one rule does or does not fire for an event.
type Explanation struct {
	Rule    string
	Matched bool
	// DecidedBy is the part that decided, "" if all are true.
	DecidedBy string
	// Conditions are all parts, from left to right.
	Conditions []Condition
	// Tree is the condition with the same parts; nil if it was not evaluated.
	Tree *Tree
	// Candidate is what the rule asks for, nil if it asks for nothing.
	Candidate *Candidate
	// Err is why the rule could not be evaluated.
	Err *RuleError
}

// Condition is one part of a condition, with the value that it read.
type Condition struct {
	Expression string `json:"expression"`
	// Value is the value of the field that the part read, or the values of several fields by
	// their paths.
	Value any `json:"value"`
	// Held is "true", "false", "missing" or "error".
	Held string `json:"held"`
	// Message says why it is missing or an error, or how strings differ that look alike.
	Message string `json:"message"`
	// Decided marks the part that decided.
	Decided bool `json:"decided,omitempty"`
}

// Explain evaluates every part of every rule of the event's source, or only of the rules
// named, in the order of the file. The other rules still count against the limits of an event.
func (r *Rules) Explain(ev event.Event, only ...string) []Explanation {
	ix := r.bySource[ev.Source]
	if ix == nil {
		return nil
	}
	named := make(map[string]bool, len(only))
	for _, name := range only {
		named[name] = true
	}
	e := newEvaluation(context.Background(), ix, ev)
	possible := make(map[*rule]bool)
	ix.each(e.scope, func(rule *rule) { possible[rule] = true })
	var list []Explanation
	for _, rule := range ix.rules {
		switch explained := len(only) == 0 || named[rule.name]; {
		case explained && possible[rule]:
			list = append(list, e.explain(rule))
		case explained:
			// The index rules it out, so it is not charged to the event.
			list = append(list, newEvaluation(context.Background(), ix, ev).explain(rule))
		case possible[rule]:
			e.decide(rule, (*condition.Condition).Holds)
		}
	}
	if e.unfinished != nil {
		giveUp(list, e.unfinished)
	}
	return list
}

// explain decides about one rule and explains the decision.
func (e *evaluation) explain(r *rule) Explanation {
	x := Explanation{Rule: r.name}
	candidates, failures := len(e.Candidates), len(e.Errors)
	x.Matched = condition.True == e.decide(r, func(c *condition.Condition, run *condition.Run) (condition.Truth, *condition.Unknown) {
		truth, why, trace := c.Trace(run)
		x.Conditions, x.DecidedBy = conditionsOf(trace)
		x.Tree = treeOf(trace)
		return truth, why
	})
	if len(e.Errors) > failures {
		x.Err = &e.Errors[failures]
	}
	if len(e.Candidates) > candidates {
		x.Candidate = &e.Candidates[candidates]
	}
	return x
}

// giveUp drops what the rules ask for, because the event is given up.
func giveUp(list []Explanation, why *Unfinished) {
	for i := range list {
		list[i].Candidate = nil
		if list[i].Rule == why.Rule {
			list[i].Matched, list[i].Err = false, &RuleError{why.Rule, why.Err.Error()}
		}
	}
}

// conditionsOf returns the parts of a condition, and the text of the one that decided.
func conditionsOf(trace *condition.Trace) (conditions []Condition, decidedBy string) {
	for _, p := range trace.Parts() {
		c := Condition{Expression: p.Text, Held: p.Held.String(), Message: p.Message, Decided: p.Decided}
		if p.Decided {
			decidedBy = p.Text
		}
		values := make(map[string]any)
		for _, met := range p.Met {
			c.Value, values[met.Path] = met.Value, met.Value
		}
		if len(values) > 1 {
			c.Value = values
		}
		conditions = append(conditions, c)
	}
	return conditions, decidedBy
}
