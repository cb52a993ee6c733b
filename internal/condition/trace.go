package condition

import "slices"

// Trace is what one evaluation met: a tree of and, or and not over the parts of a
// condition. It tells the value of every part, also of those that no longer mattered.
type Trace struct {
	// Op is "and", "or" or "not"; "" for a part, which is as Text is written.
	Op, Text string
	// Offset is where the part begins, in runes of the condition.
	Offset int
	// Held is what the part, or the parts joined, came to.
	Held Truth
	// Message says why, where Held is Missing or Failed, or what looks alike but differs.
	Message string
	// Met are the fields that the part looked at and found, in turn.
	Met []Met
	// Decided marks the part that made the condition what it is; no part is marked where
	// all hold.
	Decided bool
	Kids    []*Trace
}

// Met is a field, as it is written, and its value.
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

// maxMet is how many fields of one part a trace has.
const maxMet = 50

// tracer notes what an evaluation meets.
type tracer struct {
	// at is the part, or what joins parts, under way.
	at *Trace
	// spare is the budget for the parts that a decision would not look at.
	spare budget
}

// Trace evaluates a condition as Holds does and tells what that met. Parts after the one
// that decides are evaluated too, on a budget of their own, so that each has its value.
func (c *Condition) Trace(r *Run) (Truth, *Unknown, *Trace) {
	top := &Trace{}
	r.tracer = &tracer{at: top, spare: budget{rest: Work}}
	truth, u := c.Holds(r)
	r.tracer = nil
	t := top.Kids[0]
	t.Held = truth // Failed, whatever the parts are, once the budget is used up
	if truth != True || slices.ContainsFunc(t.Parts(), func(p *Trace) bool { return p.Held != True }) {
		t.decider().Decided = true
	}
	return truth, u, t
}

// decider is the part that made the whole what it is: of parts joined, the first that came
// to the same.
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

// part evaluates a part of a condition, or what joins parts.
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

// blame names the part that an error came out of.
func blame(n *node, v any) any {
	u, ok := v.(*Unknown)
	if !ok || n.place != placePart || u.cause != causeWrong || u.part != nil {
		return v
	}
	named := *u
	named.part = n
	return &named
}

// traced is the message beside the part itself, which it need not name.
func (u *Unknown) traced() string {
	if u.cause == causeWrong {
		return u.reason()
	}
	return u.Message()
}

// aside evaluates the parts that can change nothing any more, for the trace.
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

// met notes a field and its value.
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

// note adds what a comparison found, once.
func (r *Run) note(message string) {
	if t := r.tracer.at; t.Message == "" {
		t.Message = message
	}
}
