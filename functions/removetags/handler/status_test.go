package handler_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/pipeline"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// TestStatusAndLevel: each way in which a request can end has one status and one level. A 5xx
// that someone has to look into is logged as an error, so that LOG_LEVEL=error shows it.
func TestStatusAndLevel(t *testing.T) {
	closedDeal, soon := post("zoho", closed(wonDeal), nil), post("zoho", `{"kind":"find soon","email":"nobody@example.com"}`, nil)
	tests := map[string]struct {
		request map[string]any
		option  option
		status  int
		level   string
	}{
		"removed":             {closedDeal, nil, 200, "INFO"},
		"nothing to do":       {post("zoho", "{}", nil), nil, 200, "INFO"},
		"undecided":           {post("zoho", `{"kind":"no id"}`, nil), nil, 200, "WARN"},
		"failed":              {post("zoho", `{"kind":"wrong module","id":"1"}`, nil), nil, 502, "ERROR"},
		"gone":                {post("zoho", closed(goneDeal), nil), nil, 502, "WARN"},
		"not found yet":       {soon, nil, 503, "INFO"},
		"not yet and a fault": {soon, alsoFaulty, 503, "WARN"},
		"Zoho is down":        {closedDeal, func(l *line, _ *handler.Config) { misbehave(l, says(500, "")) }, 503, "ERROR"},
		"queued":              {closedDeal, storing(nil), 202, "INFO"},
		"not queued":          {closedDeal, storing(errors.New("broken")), 503, "ERROR"},
		"too large to queue":  {closedDeal, storing(queue.ErrTooLarge), 413, "ERROR"},
		"malformed":           {post("zoho", "{", nil), nil, 400, "WARN"},
		"too large":           {post("zoho", strings.Repeat("[", 2<<20), nil), nil, 413, "WARN"},
		"unverified":          {at("POST", "/webhooks/zoho"), nil, 401, "WARN"},
		"unknown source":      {at("POST", "/webhooks/nobody"), nil, 404, "WARN"},
		"no route":            {at("POST", "/"), nil, 404, "WARN"},
		"wrong method":        {at("PATCH", "/webhooks/zoho"), nil, 405, "WARN"},
		"no Zoho credential":  {closedDeal, func(_ *line, c *handler.Config) { c.Pipeline = nil }, 503, "ERROR"},
		"no webhook secrets":  {closedDeal, receiving(webhook.Config{}), 503, "ERROR"},
		"unreadable secrets":  {closedDeal, receiving(webhook.Config{Secrets: unreadable{errors.New("denied")}}), 503, "ERROR"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLine(t, func(l *line, c *handler.Config) {
				if tt.option != nil {
					tt.option(l, c)
				}
			})
			var got response
			l.invoke(t, tt.request, &got)
			if got.StatusCode != tt.status || got.Headers["retry-after"] != "" != (tt.status == http.StatusServiceUnavailable) {
				t.Errorf("status %d, headers %v, want %d, and Retry-After only with 503: %s", got.StatusCode, got.Headers, tt.status, got.Body)
			}
			if log := l.log.String(); !strings.Contains(log, "level="+tt.level) || strings.Count(log, "\n") != 1 {
				t.Errorf("log %s, want one line of level %s", log, tt.level)
			}
		})
	}
}

// TestLevelOfARefusedInvocation: the level is that of the reason, also without a status.
func TestLevelOfARefusedInvocation(t *testing.T) {
	direct := func(source, event string) any {
		return map[string]any{"source": source, "event": json.RawMessage(event)}
	}
	for name, tt := range map[string]struct {
		payload any
		level   string
	}{
		"malformed":              {direct("zoho", "null"), "WARN"},
		"unknown source":         {direct("nobody", "{}"), "WARN"},
		"a source without aws":   {direct("web", "{}"), "WARN"},
		"no Zoho credential":     {direct("zoho", "{}"), "ERROR"},
		"an unknown bus":         {bus("com.example.other", "{}"), "ERROR"},
		"a batch":                {events.SQSEvent{Records: []events.SQSMessage{stored(t, "m", "", "{}")}}, "ERROR"},
		"an unknown kind at all": {map[string]any{}, "ERROR"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t, func(_ *line, c *handler.Config) { c.Pipeline = nil })
			payload, err := json.Marshal(tt.payload)
			if err != nil {
				t.Fatal(err)
			}
			if answer, err := l.Invoke(t.Context(), payload); err == nil {
				t.Errorf("Invoke(%s) = %s, want an error", payload, answer)
			}
			if log := l.log.String(); !strings.Contains(log, "level="+tt.level) || strings.Count(log, "\n") != 1 {
				t.Errorf("log %s, want one line of level %s", log, tt.level)
			}
		})
	}
}

// alsoFaulty adds a rule that cannot be evaluated.
func alsoFaulty(l *line, c *handler.Config) {
	set, _ := rules.Load([]byte(testRules + `
  - {name: faulty, on: zoho, when: event.kind > 1, record: {module: Deals, id: event.id}, remove: [In progress]}
`))
	c.Rules, c.Pipeline = set, pipeline.New(pipeline.Config{Rules: set, CRM: l.client})
}

func storing(err error) option {
	return func(_ *line, c *handler.Config) { c.Queue = &fakeQueue{err: err} }
}

func receiving(w webhook.Config) option {
	return func(_ *line, c *handler.Config) {
		w.Sources = c.Rules.Sources()
		c.Receiver = webhook.New(w)
	}
}
