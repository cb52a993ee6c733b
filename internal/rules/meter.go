package rules

import "errors"

const (
	// maxWork bounds what the predicates of one rule may do for one event, in elements
	// looked at. Each rule has its own allowance, so that one that does too much takes
	// nothing from the others.
	maxWork = 1_000_000
	// lookEvery is how much of that is done between two looks at the time. It takes about a
	// millisecond.
	lookEvery = 1000
)

var (
	errTooMuch = errors.New("the expression looks at too many elements")
	errStopped = errors.New("the event's time is over")
)

// meter is what is left of a rule's allowance. It also ends the evaluation when the
// event's time is over. Where an operation takes long for one event, the meter is asked
// within it: the expression library cannot be interrupted.
type meter struct {
	left    int
	unseen  int             // what was done since the last look at the time
	over    <-chan struct{} // closed when the event's time is over; nil where it has no end
	stopped bool
}

// spend takes work from the allowance. It panics, which ends the expression, when
// nothing is left of the allowance or of the time.
func (m *meter) spend(work int) {
	if m.left -= work; m.left < 0 {
		panic(errTooMuch)
	}
	m.look(work)
}

// look takes nothing, and panics when the time is over.
func (m *meter) look(work int) {
	if m.unseen += work + 1; m.unseen < lookEvery && !m.stopped {
		return
	}
	m.unseen = 0
	select {
	case <-m.over:
		m.stopped = true
	default:
	}
	if m.stopped {
		panic(errStopped)
	}
}

// metered reads a text for a regular expression rune by rune, so that a match can be
// ended: a long pattern takes long for every one of them. Where the time is over the text
// ends, and what the match then says is not heeded.
type metered struct {
	runes interface{ ReadRune() (rune, int, error) }
	meter *meter
	work  int // for each rune
}

func (r *metered) ReadRune() (rune, int, error) {
	r.meter.look(r.work)
	return r.runes.ReadRune()
}
