package deadletter

import (
	"time"

	"untag/internal/queue"
)

// letter is a dead letter as it is printed.
type letter struct {
	ID      string    `json:"id"`
	EventID string    `json:"event_id"`
	Source  string    `json:"source"`
	Code    string    `json:"code"`
	Rule    string    `json:"rule"`
	Message string    `json:"message"`
	Time    time.Time `json:"time"`
}

func newLetter(one queue.Dead) letter {
	at := one.Reason.Time
	if at.IsZero() {
		at = one.Sent
	}
	return letter{one.ID, one.Delivery.ID, one.Delivery.Source, one.Reason.Code, one.Reason.Rule, one.Reason.Message, at.UTC()}
}

// Find returns the first message with this id, or whose event has it.
func Find(list []queue.Dead, id string) (one queue.Dead, found bool) {
	for _, one := range list {
		if one.ID == id || one.Delivery.ID == id {
			return one, true
		}
	}
	return queue.Dead{}, false
}
