package handler_test

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestPartsOfAnotherType: no gateway writes them, and untag does not act on a payload that it
// only half understands.
func TestPartsOfAnotherType(t *testing.T) {
	v2 := func(member string, value any) map[string]any {
		return with(post("zoho", closed(wonDeal), nil), map[string]any{member: value})
	}
	v1 := func(member string, value any) map[string]any {
		return with(map[string]any{
			"httpMethod": "POST", "path": "/webhooks/zoho", "headers": map[string]string{"x-webhook-token": token},
			"body": closed(wonDeal), "requestContext": map[string]any{"stage": "prod"},
		}, map[string]any{member: value})
	}
	for name, payload := range map[string]map[string]any{
		"an object as the body":       v2("body", map[string]any{"module": "Deals"}),
		"a number as the body":        v1("body", 1),
		"a text for base64":           v2("isBase64Encoded", "false"),
		"a number for base64":         v1("isBase64Encoded", 0),
		"a list of headers":           v2("headers", []string{"x-webhook-token", token}),
		"a header that is a number":   v2("headers", map[string]any{"x-webhook-token": token, "x": 1}),
		"a header that is an object":  v1("multiValueHeaders", map[string]any{"x-webhook-token": []any{token}, "x": []any{map[string]any{}}}),
		"a number as the path":        v2("rawPath", 1),
		"a number as the query":       v2("rawQueryString", 1),
		"a text as the query":         v1("queryStringParameters", "a=b"),
		"a list as the stage":         v1("requestContext", map[string]any{"stage": []any{}}),
		"a text as the time":          v2("requestContext", map[string]any{"timeEpoch": "now", "http": map[string]any{"method": "POST"}}),
		"a text about the connection": v2("requestContext", map[string]any{"http": "POST"}),
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			text, err := json.Marshal(payload)
			if err != nil {
				t.Fatal(err)
			}
			answer, err := l.Invoke(t.Context(), text)
			if err == nil || !strings.Contains(err.Error(), "unknown kind") || len(l.crm.Journal()) > 0 {
				t.Errorf("Invoke = %s, %v with %d removals, want an error", answer, err, len(l.crm.Journal()))
			}
			if strings.Count(l.log.String(), "\n") != 1 || l.log.Len() > maxRefused {
				t.Errorf("the log has more than a short line: %s", l.log)
			}
		})
	}
}

// TestPartsThatAreNull: gateways write null for what a request does not have.
func TestPartsThatAreNull(t *testing.T) {
	for name, payload := range map[string]string{
		"payload 2.0": `{"version":"2.0","rawPath":"/webhooks/web","rawQueryString":"key=` + token + `","headers":null,"body":null,"isBase64Encoded":null,
			"requestContext":{"stage":null,"timeEpoch":null,"http":{"method":"GET"}}}`,
		"payload 1.0": `{"httpMethod":"GET","path":"/webhooks/web","queryStringParameters":{"key":"` + token + `"},"multiValueQueryStringParameters":null,
			"headers":null,"multiValueHeaders":null,"body":null,"requestContext":{"stage":null,"identity":null,"authorizer":null}}`,
		"load balancer": `{"httpMethod":"GET","path":"/webhooks/web","queryStringParameters":{"key":"` + token + `","x":null},"headers":{"x":null},"body":null,
			"requestContext":{"elb":{}}}`,
	} {
		t.Run(name, func(t *testing.T) {
			answer, err := newLine(t).Invoke(t.Context(), []byte(payload))
			if err != nil || !strings.Contains(string(answer), `"statusCode":200`) || !strings.Contains(string(answer), "nothing") {
				t.Errorf("Invoke = %s, %v, want 200 with nothing to do", answer, err)
			}
		})
	}
}
