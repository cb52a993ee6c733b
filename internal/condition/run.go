package condition

import "errors"

// ErrTooCostly means that the evaluations of one event asked for more work than its budget.
var ErrTooCostly = errors.New("the rules need more work than untag allows for one event")

// Work is a budget that is enough for one event and a few hundred rules. A unit is less than
// 10 nanoseconds, or 8 bytes of memory, so the budget is about 7 milliseconds and 6 MiB at
// most, and the most costly event costs less than ten times the parsing of its JSON.
const Work = 750_000

// askEvery is how many units are charged between two calls of ask.
const askEvery = 20_000

// Run evaluates expressions for one event, and charges all of them to one budget. It is not
// safe for concurrent use.
type Run struct {
	scope   Scope
	headers map[string]any
	budget
	// variables are the values of `let`; arguments are those of the calls being evaluated.
	variables, arguments []any
	// element, index and accumulator are those of the innermost predicate.
	element     any
	index       int
	accumulator any
	// tracer is nil unless the evaluation is traced.
	tracer *tracer
}

// budget is how much work may still be done.
type budget struct {
	// left is what is left until ask is called again, rest what is left after that.
	left, rest int
	ask        func() error
	err        error
}

// NewRun returns a Run for a scope, with a budget of units of work. If ask is not nil, it is
// called from time to time, and an error of it ends the run.
func NewRun(s Scope, work int, ask func() error) *Run {
	return &Run{scope: s, budget: budget{rest: work, ask: ask}}
}

// Err returns why the run has ended early: ErrTooCostly or the error of ask; nil if it has
// not. After that, every evaluation fails.
func (r *Run) Err() error { return r.err }

// charge takes units from the budget before the work is done, and reports whether it may be
// done.
func (b *budget) charge(units int) bool {
	b.left -= units
	return b.left >= 0 || b.refill()
}

// refill calls ask and takes the next share of the budget.
func (b *budget) refill() bool {
	if b.err != nil {
		return false
	}
	if b.ask != nil {
		if b.err = b.ask(); b.err != nil {
			return false
		}
	}
	share := min(b.rest, askEvery-b.left)
	if b.left+share < 0 {
		b.err = ErrTooCostly
		return false
	}
	b.rest -= share
	b.left += share
	return true
}

// stopped is the value of every node once the run has ended early.
func (r *Run) stopped(n *node) *Unknown {
	return r.wrong(n, "%s", r.err)
}
