package pipeline

import (
	"context"
	"sync"

	"untag/internal/parallel"
)

// maxFailuresInARow is how many calls may fail one after the other, for a reason
// that another try may mend, before the rest of the batch is handed back unmade:
// a Zoho that is down is not hammered.
const maxFailuresInARow = 5

// CodeHandedBack is the code of a removal whose call was not made because the
// calls before it kept failing or the deadline was near.
const CodeHandedBack = "HANDED_BACK"

// failures counts the calls, look-ups and removals alike, that failed one after the
// other. The count lasts longer than a batch: while Zoho is down, a batch that follows
// costs one call, not as many as it takes to find out again.
type failures struct {
	mu     sync.Mutex
	inARow int
	last   *problem
}

// begin lets a new batch make one call, however many failed before it.
func (f *failures) begin() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.inARow = min(f.inARow, maxFailuresInARow-1)
}

// doubtful: one more failure, and the rest is handed back.
func (f *failures) doubtful() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inARow >= maxFailuresInARow-1
}

// handBack is why a call is better not made now, or nil. What is handed back has to
// wait as long as what failed before it.
func (f *failures) handBack(ctx context.Context) *problem {
	if ctx.Err() != nil {
		return &problem{code: CodeHandedBack, message: "not called: the deadline is near", retryable: true}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.inARow < maxFailuresInARow {
		return nil
	}
	return &problem{
		code: CodeHandedBack, message: "not called: Zoho failed several calls in a row", retryable: true,
		retryAfter: f.last.retryAfter, due: f.last.due,
	}
}

// note counts a call by what went wrong with it as a whole, nil for nothing.
func (f *failures) note(p *problem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p == nil || !p.retryable {
		f.inARow = 0
		return
	}
	f.inARow++
	f.last = p
}

// sideBySide makes a call for every item, at most limit at once, and waits for all. When
// the calls before have failed, one goes first to see whether the others are worth it.
func sideBySide[T any](f *failures, limit int, items []T, do func(T)) {
	if f.doubtful() && len(items) > 0 {
		do(items[0])
		items = items[1:]
	}
	parallel.Each(limit, items, do)
}
