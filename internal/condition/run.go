package condition

import "errors"

// ErrTooCostly means that the evaluations of one event asked for more work than its budget.
var ErrTooCostly = errors.New("the expressions do more work than one event may cost")

// Work is a budget that is enough for an event and a few hundred rules. A unit is less than
// ten nanoseconds, or eight bytes made: at most some ten milliseconds and 10 MiB come
// together.
const Work = 1_000_000

// askEvery is after how many units the deadline is looked at.
const askEvery = 20_000

// Run evaluates expressions over one event. What they do is charged to one budget. A Run
// is not safe for concurrent use.
type Run struct {
	scope   Scope
	headers map[string]any
	budget
	// variables are those of `let`; arguments, those of the calls under way.
	variables, arguments []any
	// element, index and accumulator are those of the innermost predicate.
	element     any
	index       int
	accumulator any
	// tracer is nil where nobody asks what an evaluation meets.
	tracer *tracer
}

// budget is what may still be done.
type budget struct {
	// left is what is left of the share after which the deadline is looked at, rest what
	// is left apart from it.
	left, rest int
	ask        func() error
	err        error
}

// NewRun evaluates over a scope, with a budget of so many units of work. Where ask is not
// nil, it is called every now and then, and an error of it ends the work.
func NewRun(s Scope, work int, ask func() error) *Run {
	return &Run{scope: s, budget: budget{rest: work, ask: ask}}
}

// Err returns why the run has ended early: ErrTooCostly, the error of ask, or nil. From
// then on every evaluation fails.
func (r *Run) Err() error { return r.err }

// charge takes units of work from the budget before the work is done, and reports whether
// it may be done.
func (b *budget) charge(units int) bool {
	b.left -= units
	return b.left >= 0 || b.refill()
}

// refill takes the next share.
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

// stopped is the value of everything once the budget is used up.
func (r *Run) stopped(n *node) *Unknown {
	return r.wrong(n, "%s", r.err)
}
