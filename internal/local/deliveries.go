package local

import (
	"crypto/rand"
	"net/http"
	"sync"
)

// deliveryHeader marks a delivery that this program makes itself. The gateway removes it,
// so that the function sees what the sender sent.
const deliveryHeader = "X-Untag-Delivery"

// deliveries holds the trace of each delivery that this program has in flight. The zero
// value is ready to use.
type deliveries struct {
	mu   sync.Mutex
	open map[string]*trace
}

// begin marks a request and keeps t as its trace.
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

// take removes the mark from a request and returns its trace, nil if this program did not
// make the request.
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
