package sandbox

import (
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Faults makes the CRM misbehave. Each rate is the share of calls, from 0 to 1,
// that have that fault. A call has at most one of those from TooMany to Revoked,
// and their sum must be at most 1. A call that fails may do so before or after the
// removal, each half of the time, and a client cannot know which. With the same Seed,
// the n-th CRM call has the same faults.
type Faults struct {
	Seed uint64
	// TooMany is 429 without a Retry-After header, TooManyAfter with one of RetryAfter
	// (whole seconds, at least 1). Neither affects records.
	TooMany      float64
	TooManyAfter float64
	RetryAfter   time.Duration
	// Internal is 500 with Zoho's body, HTML is 502 with a proxy's page.
	Internal float64
	HTML     float64
	// Reset breaks the connection without an answer, Half breaks it after half an answer.
	Reset float64
	Half  float64
	// Revoked ends the call's access token early and answers 401, with one of Zoho's codes,
	// a proxy's page, or no body.
	Revoked float64
	// Locked is the share of records, not calls, that are locked.
	Locked float64
	// Slow answers take Delay longer, in addition to any other fault.
	Slow  float64
	Delay time.Duration
}

// EvenFaults spreads one rate evenly over all faults except Revoked: this share of
// the calls fails, in seven ways including locked records, and a twentieth of it is
// slow by 50 ms.
func EvenFaults(seed uint64, rate float64) *Faults {
	share := rate / 7
	return &Faults{
		Seed: seed, TooMany: share, TooManyAfter: share, RetryAfter: time.Second,
		Internal: share, HTML: share, Reset: share, Half: share, Locked: share,
		Slow: rate / 20, Delay: 50 * time.Millisecond,
	}
}

// kind is the fault of a call; the zero kind is none.
type kind int

const (
	kindNone kind = iota
	kindTooMany
	kindTooManyAfter
	kindInternal
	kindHTML
	kindReset
	kindHalf
	kindRevoked
)

// draw is the random choice of faults for one call.
type draw struct {
	kind   kind
	early  bool // the call fails before the work is done
	slow   bool
	locked float64
	source *rand.Rand
}

// draw depends only on the seed and the number of the call.
func (f *Faults) draw(number uint64) draw {
	if f == nil {
		return draw{}
	}
	source := rand.New(rand.NewPCG(f.Seed, number))
	d := draw{source: source, locked: f.Locked}
	at := source.Float64()
	d.early = source.Float64() < 0.5
	d.slow = source.Float64() < f.Slow
	for i, rate := range []float64{f.TooMany, f.TooManyAfter, f.Internal, f.HTML, f.Reset, f.Half, f.Revoked} {
		if at < rate {
			d.kind = kindTooMany + kind(i)
			break
		}
		at -= rate
	}
	return d
}

// locks decides whether the next record of the call is locked.
func (d draw) locks() bool { return d.source != nil && d.source.Float64() < d.locked }

// undone reports whether the call must leave the records unchanged.
func (d draw) undone() bool { return d.kind != kindNone && d.early }

// faulty returns the answer of a call with the fault of its draw.
func (sb *Sandbox) faulty(c *call, work func() answer) answer {
	if c.draw.kind == kindNone {
		return work()
	}
	sb.count(func(n *Requests) { n.Faulty++ })
	switch c.draw.kind {
	case kindTooMany:
		return refuse(tooMany)
	case kindTooManyAfter:
		seconds := strconv.Itoa(max(1, int(sb.config.Faults.RetryAfter/time.Second)))
		a := refuse(tooMany, "retry_after", seconds)
		a.header = map[string]string{"Retry-After": seconds}
		return a
	case kindRevoked:
		sb.revoke(c.token)
		sb.count(func(n *Requests) { n.TokensRevoked++ })
		refusals := []answer{
			refuse(noAuth), refuse(invalidToken), refuse(authFailed), page(http.StatusUnauthorized), {status: http.StatusUnauthorized},
		}
		return refusals[c.draw.source.IntN(len(refusals))]
	}
	a := work()
	switch c.draw.kind {
	case kindInternal:
		return refuse(internalError)
	case kindHTML:
		return page(http.StatusBadGateway)
	}
	return a
}

// deliver writes the answer, or the part of it that the draw allows.
func (d draw) deliver(w http.ResponseWriter, a answer) {
	switch d.kind {
	case kindReset:
		reset(w)
	case kindHalf:
		if len(a.body) == 0 {
			reset(w)
		}
		a.writeHeader(w)
		w.Write(a.body[:len(a.body)/2])
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	default:
		a.write(w)
	}
}

// reset ends the connection, with a TCP reset if possible, and always ends the
// handler.
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err == nil {
		if tcp, ok := conn.(*net.TCPConn); ok {
			tcp.SetLinger(0)
		}
		conn.Close()
	}
	panic(http.ErrAbortHandler)
}
