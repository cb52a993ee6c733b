package doctor

import (
	"net/http"
	"sync"
	"time"
)

const (
	// wrongClock is how far a clock may be off before signatures are refused, and offClock how
	// far before it is worth mentioning.
	wrongClock, offClock = 5 * time.Minute, 30 * time.Second
)

// Clock collects the times that servers answer with. The zero Clock is ready to use.
type Clock struct {
	mu sync.Mutex
	// ahead is how far each server's clock is ahead of this computer's; order is that of
	// their first answers.
	ahead map[string]time.Duration
	order []string
}

// client makes requests.
type client interface {
	Do(request *http.Request) (*http.Response, error)
}

// Client returns a client that makes requests as another does, and notes the time of each answer
// of a server.
func (c *Clock) Client(server string, of client) client { return dated{c, server, of.Do} }

func (c *Clock) transport(server string) http.RoundTripper {
	if c == nil {
		return http.DefaultTransport
	}
	return dated{c, server, http.DefaultTransport.RoundTrip}
}

type dated struct {
	clock  *Clock
	server string
	call   func(*http.Request) (*http.Response, error)
}

// Do makes a request, and notes the time of the answer.
func (d dated) Do(request *http.Request) (*http.Response, error) { return d.RoundTrip(request) }

// RoundTrip makes a request, and notes the time of the answer.
func (d dated) RoundTrip(request *http.Request) (*http.Response, error) {
	before := time.Now()
	response, err := d.call(request)
	if err != nil {
		return nil, err
	}
	if date, err := http.ParseTime(response.Header.Get("Date")); err == nil {
		// The time is in whole seconds, and was taken at some time during the call.
		middle := before.Add(time.Since(before) / 2)
		d.clock.note(d.server, date.Add(time.Second/2).Sub(middle))
	}
	return response, nil
}

func (c *Clock) note(server string, ahead time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ahead == nil {
		c.ahead = make(map[string]time.Duration)
	}
	if _, known := c.ahead[server]; !known {
		c.order = append(c.order, server)
	}
	c.ahead[server] = ahead
}

const clockAdvice = "set the clock of this computer, for example with NTP"

// Check reports how far this computer's clock is from those of the servers that answered.
func (c *Clock) Check(r *Report) {
	const check, do = "clock", clockAdvice
	if c == nil {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, server := range c.order {
		off := c.ahead[server]
		direction := "behind"
		if off < 0 {
			direction = "ahead of"
		}
		switch size := off.Abs().Round(time.Second); {
		case size > wrongClock:
			r.fault(check, do, "this computer is %v %s %s; requests that are signed with a time are refused", size, direction, server)
		case size > offClock:
			r.warn(check, do, "this computer is %v %s %s", size, direction, server)
		default:
			r.ok(check, "as that of %s, within %v", server, offClock)
		}
	}
}
