package stack_test

import (
	"runtime/metrics"
	"sync"
	"testing"

	"untag/internal/stack"
)

// TestGrow: the stacks of goroutines that call it are large.
func TestGrow(t *testing.T) {
	const goroutines = 500
	before := stacks()
	var ready, done sync.WaitGroup
	over := make(chan struct{})
	ready.Add(goroutines)
	for range goroutines {
		done.Go(func() {
			stack.Grow()
			ready.Done()
			<-over
		})
	}
	ready.Wait()
	grown := stacks() - before
	close(over)
	done.Wait()
	if each := grown / goroutines; each < 24<<10 {
		t.Errorf("each goroutine has a stack of %d bytes, want at least 24 KiB", each)
	}
}

func stacks() uint64 {
	sample := []metrics.Sample{{Name: "/memory/classes/heap/stacks:bytes"}}
	metrics.Read(sample)
	return sample[0].Value.Uint64()
}
