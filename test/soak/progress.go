package main

import "sync"

// progress is what has been seen so far of every event.
type progress struct {
	mu       sync.Mutex
	accepted map[string]bool // the receiving side answered 202, or SQS took it
	done     map[string]bool // a worker was through with it, and it left the queue
	again    int             // deliveries and messages that had to be repeated
	batches  [][]string      // the events that each batch was through with
}

func newProgress() *progress {
	return &progress{accepted: make(map[string]bool), done: make(map[string]bool)}
}

func (p *progress) accept(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.accepted[name] = true
}

// answer is a batch that a worker was through with, up to what it reported as failed.
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

// counts are how many events were accepted, and how many of all are done.
func (p *progress) counts() (accepted, done int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.accepted), len(p.done)
}
