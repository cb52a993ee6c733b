package handler

import (
	"errors"
	"log/slog"
	"net/http"

	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/webhook"
)

// ending is how an event or a request ended. With the zero ending, the sender keeps the event
// and sends it again.
type ending int

const (
	endUnavailable ending = iota
	endNoCredential
	endNotStored
	endNotFoundYet
	endDone
	endUndecided
	endStored
	endFailed
	endGone
	endMalformed
	endUnverified
	endNoRoute
	endUnknownSource
	endMethod
	endTooLarge
	endTooLargeToStore
)

// endings is the one table of HTTP statuses and log levels. The level is error where the
// function could not do its part, so that somebody must look into it. The phrase is what the
// sender reads if neither the outcome nor an error says more; where it is "", one of them
// always does. The reason is the name of the kind in the metrics, for requests that are refused.
var endings = [...]struct {
	status int
	level  slog.Level
	phrase string
	reason string
}{
	endUnavailable:     {http.StatusServiceUnavailable, slog.LevelError, "unavailable", "unavailable"},
	endNoCredential:    {http.StatusServiceUnavailable, slog.LevelError, "", "no credential"},
	endNotStored:       {http.StatusServiceUnavailable, slog.LevelError, "the queue did not take the event", "not stored"},
	endNotFoundYet:     {http.StatusServiceUnavailable, slog.LevelInfo, "", ""},
	endDone:            {http.StatusOK, slog.LevelInfo, "", ""},
	endUndecided:       {http.StatusOK, slog.LevelWarn, "", ""},
	endStored:          {http.StatusAccepted, slog.LevelInfo, "", ""},
	endFailed:          {http.StatusBadGateway, slog.LevelError, "", ""},
	endGone:            {http.StatusBadGateway, slog.LevelWarn, "", ""},
	endMalformed:       {http.StatusBadRequest, slog.LevelWarn, "", "unreadable"},
	endUnverified:      {http.StatusUnauthorized, slog.LevelWarn, "", "unverified"},
	endNoRoute:         {http.StatusNotFound, slog.LevelWarn, "not found: send to /webhooks/{source}", "no route"},
	endUnknownSource:   {http.StatusNotFound, slog.LevelWarn, "", "unknown source"},
	endMethod:          {http.StatusMethodNotAllowed, slog.LevelWarn, "", "method"},
	endTooLarge:        {http.StatusRequestEntityTooLarge, slog.LevelWarn, "", "too large"},
	endTooLargeToStore: {http.StatusRequestEntityTooLarge, slog.LevelError, "the event does not fit in a message of the queue (1 MiB)", "too large"},
}

// outcomeEnding returns the status and the level of an event with this outcome: the highest
// of what happened in it. So 503 comes before 502: one failure that may pass is enough for the
// sender to send the event again.
func outcomeEnding(o pipeline.Outcome) (status int, level slog.Level) {
	end := endings[endDone]
	if len(o.Errors) > 0 {
		end = endings[endUndecided]
	}
	status, level = end.status, end.level
	for _, f := range o.Failed {
		end := endings[failedEnding(f)]
		status, level = max(status, end.status), max(level, end.level)
	}
	return status, level
}

func failedEnding(f pipeline.Failed) ending {
	switch {
	case f.Gone:
		return endGone
	case f.Code == pipeline.CodeNotFoundYet:
		return endNotFoundYet
	case f.Retryable:
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
	case webhook.NoCredential:
		return endNoCredential, e.Public()
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
