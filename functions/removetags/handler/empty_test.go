package handler_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// TestAnswersWithoutABody: Xero accepts no answer with a body, neither to its intent to receive,
// which is signed rightly and wrongly in turn, nor to events.
func TestAnswersWithoutABody(t *testing.T) {
	set, faults := rules.Load([]byte("version: 1\nsources: {xero: {verify: xero}}\nrules: [{name: r, on: xero, when: event.resourceId == \"" + wonDeal + "\", record: {module: Deals, id: event.resourceId}, remove: [In progress]}]\n"))
	if set == nil {
		t.Fatal(faults)
	}
	const intent, events = `{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}`, `{"events":[{"resourceId":"` + wonDeal + `"}]}`
	for name, tt := range map[string]struct {
		body, change string
		queue        bool
		status       int
	}{
		"a right intent to receive":              {intent, "", false, 200},
		"a wrong one":                            {intent, " ", false, 401},
		"a right one of a function with a queue": {intent, "", true, 200},
		"a wrong one of a function with a queue": {intent, " ", true, 401},
		"an event":                               {events, "", false, 200},
		"an event, stored":                       {events, "", true, 200},
		"an event that is not an object":         {strings.ReplaceAll(events, "}]", "},7]"), "", false, 400},
		"JSON that cannot be read":               {`{"events":[`, "", false, 400},
		"a body that is too large":               {intent, strings.Repeat(" ", 1<<20), false, 413},
		"an event that no rule is about":         {`{"events":[{}]}`, "", false, 200},
	} {
		t.Run(name, func(t *testing.T) {
			q := new(fakeQueue)
			l := newLine(t, rulesOf(set, []string{keptSecret}), func(_ *line, c *handler.Config) {
				if tt.queue {
					c.Queue = q
				}
			})
			source, _ := set.Source("xero")
			out, err := webhook.Sign(source, keptSecret, webhook.Outgoing{Body: []byte(tt.body), At: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			request := post("xero", tt.body+tt.change, nil)
			for name := range out.Header {
				request["headers"].(map[string]string)[http.CanonicalHeaderKey(name)] = out.Header.Get(name)
			}
			var got response
			l.invoke(t, request, &got)
			if got.StatusCode != tt.status || got.Body != "" || got.Headers["content-type"] != "" {
				t.Errorf("answer = %+v, want %d without a body\n%s", got, tt.status, l.log)
			}
			if stored := tt.queue && tt.body == events; stored != (len(q.got) == 1) {
				t.Errorf("%d events are stored", len(q.got))
			}
		})
	}
}
