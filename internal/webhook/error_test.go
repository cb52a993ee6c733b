package webhook_test

import (
	"errors"
	"strings"
	"testing"

	"untag/internal/webhook"
)

func TestReasons(t *testing.T) {
	r := webhook.New(webhook.Config{Sources: sources, Secrets: secrets})
	tests := map[string]struct {
		req  webhook.Request
		want string
	}{
		"no secret":       {webhook.Request{Source: "unstored"}, `webhook: source "unstored": no secret is stored for source "unstored"`},
		"an empty secret": {webhook.Request{Source: "emptied"}, `webhook: source "emptied": no secret is stored for source "emptied"`},
		"no token":        {webhook.Request{Source: "token"}, `webhook: source "token": no header X-Webhook-Token`},
		"two tokens":      {webhook.Request{Source: "query", RawQuery: "key=1&key=2"}, `webhook: source "query": more than one query parameter key`},
		"every way":       {webhook.Request{Source: "two"}, `webhook: source "two": no header X-Webhook-Token; no header X-Hub-Signature-256`},
		"aws alone":       {webhook.Request{Source: "aws"}, `webhook: source "aws": the source accepts only requests already authorised by AWS IAM or an authorizer`},
		"no way":          {webhook.Request{Source: "none"}, `webhook: source "none": the source lists no way to verify`},
		"unreadable":      {webhook.Request{Source: "broken"}, `webhook: source "broken": read the stored secrets: throttled`},
		"unknown":         {webhook.Request{Source: "no\nbody"}, `webhook: source "no\nbody": no such source in the rules file`},
		"a long name":     {webhook.Request{Source: strings.Repeat("é", 1000)}, `webhook: source "` + strings.Repeat("é", 32) + `"…: no such source in the rules file`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if _, err := r.Verify(t.Context(), tt.req); err == nil || err.Error() != tt.want {
				t.Errorf("Verify = %v, want %s", err, tt.want)
			}
		})
	}
}

func TestPublic(t *testing.T) {
	tests := map[webhook.Kind]string{
		webhook.Unavailable:   "unavailable, try again",
		webhook.NoCredential:  "a reason",
		webhook.UnknownSource: "unknown source",
		webhook.TooLarge:      "the body is over 1 MiB",
		webhook.Unverified:    "unauthorized",
		webhook.Malformed:     "a reason",
	}
	for kind, want := range tests {
		e := &webhook.Error{Kind: kind, Reason: "a reason", Err: errors.New("an error")}
		if got := e.Public(); got != want {
			t.Errorf("Public() of %v = %q, want %q", kind, got, want)
		}
	}
}
