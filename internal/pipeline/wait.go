package pipeline

import (
	"fmt"
	"strings"
	"time"

	"untag/internal/rules"
)

// CodeNotFoundYet is the code of a search that found nothing during its rule's `wait`: Zoho's
// index lags behind records that were just created or changed.
const CodeNotFoundYet = "NOT_FOUND_YET"

const (
	// soonest is the least time between two searches for an event.
	soonest = 30 * time.Second
	// maxAhead is how far an event's time may be ahead of the local clock. If it is further
	// ahead, it does not tell when a wait began.
	maxAhead = time.Minute
)

// notFoundYet returns why a search that found nothing is repeated later, nil if its wait is
// over. The longer the wait has lasted, the longer the time between two attempts: a wait of a
// day costs dozens of searches, not thousands.
func (l *lookup) notFoundYet(s *search, f *rules.Find) *Problem {
	left := time.Until(f.Until)
	if l.waited || left <= 0 || left > f.Wait+maxAhead {
		return nil
	}
	return &Problem{
		Code:      CodeNotFoundYet,
		Message:   fmt.Sprintf("%s; untag keeps looking until %s after the event", s.foundNothing(), durationText(f.Wait)),
		Retryable: true, Due: true,
		RetryAfter: min(left, max(soonest, (f.Wait-left)/4)),
	}
}

// foundNothingFor describes the final result of a search that found no exact match.
func (s *search) foundNothingFor(f *rules.Find) string {
	if f.Wait == 0 {
		return s.foundNothing()
	}
	return fmt.Sprintf("%s; waited %s for it", s.foundNothing(), durationText(f.Wait))
}

// durationText formats a duration as in a rules file: 5m, not 5m0s.
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
