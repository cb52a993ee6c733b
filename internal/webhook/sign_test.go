package webhook_test

import (
	"encoding/base64"
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/rules"
	"untag/internal/webhook"
)

// TestSignedTime: a time in the body is text where the sender signs it as text, as packages of
// Mailgun and Dropbox Sign expect, and a number where it only signs the body, as Linear's does.
func TestSignedTime(t *testing.T) {
	tests := map[string]struct {
		sender, member, in string
		want               any
	}{
		"Mailgun":      {"mailgun", "timestamp", "signature", "1795608000"},
		"Dropbox Sign": {"dropbox-sign", "event_time", "event", "1795608000"},
		"Linear":       {"linear", "webhookTimestamp", "", 1795608000000.0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			row, _ := rules.LoadSender(tt.sender)
			row.Source.Events.Form = "" // so that the body stays JSON
			out, err := webhook.Sign(row.Source, "a-secret-of-the-sender", webhook.Outgoing{Body: []byte(`{"x":1}`), At: signedAt})
			if err != nil {
				t.Fatal(err)
			}
			var body map[string]any
			if err := json.Unmarshal(out.Body, &body); err != nil {
				t.Fatal(err)
			}
			if tt.in != "" {
				body, _ = body[tt.in].(map[string]any)
			}
			if diff := cmp.Diff(tt.want, body[tt.member]); diff != "" {
				t.Errorf("%s (-want +got):\n%s", out.Body, diff)
			}
		})
	}
}

// TestSignedToken: a token that expires also says from when it counts, as MessageBird's package
// demands.
func TestSignedToken(t *testing.T) {
	row, _ := rules.LoadSender("messagebird")
	out, err := webhook.Sign(row.Source, "a-secret-of-the-sender", webhook.Outgoing{URL: "https://hooks.example.com", Body: []byte("x"), At: signedAt})
	if err != nil {
		t.Fatal(err)
	}
	parts := strings.Split(out.Header.Get("MessageBird-Signature-JWT"), ".")
	if len(parts) != 3 {
		t.Fatalf("not a token: %v", out.Header)
	}
	text, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		t.Fatal(err)
	}
	var claims map[string]any
	if err := json.Unmarshal(text, &claims); err != nil || claims["nbf"] != float64(signedAt.Unix()) {
		t.Errorf("claims %s, %v", text, err)
	}
}
