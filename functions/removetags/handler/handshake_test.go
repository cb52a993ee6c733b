package handler_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// kept holds the secret of every source, and its verify_token.
type kept struct{}

const (
	keptSecret      = "d2hzZWNfMDEyMzQ1Njc4OWFiY2RlZg=="
	keptVerifyToken = "a-token-to-verify-with"
)

func (kept) WebhookSecrets(context.Context, string) ([]string, error) {
	return []string{keptSecret}, nil
}

func (kept) WebhookSecret(_ context.Context, _, name string) ([]string, error) {
	return map[string][]string{"secret": {keptSecret}, "verify_token": {keptVerifyToken}}[name], nil
}

// TestHandshakesOfSenders: what a sender asks to confirm the URL is answered, if it is signed
// where the sender signs it, and by the sources of that sender alone.
func TestHandshakesOfSenders(t *testing.T) {
	set, faults := rules.Load([]byte(`version: 1
sources: {slack: {verify: slack}, zoom: {verify: zoom}, front: {verify: front}, meta: {verify: meta}, stripe: {verify: stripe}, graph: {verify: graph}, ringcentral: {verify: ringcentral}, woocommerce: {verify: woocommerce}, asana: {verify: asana}, own: {verify: token, handshake: {when: {query: challenge}, text: "{query challenge}"}}}
rules: [{name: r, on: [slack, zoom, front, meta, stripe, graph, ringcentral, woocommerce, asana, own], when: true, record: {module: Deals, id: event.id}, remove: [x]}]
`))
	if set == nil {
		t.Fatal(faults)
	}
	h := handler.New(handler.Config{Rules: set, Receiver: webhook.New(webhook.Config{Sources: set.Sources(), Secrets: kept{}})})
	mac := hmac.New(sha256.New, []byte(keptSecret))
	mac.Write([]byte("qgg8vlvZRS6UYooatFL8Aw"))
	hashed := hex.EncodeToString(mac.Sum(nil))
	const zoom = `{"event":"endpoint.url_validation","payload":{"plainToken":"qgg8vlvZRS6UYooatFL8Aw"},"event_ts":1654503849680}`
	const subscribe = "hub.mode=subscribe&hub.challenge=1158201444&hub.verify_token="
	long := strings.Repeat("x", 2000)
	tests := map[string]struct {
		source, method, query, body string
		header                      map[string]string
		signed                      bool
		status                      int
		contentType, answer         string
		echoed                      string // a header of the request that the answer repeats
	}{
		"Slack":                       {source: "slack", body: `{"type":"url_verification","challenge":"3eZbrw1a","token":"x"}`, signed: true, status: 200, contentType: "text/plain; charset=utf-8", answer: "3eZbrw1a"},
		"Slack, unsigned":             {source: "slack", body: `{"type":"url_verification","challenge":"3eZbrw1a"}`, status: 401, answer: "unauthorized"},
		"Slack's challenge to others": {source: "stripe", body: `{"type":"url_verification","challenge":"3eZbrw1a"}`, signed: true, status: 503, answer: "ZOHO_SECRET_ID"},
		"Slack, a long challenge":     {source: "slack", body: `{"type":"url_verification","challenge":"` + long + `"}`, signed: true, status: 400, answer: "over 1 KiB"},
		"Zoom":                        {source: "zoom", body: zoom, signed: true, status: 200, contentType: "application/json", answer: `{"encryptedToken":"` + hashed + `","plainToken":"qgg8vlvZRS6UYooatFL8Aw"}`},
		"Zoom, unsigned":              {source: "zoom", body: zoom, status: 401, answer: "unauthorized"},
		"Front":                       {source: "front", body: `{}`, header: map[string]string{"x-front-challenge": "abc"}, signed: true, status: 200, contentType: "text/plain; charset=utf-8", answer: "abc"},
		"Meta":                        {source: "meta", method: "GET", query: subscribe + keptVerifyToken, status: 200, contentType: "text/plain; charset=utf-8", answer: "1158201444"},
		"Meta, another token":         {source: "meta", method: "GET", query: subscribe + "a-guess-of-a-token", status: 401, answer: "unauthorized"},
		"Meta, the secret":            {source: "meta", method: "GET", query: subscribe + strings.ReplaceAll(keptSecret, "=", "%3D"), status: 401, answer: "unauthorized"},
		"Meta, no token":              {source: "meta", method: "GET", query: "hub.mode=subscribe&hub.challenge=1", status: 401, answer: "unauthorized"},
		"Meta, posted":                {source: "meta", query: subscribe + keptVerifyToken, body: `{"entry":[]}`, status: 401, answer: "unauthorized"},
		"a source's own":              {source: "own", method: "GET", query: "challenge=<b>", status: 200, contentType: "text/plain; charset=utf-8", answer: "<b>"},
		"Graph":                       {source: "graph", query: "validationToken=Validation%3A+Testing", status: 200, contentType: "text/plain; charset=utf-8", answer: "Validation: Testing"},
		"Graph, HTML":                 {source: "graph", query: "validationToken=%3Cscript%3E", status: 200, contentType: "text/plain; charset=utf-8", answer: "<script>"},
		"Graph, too long":             {source: "graph", query: "validationToken=" + long, status: 400, answer: "over 1 KiB"},
		"Graph, in an event":          {source: "graph", query: "validationToken=x", body: `{"value":[{"clientState":"guess"}]}`, status: 401, answer: "unauthorized"},
		"RingCentral":                 {source: "ringcentral", header: map[string]string{"validation-token": "v-1"}, status: 200, echoed: "validation-token"},
		"RingCentral, in an event":    {source: "ringcentral", header: map[string]string{"validation-token": "v-1"}, body: `{"event":"x"}`, status: 401, answer: "unauthorized"},
		"WooCommerce's ping":          {source: "woocommerce", header: map[string]string{"content-type": "application/x-www-form-urlencoded"}, body: "webhook_id=7", status: 200, contentType: "text/plain; charset=utf-8", answer: "ok"},
		"more than a ping":            {source: "woocommerce", header: map[string]string{"content-type": "application/x-www-form-urlencoded"}, body: "webhook_id=7&id=8", status: 401, answer: "unauthorized"},
		"Asana, later":                {source: "asana", header: map[string]string{"x-hook-secret": "another-secret"}, status: 200, echoed: "x-hook-secret"},
		"Asana, in an event":          {source: "asana", header: map[string]string{"x-hook-secret": "another-secret"}, body: `{"events":[]}`, status: 401, answer: "unauthorized"},
		"an event is no handshake":    {source: "own", query: "challenge=1", body: `{"id":"1"}`, status: 401, answer: "unauthorized"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			headers := map[string]string{"content-type": "application/json"}
			for name, value := range tt.header {
				headers[name] = value
			}
			now := time.Now()
			if tt.signed {
				source, _ := set.Source(tt.source)
				signed, err := webhook.Sign(source, keptSecret, webhook.Outgoing{ID: "d", At: now, Body: []byte(tt.body)})
				if err != nil {
					t.Fatal(err)
				}
				for name := range signed.Header {
					headers[strings.ToLower(name)] = signed.Header.Get(name)
				}
			}
			method := tt.method
			if method == "" {
				method = http.MethodPost
			}
			payload, err := json.Marshal(events.APIGatewayV2HTTPRequest{
				Version: "2.0", RawPath: "/webhooks/" + tt.source, RawQueryString: tt.query, Headers: headers, Body: tt.body,
				RequestContext: events.APIGatewayV2HTTPRequestContext{TimeEpoch: now.UnixMilli(), HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: method}},
			})
			if err != nil {
				t.Fatal(err)
			}
			out, err := h.Invoke(t.Context(), payload)
			if err != nil {
				t.Fatal(err)
			}
			var a events.APIGatewayV2HTTPResponse
			if err := json.Unmarshal(out, &a); err != nil {
				t.Fatal(err)
			}
			if tt.echoed != "" && a.Headers[tt.echoed] != tt.header[tt.echoed] {
				t.Errorf("the answer's headers are %v, want %s: %s", a.Headers, tt.echoed, tt.header[tt.echoed])
			}
			if tt.status == 200 && (a.Body != tt.answer || a.Headers["content-type"] != tt.contentType || a.Headers["x-content-type-options"] != "nosniff") {
				t.Errorf("answered %q with %v, want %q as %s and nosniff", a.Body, a.Headers, tt.answer, tt.contentType)
			}
			if a.StatusCode != tt.status || !strings.Contains(a.Body, tt.answer) || len(a.Body) > 1<<10 {
				t.Errorf("answered %d %s, want %d %s", a.StatusCode, fmt.Sprintf("%.200s", a.Body), tt.status, tt.answer)
			}
		})
	}
}

// nothingKept has no secret of any source.
type nothingKept struct{}

func (nothingKept) WebhookSecrets(context.Context, string) ([]string, error) { return nil, nil }

// TestFirstSecret: a secret that a sender itself brings is shown to the operator, but only for
// a source that has none; it is never used by itself.
func TestFirstSecret(t *testing.T) {
	const brought = "b7a1c2d3e4f5a6b7c8d9"
	set, faults := rules.Load([]byte(`version: 1
sources: {asana: {verify: asana}, notion: {verify: notion}, zoho-mail: {verify: zoho-mail}}
rules: [{name: r, on: [asana, notion, zoho-mail], when: true, record: {module: Deals, id: event.id}, remove: [x]}]
`))
	if set == nil {
		t.Fatal(faults)
	}
	hook := map[string]string{"x-hook-secret": brought}
	for name, tt := range map[string]struct {
		source, body string
		header       map[string]string
	}{
		"Asana":     {"asana", "", hook},
		"Notion":    {"notion", `{"verification_token":"` + brought + `"}`, nil},
		"Zoho Mail": {"zoho-mail", `{"summary":"a test"}`, hook},
	} {
		t.Run(name, func(t *testing.T) {
			for stored, secrets := range map[string]interface {
				WebhookSecrets(context.Context, string) ([]string, error)
			}{"a secret": kept{}, "no secret": nothingKept{}} {
				var log bytes.Buffer
				h := handler.New(handler.Config{
					Rules: set, Receiver: webhook.New(webhook.Config{Sources: set.Sources(), Secrets: secrets}), Queue: new(fakeQueue), Log: slog.New(slog.NewJSONHandler(&log, nil)),
				})
				post := func(header map[string]string, body string) int {
					payload, _ := json.Marshal(events.APIGatewayV2HTTPRequest{
						Version: "2.0", RawPath: "/webhooks/" + tt.source, Headers: header, Body: body,
						RequestContext: events.APIGatewayV2HTTPRequestContext{HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST"}},
					})
					out, err := h.Invoke(t.Context(), payload)
					if err != nil {
						t.Fatal(err)
					}
					var a events.APIGatewayV2HTTPResponse
					if err := json.Unmarshal(out, &a); err != nil {
						t.Fatal(err)
					}
					return a.StatusCode
				}
				status := post(tt.header, tt.body)
				if shown := strings.Contains(log.String(), brought); shown != (stored == "no secret") || shown && status != 200 {
					t.Errorf("with %s stored: status %d, log %s", stored, status, log.String())
				}
				source, _ := set.Source(tt.source)
				signed, err := webhook.Sign(source, brought, webhook.Outgoing{At: time.Now(), Body: []byte(`{"events":[]}`)})
				if err != nil {
					t.Fatal(err)
				}
				headers := map[string]string{}
				for name := range signed.Header {
					headers[strings.ToLower(name)] = signed.Header.Get(name)
				}
				if status := post(headers, `{"events":[]}`); status != 401 {
					t.Errorf("with %s stored: an event signed with what was brought: status %d", stored, status)
				}
			}
		})
	}
}
