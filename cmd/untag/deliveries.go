package main

import (
	"crypto/rand"
	"net/http"
	"sync"
)

// deliveryHeader marks a delivery that this program makes itself. The gateway takes it
// off, so that the function sees what the sender sent.
const deliveryHeader = "X-Untag-Delivery"

// deliveries are those that this program has under way, with the trace of each. The zero
// value has none.
type deliveries struct {
	mu   sync.Mutex
	open map[string]*trace
}

// begin marks a request, whose trace becomes t.
func (d *deliveries) begin(r *http.Request, t *trace) {
	mark := rand.Text()
	r.Header.Set(deliveryHeader, mark)
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.open == nil {
		d.open = make(map[string]*trace)
	}
	d.open[mark] = t
}

// take returns the trace of a request that was marked, nil for one of somebody else.
func (d *deliveries) take(r *http.Request) *trace {
	mark := r.Header.Get(deliveryHeader)
	if d == nil || mark == "" {
		return nil
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	t := d.open[mark]
	if t != nil {
		delete(d.open, mark)
		r.Header.Del(deliveryHeader)
	}
	return t
}
