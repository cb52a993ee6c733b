package main

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/awstest"
	"untag/internal/sandbox"
)

// TestSecretsThatAreNone: a function with an unusable secret refuses requests that carry it.
// Its log names the source once per read of the secrets, not once per request.
func TestSecretsThatAreNone(t *testing.T) {
	const good = "hush-hush-hush-hush"
	tests := map[string]struct {
		stored any
		sent   string
		status int
		says   string
	}{
		"an example":        {"…", "…", http.StatusServiceUnavailable, "key zoho: the stored secret is an example"},
		"of the demo":       {[]string{"untag-demo-token"}, "untag-demo-token", http.StatusServiceUnavailable, "key zoho: the stored secret is one of untag's demonstration"},
		"short":             {"hush-hu", "hush-hu", http.StatusServiceUnavailable, "key zoho: the stored secret has fewer than 8 characters"},
		"beside a good one": {[]string{"hush", good}, good, http.StatusAccepted, "key zoho: secret 1 of 2 has fewer than 8 characters, and is not used"},
		"the short of two":  {[]string{"hush", good}, "hush", http.StatusUnauthorized, "key zoho: secret 1 of 2 has fewer than 8 characters, and is not used"},
		"rather short":      {"hush-hush", "hush-hush", http.StatusAccepted, "key zoho: the stored secret has fewer than 16 characters"},
		"good":              {good, good, http.StatusAccepted, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				value, err := json.Marshal(map[string]any{"zoho": tt.stored})
				if err != nil {
					t.Fatal(err)
				}
				l := newLine(t, trafficRules, sandbox.Config{}, nil, time.Now())
				l.secrets["untag/webhooks"] = awstest.NewSecret(string(value))
				var log bytes.Buffer
				l.log = newLog(&log, slog.LevelInfo)
				h := l.function(map[string]string{"WEBHOOK_SECRET_ID": "untag/webhooks", "QUEUE_URL": eventsURL}, http.DefaultTransport)
				payload, err := json.Marshal(map[string]any{
					"version": "2.0", "rawPath": "/webhooks/zoho", "body": "{}", "headers": map[string]string{"x-webhook-token": tt.sent},
					"requestContext": map[string]any{"stage": "$default", "http": map[string]any{"method": "POST", "path": "/webhooks/zoho"}},
				})
				if err != nil {
					t.Fatal(err)
				}
				for range 3 {
					answer, err := h.Invoke(t.Context(), payload)
					var got struct {
						StatusCode int `json:"statusCode"`
					}
					if err != nil || json.Unmarshal(answer, &got) != nil || got.StatusCode != tt.status {
						t.Fatalf("Invoke = %s, %v, want %d", answer, err, tt.status)
					}
				}
				if n := strings.Count(log.String(), `"message":"secret"`); tt.says == "" && n != 0 || tt.says != "" && (n != 1 || !strings.Contains(log.String(), tt.says)) {
					t.Errorf("the log names the secret %d times, want once, as in %q:\n%s", n, tt.says, &log)
				}
				if strings.Contains(log.String(), "hush") || strings.Contains(log.String(), "untag-demo") {
					t.Errorf("the log shows a secret:\n%s", &log)
				}
			})
		})
	}
}
