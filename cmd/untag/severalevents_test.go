package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"untag/internal/rules"
	"untag/internal/webhook"
)

const severalRules = `version: 1
sources:
  list: {verify: token, events: {each: "events[]", id: id}}
  meta: {verify: meta}
  zoom: {verify: zoom}
  desk: {verify: zoho-desk}
rules:
  - {name: closed, on: [list, meta, zoom, desk], when: event.stage == "Won", record: {module: Deals, id: event.deal}, remove: [Open]}
`

const (
	twoEvents = `{"events":[{"id":"evt_1","stage":"Won","deal":"11"},{"id":"evt_2","stage":"Lost","deal":"12"},{"stage":"Won","deal":"13"}]}`
	validate  = `{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"}}`
)

// httpAPIEvent is a recorded invocation of an HTTP API.
func httpAPIEvent(t *testing.T, source, method, query, body string, headers map[string]string) string {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"version": "2.0", "rawPath": "/webhooks/" + source, "rawQueryString": query, "headers": headers, "body": body,
		"requestContext": map[string]any{"timeEpoch": time.Now().UnixMilli(), "http": map[string]any{"method": method}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// signedAs returns the headers with which the sender of a source signs a body.
func signedAs(t *testing.T, source, rulesFile, secret, body string) map[string]string {
	t.Helper()
	set, faults := rules.Load([]byte(rulesFile))
	if set == nil {
		t.Fatal(faults)
	}
	from, _ := set.Source(source)
	signed, err := webhook.Sign(from, secret, webhook.Outgoing{ID: "d-1", At: time.Now(), Body: []byte(body)})
	if err != nil {
		t.Fatal(err)
	}
	headers := map[string]string{"content-type": "application/json"}
	for name := range signed.Header {
		headers[strings.ToLower(name)] = signed.Header.Get(name)
	}
	return headers
}

// TestExplainSeveralEvents: a request is explained as the function handles it, as several
// events, none, or a handshake.
func TestExplainSeveralEvents(t *testing.T) {
	const secret = "a-secret-of-the-test"
	token := map[string]string{"x-webhook-token": secret}
	subscribe := "hub.mode=subscribe&hub.challenge=1158&hub.verify_token="
	folder := folderWith(t, map[string]string{
		"rules.yaml": severalRules, "two.json": twoEvents, "none.json": `{"events":[]}`, "seven.json": `{"events":[{"id":"1"},7]}`, "validate.json": validate,
		"secrets.json":  `{"list":"` + secret + `","meta":{"secret":"` + secret + `","verify_token":"a-token-to-verify-with"},"zoom":"` + secret + `"}`,
		"recorded.json": httpAPIEvent(t, "list", "POST", "", twoEvents, token),
		"direct.json":   `{"source":"list","event":` + twoEvents + `}`,
		"meta.json":     httpAPIEvent(t, "meta", "GET", subscribe+"a-token-to-verify-with", "", nil),
		"zoom.json":     httpAPIEvent(t, "zoom", "POST", "", validate, signedAs(t, "zoom", severalRules, secret, validate)),
		"forged.json":   httpAPIEvent(t, "zoom", "POST", "", validate, signedAs(t, "zoom", severalRules, "another-secret-of-it", validate)),
	})
	tests := map[string]struct {
		args []string
		code int
		says []string
		not  string
	}{
		"a body":              {[]string{"--source", "list", "--body", "two.json"}, 0, []string{"event     1 of 3\nid        evt_1\n", "event     2 of 3\nid        evt_2\n", "event     3 of 3\nverified", `Deals 11 loses "Open"`, `Deals 13 loses "Open"`}, "Deals 12"},
		"recorded":            {[]string{"-e", "recorded.json", "--secrets", "secrets.json"}, 0, []string{"event     3 of 3", "verified  yes", `Deals 13 loses "Open"`}, "handshake"},
		"a direct invocation": {[]string{"-e", "direct.json"}, 0, []string{"event.stage is missing"}, " of "},
		"none":                {[]string{"--source", "list", "--body", "none.json"}, 0, []string{"none: the request has no events"}, "rules\n"},
		"one is not an event": {[]string{"--source", "list", "--body", "seven.json"}, 2, []string{"events[1]"}, "evt"},
		"a GET's handshake":   {[]string{"--source", "meta", "--query", subscribe + "x"}, 0, []string{"handshake", "answer  200 OK", "body    1158", "not checked"}, "rules\n"},
		"its token":           {[]string{"-e", "meta.json", "--secrets", "secrets.json"}, 0, []string{"body    1158", "verified  yes"}, "a-token"},
		"another token":       {[]string{"--source", "meta", "--query", subscribe + "a-guess-of-a-token", "--secrets", "secrets.json"}, 1, []string{"not verified", "verify_token"}, "1158"},
		"no handshake":        {[]string{"--source", "meta", "--query", subscribe + "x", "--method", "post"}, 2, []string{"the body: line 1, column 1: empty"}, "handshake"},
		"a hashed challenge":  {[]string{"-e", "zoom.json", "--secrets", "secrets.json"}, 0, []string{"verified  yes", `"plainToken":"qgg8vlvZRS6UYooatFL8Aw"`, `"encryptedToken":"`}, "HMAC of"},
		"without the secret":  {[]string{"--source", "zoom", "--body", "validate.json"}, 0, []string{"not checked", `"encryptedToken":"(HMAC of the challenge)"`}, "rules\n"},
		"another method":      {[]string{"--source", "desk", "--method", "FETCH"}, 2, []string{"--method FETCH: write one of GET, HEAD, POST, PUT, DELETE"}, "rules\n"},
		"a GET alone":         {[]string{"--source", "desk", "--method", "get"}, 0, []string{"handshake", "answer  200 OK", "body    ok"}, "rules\n"},
		"forged":              {[]string{"-e", "forged.json", "--secrets", "secrets.json"}, 1, []string{"not verified"}, "plainToken"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out := untag(t, folder, append([]string{"explain"}, tt.args...)...)
			if code != tt.code || strings.Contains(out, tt.not) || strings.Contains(out, secret) {
				t.Fatalf("exit %d, want %d without %q:\n%s", code, tt.code, tt.not, out)
			}
			for _, say := range tt.says {
				if !strings.Contains(out, say) {
					t.Errorf("printed, without %q:\n%s", say, out)
				}
			}
		})
	}
}

// TestExplainSeveralEventsAsJSON: each event is a line of its own.
func TestExplainSeveralEventsAsJSON(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": severalRules, "two.json": twoEvents, "none.json": `{"events":[]}`})
	code, out := untag(t, folder, "explain", "--source", "list", "--body", "two.json", "--json")
	lines := strings.Split(strings.TrimSpace(out), "\n")
	if code != 0 || len(lines) != 3 {
		t.Fatalf("exit %d, want three lines:\n%s", code, out)
	}
	for i, id := range []string{"evt_1", "evt_2", ""} {
		var got struct {
			Number, Of int
			DeliveryID string `json:"delivery_id"`
			Removals   []any
		}
		if err := json.Unmarshal([]byte(lines[i]), &got); err != nil || got.Number != i+1 || got.Of != 3 || got.DeliveryID != id || (len(got.Removals) == 0) != (i == 1) {
			t.Errorf("line %d: %v: %s", i+1, err, lines[i])
		}
	}
	if code, out := untag(t, folder, "explain", "--source", "list", "--body", "none.json", "--json"); code != 0 || out != `{"source":"list","verified":"not checked","events":[]}`+"\n" {
		t.Errorf("exit %d: %s", code, out)
	}
	code, out = untag(t, folder, "explain", "--source", "meta", "--query", "hub.mode=subscribe&hub.challenge=7&hub.verify_token=x", "--json")
	if code != 0 || !strings.Contains(out, `"handshake":{"status":200,"headers":{"content-type":"text/plain; charset=utf-8","x-content-type-options":"nosniff"},"body":"7"}`) {
		t.Errorf("exit %d: %s", code, out)
	}
}

// TestTestsOfSeveralEvents: a test expects what all events of its request remove together.
func TestTestsOfSeveralEvents(t *testing.T) {
	tests := map[string]struct {
		test string
		code int
		says []string
	}{
		"all events":           {`source: list, body: two.json, expect: {Deals: {"11": [Open], "13": [Open]}}`, 0, []string{"1 passed"}},
		"one event is missing": {`source: list, body: two.json, expect: {Deals: {"11": [Open]}}`, 1, []string{"+ removed, but not expected: Deals 13 Open (rule closed)", "event 1 of 3, evt_1\n", "event 3 of 3\n"}},
		"one too many":         {`source: list, body: two.json, expect: {Deals: {"11": [Open], "12": [Open], "13": [Open]}}`, 1, []string{"- expected, but not removed: Deals 12 Open", "event 2 of 3, evt_2\n"}},
		"recorded":             {`request: recorded.json, expect: {Deals: {"11": [Open], "13": [Open]}}`, 0, []string{"1 passed"}},
		"fires in one":         {`source: list, body: two.json, expect: {Deals: {"11": [Open], "13": [Open]}}, unmatched: [closed]`, 1, []string{"+ fires, but must not: rule closed"}},
		"an error in one":      {`source: list, body: broken.json, expect: {Deals: {"11": [Open]}}, errors: [closed]`, 0, []string{"1 passed"}},
		"no events":            {`source: list, body: none.json, expect: {}`, 0, []string{"1 passed"}},
		"no events, expected":  {`source: list, body: none.json, expect: {Deals: {"11": [Open]}}`, 1, []string{"- expected, but not removed: Deals 11 Open", "none.json has no events"}},
		"a handshake":          {`source: zoom, body: validate.json, expect: {Deals: {"11": [Open]}}`, 1, []string{"validate.json is a handshake"}},
		"a fault":              {`source: list, body: fault.json, expect: {}`, 2, []string{"fault.json", "events[1]"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := folderWith(t, map[string]string{
				"rules.yaml": severalRules, "two.json": twoEvents, "none.json": `{"events":[]}`, "validate.json": validate, "fault.json": `{"events":[{},7]}`,
				"broken.json":     `{"events":[{"stage":"Won","deal":"11"},{"stage":"Won"}]}`,
				"recorded.json":   httpAPIEvent(t, "list", "POST", "", twoEvents, nil),
				"rules_test.yaml": fmt.Sprintf("rules: rules.yaml\ntests:\n  - {name: a, %s}\n", tt.test),
			})
			code, out := untag(t, folder, "test")
			if code != tt.code {
				t.Fatalf("exit %d, want %d:\n%s", code, tt.code, out)
			}
			for _, say := range tt.says {
				if !strings.Contains(out, say) {
					t.Errorf("printed, without %q:\n%s", say, out)
				}
			}
		})
	}
}

// TestExplainASignedURL: a sender signs the address that it calls, which PUBLIC_URL names.
func TestExplainASignedURL(t *testing.T) {
	const public, body, secret = "https://hooks.example.com/untag", `{"event_id":"e-1","type":"payment.updated"}`, "a-secret-of-the-test"
	row, found := rules.LoadSender("square")
	if !found {
		t.Fatal("there is no row of Square")
	}
	signed, err := webhook.Sign(row.Source, secret, webhook.Outgoing{URL: public + "/webhooks/square?a=1", Body: []byte(body), At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	headers := make(map[string]string)
	raw := []string{"--source", "square", "--body", "body.json", "--query", "a=1"}
	for name := range signed.Header {
		headers[strings.ToLower(name)] = signed.Header.Get(name)
		raw = append(raw, "--header", name+": "+signed.Header.Get(name))
	}
	folder := folderWith(t, map[string]string{
		"rules.yaml":   "version: 1\nsources: {square: {verify: square}}\nrules: [{name: r, on: square, when: true, record: {module: Deals, id: event.deal}, remove: [x]}]\n",
		"secrets.json": `{"square":"` + secret + `"}`, "body.json": body,
		"recorded.json": httpAPIEvent(t, "square", "POST", "a=1", body, headers),
	})
	for name, args := range map[string][]string{"recorded": {"-e", "recorded.json"}, "raw": raw} {
		t.Run(name, func(t *testing.T) {
			args = append([]string{"explain", "--secrets", "secrets.json"}, args...)
			t.Setenv("PUBLIC_URL", public)
			if code, out := untag(t, folder, args...); code != 0 || !strings.Contains(out, "verified  yes") || !strings.Contains(out, "id        e-1") {
				t.Errorf("exit %d:\n%s", code, out)
			}
			t.Setenv("PUBLIC_URL", "https://other.example.com")
			if code, out := untag(t, folder, args...); code != 1 || !strings.Contains(out, "not verified") {
				t.Errorf("another address: exit %d:\n%s", code, out)
			}
			t.Setenv("PUBLIC_URL", "hooks.example.com")
			if code, out := untag(t, folder, args...); code != 2 || !strings.Contains(out, "PUBLIC_URL: not a URL") {
				t.Errorf("no address: exit %d:\n%s", code, out)
			}
		})
	}
}

// TestEventsThatAreNoList says what to write if [] is missing.
func TestEventsThatAreNoList(t *testing.T) {
	folder := folderWith(t, map[string]string{
		"rules.yaml": strings.Replace(severalRules, "events[]", "events", 1), "body.json": twoEvents, "text.json": `{"events":"x"}`,
	})
	for body, want := range map[string]string{"body.json": "`events` is a list: write [] behind `each: events`", "text.json": "`events` is not an object"} {
		if code, out := untag(t, folder, "explain", "--source", "list", "--body", body); code != 2 || !strings.Contains(out, want) {
			t.Errorf("exit %d, without %q:\n%s", code, want, out)
		}
	}
}
