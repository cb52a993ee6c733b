package pipeline

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"untag/internal/condition"
	"untag/internal/rules"
)

const (
	// maxShare is the most time that one event may take until it is decided, and minShare
	// the least that it gets, unless that exceeds a quarter of the whole time.
	maxShare, minShare = 10 * time.Second, time.Second
	// grace is how long to wait for an event after its share is used up: most of what takes
	// long checks the time now and then.
	grace = 250 * time.Millisecond
	// maxAbandoned is how many abandoned events may still be running when the next one is
	// started: they take time from it.
	maxAbandoned = 3
	// watchEvery is how often the current event is checked.
	watchEvery = 10 * time.Millisecond
)

// CodeTooCostly is the code of an event that used more than its share of time or memory
// before it was decided. untag does not act on it at all.
const CodeTooCostly = "TOO_COSTLY"

var (
	// errNoTime and errCrowded hand back an event that was not decided, through no fault of
	// its own.
	errNoTime  = errors.New("not evaluated: the time limit is near")
	errCrowded = errors.New("not evaluated: other events of the batch took too much time or memory")
	// errPanicked is a fault in untag.
	errPanicked = errors.New("the event cannot be evaluated, because of a fault in untag")
)

// tooCostly says why an event was given up before it was decided.
type tooCostly struct {
	rule string // the rule that was being evaluated, if known
	what string
}

func (c *tooCostly) Error() string { return c.what }

// limiter limits the work for one event to its share. A goroutine that does not stop cannot
// be stopped from outside, so it is abandoned, and counted.
type limiter struct {
	maxHeap   uint64 // bytes; 0 for no limit
	abandoned atomic.Int32
}

// task is what to do for each of several events, one after the other.
type task[T, R any] struct {
	// next returns the next event. It returns false if there is none, or if the rest is for
	// later.
	next func() (T, bool)
	// share returns how much time an event has; with an error, it is not started at all.
	share func(T) (time.Duration, error)
	do    func(context.Context, T) (R, error)
	// take receives the result of an event, or why it was given up, and how long it took.
	take func(T, R, error, time.Duration)
}

// work does a task in a separate goroutine. If an event does not stop when told to, work
// abandons that goroutine and starts another for the next event.
func work[T, R any](ctx context.Context, l *limiter, t task[T, R]) {
	for {
		w := &worker[T, R]{task: t, limiter: l}
		done := make(chan struct{})
		go func() {
			defer close(done)
			w.run(ctx)
		}()
		if !w.watch(ctx, done) {
			return
		}
		l.abandoned.Add(1)
		go func() {
			<-done
			l.abandoned.Add(-1)
		}()
		var nothing R
		t.take(w.item, nothing, w.why, time.Since(w.began))
	}
}

// worker is a goroutine that does a task.
type worker[T, R any] struct {
	task[T, R]
	limiter *limiter

	mu sync.Mutex
	// left says that it was abandoned: its results are no longer wanted.
	left bool
	item T
	// began is when the current event was started, the zero time between two events.
	began  time.Time
	budget time.Duration
	before uint64 // the size of the heap then
	end    context.CancelFunc
	why    error     // why the event must stop
	ended  time.Time // when it was told to
}

func (w *worker[T, R]) run(ctx context.Context) {
	for {
		item, ok := w.next()
		if !ok {
			return
		}
		budget, err := w.share(item)
		switch {
		case err != nil:
		case ctx.Err() != nil:
			err = errNoTime
		case w.limiter.abandoned.Load() >= maxAbandoned:
			err = errCrowded
		}
		var result R
		var took time.Duration
		if err == nil {
			var wanted bool
			if result, took, err, wanted = w.one(ctx, item, budget); !wanted {
				return
			}
		}
		w.take(item, result, err, took)
	}
}

// one does the task for one event. Its result is not wanted if it was abandoned.
func (w *worker[T, R]) one(ctx context.Context, item T, budget time.Duration) (result R, took time.Duration, err error, wanted bool) {
	within, end := context.WithCancel(ctx)
	defer end()
	before := w.limiter.live()
	w.mu.Lock()
	w.item, w.began, w.budget, w.before, w.end, w.why = item, time.Now(), budget, before, end, nil
	w.mu.Unlock()
	result, err = guarded(within, item, w.do)
	w.mu.Lock()
	defer w.mu.Unlock()
	took = time.Since(w.began)
	w.began = time.Time{}
	if w.left {
		return result, took, err, false
	}
	return result, took, w.reason(err), true
}

// reason returns why an event has no result: not that its evaluation was stopped, but why.
func (w *worker[T, R]) reason(err error) error {
	unfinished, ok := errors.AsType[*rules.Unfinished](err)
	costly, limited := w.why.(*tooCostly)
	switch {
	case err == nil:
		return nil
	case ok && errors.Is(err, condition.ErrTooCostly):
		return &tooCostly{rule: unfinished.Rule, what: "the rules do more work for the event than one event may cost"}
	case ok && limited:
		costly.rule = unfinished.Rule
		return costly
	case w.why != nil:
		return w.why
	case ok:
		return errNoTime
	}
	return err
}

// guarded turns a panic into an error of this event only.
func guarded[T, R any](ctx context.Context, item T, do func(context.Context, T) (R, error)) (result R, err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	return do(ctx, item)
}

// watch waits until the worker is done. It returns true if the worker was abandoned.
func (w *worker[T, R]) watch(ctx context.Context, done <-chan struct{}) bool {
	ticker := time.NewTicker(watchEvery)
	defer ticker.Stop()
	for {
		select {
		case <-done:
			return false
		case <-ticker.C:
			if w.look(ctx) {
				return true
			}
		}
	}
}

// look stops the current event if necessary, and abandons the worker if that had no effect.
func (w *worker[T, R]) look(ctx context.Context) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.began.IsZero():
	case w.why != nil:
		w.left = time.Since(w.ended) >= grace
	case time.Since(w.began) >= w.budget:
		w.stop(&tooCostly{what: fmt.Sprintf(
			"deciding the event took longer than the %v that one event may take; simplify the rules, or make the sender send less in one event", w.budget.Round(time.Millisecond))})
	case ctx.Err() != nil:
		w.stop(errNoTime)
	default:
		if why := w.limiter.overfull(w.before); why != nil {
			w.stop(why)
		}
	}
	return w.left
}

func (w *worker[T, R]) stop(why error) {
	w.why, w.ended = why, time.Now()
	w.end()
}

// overfull returns why the current event must stop, if the heap is too large and the event has
// filled it. If much was in use before, the event may fit into another batch.
func (l *limiter) overfull(before uint64) error {
	large := func(now uint64) bool { return now > l.maxHeap && now > before+l.maxHeap/4 }
	if l.maxHeap == 0 || !large(heap(objects)) {
		return nil
	}
	runtime.GC() // do not count garbage
	switch {
	case !large(heap(objects)):
		return nil
	case before > l.maxHeap/2:
		return errCrowded
	}
	return &tooCostly{what: "deciding the event took more memory than one event may take; simplify the rules, or make the sender send less in one event"}
}

// live returns how many bytes of the heap were in use, as far as that is known, 0 without a
// limit.
func (l *limiter) live() uint64 {
	if l.maxHeap == 0 {
		return 0
	}
	return min(heap(live), heap(objects))
}

const (
	// objects includes garbage that was not collected yet; live is what was in use at the
	// last collection.
	objects = "/memory/classes/heap/objects:bytes"
	live    = "/gc/heap/live:bytes"
)

// heap reads a measure of the heap, in bytes.
func heap(measure string) uint64 {
	sample := []metrics.Sample{{Name: measure}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
