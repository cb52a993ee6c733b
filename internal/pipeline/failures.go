package pipeline

import (
	"context"
	"sync"

	"golang.org/x/sync/errgroup"
)

// maxFailuresInARow is how many calls may fail temporarily one after the other before the
// rest of the batch is handed back without calls, so that a Zoho that is down is not
// hammered.
const maxFailuresInARow = 5

// CodeHandedBack is the code of a removal whose call was not made because the calls before it
// kept failing or the deadline was near.
const CodeHandedBack = "HANDED_BACK"

// suspects are the modules whose calls ended a batch by failing one after the other. They
// outlast the batch: while Zoho is down, the next batch makes only one call for each module
// instead of failing several times again. If Zoho fails for one module only, the calls for
// others go on.
type suspects struct {
	mu      sync.Mutex
	modules map[string]bool
}

func (s *suspects) has(module string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.modules[module]
}

func (s *suspects) set(module string, suspected bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.modules[module] = suspected
}

// failures counts the calls of a batch, both look-ups and removals, that failed one after the
// other.
type failures struct {
	suspects *suspects
	gates    *gates

	mu     sync.Mutex
	inARow int
	// failing are the modules of those calls, each with its last problem.
	failing map[string]*Problem
	last    *Problem
	// down are suspects that failed again.
	down map[string]*Problem
}

func (p *Pipeline) newFailures() *failures {
	return &failures{suspects: p.suspects, gates: p.gates, failing: make(map[string]*Problem), down: make(map[string]*Problem)}
}

// handBack returns why a call should not be made now, or nil. A removal that is handed back
// waits as long as the call that failed before it.
func (f *failures) handBack(ctx context.Context, r route) *Problem {
	if ctx.Err() != nil {
		return &Problem{Code: CodeHandedBack, Message: "not sent to Zoho: the time limit is near", Retryable: true}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	because := f.down[r.module]
	if f.inARow >= maxFailuresInARow {
		because = f.last
	}
	if because == nil {
		return f.gates.closed(r)
	}
	return &Problem{
		Code: CodeHandedBack, Message: "not sent to Zoho: several calls in a row failed", Retryable: true,
		RetryAfter: because.RetryAfter, Due: because.Due,
	}
}

// note counts a call by the problem of the whole call, nil if it succeeded, and returns what
// that means for its events.
func (f *failures) note(r route, p *Problem) *Problem {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p = f.gates.note(r, p); p.Installation() {
		return p // it does not show whether Zoho is up
	}
	if p == nil || !p.Retryable {
		f.inARow = 0
		clear(f.failing)
		f.suspects.set(r.module, false)
		return p
	}
	if f.suspects.has(r.module) {
		// It says nothing new about Zoho: many such modules must not hold back the others.
		f.down[r.module] = p
		return p
	}
	f.inARow++
	f.failing[r.module], f.last = p, p
	if f.inARow >= maxFailuresInARow {
		for module := range f.failing {
			f.suspects.set(module, true)
		}
	}
	return p
}

// sideBySide makes a call for every item, at most limit at once, and waits for all. One call
// of a suspect goes first, to see whether the others are worth making; it may take until it
// times out, so the other modules go on meanwhile. If the installation is at fault for all
// calls, one call goes before all others.
func sideBySide[T any](f *failures, limit int, items []T, routeOf func(T) route, do func(T)) {
	var first, rest []T
	tried := make(map[string]bool)
	all := f.gates.about(route{})
	for _, item := range items {
		r := routeOf(item)
		if tried[r.module] || all && len(first) > 0 {
			rest = append(rest, item)
			continue
		}
		tried[r.module] = f.suspects.has(r.module) || f.gates.about(r)
		first = append(first, item)
	}
	each(limit, first, do)
	each(limit, rest, do)
}

// each begins the calls in order and waits for all of them: a call that fails ends no other.
func each[T any](limit int, items []T, do func(T)) {
	var calls errgroup.Group
	calls.SetLimit(limit)
	for _, item := range items {
		calls.Go(func() error { do(item); return nil })
	}
	_ = calls.Wait() // do keeps its own result
}
