package handler_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
	"untag/internal/webhook"
)

// counted keeps what was counted until the last Flush.
type counted struct {
	now, last map[string]int
	ages      []time.Duration
	rules     int
}

func newCounted() *counted { return &counted{now: make(map[string]int)} }

func (c *counted) add(name string, n int) {
	if n > 0 {
		c.now[name] += n
	}
}
func (c *counted) Received(n int)             { c.add("received", n) }
func (c *counted) Refused(reason string)      { c.add("refused: "+reason, 1) }
func (c *counted) Matched(rule string)        { c.add("matched: "+rule, 1) }
func (c *counted) Removed(n int)              { c.add("removed", n) }
func (c *counted) Observed(n int)             { c.add("observed", n) }
func (c *counted) FailedRemoval(code string)  { c.add("failed: "+code, 1) }
func (c *counted) EventAge(age time.Duration) { c.ages = append(c.ages, age); c.add("age", 1) }
func (c *counted) Flush(rules []string) {
	c.last, c.now, c.rules = c.now, make(map[string]int), len(rules)
}

// TestWhatIsCounted: one request each.
func TestWhatIsCounted(t *testing.T) {
	closedDeal, soon := post("zoho", closed(wonDeal), nil), post("zoho", `{"kind":"find soon","email":"nobody@example.com"}`, nil)
	tests := map[string]struct {
		request map[string]any
		option  option
		want    map[string]int
	}{
		"removed":            {closedDeal, nil, map[string]int{"received": 1, "matched: deal-closed": 1, "removed": 1, "age": 1}},
		"nothing to do":      {post("zoho", "{}", nil), nil, map[string]int{"received": 1, "age": 1}},
		"undecided":          {post("zoho", `{"kind":"no id"}`, nil), nil, map[string]int{"received": 1, "failed: RULE_ERROR": 1, "age": 1}},
		"failed":             {post("zoho", `{"kind":"wrong module","id":"1"}`, nil), nil, map[string]int{"received": 1, "failed: INVALID_MODULE": 1, "matched: wrong-module": 1, "age": 1}},
		"gone":               {post("zoho", closed(goneDeal), nil), nil, map[string]int{"received": 1, "matched: deal-closed": 1, "age": 1}},
		"not found yet":      {soon, nil, map[string]int{"received": 1, "failed: NOT_FOUND_YET": 1}},
		"queued":             {closedDeal, storing(nil), map[string]int{"received": 1}},
		"not queued":         {closedDeal, storing(errors.New("broken")), map[string]int{"received": 1, "refused: not stored": 1}},
		"malformed":          {post("zoho", "{", nil), nil, map[string]int{"refused: unreadable": 1}},
		"too large":          {post("zoho", strings.Repeat("[", 2<<20), nil), nil, map[string]int{"refused: too large": 1}},
		"unverified":         {at("POST", "/webhooks/zoho"), nil, map[string]int{"refused: unverified": 1}},
		"unknown source":     {at("POST", "/webhooks/nobody"), nil, map[string]int{"refused: unknown source": 1}},
		"no route":           {at("POST", "/"), nil, map[string]int{"refused: no route": 1}},
		"wrong method":       {at("PATCH", "/webhooks/zoho"), nil, map[string]int{"refused: method": 1}},
		"no Zoho credential": {closedDeal, func(_ *line, c *handler.Config) { c.Pipeline = nil }, map[string]int{"refused: no credential": 1}},
		"unreadable secrets": {closedDeal, receiving(webhook.Config{Secrets: unreadable{errors.New("denied")}}), map[string]int{"refused: unavailable": 1}},
		"health":             {at("GET", "/health"), nil, map[string]int{}},
		"directly":           {map[string]any{"source": "zoho", "event": map[string]string{"module": "Deals", "id": wonDeal, "Stage": "Closed Won"}}, nil, map[string]int{"received": 1, "matched: deal-closed": 1, "removed": 1, "age": 1}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c := newCounted()
			l := newLine(t, func(l *line, config *handler.Config) {
				if tt.option != nil {
					tt.option(l, config)
				}
				config.Metrics = c
			})
			var got any
			l.invoke(t, tt.request, &got)
			if diff := cmp.Diff(tt.want, c.last); diff != "" {
				t.Errorf("-want +got\n%s\n%v", diff, got)
			}
			if c.rules == 0 || len(c.now) > 0 {
				t.Errorf("%d rules were named, and %v is not written", c.rules, c.now)
			}
		})
	}
}

// TestABatchCountsAgesFromTheWebhook: an event is as old as its webhook, and counts once,
// however often it is tried.
func TestABatchCountsAgesFromTheWebhook(t *testing.T) {
	c := newCounted()
	l := newLine(t, func(_ *line, config *handler.Config) { config.Metrics, config.Messages = c, new(fakeMessages) })
	batch := events.SQSEvent{Records: []events.SQSMessage{stored(t, "m1", "", closed(wonDeal)), stored(t, "m2", "", closed(lostDeal))}}
	misbehave(l, says(503, ""))
	var got events.SQSEventResponse
	l.invoke(t, batch, &got)
	if c.last["failed: UNEXPECTED_ANSWER"]+c.last["failed: UNREADABLE_ANSWER"] != 2 || len(c.ages) != 0 || c.last["matched: deal-closed"] != 0 {
		t.Errorf("while Zoho is down: %v, ages %v, want two failures and nothing else", c.last, c.ages)
	}
	l.zoho = l.crm
	l.invoke(t, batch, &got)
	if diff := cmp.Diff(map[string]int{"removed": 2, "matched: deal-closed": 2, "age": 2}, c.last); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	for _, age := range c.ages {
		if want := time.Since(time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)); want-age > time.Minute || age > want {
			t.Errorf("age %v, want that since the webhook, %v", age, want)
		}
	}
}
