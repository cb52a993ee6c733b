package webhook_test

import (
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/webhook"
)

// TestOnlyWhatTheProofCovers checks that the query fills in what the body lacks only if the
// proof covers the query.
func TestOnlyWhatTheProofCovers(t *testing.T) {
	body := map[string]any{"Stage": "Closed Won"}
	both := map[string]any{"Stage": "Closed Won", "id": "1"}
	for proof, want := range map[string]map[string]any{
		"token": both, "basic": both, "aws": both,
		"github": body, "hmac": body, "zoho-notification": body, "": body, "Token": body, "stripe": body,
	} {
		t.Run(proof, func(t *testing.T) {
			ev, err := webhook.Parse(event.Delivery{
				Source: "zoho", Proof: proof, RawQuery: "id=1&Stage=Lost", ContentType: "application/json", Body: []byte(`{"Stage":"Closed Won"}`),
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, ev.Fields); diff != "" {
				t.Errorf("fields: -want +got\n%s", diff)
			}
			if ev.Query["id"] != "1" {
				t.Errorf("query %v has no id", ev.Query)
			}
		})
	}
}

// twoWays lists the scheme that covers less first.
var twoWays = []event.Source{
	{Name: "two", Verify: []event.Scheme{rowOf("github"), {Kind: "token", Header: "X-Webhook-Token"}, {Kind: "aws"}}},
	{Name: "signed", Verify: []event.Scheme{{Kind: "hmac", Header: "X-Sig", Algorithm: "sha256", Encoding: "hex"}, rowOf("github")}},
	{Name: "query", Verify: []event.Scheme{rowOf("github"), {Kind: "token", Query: "key"}}},
	{Name: "aws", Verify: []event.Scheme{{Kind: "aws"}}},
	{Name: "none"},
}

func TestProof(t *testing.T) {
	const body = `{"a":1}`
	signature := hex.EncodeToString(sign(sha256.New, "a-long-enough-secret", body))
	r := webhook.New(webhook.Config{Sources: twoWays, Secrets: stored{"two": {"a-long-enough-secret"}, "signed": {"a-long-enough-secret"}}})
	tests := map[string]struct {
		source string
		header http.Header
		aws    bool
		want   string
	}{
		"a token":               {"two", http.Header{"X-Webhook-Token": {"a-long-enough-secret"}}, false, "token"},
		"a signature":           {"two", http.Header{"X-Hub-Signature-256": {"sha256=" + signature}}, false, "github"},
		"both":                  {"two", http.Header{"X-Hub-Signature-256": {"sha256=" + signature}, "X-Webhook-Token": {"a-long-enough-secret"}}, false, "token"},
		"a signature, no token": {"two", http.Header{"X-Hub-Signature-256": {"sha256=" + signature}, "X-Webhook-Token": {"wrong"}}, false, "github"},
		"all":                   {"two", http.Header{"X-Webhook-Token": {"a-long-enough-secret"}}, true, "aws"},
		"an HMAC":               {"signed", http.Header{"X-Sig": {signature}}, false, "hmac"},
		"IAM that is not taken": {"signed", http.Header{"X-Sig": {signature}}, true, "hmac"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := r.Verify(t.Context(), webhook.Request{Source: tt.source, Header: tt.header, AWS: tt.aws, Body: webhook.Bytes([]byte(body))})
			if err != nil || d.Proof != tt.want {
				t.Errorf("Verify = proof %q, %v, want %q", d.Proof, err, tt.want)
			}
		})
	}
}

func TestAssumedProof(t *testing.T) {
	r := webhook.New(webhook.Config{Sources: twoWays})
	tests := map[string]struct {
		request webhook.Request
		want    string
	}{
		"nothing sent":              {webhook.Request{Source: "two"}, "token"},
		"a token":                   {webhook.Request{Source: "two", Header: http.Header{"x-webhook-token": {"wrong"}}}, "token"},
		"a signature":               {webhook.Request{Source: "two", Header: http.Header{"X-Hub-Signature-256": {"sha256=00"}}}, "github"},
		"through IAM":               {webhook.Request{Source: "two", AWS: true, Header: http.Header{"X-Hub-Signature-256": {"sha256=00"}}}, "aws"},
		"signed, nothing sent":      {webhook.Request{Source: "signed"}, "hmac"},
		"signed, the second way":    {webhook.Request{Source: "signed", Header: http.Header{"X-Hub-Signature-256": {"sha256=00"}}}, "github"},
		"through IAM, not taken":    {webhook.Request{Source: "signed", AWS: true}, "hmac"},
		"a query token":             {webhook.Request{Source: "query", RawQuery: "key=x"}, "token"},
		"a signature too":           {webhook.Request{Source: "query", RawQuery: "a=key", Header: http.Header{"X-Hub-Signature-256": {"sha256=00"}}}, "github"},
		"IAM alone, nothing sent":   {webhook.Request{Source: "aws"}, "aws"},
		"a source that lists none":  {webhook.Request{Source: "none"}, ""},
		"none that came by IAM too": {webhook.Request{Source: "none", AWS: true}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if d, err := r.Assume(tt.request); err != nil || d.Proof != tt.want {
				t.Errorf("Assume = proof %q, %v, want %q", d.Proof, err, tt.want)
			}
		})
	}
}
