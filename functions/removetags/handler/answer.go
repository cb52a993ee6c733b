package handler

import (
	"cmp"
	"encoding/json"
	"errors"
	"maps"
	"math"
	"net/http"
	"strconv"
	"time"

	"untag/internal/pipeline"
)

// defaultRetryAfter is how long the sender should wait if Zoho did not say.
const defaultRetryAfter = 30 * time.Second

// answer is an HTTP answer, before it is written in the form of its envelope.
type answer struct {
	status     int
	body       string
	retryAfter time.Duration
	allow      string
	// header has further headers, under names in lower case.
	header map[string]string
}

func (a answer) headers() map[string]string {
	h := make(map[string]string)
	if a.body != "" {
		h["content-type"] = "application/json"
	}
	maps.Copy(h, a.header)
	if a.retryAfter > 0 {
		h["retry-after"] = strconv.Itoa(int(math.Ceil(a.retryAfter.Seconds())))
	}
	if a.allow != "" {
		h["allow"] = a.allow
	}
	return h
}

// answerOf returns the answer to a request that ended in this way.
func answerOf(end ending, body any) answer {
	return answerWith(endings[end].status, body)
}

func answerWith(status int, body any) answer {
	a := answer{status: status}
	if a.status == http.StatusServiceUnavailable {
		a.retryAfter = defaultRetryAfter
	}
	text, err := json.Marshal(body)
	if err != nil {
		// Bodies are structs of strings; this cannot happen, and must not look like success.
		return answer{status: http.StatusInternalServerError, body: `{"message":"internal error"}`}
	}
	a.body = string(text)
	return a
}

// message returns an answer in the form of API Gateway's own errors.
func message(end ending, text string) answer {
	return answerOf(end, map[string]string{"message": text})
}

// outcomeAnswer returns the answer to events with this outcome. A brief one names no records
// and no tags.
func outcomeAnswer(o pipeline.Outcome, brief bool) answer {
	status, _ := outcomeEnding(o)
	var body any = o
	if brief {
		body = queued{EventID: o.EventID, Outcome: o.Outcome}
	}
	a := answerWith(status, body)
	if a.retryAfter > 0 {
		a.retryAfter = cmp.Or(o.RetryAfter(), a.retryAfter)
	}
	return a
}

// refusal returns the answer to a refused request. The sender learns only what it may know;
// the reason is in the log.
func refusal(err error) answer {
	end, public := refusedEnding(err)
	a := message(end, public)
	var nowhere *routeError
	if errors.As(err, &nowhere) {
		a.allow = nowhere.allow
	}
	return a
}
