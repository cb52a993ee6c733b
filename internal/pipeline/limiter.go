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

	"untag/internal/rules"
)

const (
	// maxShare is the most time that one event may take until it is decided, and minShare
	// the least that it is left, unless that is more than a quarter of all the time.
	maxShare, minShare = 10 * time.Second, time.Second
	// grace is how long an event whose share is used up is waited for: most of what takes
	// long looks at the time now and then.
	grace = 250 * time.Millisecond
	// maxAbandoned is how many events that were given up may still be worked on while others
	// are begun: they take time from those.
	maxAbandoned = 3
	// watchEvery is how often the event in work is looked at.
	watchEvery = 10 * time.Millisecond
)

// CodeTooCostly is the code of an event that used more than its share of the time or of
// the memory before it was decided. It is not acted on at all.
const CodeTooCostly = "TOO_COSTLY"

var (
	// errNoTime and errCrowded hand an event back that was not decided, through no fault of
	// its own.
	errNoTime  = errors.New("not decided: the deadline is near")
	errCrowded = errors.New("not decided: other events of the batch took too much time or memory")
	// errPanicked is a fault of untag's.
	errPanicked = errors.New("the event cannot be evaluated")
)

// tooCostly is why an event was given up before it was decided.
type tooCostly struct {
	rule string // that was being evaluated, where that is known
	what string
}

func (c *tooCostly) Error() string { return c.what }

// limiter lets what is done for one event take no more than its share. Nothing ends a
// goroutine that does not end itself, so one that takes no heed is left behind, and
// counted.
type limiter struct {
	maxHeap   uint64 // bytes; 0 for no limit
	abandoned atomic.Int32
}

// task is what is done for each of several events, one after the other.
type task[T, R any] struct {
	// next returns the next event, and how much time it has. It is false when there is none,
	// or the rest is for later.
	next func() (T, bool)
	// share is how much time an event has; an error gives it up beforehand.
	share func(T) (time.Duration, error)
	do    func(context.Context, T) (R, error)
	// take takes the result of an event, or why it was given up, and how long it took.
	take func(T, R, error, time.Duration)
}

// work does a task. It goes on in a goroutine of its own, which is left behind when an
// event takes no heed of its end; then another goes on with the next event.
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
	// left says that it was left behind: nobody wants its results any more.
	left bool
	item T
	// began is when the event in work was, the zero time between two.
	began  time.Time
	budget time.Duration
	before uint64 // what the heap had then
	end    context.CancelFunc
	why    error     // it has to end
	ended  time.Time // when it was told so
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

// one does the task for one event; its result is not wanted if it was left behind.
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

// reason is why an event has no result: not that its evaluation was ended, but what for.
func (w *worker[T, R]) reason(err error) error {
	unfinished, ok := errors.AsType[*rules.Unfinished](err)
	costly, limited := w.why.(*tooCostly)
	switch {
	case err == nil:
		return nil
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

// guarded turns a panic into an error of this event alone.
func guarded[T, R any](ctx context.Context, item T, do func(context.Context, T) (R, error)) (result R, err error) {
	defer func() {
		if recover() != nil {
			err = errPanicked
		}
	}()
	return do(ctx, item)
}

// watch waits until the worker is done; it is true when the worker was left behind.
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

// look ends the event in work where it has to, and leaves the worker behind where that was
// to no effect.
func (w *worker[T, R]) look(ctx context.Context) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case w.began.IsZero():
	case w.why != nil:
		w.left = time.Since(w.ended) >= grace
	case time.Since(w.began) >= w.budget:
		w.stop(&tooCostly{what: fmt.Sprintf("the event took more than its share of the time, %v", w.budget.Round(time.Millisecond))})
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

// overfull is why the event in work has to end, if the heap is too large and the event has
// filled it. If there was much before, the event may fit into another batch.
func (l *limiter) overfull(before uint64) error {
	large := func(now uint64) bool { return now > l.maxHeap && now > before+l.maxHeap/4 }
	if l.maxHeap == 0 || !large(heap(objects)) {
		return nil
	}
	runtime.GC() // garbage is nobody's
	switch {
	case !large(heap(objects)):
		return nil
	case before > l.maxHeap/2:
		return errCrowded
	}
	return &tooCostly{what: "the event took more than its share of the memory"}
}

// live is how many bytes of the heap were in use, as far as that is known, 0 without a limit.
func (l *limiter) live() uint64 {
	if l.maxHeap == 0 {
		return 0
	}
	return min(heap(live), heap(objects))
}

const (
	// objects takes those in that are dead and were not collected yet, live is what was in
	// use at the last collection.
	objects = "/memory/classes/heap/objects:bytes"
	live    = "/gc/heap/live:bytes"
)

// heap reads a measure of the heap, in bytes.
func heap(measure string) uint64 {
	sample := []metrics.Sample{{Name: measure}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
