package handler_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"untag/functions/removetags/handler"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// TestKnownFaults has the faults that well-known programs for webhooks have had. Each is tried
// through the whole program: what must not count is refused, and no tag comes off.
func TestKnownFaults(t *testing.T) {
	const secret, body = "a-signing-secret-of-stripe", `{"id":"` + wonDeal + `","module":"Deals","Stage":"Closed Won"}`
	at := func(d time.Duration) string { return strconv.FormatInt(time.Now().Add(d).Unix(), 10) }
	sum := func(secret, text string) string {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write([]byte(text))
		return hex.EncodeToString(mac.Sum(nil))
	}
	now := at(0)
	good := "t=" + now + ",v1=" + sum(secret, now+"."+body)
	stripe := func(signature, body string, members map[string]any) map[string]any {
		r := with(post("stripe", body, map[string]string{"stripe-signature": signature}), members)
		delete(r["headers"].(map[string]string), "x-webhook-token")
		return r
	}
	encoded := base64.StdEncoding.EncodeToString([]byte(body))
	signedBase64 := "t=" + now + ",v1=" + sum(secret, now+"."+encoded)
	future := at(time.Hour)
	const all = "version: 1\nsources: {stripe: {verify: stripe}}\nrules: [{name: r, on: stripe, when: event.Stage == \"Closed Won\", record: {module: Deals, id: event.id}, remove: [In progress]}]\n"
	tests := map[string]struct {
		rules   string
		stored  []string
		request map[string]any
		status  int
	}{
		"a right signature":                       {all, []string{secret}, stripe(good, body, nil), 200},
		"no secret is stored":                     {all, nil, stripe(good, body, nil), 401},
		"no secret and no signature":              {all, nil, stripe("", body, nil), 401},
		"an empty secret":                         {all, []string{""}, stripe("t="+now+",v1="+sum("", now+"."+body), body, nil), 401},
		"an empty secret and no signature":        {all, []string{""}, stripe("", body, nil), 401},
		"an empty secret and an empty signature":  {all, []string{""}, stripe("t="+now+",v1=", body, nil), 401},
		"the right one of several v1 is first":    {all, []string{secret}, stripe(good+",v1="+sum("another secret", "x"), body, nil), 200},
		"the right one of several v1 is last":     {all, []string{secret}, stripe("t="+now+",v1="+sum("another secret", "x")+","+strings.TrimPrefix(good, "t="+now+","), body, nil), 200},
		"a time far in the future":                {all, []string{secret}, stripe("t="+future+",v1="+sum(secret, future+"."+body), body, nil), 401},
		"a time in the past":                      {all, []string{secret}, stripe("t=1700000000,v1="+sum(secret, "1700000000."+body), body, nil), 401},
		"the signature is of the decoded body":    {all, []string{secret}, stripe(good, encoded, map[string]any{"isBase64Encoded": true}), 200},
		"and not of the base64":                   {all, []string{secret}, stripe(signedBase64, encoded, map[string]any{"isBase64Encoded": true}), 401},
		"a body over 1 MiB":                       {all, []string{secret}, stripe(good, strings.Repeat("x", 1<<20+1), nil), 413},
		"a missing field is not unequal":          {strings.Replace(all, `event.Stage == "Closed Won"`, `event.stage != "Lost"`, 1), []string{secret}, stripe(good, body, nil), 200},
		"a missing field is not smaller":          {strings.Replace(all, `event.Stage == "Closed Won"`, `event.Amount < 100`, 1), []string{secret}, stripe(good, body, nil), 200},
		"what is not known is not refuted by not": {strings.Replace(all, `event.Stage == "Closed Won"`, `not (event.stage == "Lost")`, 1), []string{secret}, stripe(good, body, nil), 200},
		"a missing list does not lack an element": {strings.Replace(all, `event.Stage == "Closed Won"`, `'"x" not in event.list'`, 1), []string{secret}, stripe(good, body, nil), 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set, faults := rules.Load([]byte(tt.rules))
			if set == nil {
				t.Fatal(faults)
			}
			l := newLine(t, rulesOf(set, tt.stored))
			var got response
			l.invoke(t, tt.request, &got)
			came := strings.Contains(l.log.String(), "removed=1")
			if want := tt.status == 200 && tt.rules == all; got.StatusCode != tt.status || came != want {
				t.Errorf("answer %d %s, want %d; a tag came off: %t, want %t\n%s", got.StatusCode, got.Body, tt.status, came, want, l.log)
			}
			for _, hush := range []string{secret, sum(secret, now+"."+body), wonDeal, "Closed Won"} {
				if tt.status != 200 && strings.Contains(l.log.String()+got.Body, hush) || strings.Contains(l.log.String(), sum(secret, now+"."+body)) {
					t.Errorf("%q is in the log or the answer: %s %s", hush, l.log, got.Body)
				}
			}
		})
	}
}

func rulesOf(set *rules.Rules, stored []string) option {
	return func(l *line, c *handler.Config) {
		c.Rules = set
		c.Receiver = webhook.New(webhook.Config{Sources: set.Sources(), Secrets: secretsOf{set.Sources()[0].Name: stored}})
		c.Pipeline = pipeline.New(pipeline.Config{Rules: set, CRM: l.client})
	}
}

// TestKnownFaultsOfRules: a file with a misspelt key is refused as a whole, at every level. A key
// that is passed over would leave a source or a rule unguarded.
func TestKnownFaultsOfRules(t *testing.T) {
	const good = `
version: 1
sources:
  s:
    verify:
      hmac: {hash: sha256, encoding: hex, secret: base64, strip: x_}
      signature: {header: X-Sig, list: ",", key: v1}
      timestamp: {header: X-Sig, list: ",", key: t, unit: s, tolerance: 5m}
      signed: "{timestamp}.{body}"
    id: header X-Id
    events: {each: "[]", id: id}
    answer: {body: brief}
rules:
  - name: r
    on: s
    when: event.a == 1
    record: {module: Deals, id: event.id}
    where: record.Stage == "Won"
    remove: [x]
`
	if set, faults := rules.Load([]byte(good)); set == nil {
		t.Fatal(faults)
	}
	for _, key := range []string{
		"version", "sources", "verify", "hmac", "hash", "encoding", "secret", "strip", "signature", "header", "list", "key", "timestamp", "unit", "tolerance", "signed",
		"events", "each", "answer", "body", "rules", "name", "on", "when", "record", "module", "where", "remove",
	} {
		for _, other := range []string{key + "s", strings.ToUpper(key[:1]) + key[1:], key[:len(key)-1]} {
			text := strings.Replace(good, key+":", other+":", 1)
			if set, _ := rules.Load([]byte(text)); set != nil || text == good {
				t.Errorf("Load accepts %q in place of %q", other, key)
			}
		}
	}
}

// TestKnownFaultsOfURLs: the query is part of a URL that is signed, in each kind of envelope, and
// one that was left out or changed refutes the signature.
func TestKnownFaultsOfURLs(t *testing.T) {
	set, faults := rules.Load([]byte("version: 1\nsources: {square: {verify: square}}\nrules: [{name: r, on: square, when: event.nothing, record: {module: Deals, id: event.id}, remove: [x]}]\n"))
	if set == nil {
		t.Fatal(faults)
	}
	source, _ := set.Source("square")
	for signed, status := range map[string]int{
		"https://hooks.example.com/webhooks/square?a=%2F&a=1&b=": 200, "https://hooks.example.com/webhooks/square": 401,
		"https://hooks.example.com/webhooks/square?a=/&a=1&b=": 401, "https://hooks.example.com/webhooks/square?a=%2F": 401,
	} {
		out, err := webhook.Sign(source, keptSecret, webhook.Outgoing{URL: signed, Body: []byte(`{}`), At: time.Now()})
		if err != nil {
			t.Fatal(err)
		}
		l := newLine(t, rulesOf(set, []string{keptSecret}), func(_ *line, c *handler.Config) { c.PublicURL = "https://hooks.example.com///" })
		request := with(post("square", "{}", nil), map[string]any{"rawQueryString": "a=%2F&a=1&b="})
		for name := range out.Header {
			request["headers"].(map[string]string)[http.CanonicalHeaderKey(name)] = out.Header.Get(name)
		}
		var got response
		l.invoke(t, request, &got)
		if got.StatusCode != status {
			t.Errorf("signed %s: %s", signed, fmt.Sprint(got, l.log))
		}
	}
}
