package handler

import (
	"errors"
	"net/http"

	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/webhook"
)

// ending is how an HTTP request ended. With the zero ending, the sender keeps the event and
// sends it again.
type ending int

const (
	endUnavailable ending = iota
	endNoCredential
	endNotStored
	endDone
	endStored
	endFailed
	endMalformed
	endUnverified
	endNoRoute
	endUnknownSource
	endMethod
	endTooLarge
	endTooLargeToStore
)

// endings is the one table of HTTP statuses. The phrase is what the sender reads if neither
// the outcome nor an error says more; where it is "", one of them always does.
var endings = [...]struct {
	status int
	phrase string
}{
	endUnavailable:     {http.StatusServiceUnavailable, "unavailable"},
	endNoCredential:    {http.StatusServiceUnavailable, ""},
	endNotStored:       {http.StatusServiceUnavailable, "the queue did not take the event"},
	endDone:            {http.StatusOK, ""},
	endStored:          {http.StatusAccepted, ""},
	endFailed:          {http.StatusBadGateway, ""},
	endMalformed:       {http.StatusBadRequest, ""},
	endUnverified:      {http.StatusUnauthorized, ""},
	endNoRoute:         {http.StatusNotFound, "not found: send to /webhooks/{source}"},
	endUnknownSource:   {http.StatusNotFound, ""},
	endMethod:          {http.StatusMethodNotAllowed, ""},
	endTooLarge:        {http.StatusRequestEntityTooLarge, ""},
	endTooLargeToStore: {http.StatusRequestEntityTooLarge, "the event does not fit in a message of the queue (1 MiB)"},
}

// endingOf returns how a request with this outcome ended.
func endingOf(o pipeline.Outcome) ending {
	switch {
	case o.Outcome != pipeline.OutcomeFailed:
		return endDone
	case o.Retryable():
		return endUnavailable
	default:
		return endFailed
	}
}

// storedEnding returns how a request ended whose event was sent to the queue.
func storedEnding(err error) ending {
	switch {
	case err == nil:
		return endStored
	case errors.Is(err, queue.ErrTooLarge):
		return endTooLargeToStore
	default:
		return endNotStored
	}
}

// refusedEnding returns how a request ended that was refused with this error, and what the
// sender may know about the reason.
func refusedEnding(err error) (end ending, public string) {
	var e *webhook.Error
	var nowhere *routeError
	switch {
	case errors.Is(err, errNoCredential):
		return endNoCredential, err.Error()
	case errors.As(err, &nowhere):
		return nowhere.end, nowhere.Error()
	case !errors.As(err, &e):
		return endUnavailable, endings[endUnavailable].phrase
	}
	switch e.Kind {
	case webhook.UnknownSource:
		return endUnknownSource, e.Public()
	case webhook.TooLarge:
		return endTooLarge, e.Public()
	case webhook.Unverified:
		return endUnverified, e.Public()
	case webhook.Malformed:
		return endMalformed, e.Public()
	default:
		return endUnavailable, e.Public()
	}
}
