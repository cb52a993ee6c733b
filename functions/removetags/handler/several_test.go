package handler_test

import (
	"strings"
	"testing"

	"untag/functions/removetags/handler"
)

func TestSeveralEventsInOneRequest(t *testing.T) {
	two := closed("5725767000000524157") + "," + closed("5725767000000524158")
	for name, test := range map[string]struct {
		source, body    string
		status, removed int
		outcome         string
	}{
		"two":        {"list", `{"events":[` + two + `]}`, 200, 2, "removed"},
		"one":        {"list", `{"events":[` + closed("5725767000000524157") + `]}`, 200, 1, "removed"},
		"none":       {"list", `{"events":[]}`, 200, 0, "nothing"},
		"one fails":  {"list", `{"events":[` + two + `,` + closed("404") + `]}`, 502, 2, "failed"},
		"brief":      {"brief", `[` + two + `]`, 200, 0, "removed"},
		"one object": {"zoho", closed("5725767000000524157"), 200, 1, "removed"},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			var got response
			l.invoke(t, post(test.source, test.body, nil), &got)
			o := got.outcome(t)
			if got.StatusCode != test.status || len(o.Removed) != test.removed || o.Outcome != test.outcome || o.EventID == "" {
				t.Errorf("answer = %+v, want %d, %s and %d removals", got, test.status, test.outcome, test.removed)
			}
			if brief := !strings.Contains(got.Body, "Deals"); test.source == "brief" && !brief {
				t.Errorf("brief answer = %s", got.Body)
			}
		})
	}
}

func TestAFaultInOneEventRefusesTheRequest(t *testing.T) {
	l := newLine(t)
	var got response
	l.invoke(t, post("list", `{"events":[`+closed("5725767000000524157")+`,7]}`, nil), &got)
	if got.StatusCode != 400 || !strings.Contains(got.Body, "events[1]") {
		t.Errorf("answer = %+v, want 400 that names events[1]", got)
	}
}

func TestEveryEventIsStored(t *testing.T) {
	q := new(fakeQueue)
	l := newLine(t, func(_ *line, c *handler.Config) { c.Queue = q })
	var got response
	l.invoke(t, post("brief", `[`+strings.Repeat(closed("5")+",", 30)+`{}]`, nil), &got)
	if got.StatusCode != 200 || len(q.got) != 31 {
		t.Errorf("answer = %+v with %d events stored, want 200 and 31", got, len(q.got))
	}
}
