package handler_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// TestSignedURLs: what a sender signs is the URL that it calls, whatever stands in front of the
// function.
func TestSignedURLs(t *testing.T) {
	const (
		gateway = "https://abc.execute-api.eu-central-1.amazonaws.com/prod/webhooks/square"
		public  = "https://hooks.example.com/untag"
		domain  = "abc.execute-api.eu-central-1.amazonaws.com"
	)
	v2 := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RawPath: "/prod/webhooks/square", RawQueryString: "a=%2F&b=1+2",
		RequestContext: events.APIGatewayV2HTTPRequestContext{Stage: "prod", DomainName: domain, HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST"}},
	}
	v1 := events.APIGatewayProxyRequest{
		Path: "/webhooks/square", HTTPMethod: "POST", MultiValueQueryStringParameters: map[string][]string{"a": {"1"}},
		RequestContext: events.APIGatewayProxyRequestContext{Stage: "prod", Path: "/prod/webhooks/square", DomainName: domain},
	}
	alb := events.ALBTargetGroupRequest{
		Path: "/webhooks/square", HTTPMethod: "POST", QueryStringParameters: map[string]string{"a": "b"},
		RequestContext: events.ALBTargetGroupRequestContext{ELB: events.ELBContext{TargetGroupArn: "arn:aws:elasticloadbalancing:x"}},
	}
	local := v2
	local.RawPath, local.RawQueryString, local.RequestContext.DomainName, local.RequestContext.Stage = "/webhooks/square", "", "127.0.0.1:8080", "$default"
	tests := map[string]struct {
		envelope       any
		public, source string
		signed         string
		status         int
	}{
		"an HTTP API":               {v2, "", "", gateway + "?a=%2F&b=1+2", 200},
		"another query":             {v2, "", "", gateway + "?a=%2F&b=1+3", 401},
		"without the query":         {v2, "", "", gateway, 401},
		"a REST API":                {v1, "", "", gateway + "?a=1", 200},
		"a load balancer":           {alb, "", "", "https://hooks.example.com/webhooks/square?a=b", 401},
		"one with a public URL":     {alb, public, "", public + "/webhooks/square?a=b", 200},
		"a public URL":              {v2, public + "/", "", public + "/webhooks/square?a=%2F&b=1+2", 200},
		"not the public one":        {v2, public, "", gateway + "?a=%2F&b=1+2", 401},
		"the source's own":          {v2, public, "url: https://own.example.com/x, ", "https://own.example.com/x?a=%2F&b=1+2", 200},
		"its own with a query":      {v2, "", "url: \"https://own.example.com/x?q=1\", ", "https://own.example.com/x?q=1", 200},
		"untag run":                 {local, "", "", "http://127.0.0.1:8080/webhooks/square", 200},
		"untag run behind a tunnel": {local, public, "", public + "/webhooks/square", 200},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set, faults := rules.Load([]byte("version: 1\nsources: {square: {" + tt.source + "verify: square}}\nrules: [{name: r, on: square, when: event.nothing, record: {module: Deals, id: event.id}, remove: [x]}]\n"))
			if set == nil {
				t.Fatal(faults)
			}
			source, _ := set.Source("square")
			bare := source
			bare.URL = "" // what the sender signs does not depend on what untag was told
			out, err := webhook.Sign(bare, keptSecret, webhook.Outgoing{URL: tt.signed, Body: []byte(`{"event_id":"7"}`), At: time.Now()})
			if err != nil {
				t.Fatal(err)
			}
			h := handler.New(handler.Config{
				Rules: set, Receiver: webhook.New(webhook.Config{Sources: set.Sources(), Secrets: kept{}}), PublicURL: tt.public,
				Queue: new(fakeQueue),
			})
			answer, err := h.Invoke(t.Context(), enveloped(t, tt.envelope, out.Header, string(out.Body)))
			if err != nil {
				t.Fatal(err)
			}
			var a struct {
				StatusCode int    `json:"statusCode"`
				Body       string `json:"body"`
			}
			if err := json.Unmarshal(answer, &a); err != nil {
				t.Fatal(err)
			}
			if tt.status == 200 && a.StatusCode != 202 || tt.status == 401 && a.StatusCode != 401 {
				t.Errorf("answer = %+v, want %d", a, tt.status)
			}
		})
	}
}

// enveloped returns an envelope with headers and a body.
func enveloped(t *testing.T, envelope any, header http.Header, body string) []byte {
	t.Helper()
	headers := map[string]string{"content-type": "application/json"}
	for name := range header {
		headers[strings.ToLower(name)] = header.Get(name)
	}
	switch e := envelope.(type) {
	case events.APIGatewayV2HTTPRequest:
		e.Headers, e.Body = headers, body
		envelope = e
	case events.APIGatewayProxyRequest:
		e.Headers, e.Body = headers, body
		envelope = e
	case events.ALBTargetGroupRequest:
		e.Headers, e.Body = headers, body
		envelope = e
	}
	payload, err := json.Marshal(envelope)
	if err != nil {
		t.Fatal(err)
	}
	return payload
}

func TestPublicURL(t *testing.T) {
	for value, want := range map[string]string{
		"":                                          "",
		"https://hooks.example.com":                 "",
		"https://hooks.example.com:8443/prod":       "",
		"hooks.example.com":                         "not a URL",
		"ftp://hooks.example.com":                   "not a URL",
		"https://":                                  "not a URL",
		"https://me:pass@hooks.example.com":         "has a user",
		"https://hooks.example.com?x=1":             "has a user, a query",
		"https://hooks.example.com/webhooks":        "names /webhooks",
		"https://hooks.example.com/webhooks/stripe": "names /webhooks",
	} {
		if err := handler.CheckPublicURL(value); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("CheckPublicURL(%q) = %v, want %q", value, err, want)
		}
	}
}
