package handler_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// misbehave answers every CRM call; the accounts server is still the sandbox's.
func misbehave(l *line, answer http.HandlerFunc) {
	l.zoho = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/crm/") {
			answer(w, r)
			return
		}
		l.crm.ServeHTTP(w, r)
	})
}

func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func TestZohoMisbehaving(t *testing.T) {
	const invalidToken = `{"code":"INVALID_TOKEN","details":{},"message":"invalid oauth token","status":"error"}`
	tests := map[string]struct {
		answer     http.HandlerFunc
		status     int
		code       string
		retryAfter string
	}{
		"an HTML page":          {says(502, "<html>Bad Gateway</html>"), 503, "", "30"},
		"an HTML page with 200": {says(200, "<html>Welcome</html>"), 503, "", "30"},
		"nothing":               {says(200, ""), 503, "", "30"},
		"half a body":           {says(200, `{"data":[{"code":"SUCC`), 503, "", "30"},
		"no word of the record": {says(200, `{"data":[]}`), 503, "", "30"},
		"one failed record": {says(200, `{"data":[{"code":"INVALID_DATA","details":{"id":"`+wonDeal+`"},"message":"the id given seems to be invalid","status":"error"}]}`),
			502, "INVALID_DATA", ""},
		"a locked record": {says(400, `{"data":[{"code":"RECORD_LOCKED","details":{"id":"`+wonDeal+`"},"message":"locked","status":"error"}],"locked_count":"1"}`),
			503, "RECORD_LOCKED", "30"},
		"401 twice":               {says(401, invalidToken), 503, "INVALID_TOKEN", "30"},
		"a scope that is missing": {says(401, `{"code":"OAUTH_SCOPE_MISMATCH","details":{},"message":"invalid oauth scope","status":"error"}`), 503, "OAUTH_SCOPE_MISMATCH", "30"},
		"429":                     {says(429, `{"code":"TOO_MANY_REQUESTS","details":{},"message":"slow down","status":"error"}`, "Retry-After", "77"), 503, "TOO_MANY_REQUESTS", "77"},
		"500":                     {says(500, `{"code":"INTERNAL_ERROR","details":{},"message":"Internal Server Error","status":"error"}`), 503, "INTERNAL_ERROR", "30"},
		"a reset connection": {func(w http.ResponseWriter, _ *http.Request) {
			c, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				_ = c.Close()
			}
		}, 503, "", "30"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			l := newLine(t)
			misbehave(l, tt.answer)
			var got response
			l.invoke(t, post("zoho", closed(wonDeal), nil), &got)
			if got.StatusCode != tt.status || got.Headers["retry-after"] != tt.retryAfter {
				t.Fatalf("status = %d, Retry-After %q, want %d, %q: %s", got.StatusCode, got.Headers["retry-after"], tt.status, tt.retryAfter, got.Body)
			}
			o := got.outcome(t)
			if o.Outcome != "failed" || len(o.Failed) != 1 || o.Failed[0].ID != wonDeal || o.Failed[0].Code == "" {
				t.Fatalf("outcome = %s, want one failure of %s with a code", got.Body, wonDeal)
			}
			if tt.code != "" && o.Failed[0].Code != tt.code {
				t.Errorf("code = %s, want %s", o.Failed[0].Code, tt.code)
			}
		})
	}
}

func TestZohoSilentUntilTheDeadline(t *testing.T) {
	l := newLine(t)
	misbehave(l, func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	payload, err := json.Marshal(post("zoho", closed(wonDeal), nil))
	if err != nil {
		t.Fatal(err)
	}
	answer, err := l.Invoke(ctx, payload)
	if err != nil {
		t.Fatal(err)
	}
	if ctx.Err() != nil {
		t.Error("the answer came after the deadline")
	}
	var got response
	if err := json.Unmarshal(answer, &got); err != nil || got.StatusCode != 503 {
		t.Errorf("answer = %s (%v), want 503", answer, err)
	}
}
