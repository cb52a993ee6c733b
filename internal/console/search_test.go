package console_test

import (
	"encoding/base64"
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/console"
	"untag/internal/rules"
)

// A search finds what the page of an event can show, and nothing that it hides: one could otherwise
// guess a secret one character after the other.
func TestASearchFindsOnlyWhatIsShown(t *testing.T) {
	queued, _ := json.Marshal(map[string]any{"source": "shop", "event": map[string]string{"order": "queued-order", "note": "stored-secret"}})
	bytes, _ := json.Marshal(map[string]any{"body": base64.StdEncoding.EncodeToString([]byte(`{"kind":"in base64"}`)), "isBase64Encoded": true})
	packed, _ := json.Marshal(map[string]any{"body": "packed-body", "headers": map[string]string{"content-encoding": "gzip"}})
	c := showing(t,
		sent("shop", "page=7&token=query-token&sig=query-sig", `{"order":"first-order","note":"stored-secret, header-token"}`, map[string]string{"x-webhook-token": "header-token"}),
		&console.Entry{At: time.Now(), Source: "shop", Outcome: "nothing", Payload: queued},
		&console.Entry{At: time.Now(), Method: "POST", Path: "/webhooks/shop", Source: "shop", Outcome: "nothing", Payload: bytes, Details: []string{"a Detail"}},
		&console.Entry{At: time.Now(), Method: "POST", Path: "/webhooks/shop", Source: "shop", Outcome: "nothing", Payload: packed},
	)
	for text, want := range map[string]string{
		"First-Order":   "1",
		"page=7":        "1",
		"queued-order":  "2",
		"IN BASE64":     "3",
		"a detail":      "3",
		"stored-secret": "",
		"tored-sec":     "",
		"header-token":  "",
		"query-tok":     "",
		"query-sig":     "",
		"packed-body":   "",
		"shopnothing":   "", // parts that stand beside each other are no text
	} {
		for range 2 { // also once its texts are known
			if got := strings.Join(rows(get(c, "/?q="+url.QueryEscape(text)).Body.String()), " "); got != want {
				t.Errorf("%q finds %q, want %q", text, got, want)
			}
		}
		chart := get(c, "/chart?q="+url.QueryEscape(text)).Body.String()
		if total := map[bool]string{true: "0 in all", false: "1 in all"}[want == ""]; !strings.Contains(chart, total) {
			t.Errorf("%q: the chart does not say %q:\n%s", text, total, chart)
		}
	}
}

// The rows that come to an open page follow the same search.
func TestALiveSearchFindsOnlyWhatIsShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		kept := new(console.Kept)
		set, _ := rules.Load([]byte(eventRules))
		c := console.New(console.Config{Kept: kept, Rules: func() *rules.Rules { return set }, Token: token})
		events := open(t, c, live(get(c, "/?q=one-token").Body.String()))
		kept.Add(sent("shop", "", `{"n":1}`, map[string]string{"x-webhook-token": "one-token"}))
		kept.Add(sent("shop", "token=one-token", `{"n":2}`, nil))
		kept.Add(sent("shop", "", `{"n":"One-Token"}`, nil))
		if name, data := next(t, events); name != "entry" || !strings.HasPrefix(data, `<li id="e3">`) {
			t.Errorf("%s: %s", name, data)
		}
	})
}
