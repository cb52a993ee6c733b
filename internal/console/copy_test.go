package console_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/url"
	"strings"
	"testing"

	"untag/internal/console"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

// carrier counts what it is to deliver. The request of each entry is its body.
type carrier struct{ replayed, sent int }

func (c *carrier) Signing(string) console.Signing { return console.Signing{Can: true} }

func (c *carrier) Send(context.Context, console.Outgoing) (console.Sent, error) {
	c.sent++
	return console.Sent{Status: 200, Entry: 1}, nil
}

func (c *carrier) Replay(context.Context, *console.Entry) (console.Sent, error) {
	c.replayed++
	return console.Sent{Status: 200, Entry: 7}, nil
}

func (c *carrier) Invocation(_ context.Context, e *console.Entry) ([]byte, error) {
	return e.Payload, nil
}

func (c *carrier) Request(_ context.Context, e *console.Entry) (console.Outgoing, error) {
	return console.Outgoing{Source: e.Source, Method: "POST", Body: e.Payload}, nil
}

func (c *carrier) Command(context.Context, *console.Entry) (string, error) {
	return "", errors.New("it cannot be copied")
}

// withCarrier returns a console with one entry; without records, its account is a real one.
func withCarrier(t *testing.T, sb *sandbox.Sandbox, e *console.Entry) (*console.Console, *carrier) {
	t.Helper()
	set, faults := rules.Load([]byte(`version: 1
sources: {shop: {verify: token}}
rules:
  - {name: paid, on: shop, when: event.status == "paid", record: {module: Deals, id: event.deal}, where: 'record.Stage == "Won"', remove: [Open]}
`))
	if set == nil {
		t.Fatal(faults)
	}
	kept, carrier := new(console.Kept), new(carrier)
	kept.Add(e)
	c := console.Config{Kept: kept, Rules: func() *rules.Rules { return set }, Token: token, Courier: carrier, Copier: carrier}
	if sb != nil {
		c.Records = sb
	}
	return console.New(c), carrier
}

// TestReplayInARealAccount asks first, as tags come off real records.
func TestReplayInARealAccount(t *testing.T) {
	c, carrier := withCarrier(t, nil, entry("shop", "removed", "{}", ""))
	if w := post(c, "/events/1/replay", nil); w.Code != 200 || carrier.replayed != 0 || !strings.Contains(w.Body.String(), "real account") {
		t.Errorf("%d after %d deliveries: %s", w.Code, carrier.replayed, w.Body)
	}
	if w := post(c, "/events/1/replay", url.Values{"real": {"yes"}, "run": {"another"}}); w.Code != 409 || carrier.replayed != 0 {
		t.Errorf("a form of another run, whose events have the same numbers: %d after %d deliveries", w.Code, carrier.replayed)
	}
	if w := post(c, "/events/1/replay", url.Values{"real": {"yes"}, "run": {runIn(get(c, "/events/1").Body.String())}}); w.Code != 303 || w.Header().Get("Location") != "/events/7" || carrier.replayed != 1 {
		t.Errorf("%d to %s after %d deliveries", w.Code, w.Header().Get("Location"), carrier.replayed)
	}
	if page := get(c, "/send").Body.String(); !strings.Contains(page, "This is a real account") {
		t.Error("the form does not say that the account is a real one")
	}
	simulated, carrier := withCarrier(t, sandbox.New(sandbox.Config{}), entry("shop", "removed", "{}", ""))
	if w := post(simulated, "/events/1/replay", nil); w.Code != 303 || carrier.replayed != 1 {
		t.Errorf("%d after %d deliveries", w.Code, carrier.replayed)
	}
	if page := get(simulated, "/send").Body.String(); strings.Contains(page, "This is a real account") {
		t.Error("the form says that a simulated account is a real one")
	}
}

// TestAFormsAddress leads back to a page, as one may load it again.
func TestAFormsAddress(t *testing.T) {
	c, _ := withCarrier(t, sandbox.New(sandbox.Config{}), entry("shop", "removed", "{}", ""))
	for address, want := range map[string]string{"/events/1/replay": "/events/1", "/records/reset": "/records", "/records/Deals/1/field": "/records?module=Deals"} {
		if w := get(c, address); w.Code != 303 || w.Header().Get("Location") != want {
			t.Errorf("%s: %d to %s, want %s", address, w.Code, w.Header().Get("Location"), want)
		}
	}
	if w := get(c, "/events/1/curl"); w.Code != 409 || strings.TrimSpace(w.Body.String()) != "It cannot be copied." {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

// TestTheRecordsOfACopiedTest are those that Zoho's answers had then, or if these are not whole, the
// simulated ones with the tags of then.
func TestTheRecordsOfACopiedTest(t *testing.T) {
	payload, err := json.Marshal(map[string]any{"source": "shop", "event": map[string]any{"status": "paid", "deal": "11"}})
	if err != nil {
		t.Fatal(err)
	}
	answered := func(answer string, cut bool) *console.Entry {
		return &console.Entry{Source: "shop", Payload: payload, Touched: []console.Touched{{Module: "Deals", ID: "11", Before: []string{"Open"}}}, Exchanges: []console.Exchange{
			{Method: "GET", URL: "https://zoho.example/crm/v8/Deals?ids=11&fields=Stage", Status: 200, Answer: answer, Cut: cut},
			{Method: "POST", URL: "https://zoho.example/crm/v8/Deals/11/actions/remove_tags", Status: 200, Answer: `{"data":[]}`},
		}}
	}
	now := sandbox.New(sandbox.Config{Records: sandbox.Records{"Deals": {{"id": "11", "Stage": "Won", "Note": "simulated"}, {"id": "12"}}}})
	for name, tt := range map[string]struct {
		sb     *sandbox.Sandbox
		entry  *console.Entry
		has    []string
		hasNot string
	}{
		"a real account":        {nil, answered(`{"data":[{"id":"11","Stage":"Won","Tag":[{"name":"Open","id":"9"}]}]}`, false), []string{`records: {Deals: [{id: "11", Stage: Won, Tag: [Open]}]}`, `expect: {Deals: {"11": [Open]}}`}, "simulated"},
		"as they were":          {now, answered(`{"data":[{"id":"11","Stage":"Lost","Tag":[{"name":"Open","id":"9"}]}]}`, false), []string{"Stage: Lost", "expect: {}"}, "simulated"},
		"an answer that is cut": {now, answered(`{"data":[{"id":"11","Sta`, true), []string{"simulated", `Tag: [Open]`, `expect: {Deals: {"11": [Open]}}`}, `"12"`},
		"not JSON":              {now, answered("<html>", false), []string{"simulated", `expect: {Deals: {"11": [Open]}}`}, `"12"`},
		"no answer to read":     {nil, answered("<html>", false), []string{"expect: {}"}, "records:"},
	} {
		t.Run(name, func(t *testing.T) {
			c, _ := withCarrier(t, tt.sb, tt.entry)
			w := get(c, "/events/1/test.yaml")
			for _, want := range tt.has {
				if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
					t.Errorf("%d, want %s:\n%s", w.Code, want, w.Body)
				}
			}
			if strings.Contains(w.Body.String(), tt.hasNot) {
				t.Errorf("it has %s:\n%s", tt.hasNot, w.Body)
			}
		})
	}
}

// runIn returns the run that the forms of a page name.
func runIn(page string) string {
	_, after, _ := strings.Cut(page, `name="run" value="`)
	run, _, _ := strings.Cut(after, `"`)
	return run
}

// TestWhatWasSentShowsNoSecret: an answer names records by the ids that were sent.
func TestWhatWasSentShowsNoSecret(t *testing.T) {
	e := entry("shop", "failed", "{}", "")
	e.Status, e.Answer = 502, []byte(`{"failed":[{"id":"stored-secret"}]}`)
	c, _ := withCarrier(t, sandbox.New(sandbox.Config{}), e)
	c.Hide = strings.NewReplacer("stored-secret", "(hidden)").Replace
	if page := get(c, "/send?sent=1").Body.String(); !strings.Contains(page, "(hidden)") || strings.Contains(page, "stored-secret") {
		t.Error(page)
	}
}
