package webhook_test

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/webhook"
)

// TestSecretsThatAreNone checks that a secret that anyone could know or guess verifies
// nothing, with any scheme.
func TestSecretsThatAreNone(t *testing.T) {
	const body = `{"a":1}`
	ways := map[string]func(secret string) (event.Scheme, webhook.Request){
		"token": func(secret string) (event.Scheme, webhook.Request) {
			return event.Scheme{Kind: "token", Header: "X-Webhook-Token"}, webhook.Request{Header: http.Header{"X-Webhook-Token": {secret}}}
		},
		"github": func(secret string) (event.Scheme, webhook.Request) {
			return rowOf("github"), webhook.Request{Header: http.Header{"X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(sign(sha256.New, secret, body))}}}
		},
		"hmac": func(secret string) (event.Scheme, webhook.Request) {
			scheme := event.Scheme{Kind: "hmac", Header: "X-Sig", Algorithm: "sha256", Encoding: "hex"}
			return scheme, webhook.Request{Header: http.Header{"X-Sig": {hex.EncodeToString(sign(sha256.New, secret, body))}}}
		},
		"zoho-notification": func(secret string) (event.Scheme, webhook.Request) {
			return event.Scheme{Kind: "zoho-notification"}, webhook.Request{Body: webhook.Bytes([]byte(`{"token":"` + secret + `"}`))}
		},
	}
	refused := []string{"…", "new", "old", "untag-demo-token", "untag-demo-github-secret", "   ", "1234567", "changeme", "the-source"}
	for way, requestFor := range ways {
		for _, secret := range append(refused, "a-secret-of-the-tests") {
			scheme, req := requestFor(secret)
			req.Source = "the-source"
			if req.Body == nil {
				req.Body = webhook.Bytes([]byte(body))
			}
			c := webhook.Config{Sources: []event.Source{{Name: "the-source", Verify: []event.Scheme{scheme}}}, Secrets: stored{"the-source": {secret}}}
			_, err := webhook.New(c).Verify(t.Context(), req)
			var e *webhook.Error
			if secret == "a-secret-of-the-tests" {
				if err != nil {
					t.Errorf("%s with a secret: %v", way, err)
				}
				continue
			}
			if !errors.As(err, &e) || e.Kind != webhook.Unverified || e.Public() != "unauthorized" {
				t.Errorf("%s with the secret %q: %v, want it refused", way, secret, err)
				continue
			}
			if !strings.Contains(e.Error(), `"the-source"`) || secret != "the-source" && strings.Contains(e.Reason, secret) {
				t.Errorf("%s with the secret %q: %v, want the source named and the secret not shown", way, secret, err)
			}
			c.AllowDemo = true
			if _, err := webhook.New(c).Verify(t.Context(), req); (err == nil) != (strings.TrimSpace(secret) != "") {
				t.Errorf("%s with the secret %q, for a simulated Zoho: %v", way, secret, err)
			}
		}
	}
}

// TestAnUnusableSecretBesideAnother checks that an unusable secret does not disable another.
func TestAnUnusableSecretBesideAnother(t *testing.T) {
	secrets := []string{"old", "a-secret-of-the-tests"}
	way := []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}}
	for token, want := range map[string]string{"a-secret-of-the-tests": "", "old": "the token is not the stored one", "": "no header X-Webhook-Token"} {
		if got := refusedFor(t, way, secrets, webhook.Request{Header: http.Header{"X-Webhook-Token": {token}}}); got != want {
			t.Errorf("token %q is refused for %q, want %q", token, got, want)
		}
	}
}
