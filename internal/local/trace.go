package local

import (
	"context"
	"iter"
	"log/slog"
	"slices"
	"sync"

	"untag/internal/console"
	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
)

// trace collects what one invocation did, as its answer may not say it. The zero value is
// ready to use.
type trace struct {
	// shown says that a delivery of this program is shown as those of others are.
	shown bool

	mu sync.Mutex
	// entry is the number under which the console keeps it, 0 for none.
	entry int64
	traceContent
}

// keptAs notes the number under which the console keeps the invocation.
func (t *trace) keptAs(entry int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.entry = entry
}

// keptEntry returns the number under which the console keeps the invocation, 0 for none.
func (t *trace) keptEntry() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.entry
}

// traceContent holds the events of an invocation with their outcomes, and the reason of a
// refusal, as the log has it.
type traceContent struct {
	// rules are those that decided; nil if the function was not invoked.
	rules    *rules.Rules
	events   []event.Event
	outcomes []pipeline.Outcome
	reason   string
	// exchanges are the calls to Zoho, and touched the records that they were to change.
	exchanges []console.Exchange
	touched   []console.Touched
	// handshake says that the request was a handshake, and bringsSecret that the function logged
	// the secret that its sender brought.
	handshake, bringsSecret bool
}

// read returns what has been collected so far.
func (t *trace) read() traceContent {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.traceContent
}

type traceKey struct{}

// traced returns a context whose invocation is collected in t.
func traced(ctx context.Context, t *trace) context.Context {
	return context.WithValue(ctx, traceKey{}, t)
}

func traceOf(ctx context.Context) *trace {
	t, _ := ctx.Value(traceKey{}).(*trace)
	return t
}

// actor acts on events.
type actor interface {
	Run(ctx context.Context, events iter.Seq[event.Event]) []pipeline.Outcome
	Each(ctx context.Context, jobs iter.Seq[pipeline.Job]) iter.Seq[pipeline.Outcome]
}

// recorder keeps the outcomes of events in the trace of their invocation.
type recorder struct{ pipeline actor }

// Run acts on events, and records their outcomes.
func (r recorder) Run(ctx context.Context, events iter.Seq[event.Event]) []pipeline.Outcome {
	t := traceOf(ctx)
	if t == nil {
		return r.pipeline.Run(ctx, events)
	}
	list := slices.Collect(events)
	outcomes := r.pipeline.Run(ctx, slices.Values(list))
	t.mu.Lock()
	defer t.mu.Unlock()
	t.events = append(t.events, list...)
	t.outcomes = append(t.outcomes, outcomes...)
	return outcomes
}

// Each acts on the events of a batch, and records those that could be read.
func (r recorder) Each(ctx context.Context, jobs iter.Seq[pipeline.Job]) iter.Seq[pipeline.Outcome] {
	t := traceOf(ctx)
	if t == nil {
		return r.pipeline.Each(ctx, jobs)
	}
	var read []event.Event
	noted := func(yield func(pipeline.Job) bool) {
		for job := range jobs {
			t.mu.Lock()
			place, original := len(read), job.Read
			read = append(read, event.Event{ID: job.ID})
			t.mu.Unlock()
			job.Read = func() (event.Event, error) {
				ev, err := original()
				t.mu.Lock()
				defer t.mu.Unlock()
				read[place] = ev
				return ev, err
			}
			if !yield(job) {
				return
			}
		}
	}
	return func(yield func(pipeline.Outcome) bool) {
		place := 0
		for o := range r.pipeline.Each(ctx, noted) {
			if o.Unreadable == nil {
				t.mu.Lock()
				t.events, t.outcomes = append(t.events, read[place]), append(t.outcomes, o)
				t.mu.Unlock()
			}
			place++
			if !yield(o) {
				return
			}
		}
	}
}

// reasons keeps the reason of a refusal in the trace of its invocation, and passes log
// records on.
type reasons struct{ slog.Handler }

// Enabled also accepts records that only the trace needs.
func (r reasons) Enabled(ctx context.Context, level slog.Level) bool {
	return traceOf(ctx) != nil || r.Handler.Enabled(ctx, level)
}

// Handle keeps the last reason, and whether a handshake was answered.
func (r reasons) Handle(ctx context.Context, record slog.Record) error {
	if t := traceOf(ctx); t != nil {
		record.Attrs(func(a slog.Attr) bool {
			t.mu.Lock()
			defer t.mu.Unlock()
			switch {
			case a.Key == "reason":
				t.reason = a.Value.String()
			case a.Key == "outcome" && a.Value.String() == "handshake":
				t.handshake = true
			case a.Key == "secret_to_store":
				t.bringsSecret = true
			}
			return true
		})
	}
	if !r.Handler.Enabled(ctx, record.Level) {
		return nil
	}
	return r.Handler.Handle(ctx, record)
}

// WithAttrs returns a handler that keeps reasons, too.
func (r reasons) WithAttrs(attrs []slog.Attr) slog.Handler {
	return reasons{r.Handler.WithAttrs(attrs)}
}

// WithGroup returns a handler that keeps reasons, too.
func (r reasons) WithGroup(name string) slog.Handler { return reasons{r.Handler.WithGroup(name)} }
