package sandbox

import (
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Faults makes the CRM misbehave. Each rate is the share of calls, 0 to 1, that
// meet that fault; a call meets at most one of those from TooMany to Revoked,
// and their sum is at most 1. What fails may do so before or after the removal,
// half and half: a client cannot tell. With the same Seed,
// the n-th CRM call meets the same faults.
type Faults struct {
	Seed uint64
	// TooMany is 429 without a Retry-After, TooManyAfter with one of RetryAfter
	// (whole seconds, at least 1). Neither has an effect on records.
	TooMany      float64
	TooManyAfter float64
	RetryAfter   time.Duration
	// Internal is 500 with Zoho's body, HTML 502 with a page of a proxy.
	Internal float64
	HTML     float64
	// Reset breaks the connection without an answer, Half after half of one.
	Reset float64
	Half  float64
	// Revoked ends the call's access token before its time, and answers 401: with a code
	// of Zoho's, a proxy's page, or nothing else.
	Revoked float64
	// Locked is the share of records, not calls, that are locked.
	Locked float64
	// Slow answers take Delay longer, whatever else is wrong with them.
	Slow  float64
	Delay time.Duration
}

// EvenFaults spreads one rate over all faults but Revoked: rate of the calls
// fail, in seven ways, and a twentieth of that is slow by 50 ms. Locked records
// are one of the ways.
func EvenFaults(seed uint64, rate float64) *Faults {
	share := rate / 7
	return &Faults{
		Seed: seed, TooMany: share, TooManyAfter: share, RetryAfter: time.Second,
		Internal: share, HTML: share, Reset: share, Half: share, Locked: share,
		Slow: rate / 20, Delay: 50 * time.Millisecond,
	}
}

// kind is what goes wrong with a call; the zero kind is nothing.
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

// draw is what fate has for one call.
type draw struct {
	kind   kind
	early  bool // it strikes before the work is done
	slow   bool
	locked float64
	source *rand.Rand
}

// draw decides by the seed and the number of the call alone.
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

// locks decides for the next record of the call.
func (d draw) locks() bool { return d.source != nil && d.source.Float64() < d.locked }

// undone tells whether the call shall leave the records as they are.
func (d draw) undone() bool { return d.kind != kindNone && d.early }

// faulty returns the answer that the call's draw has for it.
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

// deliver writes the answer, or as much of it as the draw lets through.
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

// reset ends the connection with a TCP reset where it can, and always ends the
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
