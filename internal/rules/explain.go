package rules

import (
	"untag/internal/event"
)

// Explanation says why one rule does or does not fire for an event.
type Explanation struct {
	Rule    string
	Matched bool
	// DecidedBy is the part that decided, "" if all held.
	DecidedBy string
	// Conditions are all parts, from left to right.
	Conditions []Condition
	// Candidate is what the rule asks for, nil if it asks for nothing.
	Candidate *Candidate
	// Err is why the rule could not be evaluated.
	Err *RuleError
}

// Condition is one part of a condition, with the value that it read.
type Condition struct {
	Expression string `json:"expression"`
	// Value is the value of the field that the part reads, or of several by their paths.
	Value any `json:"value"`
	// Held is "true", "false", "missing" or "error".
	Held    string `json:"held"`
	Message string `json:"message"`
}

// Explain evaluates every part of every rule of the event's source, in the order of
// the file.
func (r *Rules) Explain(ev event.Event) []Explanation {
	ix := r.bySource[ev.Source]
	if ix == nil {
		return nil
	}
	s := eventScope(ev)
	list := make([]Explanation, len(ix.rules))
	var d Decision
	var named namedRecords
	for i, rule := range ix.rules {
		candidates, errors := len(d.Candidates), len(d.Errors)
		d.take(rule, s, &named)
		list[i] = Explanation{Rule: rule.name}
		s.refill()
		list[i].Matched = rule.when.evaluate(s) == true
		list[i].Conditions, list[i].DecidedBy = rule.when.explain(s)
		if len(d.Errors) > errors {
			list[i].Err = &d.Errors[errors]
		}
		if len(d.Candidates) > candidates {
			list[i].Candidate = &d.Candidates[candidates]
		}
	}
	return list
}

// explain returns every part with the value that it read, and the text of the one that
// decided. Each evaluation has its own allowance of work, so that a condition that Decide can
// afford is not explained as one that does too much.
func (c *condition) explain(s scope) (conditions []Condition, decidedBy string) {
	allHeld := true
	for _, p := range c.parts() {
		met := p.explain(s)
		allHeld = allHeld && met.Held == "true"
		conditions = append(conditions, met)
	}
	if !allHeld {
		decidedBy = c.decider(s).text
	}
	return conditions, decidedBy
}

// decider returns the part that decided the condition.
func (c *condition) decider(s scope) *part {
	switch c.op {
	case opPart:
		return c.part
	case opNot:
		return c.kids[0].decider(s)
	}
	s.refill()
	outcome := c.join(s)
	for _, kid := range c.kids {
		s.refill()
		v := kid.join(s)
		_, kidUnknown := v.(*unknown)
		_, unknownOutcome := outcome.(*unknown)
		if v == outcome || kidUnknown && unknownOutcome {
			return kid.decider(s)
		}
	}
	return c.kids[0].decider(s)
}

func (p *part) explain(s scope) Condition {
	s.refill()
	c := Condition{Expression: p.text, Value: p.met(s)}
	switch v := p.evaluate(s).(type) {
	case bool:
		c.Held = "false"
		if v {
			c.Held = "true"
		}
	case *unknown:
		c.Held = "missing"
		if v.what != "" && !v.fault {
			c.Message = v.what + " is missing"
			if v.what == "null" {
				c.Message = "the field is null"
			}
		}
		if v.fault {
			c.Held, c.Message = "error", v.what
		}
	}
	return c
}

// met returns the value of the only field that a part reads, or all values by their paths.
func (p *part) met(s scope) any {
	values := make(map[string]any)
	read := 0
	var last any
	for _, path := range p.paths {
		if len(path.names) == 0 && path.root != "source" {
			continue // the whole event is too much to show
		}
		read++
		if v, found := path.find(s); found {
			last, values[path.String()] = v, v
		}
	}
	if read < 2 {
		return last
	}
	return values
}
