package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/sender"
	"untag/internal/webhook"
)

// objectStore holds a secret and a verify_token for every source.
type objectStore struct{}

func (objectStore) WebhookSecrets(context.Context, string) ([]string, error) {
	return []string{"older-shared-secret-0", "shared-secret-of-tests"}, nil
}

func (objectStore) WebhookSecret(_ context.Context, _, name string) ([]string, error) {
	if name != "verify_token" {
		return nil, nil
	}
	return []string{"verify-token-of-tests"}, nil
}

func query(name string) sender.Place { return sender.Place{Query: name} }

func inJSON(path string) sender.Place {
	p, _ := sender.ParsePath(path)
	return sender.Place{JSON: p}
}

func signedBy(name string, handshakes ...sender.Handshake) event.Source {
	return event.Source{
		Name: name, Handshakes: handshakes,
		Verify: []event.Scheme{{Kind: "hmac", Header: "X-Signature", Algorithm: "sha256", Encoding: "hex"}},
	}
}

func echo(at sender.Place) sender.Template {
	value := "query"
	if at.JSON != nil {
		value = "json"
	}
	return sender.Template{{Value: value, Place: at}}
}

func receiverOfAll() *webhook.Receiver {
	split := signedBy("list")
	split.Events.Each, _ = sender.ParsePath("entry[].changes[]")
	split.Events.ID, _ = sender.ParsePath("id")
	root := signedBy("root")
	root.Events.Each, _ = sender.ParsePath("[]")
	form := signedBy("form")
	form.Events.Each, _ = sender.ParsePath("[]")
	form.Events.Form = "mandrill_events"
	return webhook.New(webhook.Config{Secrets: objectStore{}, Sources: []event.Source{
		split, root, form,
		signedBy("plain"),
		signedBy("meta", sender.Handshake{
			Method: "GET", When: []sender.Condition{{Place: query("hub.mode"), Is: "subscribe"}, {Place: query("hub.challenge")}},
			Secret: query("hub.verify_token"), Text: echo(query("hub.challenge")),
		}),
		signedBy("graph", sender.Handshake{When: []sender.Condition{{Place: query("validationToken")}}, Text: echo(query("validationToken"))}),
		signedBy("woo", sender.Handshake{Method: "POST", When: []sender.Condition{{Place: sender.Place{Form: "webhook_id"}}}}),
		signedBy("slack", sender.Handshake{
			Signed: true, When: []sender.Condition{{Place: inJSON("type"), Is: "url_verification"}}, Text: echo(inJSON("challenge")),
		}),
		signedBy("zoom", sender.Handshake{
			Signed: true, When: []sender.Condition{{Place: inJSON("event"), Is: "endpoint.url_validation"}},
			JSON: map[string]sender.Template{
				"plainToken":     echo(inJSON("payload.plainToken")),
				"encryptedToken": {{Value: "hmac", Place: inJSON("payload.plainToken")}},
			},
		}),
	}})
}

func hashOf(text string) string {
	mac := hmac.New(sha256.New, []byte("shared-secret-of-tests"))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func request(source, method, query, body, kind string, signed bool) webhook.Request {
	header := http.Header{"Content-Type": {kind}}
	if signed {
		header.Set("X-Signature", hashOf(body))
	}
	return webhook.Request{Source: source, Method: method, RawQuery: query, Header: header, Body: webhook.Bytes([]byte(body))}
}

func TestHandshakes(t *testing.T) {
	const jsonType, formType = "application/json", "application/x-www-form-urlencoded"
	const slack = `{"type":"url_verification","challenge":"<b>c</b>"}`
	const zoom = `{"event":"endpoint.url_validation","payload":{"plainToken":"p<1>"}}`
	const hub = "hub.mode=subscribe&hub.challenge=42&hub.verify_token="
	for name, test := range map[string]struct {
		req  webhook.Request
		want string // the answer, or the kind of the error, or "events"
	}{
		"meta":                          {request("meta", "GET", hub+"verify-token-of-tests", "", "", false), "42"},
		"meta, wrong token":             {request("meta", "GET", hub+"wrong", "", "", false), "unverified"},
		"meta, the secret as the token": {request("meta", "GET", hub+"shared-secret-of-tests", "", "", false), "unverified"},
		"meta, no token":                {request("meta", "GET", hub, "", "", false), "unverified"},
		"meta, by POST":                 {request("meta", "POST", hub+"verify-token-of-tests", "{}", jsonType, false), "unverified"},
		"meta, a signed event":          {request("meta", "POST", hub+"verify-token-of-tests", "{}", jsonType, true), "events"},
		"graph":                         {request("graph", "POST", "validationToken=a%3Cb%3E", "", "", false), "a<b>"},
		"graph, 1 KiB":                  {request("graph", "POST", "validationToken="+strings.Repeat("a", 1024), "", "", false), strings.Repeat("a", 1024)},
		"graph, over 1 KiB":             {request("graph", "POST", "validationToken="+strings.Repeat("a", 1025), "", "", false), "malformed"},
		"graph, twice":                  {request("graph", "POST", "validationToken=a&validationToken=b", "", "", false), "unverified"},
		"graph, an unsigned event":      {request("graph", "POST", "validationToken=a", `{"a":1}`, jsonType, false), "unverified"},
		"graph, a signed event":         {request("graph", "POST", "validationToken=a", `{"a":1}`, jsonType, true), "events"},
		"ping of woo":                   {request("woo", "POST", "", "webhook_id=7", formType, false), ""},
		"ping of woo with more":         {request("woo", "POST", "", "webhook_id=7&a=1", formType, false), "unverified"},
		"slack":                         {request("slack", "POST", "", slack, jsonType, true), "<b>c</b>"},
		"slack, unsigned":               {request("slack", "POST", "", slack, jsonType, false), "unverified"},
		"slack, an event":               {request("slack", "POST", "challenge=1", `{"type":"event_callback"}`, jsonType, true), "events"},
		"zoom":                          {request("zoom", "POST", "", zoom, jsonType, true), `{"encryptedToken":"` + hashOf("p<1>") + `","plainToken":"p\u003c1\u003e"}`},
		"slack, no challenge":           {request("slack", "POST", "", `{"type":"url_verification"}`, jsonType, true), "malformed"},
		"slack, an empty challenge":     {request("slack", "POST", "", `{"type":"url_verification","challenge":""}`, jsonType, true), "malformed"},
		"zoom, no challenge":            {request("zoom", "POST", "", `{"event":"endpoint.url_validation","payload":{}}`, jsonType, true), "malformed"},
		"zoom, unsigned":                {request("zoom", "POST", "", zoom, jsonType, false), "unverified"},
		"a source without a handshake":  {request("plain", "GET", hub+"verify-token-of-tests", "", "", false), "unverified"},
		"a challenge of another sender": {request("plain", "POST", "", slack, jsonType, true), "events"},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := receiverOfAll().Receive(t.Context(), test.req)
			if have := received(got, err); have != test.want {
				t.Errorf("Receive = %q, want %q", have, test.want)
			}
			if got.Reply == nil {
				return
			}
			kind := got.Reply.Header["content-type"]
			if got.Reply.Header["x-content-type-options"] != "nosniff" || got.Reply.Body != "" && kind != "text/plain; charset=utf-8" && kind != "application/json" {
				t.Errorf("headers of the answer = %v", got.Reply.Header)
			}
		})
	}
}

func received(got webhook.Received, err error) string {
	switch e, _ := err.(*webhook.Error); {
	case e != nil:
		return e.Kind.String()
	case got.Reply != nil:
		return got.Reply.Body
	}
	return "events"
}

func TestSplit(t *testing.T) {
	const jsonType = "application/json"
	many := "[" + strings.Repeat("{},", webhook.MaxEvents) + "{}]"
	for name, test := range map[string]struct {
		source, kind, body, want string
	}{
		"a path":              {"list", jsonType, `{"entry":[{"changes":[{"id":"a"},{"id":2}]},{"changes":[{}]}]}`, `{"id":"a"} a; {"id":2} 2; {} hook#3`},
		"the root":            {"root", jsonType, ` [{"a":[1]}, {"b":2}] `, `{"a":[1]} hook#1; {"b":2} hook#2`},
		"none":                {"root", jsonType, `[]`, ``},
		"a form":              {"form", "application/x-www-form-urlencoded", `mandrill_events=%5B%7B%22a%22%3A1%7D%5D`, `{"a":1} hook#1`},
		"a form without":      {"form", "application/x-www-form-urlencoded", `other=1`, "malformed"},
		"as many as possible": {"root", jsonType, many[:1] + many[4:], "1000"},
		"too many":            {"root", jsonType, many, "too large"},
		"a scalar":            {"root", jsonType, `[{}, 7]`, "malformed"},
		"a list in a list":    {"root", jsonType, `[[]]`, "malformed"},
		"an object":           {"root", jsonType, `{}`, "malformed"},
		"a member missing":    {"list", jsonType, `{"entry":[{}]}`, "malformed"},
		"broken behind":       {"root", jsonType, `[{}] x`, "malformed"},
	} {
		t.Run(name, func(t *testing.T) {
			req := request(test.source, "POST", "", test.body, test.kind, true)
			req.Header.Set("Webhook-Id", "hook")
			got, err := receiverOfAll().Receive(t.Context(), req)
			have := ""
			switch {
			case err != nil:
				have = received(got, err)
			case len(got.Deliveries) > 10:
				have = fmt.Sprint(len(got.Deliveries))
			default:
				have = describe(t, got)
			}
			if have != test.want {
				t.Errorf("Receive = %q (%v), want %q", have, err, test.want)
			}
		})
	}
}

func describe(t *testing.T, got webhook.Received) string {
	var all []string
	ids := map[string]bool{}
	for _, d := range got.Deliveries {
		if _, err := webhook.Parse(d); err != nil {
			t.Error(err)
		}
		if ids[d.ID] {
			t.Error("two events have the same id")
		}
		ids[d.ID] = true
		all = append(all, string(d.Body)+" "+d.DeliveryID)
	}
	return strings.Join(all, "; ")
}

func FuzzHandshake(f *testing.F) {
	f.Add("graph", "POST", "validationToken=a", "")
	f.Add("slack", "POST", "", `{"type":"url_verification","challenge":"a"}`)
	f.Add("zoom", "POST", "", `{"event":"endpoint.url_validation","payload":{"plainToken":"a"}}`)
	f.Add("woo", "POST", "", "webhook_id=1")
	r := receiverOfAll()
	f.Fuzz(func(t *testing.T, source, method, query, body string) {
		got, err := r.Receive(t.Context(), request(source, method, query, body, "application/json", false))
		if err == nil && got.Reply == nil || len(got.Deliveries) > 0 {
			t.Error("accepted without a proof")
		}
		if got.Reply != nil && (len(got.Reply.Body) > webhook.MaxReply || source == "slack" || source == "zoom") {
			t.Errorf("answered with %d bytes", len(got.Reply.Body))
		}
	})
}
