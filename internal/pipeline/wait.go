package pipeline

import (
	"fmt"
	"strings"
	"time"

	"untag/internal/rules"
)

// CodeNotFoundYet is the code of a search that found nothing while its rule's `wait` goes
// on: Zoho's index lags behind what was just created or changed.
const CodeNotFoundYet = "NOT_FOUND_YET"

const (
	// soonest is how long an event waits before it is looked for again, at least.
	soonest = 30 * time.Second
	// maxAhead is how far an event's time may be ahead of this clock. One further ahead
	// says nothing of when a wait began.
	maxAhead = time.Minute
)

// notFoundYet is why a search that found nothing is put again later, nil where its wait is
// over. The longer it took so far, the longer the time between two tries: a wait of a day
// costs dozens of searches, not thousands.
func (l *lookup) notFoundYet(s *search, f *rules.Find) *problem {
	left := time.Until(f.Until)
	if l.waited || left <= 0 || left > f.Wait+maxAhead {
		return nil
	}
	return &problem{
		code:      CodeNotFoundYet,
		message:   fmt.Sprintf("%s; looked for again until %s after the event", s.foundNothing(), durationText(f.Wait)),
		retryable: true, due: true,
		retryAfter: min(left, max(soonest, (f.Wait-left)/4)),
	}
}

// foundNothingFor says what a search came to in the end.
func (s *search) foundNothingFor(f *rules.Find) string {
	if f.Wait == 0 {
		return s.foundNothing()
	}
	return fmt.Sprintf("%s; waited %s for it", s.foundNothing(), durationText(f.Wait))
}

// durationText writes a duration as a rules file does: 5m, not 5m0s.
func durationText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}
