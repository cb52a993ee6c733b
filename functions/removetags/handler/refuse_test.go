package handler_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"maps"
	"net/url"
	"strings"
	"testing"
	"unicode"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// maxRefused is how much an unverified request may write to the log, in bytes.
const maxRefused = 512

// refusing returns a line whose log is the same as in AWS, and a source with the longest
// name that is allowed.
func refusing(t *testing.T, secrets error) *line {
	name := strings.Repeat("s", 64)
	set, faults := rules.Load([]byte(strings.Replace(testRules, "web:", name+": {verify: [token, github], header: X-"+strings.Repeat("Long-", 500)+"}\n  web:", 1)))
	if set == nil {
		t.Fatal(faults)
	}
	return newLine(t, func(l *line, c *handler.Config) {
		stored := secretsOf{"zoho": {token}, name: {token}, "signed": {token}}
		c.Rules, c.Receiver = set, webhook.New(webhook.Config{Sources: set.Sources(), Secrets: stored})
		if secrets != nil {
			c.Receiver = webhook.New(webhook.Config{Sources: set.Sources(), Secrets: unreadable{secrets}})
		}
		c.Log = slog.New(slog.NewJSONHandler(l.log, &slog.HandlerOptions{ReplaceAttr: lambdacontext.ReplaceAttr})).
			With("requestId", "8f6b2b1a-3c1e-4a51-9b3c-7a4d6c1e2f3a")
	})
}

// at returns a request with a wrong token, to this path with this method.
func at(method, path string) map[string]any {
	request := post("zoho", closed(wonDeal), map[string]string{"x-webhook-token": "wrong"})
	request["rawPath"] = path
	request["requestContext"] = map[string]any{"stage": "$default", "http": map[string]any{"method": method, "path": path}}
	return request
}

// with replaces members of a request.
func with(request, members map[string]any) map[string]any {
	maps.Copy(request, members)
	return request
}

// TestWhatARefusalLogs: one short line for any request, with nothing of the request in it.
func TestWhatARefusalLogs(t *testing.T) {
	const hush = "hush-hush-hush"
	long := strings.Repeat("s", 64)
	odd := "\u0007\u001b[2J\u009b31m\u202e\u2028\u0000" + hush
	tests := map[string]struct {
		request map[string]any
		status  int
		says    string
	}{
		"a wrong token":              {at("POST", "/webhooks/zoho"), 401, `"source":"zoho"`},
		"a token in the path":        {at("POST", "/webhooks/"+hush), 404, "a name of 14 characters"},
		"a token behind the source":  {at("POST", "/webhooks/zoho/"+hush), 404, "send to /webhooks/{source}"},
		"a query in the path":        {at("POST", "/webhooks/zoho%3Ftoken="+hush), 404, "close to `zoho`, with more behind it"},
		"a query without its mark":   {at("POST", "/webhooks/zoho&token="+hush), 404, "close to `zoho`"},
		"a typing mistake":           {at("POST", "/webhooks/zhoo"), 404, "close to `zoho`"},
		"another case":               {at("POST", "/webhooks/ZOHO"), 404, "a name of 4 characters"},
		"a name without end":         {at("POST", "/webhooks/"+strings.Repeat(hush, 10_000)), 404, "a name of 140000 characters"},
		"segments without end":       {at("POST", strings.Repeat("/"+hush, 10_000)), 404, "not found"},
		"controls in the path":       {at("POST", "/webhooks/"+url.PathEscape(odd)), 404, "no such source"},
		"controls as they are":       {at("POST", "/webhooks/"+odd), 404, "no such source"},
		"broken UTF-8 in the path":   {at("POST", "/webhooks/%ff%fe%9b"), 404, "a name of 3 characters"},
		"a token as the stage":       {at("POST", "/"+hush+"/nothing"), 404, "not found"},
		"no path":                    {at("POST", ""), 404, "not found"},
		"another method":             {at("PATCH", "/webhooks/zoho"), 405, `"source":"zoho"`},
		"a method without end":       {at(strings.Repeat(hush, 10_000), "/webhooks/zoho"), 405, "use GET, HEAD, POST, PUT, DELETE"},
		"a method with controls":     {at(odd, "/health"), 405, "use GET, HEAD"},
		"no method":                  {at("", "/webhooks/zoho"), 405, "method not allowed"},
		"a HEAD to nobody":           {at("HEAD", "/webhooks/"+hush), 404, "no such source"},
		"too large":                  {with(at("POST", "/webhooks/zoho"), map[string]any{"body": strings.Repeat(hush, 100_000)}), 413, "over 1 MiB"},
		"no base64":                  {with(at("POST", "/webhooks/bus"), map[string]any{"body": hush + "!", "isBase64Encoded": true, "requestContext": map[string]any{"http": map[string]any{"method": "POST"}, "authorizer": map[string]any{"lambda": nil}}}), 400, "base64"},
		"reasons without end":        {with(at("POST", "/webhooks/"+long), map[string]any{"headers": map[string]any{"x-hub-signature-256": odd}}), 401, long},
		"a token with controls":      {with(at("POST", "/webhooks/zoho"), map[string]any{"headers": map[string]any{"x-webhook-token": odd}}), 401, "zoho"},
		"a signature with controls":  {with(at("POST", "/webhooks/signed"), map[string]any{"headers": map[string]any{"x-signature": "sha256=" + odd}}), 401, "signed"},
		"a query with controls":      {with(at("POST", "/webhooks/web"), map[string]any{"rawQueryString": "key=" + url.QueryEscape(odd)}), 401, "web"},
		"a source that takes no one": {at("POST", "/webhooks/bus"), 401, "bus"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := refusing(t, nil)
			var got response
			l.invoke(t, tt.request, &got)
			if got.StatusCode != tt.status || len(got.Body) > maxRefused || strings.Contains(got.Body, hush) {
				t.Errorf("answer %d %.600s, want a short one of %d", got.StatusCode, got.Body, tt.status)
			}
			checkRefused(t, l.log.String(), tt.says, hush)
		})
	}
}

// checkRefused checks that the log is one line that has says, and does not have hush.
func checkRefused(t *testing.T, log, says, hush string) {
	t.Helper()
	var one struct{ Message, Reason string }
	if len(log) > maxRefused || strings.Count(log, "\n") != 1 || json.Unmarshal([]byte(log), &one) != nil || one.Message != "refused" || one.Reason == "" {
		t.Errorf("the log has %d bytes, want one line that is not over %d, with a reason: %.1000s", len(log), maxRefused, log)
	}
	if !strings.Contains(log, says) || strings.Contains(log, hush) {
		t.Errorf("log %s, want it to say %q and not %q", log, says, hush)
	}
	if unprintable := func(r rune) bool { return !unicode.IsPrint(r) }; strings.ContainsFunc(strings.TrimSpace(log)+one.Reason, unprintable) {
		t.Errorf("log %q has characters that control a terminal", log)
	}
}

// unreadable is a store whose secrets cannot be read.
type unreadable struct{ error }

func (u unreadable) WebhookSecrets(context.Context, string) ([]string, error) { return nil, u.error }

// TestARefusalForWantOfSecrets: AWS's error can be long, and anyone can cause it.
func TestARefusalForWantOfSecrets(t *testing.T) {
	l := refusing(t, errors.New("AccessDeniedException: "+strings.Repeat("\x1b\"", 1000)))
	var got response
	l.invoke(t, at("POST", "/webhooks/"+strings.Repeat("s", 64)), &got)
	if got.StatusCode != 503 {
		t.Errorf("answer %+v, want 503", got)
	}
	checkRefused(t, l.log.String(), "AccessDeniedException", "\x1b")
}
