package handler

import (
	"cmp"
	"encoding/json"
	"errors"
	"math"
	"net/http"
	"strconv"
	"time"

	"untag/internal/pipeline"
	"untag/internal/webhook"
)

// defaultRetryAfter is how long the sender should wait if Zoho did not say.
const defaultRetryAfter = 30 * time.Second

// answer is an HTTP answer, before it is written in the form of its envelope.
type answer struct {
	status     int
	body       string
	retryAfter time.Duration
	allow      string
}

func (a answer) headers() map[string]string {
	h := make(map[string]string)
	if a.body != "" {
		h["content-type"] = "application/json"
	}
	if a.retryAfter > 0 {
		h["retry-after"] = strconv.Itoa(int(math.Ceil(a.retryAfter.Seconds())))
	}
	if a.allow != "" {
		h["allow"] = a.allow
	}
	return h
}

func answerOf(status int, body any) answer {
	text, err := json.Marshal(body)
	if err != nil {
		// Bodies are structs of strings; this cannot happen, and must not look like success.
		return answer{status: http.StatusInternalServerError, body: `{"message":"internal error"}`}
	}
	return answer{status: status, body: string(text)}
}

// message returns an answer in the form of API Gateway's own errors.
func message(status int, text string) answer {
	return answerOf(status, map[string]string{"message": text})
}

// unavailable asks the sender to try again later.
func unavailable(text string) answer {
	a := message(http.StatusServiceUnavailable, text)
	a.retryAfter = defaultRetryAfter
	return a
}

// outcomeAnswer is the one place where an outcome becomes an HTTP status.
func outcomeAnswer(o pipeline.Outcome) answer {
	switch {
	case o.Outcome != pipeline.OutcomeFailed:
		return answerOf(http.StatusOK, o)
	case o.Retryable():
		a := answerOf(http.StatusServiceUnavailable, o)
		a.retryAfter = cmp.Or(o.RetryAfter(), defaultRetryAfter)
		return a
	default:
		return answerOf(http.StatusBadGateway, o)
	}
}

// refusal is the one place where a refused request becomes an HTTP status. The sender
// learns only what it may know; the reason is in the log.
func refusal(err error) answer {
	var e *webhook.Error
	var nowhere *routeError
	switch {
	case errors.Is(err, errNoCredential):
		return unavailable(err.Error())
	case errors.As(err, &nowhere):
		a := message(nowhere.status, nowhere.text)
		a.allow = nowhere.allow
		return a
	case !errors.As(err, &e):
		return unavailable("unavailable")
	}
	switch e.Kind {
	case webhook.UnknownSource:
		return message(http.StatusNotFound, e.Public())
	case webhook.TooLarge:
		return message(http.StatusRequestEntityTooLarge, e.Public())
	case webhook.Unverified:
		return message(http.StatusUnauthorized, e.Public())
	case webhook.Malformed:
		return message(http.StatusBadRequest, e.Public())
	default:
		return unavailable(e.Public())
	}
}
