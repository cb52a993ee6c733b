package condition

import "slices"

// Trace explains one evaluation: it is a tree of and, or and not over the parts of a
// condition. It has the result of every part, even if it made no difference.
type Trace struct {
	// Op is "and", "or" or "not"; "" for a part, whose source text is Text.
	Op, Text string
	// Offset is where the part begins, in runes of the condition.
	Offset int
	// Held is the result of the part, or of the parts joined.
	Held Truth
	// Message says why Held is Missing or Failed, or how strings differ that look alike.
	Message string
	// Met are the fields that the part read and found, in order.
	Met []Met
	// Decided marks the part that decided the condition. No part is marked if all are true.
	Decided bool
	Kids    []*Trace
}

// Met is a field, as the condition writes it, and its value.
type Met struct {
	Path  string
	Value any
	at    *node
}

// Parts lists the parts, from left to right.
func (t *Trace) Parts() []*Trace {
	if t.Op == "" {
		return []*Trace{t}
	}
	var list []*Trace
	for _, kid := range t.Kids {
		list = append(list, kid.Parts()...)
	}
	return list
}

// maxMet limits the fields that a trace has for each part.
const maxMet = 50

// tracer records an evaluation.
type tracer struct {
	// at is the part that is being evaluated, or the and, or or not.
	at *Trace
	// spare is the budget for the parts that Holds would not evaluate.
	spare budget
}

// Trace evaluates a condition as Holds does, and records it. Parts after the decisive one are
// evaluated as well, on a budget of their own, so that every part has a result.
func (c *Condition) Trace(r *Run) (Truth, *Unknown, *Trace) {
	top := &Trace{}
	r.tracer = &tracer{at: top, spare: budget{rest: Work}}
	truth, u := c.Holds(r)
	r.tracer = nil
	t := top.Kids[0]
	t.decide(truth)
	return truth, u, t
}

// decide sets the result, which is Failed once the budget is used up, no matter what the parts
// are, and marks the part that decided it.
func (t *Trace) decide(truth Truth) {
	t.Held = truth
	if truth != True || slices.ContainsFunc(t.Parts(), func(p *Trace) bool { return p.Held != True }) {
		t.decider().Decided = true
	}
}

// decider returns the part that decided the result: of joined parts, the first with the same
// result.
func (t *Trace) decider() *Trace {
	if t.Op == "" {
		return t
	}
	if t.Op != "not" {
		for _, kid := range t.Kids {
			if kid.Held == t.Held {
				return kid.decider()
			}
		}
	}
	return t.Kids[0].decider()
}

// part evaluates a part of a condition, or a node that joins parts.
func (r *Run) part(n *node) any {
	if r.tracer == nil || n.place == placeInside {
		return blame(n, r.value(n))
	}
	t := newTrace(n)
	outer := r.tracer.at
	outer.Kids = append(outer.Kids, t)
	r.tracer.at = t
	v := blame(n, r.value(n))
	r.tracer.at = outer
	truth, said := r.logical(n, v)
	t.Held = truth
	if u, ok := said.(*Unknown); ok {
		t.Message = u.traced()
	}
	return v
}

func newTrace(n *node) *Trace {
	switch {
	case n.place == placePart:
		return &Trace{Text: n.text, Offset: n.at}
	case n.form == formAnd:
		return &Trace{Op: "and"}
	case n.form == formOr:
		return &Trace{Op: "or"}
	}
	return &Trace{Op: "not"}
}

// blame sets the part that caused an error, for its message.
func blame(n *node, v any) any {
	u, ok := v.(*Unknown)
	if !ok || n.place != placePart || u.cause != causeWrong || u.part != nil {
		return v
	}
	named := *u
	named.part = n
	return &named
}

// traced returns the message for a trace, which shows the part already.
func (u *Unknown) traced() string {
	if u.cause == causeWrong {
		return u.reason()
	}
	return u.Message()
}

// aside evaluates the parts after the decisive one, for the trace only.
func (r *Run) aside(n *node, rest []*node) {
	if r.tracer == nil || n.place != placeJoint {
		return
	}
	r.budget, r.tracer.spare = r.tracer.spare, r.budget
	for _, kid := range rest {
		r.part(kid)
	}
	r.budget, r.tracer.spare = r.tracer.spare, r.budget
}

// met records a field and its value.
func (r *Run) met(n *node, v any) {
	if r.tracer == nil || !n.shown {
		return
	}
	t := r.tracer.at
	if len(t.Met) == maxMet || slices.ContainsFunc(t.Met, func(m Met) bool { return m.at == n }) {
		return // once for all elements of a list
	}
	t.Met = append(t.Met, Met{Path: n.text, Value: v, at: n})
}

// note sets the message of a part, unless it has one.
func (r *Run) note(message string) {
	if t := r.tracer.at; t.Message == "" {
		t.Message = message
	}
}
