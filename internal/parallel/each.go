package parallel

import "sync"

// Each runs do for every item, at most limit at once, starts them in order, and waits for
// all of them. It does not end early: do must respect its own context.
func Each[T any](limit int, items []T, do func(T)) {
	var wg sync.WaitGroup
	slots := make(chan struct{}, limit)
	for _, item := range items {
		slots <- struct{}{}
		wg.Go(func() {
			defer func() { <-slots }()
			do(item)
		})
	}
	wg.Wait()
}
