package browser_test

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/tracing"
	"github.com/chromedp/chromedp"
)

// traced is an event of a trace, such as a task of a thread.
type traced struct {
	Name    string `json:"name"`
	Process int    `json:"pid"`
	Thread  int    `json:"tid"`
	// Took is how long it took, and Worked how long of this its thread had a processor, in
	// microseconds.
	Took   int64 `json:"dur"`
	Worked int64 `json:"tdur"`
}

// trace returns what the browser did meanwhile.
func (b *tab) trace(meanwhile func()) []traced {
	b.t.Helper()
	var mu sync.Mutex
	var all []traced
	complete := make(chan struct{})
	ctx, stop := context.WithCancel(b.ctx)
	defer stop()
	err := chromedp.Listen(ctx, func(event any) {
		switch e := event.(type) {
		case *tracing.EventDataCollected:
			mu.Lock()
			defer mu.Unlock()
			for _, value := range e.Value {
				var one traced
				if json.Unmarshal(value, &one) == nil {
					all = append(all, one)
				}
			}
		case *tracing.EventTracingComplete:
			close(complete)
		}
	})
	if err != nil {
		b.t.Fatal("listen for a trace: ", err)
	}
	call(b, tracing.Start, tracing.StartParams{
		TransferMode: "ReportEvents",
		TraceConfig:  &tracing.TraceConfig{IncludedCategories: []string{"devtools.timeline", "disabled-by-default-devtools.timeline"}, ExcludedCategories: []string{"*"}},
	})
	meanwhile()
	call(b, tracing.End, cdp.Empty{})
	select {
	case <-complete:
	case <-time.After(soon):
		b.t.Fatalf("the browser sent no trace within %v", soon)
	}
	mu.Lock()
	defer mu.Unlock()
	return all
}

// mainThread returns how long the main thread of the page that loaded meanwhile worked on its
// tasks: as the clock has it, and without the time in which other programs had the processor.
// It is the thread that parsed the page.
func mainThread(events []traced) (took, worked time.Duration) {
	var process, thread int
	for _, e := range events {
		if e.Name == "ParseHTML" {
			process, thread = e.Process, e.Thread
		}
	}
	for _, e := range events {
		if e.Name == "RunTask" && e.Process == process && e.Thread == thread {
			took += time.Duration(e.Took) * time.Microsecond
			worked += time.Duration(e.Worked) * time.Microsecond
		}
	}
	if worked == 0 {
		worked = took // this browser does not say
	}
	return took, worked
}
