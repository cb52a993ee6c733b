package handler_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
)

func TestMethodsAndPaths(t *testing.T) {
	tests := map[string]struct {
		method, path, stage string
		status              int
	}{
		"post":                  {"POST", "/webhooks/zoho", "$default", 200},
		"put":                   {"PUT", "/webhooks/zoho", "$default", 200},
		"get":                   {"GET", "/webhooks/zoho", "$default", 200},
		"delete":                {"DELETE", "/webhooks/zoho", "$default", 200},
		"head":                  {"HEAD", "/webhooks/zoho", "$default", 200},
		"patch":                 {"PATCH", "/webhooks/zoho", "$default", 405},
		"options":               {"OPTIONS", "/webhooks/zoho", "$default", 405},
		"in lower case":         {"post", "/webhooks/zoho", "$default", 405},
		"head to nobody":        {"HEAD", "/webhooks/nobody", "$default", 404},
		"patch to nobody":       {"PATCH", "/webhooks/nobody", "$default", 404},
		"delete to nobody":      {"DELETE", "/webhooks/nobody", "$default", 404},
		"head to no path":       {"HEAD", "/nothing", "$default", 404},
		"health by head":        {"HEAD", "/health", "$default", 200},
		"with its stage":        {"POST", "/prod/webhooks/zoho", "prod", 200},
		"behind a base path":    {"POST", "/api/webhooks/zoho", "$default", 200},
		"a stage called so":     {"POST", "/webhooks/webhooks/zoho", "webhooks", 200},
		"no source":             {"POST", "/webhooks", "$default", 404},
		"deeper":                {"POST", "/a/b/webhooks/zoho", "$default", 404},
		"something else":        {"POST", "/", "$default", 404},
		"health":                {"GET", "/health", "$default", 200},
		"health with its stage": {"GET", "/prod/health", "prod", 200},
		"health by post":        {"POST", "/health", "$default", 405},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			request := post("zoho", closed(wonDeal), nil)
			request["rawPath"] = tt.path
			request["requestContext"] = map[string]any{"stage": tt.stage, "http": map[string]any{"method": tt.method, "path": tt.path}}
			var got response
			l.invoke(t, request, &got)
			if got.StatusCode != tt.status {
				t.Errorf("%s %s = %d, want %d: %s", tt.method, tt.path, got.StatusCode, tt.status, got.Body)
			}
			if tt.method == "HEAD" && (got.Body != "" || len(l.crm.Journal()) > 0) {
				t.Errorf("HEAD %s has the body %s after %d removals, want nothing", tt.path, got.Body, len(l.crm.Journal()))
			}
			if allow := got.Headers["allow"]; (allow != "") != (tt.status == 405) || tt.status == 405 && !strings.Contains(got.Body, allow) {
				t.Errorf("%s %s allows %q and says %s", tt.method, tt.path, allow, got.Body)
			}
		})
	}
}

// TestHead: a sender that checks whether the URL exists proves nothing, and learns nothing
// else.
func TestHead(t *testing.T) {
	for name, source := range map[string]string{"a token": "zoho", "a signature": "signed", "aws": "bus"} {
		t.Run(name, func(t *testing.T) {
			q := &fakeQueue{}
			l := newLine(t, func(_ *line, c *handler.Config) { c.Queue = q })
			request := post(source, "{ not JSON", map[string]string{"x-webhook-token": "wrong"})
			request["requestContext"].(map[string]any)["http"].(map[string]any)["method"] = "HEAD"
			var got response
			l.invoke(t, request, &got)
			if diff := cmp.Diff(response{StatusCode: 200, Headers: map[string]string{}}, got); diff != "" || len(q.got) > 0 || l.log.Len() > 0 {
				t.Errorf("answer: -want +got\n%s; %d stored, log %s", diff, len(q.got), l.log)
			}
		})
	}
}

// TestDelete: it is treated as POST is, with a body or with a query.
func TestDelete(t *testing.T) {
	asked := map[string]string{"module": "Deals", "id": wonDeal, "Stage": "Closed Won"}
	for name, tt := range map[string]struct {
		token, body string
		query       map[string]string
		status      int
	}{
		"by its body":   {token, closed(wonDeal), nil, 200},
		"by its query":  {token, "", asked, 200},
		"a wrong token": {"wrong", closed(wonDeal), nil, 401},
		"malformed":     {token, "{", nil, 400},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			var got response
			l.invoke(t, map[string]any{
				"httpMethod": "DELETE", "path": "/webhooks/zoho", "headers": map[string]string{"X-Webhook-Token": tt.token},
				"body": tt.body, "queryStringParameters": tt.query, "requestContext": map[string]any{"stage": "prod"},
			}, &got)
			if got.StatusCode != tt.status || len(l.crm.Journal()) > 0 != (tt.status == 200) {
				t.Errorf("answer %+v after %d removals, want %d", got, len(l.crm.Journal()), tt.status)
			}
		})
	}
}
