package handler_test

import (
	"strings"
	"testing"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// TestEchoedHeader: Adobe Acrobat Sign takes no answer for a success that does not repeat its client
// ID, neither when it confirms the URL nor for an event.
func TestEchoedHeader(t *testing.T) {
	set, faults := rules.Load([]byte("version: 1\nsources: {adobe: {verify: adobe-sign}, own: {verify: token, reply: thanks, answer: {echo: X-Own}}, long: {verify: token, answer: {echo: X-Own}}}\nrules: [{name: r, on: [adobe, own, long], when: event.id == \"" + wonDeal + "\", record: {module: Deals, id: event.id}, remove: [In progress]}]\n"))
	if set == nil {
		t.Fatal(faults)
	}
	const event = `{"id":"` + wonDeal + `"}`
	for name, tt := range map[string]struct {
		method, source, body string
		header               map[string]string
		queue                bool
		status               int
		echoed, answer       string
	}{
		"the URL is confirmed":            {"GET", "adobe", "", map[string]string{"x-adobesign-clientid": keptSecret}, false, 200, keptSecret, ""},
		"with another client ID":          {"GET", "adobe", "", map[string]string{"x-adobesign-clientid": "another"}, false, 401, "", "unauthorized"},
		"without one":                     {"GET", "adobe", "", nil, false, 401, "", "unauthorized"},
		"an event":                        {"POST", "adobe", event, map[string]string{"x-adobesign-clientid": keptSecret}, false, 200, keptSecret, "removed"},
		"an event, stored":                {"POST", "adobe", event, map[string]string{"x-adobesign-clientid": keptSecret}, true, 202, keptSecret, "queued"},
		"an event with another client ID": {"POST", "adobe", event, map[string]string{"x-adobesign-clientid": "another"}, false, 401, "", "unauthorized"},
		"JSON that cannot be read":        {"POST", "adobe", "{", map[string]string{"x-adobesign-clientid": keptSecret}, false, 400, "", "JSON"},
		"another header and a reply":      {"POST", "own", event, map[string]string{"x-webhook-token": keptSecret, "x-own": "a<b>"}, false, 200, "a<b>", "thanks"},
		"no such header":                  {"POST", "own", event, map[string]string{"x-webhook-token": keptSecret}, false, 200, "", "thanks"},
		"a header over 1 KiB":             {"POST", "long", event, map[string]string{"x-webhook-token": keptSecret, "x-own": strings.Repeat("a", 1025)}, false, 400, "", "1 KiB"},
		"a header with a line break":      {"POST", "long", event, map[string]string{"x-webhook-token": keptSecret, "x-own": "a\r\nb: c"}, false, 400, "", "cannot be repeated"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t, rulesOf(set, nil), func(_ *line, c *handler.Config) {
				c.Receiver = webhook.New(webhook.Config{Sources: set.Sources(), Secrets: kept{}})
				if tt.queue {
					c.Queue = new(fakeQueue)
				}
			})
			request := at(tt.method, "/webhooks/"+tt.source)
			request["headers"], request["body"] = tt.header, tt.body
			var got response
			l.invoke(t, request, &got)
			value := got.Headers["x-own"] + got.Headers["x-adobesign-clientid"]
			if got.StatusCode != tt.status || value != tt.echoed || !strings.Contains(got.Body, tt.answer) {
				t.Errorf("answer = %+v, want %d with the header %q\n%s", got, tt.status, tt.echoed, l.log)
			}
			if strings.Contains(l.log.String(), keptSecret) {
				t.Errorf("the client ID is in the log: %s", l.log)
			}
		})
	}
}
