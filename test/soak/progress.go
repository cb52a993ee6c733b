package main

import "sync"

// progress is what is known so far about every event.
type progress struct {
	mu       sync.Mutex
	accepted map[string]bool // the receiving side answered 202, or SQS accepted it
	done     map[string]bool // a worker finished it, and it left the queue
	again    int             // deliveries and batches that had to be repeated
	batches  [][]string      // the events that each batch finished
}

func newProgress() *progress {
	return &progress{accepted: make(map[string]bool), done: make(map[string]bool)}
}

func (p *progress) accept(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accepted[name] = true
}

// answer records the events of a batch that a worker finished without reporting them as
// failed.
func (p *progress) answer(names []string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.batches = append(p.batches, names)
}

func (p *progress) finish(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done[name] = true
}

func (p *progress) repeat() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.again++
}

// counts returns how many events were accepted, and how many are done.
func (p *progress) counts() (accepted, done int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.accepted), len(p.done)
}
