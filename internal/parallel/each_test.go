package parallel_test

import (
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/parallel"
)

func TestEach(t *testing.T) {
	for _, limit := range []int{1, 3, 50} {
		synctest.Test(t, func(t *testing.T) {
			items := make([]int, 20)
			for i := range items {
				items[i] = i
			}
			var mu sync.Mutex
			var done []int
			running, most := 0, 0
			start := time.Now()
			parallel.Each(limit, items, func(i int) {
				mu.Lock()
				running++
				most = max(most, running)
				mu.Unlock()
				time.Sleep(time.Second)
				mu.Lock()
				running--
				done = append(done, i)
				mu.Unlock()
			})
			if limit == 1 && !slices.Equal(done, items) {
				t.Errorf("one after the other: %v", done)
			}
			if slices.Sort(done); !slices.Equal(done, items) || most != min(limit, len(items)) {
				t.Errorf("limit %d: %v were done, %d at once", limit, done, most)
			}
			if took, want := time.Since(start), time.Duration((len(items)+limit-1)/limit)*time.Second; took != want {
				t.Errorf("limit %d: it took %v, want %v", limit, took, want)
			}
		})
	}
	parallel.Each(1, nil, func(int) { t.Error("done for nothing") })
}
