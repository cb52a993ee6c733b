package handler_test

import (
	"encoding/base64"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
	"untag/internal/pipeline"
)

func TestHTTP(t *testing.T) {
	big := `{"x":"` + strings.Repeat("y", 1<<20) + `"}`
	huge := strings.Repeat("[", 10<<20)
	tests := map[string]struct {
		request map[string]any
		status  int
		outcome string
		says    string
	}{
		"a closed deal":             {post("zoho", closed(wonDeal), nil), 200, "removed", ""},
		"an open deal":              {post("zoho", `{"module":"Deals","id":"1","Stage":"Qualification"}`, nil), 200, "nothing", ""},
		"no body":                   {post("zoho", "", nil), 200, "nothing", ""},
		"null":                      {post("zoho", "null", nil), 400, "", "object"},
		"an array":                  {post("zoho", `[{"id":1}]`, nil), 400, "", "object"},
		"cut off":                   {post("zoho", "{\n\"a\": ", nil), 400, "", "line 2"},
		"broken UTF-8":              {inBase64(post("zoho", "{\"a\":\"\xff\"}", nil)), 400, "", "UTF-8"},
		"a body in base64":          {inBase64(post("zoho", closed(wonDeal), nil)), 200, "removed", ""},
		"10 MiB in base64":          {inBase64(post("zoho", huge, nil)), 413, "", ""},
		"deep nesting":              {post("zoho", strings.Repeat(`{"a":`, 20000)+"1"+strings.Repeat("}", 20000), nil), 400, "", "nest"},
		"over 1 MiB":                {post("zoho", big, nil), 413, "", ""},
		"10 MiB":                    {post("zoho", huge, nil), 413, "", ""},
		"an unknown source":         {post("nobody", closed(wonDeal), nil), 404, "", ""},
		"a wrong token":             {post("zoho", closed(wonDeal), map[string]string{"x-webhook-token": "wrong"}), 401, "", ""},
		"a token sent twice":        {post("zoho", closed(wonDeal), map[string]string{"x-webhook-token": token + "," + token}), 401, "", ""},
		"unverified and malformed":  {post("zoho", "{", map[string]string{"x-webhook-token": "wrong"}), 401, "", ""},
		"a header name in any case": {post("zoho", closed(wonDeal), map[string]string{"X-WEBHOOK-TOKEN": token, "x-webhook-token": ""}), 401, "", ""},
		"an id as a JSON number":    {post("zoho", `{"module":"Deals","id":5725767000000524157,"Stage":"Closed Won"}`, nil), 200, "removed", ""},
		"a form": {post("zoho", "module=Deals&id="+wonDeal+"&Stage=Closed+Won",
			map[string]string{"content-type": "application/x-www-form-urlencoded"}), 200, "removed", ""},
		"an id that climbs": {post("zoho", `{"module":"Deals","id":"../..","Stage":"Closed Won"}`, nil), 200, "nothing", "deal-closed"},
		"a missing id":      {post("zoho", `{"kind":"no id"}`, nil), 200, "nothing", "has-no-id"},
		"a module that Zoho does not know": {
			post("zoho", `{"kind":"wrong module","id":"1"}`, nil), 502, "failed", "INVALID_MODULE",
		},
		"a record that is gone": {post("zoho", closed(goneDeal), nil), 502, "failed", "INVALID_DATA"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			var got response
			l.invoke(t, tt.request, &got)
			if got.StatusCode != tt.status {
				t.Fatalf("status = %d, want %d; body %s", got.StatusCode, tt.status, got.Body)
			}
			if tt.outcome != "" && got.outcome(t).Outcome != tt.outcome {
				t.Errorf("outcome = %s, want %s", got.Body, tt.outcome)
			}
			if !strings.Contains(got.Body, tt.says) {
				t.Errorf("body = %s, want it to say %q", got.Body, tt.says)
			}
			if tt.status != 200 && tt.status != 502 && len(l.crm.Journal()) > 0 {
				t.Errorf("tags were removed: %v", l.crm.Journal())
			}
			for _, secret := range []string{token, l.crm.Credentials().RefreshToken, l.crm.Credentials().ClientSecret, "Closed Won"} {
				if strings.Contains(l.log.String(), secret) {
					t.Errorf("the log has %q: %s", secret, l.log)
				}
			}
		})
	}
}

// inBase64 returns a request whose body API Gateway did not recognize as text.
func inBase64(request map[string]any) map[string]any {
	request["body"] = base64.StdEncoding.EncodeToString([]byte(request["body"].(string)))
	request["isBase64Encoded"] = true
	return request
}

func TestAnswerOfARemoval(t *testing.T) {
	l := newLine(t)
	var got response
	l.invoke(t, post("zoho", closed(wonDeal), nil), &got)
	o := got.outcome(t)
	if o.EventID == "" {
		t.Error("event_id is empty")
	}
	want := []pipeline.Removed{{
		Rule: "deal-closed", Module: "Deals", ID: wonDeal, Tags: []string{"In progress"}, Remaining: []string{"VIP"},
	}}
	if diff := cmp.Diff(want, o.Removed); diff != "" {
		t.Errorf("removed: -want +got\n%s", diff)
	}
	for _, list := range []string{`"failed":[]`, `"errors":[]`} {
		if !strings.Contains(got.Body, list) {
			t.Errorf("body = %s, want %s", got.Body, list)
		}
	}
}

func TestEnvelopes(t *testing.T) {
	body := closed(wonDeal)
	encoded := base64.StdEncoding.EncodeToString([]byte(body))
	headers := map[string]string{"Content-Type": "application/json", "X-Webhook-Token": token}
	multi := map[string][]string{"content-type": {"application/json"}, "x-webhook-token": {token}}
	tests := map[string]map[string]any{
		"REST API": {"httpMethod": "POST", "path": "/webhooks/zoho", "headers": headers, "body": body,
			"requestContext": map[string]any{"stage": "prod", "identity": map[string]any{}}},
		"REST API, base64": {"httpMethod": "POST", "path": "/webhooks/zoho", "headers": headers, "body": encoded, "isBase64Encoded": true,
			"requestContext": map[string]any{"stage": "prod"}},
		"REST API, both kinds of headers": {"httpMethod": "POST", "path": "/webhooks/zoho", "headers": headers, "multiValueHeaders": multi, "body": body,
			"requestContext": map[string]any{"stage": "prod"}},
		"ALB": {"httpMethod": "POST", "path": "/webhooks/zoho", "headers": headers, "body": body,
			"requestContext": map[string]any{"elb": map[string]any{"targetGroupArn": "arn"}}},
		"ALB, multi-value": {"httpMethod": "POST", "path": "/webhooks/zoho", "multiValueHeaders": multi, "body": body,
			"requestContext": map[string]any{"elb": map[string]any{"targetGroupArn": "arn"}}},
		"ALB, escaped query": {"httpMethod": "GET", "path": "/webhooks/web",
			"queryStringParameters": map[string]string{"key": token, "module": "Deals", "id": wonDeal, "Stage": "Closed%20Won"},
			"requestContext":        map[string]any{"elb": map[string]any{"targetGroupArn": "arn"}}},
	}
	for name, payload := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			var got response
			l.invoke(t, payload, &got)
			if got.StatusCode != 200 || got.outcome(t).Outcome != "removed" {
				t.Fatalf("answer = %+v, want 200 and removed", got)
			}
			if strings.HasPrefix(name, "ALB") && got.StatusDescription != "200 OK" {
				t.Errorf("statusDescription = %q, want 200 OK", got.StatusDescription)
			}
			if name == "ALB, multi-value" && (len(got.Headers) > 0 || len(got.MultiValueHeaders) == 0) {
				t.Errorf("headers = %v, multiValueHeaders = %v, want the latter alone", got.Headers, got.MultiValueHeaders)
			}
		})
	}
}

func TestQueueOnTheReceivingSide(t *testing.T) {
	q := &fakeQueue{}
	l := newLine(t, func(_ *line, c *handler.Config) { c.Queue = q; c.Pipeline = nil })
	var got response
	l.invoke(t, post("zoho", closed(wonDeal), map[string]string{"x-other": "1"}), &got)
	if got.StatusCode != 202 || len(q.got) != 1 {
		t.Fatalf("answer = %+v with %d stored, want 202 and 1", got, len(q.got))
	}
	d := q.got[0]
	if want := `{"event_id":"` + d.ID + `","outcome":"queued"}`; got.Body != want {
		t.Errorf("body = %s, want %s", got.Body, want)
	}
	if string(d.Body) != closed(wonDeal) || d.Headers["x-other"] != "" || d.Headers["x-webhook-token"] != "" {
		t.Errorf("stored %+v, want the body and no header that no rule names", d)
	}

	q.err = http.ErrHandlerTimeout
	l.invoke(t, post("zoho", closed(wonDeal), nil), &got)
	if got.StatusCode != 503 || got.Headers["retry-after"] == "" {
		t.Errorf("answer of a queue that refuses = %+v, want 503 with Retry-After", got)
	}
}

func TestNoCredential(t *testing.T) {
	l := newLine(t, func(_ *line, c *handler.Config) { c.Pipeline = nil })
	var got response
	l.invoke(t, post("zoho", closed(wonDeal), nil), &got)
	if got.StatusCode != 503 || !strings.Contains(got.Body, "ZOHO_SECRET_ID") {
		t.Errorf("answer = %+v, want 503 naming ZOHO_SECRET_ID", got)
	}
}

// TestRecordIDsAreStrings: ids stay strings from the event to the call, the answer and the
// record, including ids that no number type can hold.
func TestRecordIDsAreStrings(t *testing.T) {
	for _, id := range []string{wonDeal, "18446744073709551615", "09007199254740993"} {
		for name, body := range map[string]string{
			"text":        `{"module":"Deals","id":"` + id + `","Stage":"Closed Won"}`,
			"live record": `{"kind":"look","id":"` + id + `"}`,
			"number":      `{"module":"Deals","id":` + id + `,"Stage":"Closed Won"}`,
		} {
			if name == "number" && id[0] == '0' {
				continue // not a number in JSON
			}
			t.Run(id+", "+name, func(t *testing.T) {
				l := newLine(t)
				var got response
				l.invoke(t, post("zoho", body, nil), &got)
				o := got.outcome(t)
				if got.StatusCode != http.StatusOK || len(o.Removed) != 1 || o.Removed[0].ID != id {
					t.Errorf("answer %d %s, want that the tag was removed from %s", got.StatusCode, got.Body, id)
				}
				if tags, _ := l.crm.Tags("Deals", id); slices.Contains(tags, "In progress") {
					t.Errorf("%s still carries %v", id, tags)
				}
			})
		}
	}
}
