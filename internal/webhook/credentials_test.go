package webhook_test

import (
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/sender"
	"untag/internal/webhook"
)

func TestTheCredentialDoesNotGoOn(t *testing.T) {
	r := webhook.New(webhook.Config{Sources: sources, Secrets: secrets})
	_, err := r.Verify(t.Context(), webhook.Request{
		Source: "query", RawQuery: "a=%20&key=open-sesame&b=1&k%65y=x",
		Header: http.Header{"Authorization": {"Bearer x"}, "Cookie": {"c"}, "X-Kind": {"deal", "lead"}, "X-Github-Delivery": {"d-1"}},
	})
	if err == nil {
		t.Fatal("two query tokens verified")
	}
	d, err := r.Verify(t.Context(), webhook.Request{
		Source: "query", RawQuery: "a=%20&k%65y=open-sesame&b=1",
		Header: http.Header{"Authorization": {"Bearer x"}, "Cookie": {"c"}, "X-Kind": {"deal", "lead"}, "X-Github-Delivery": {"d-1"}},
	})
	if err != nil {
		t.Fatal(err)
	}
	if d.RawQuery != "a=%20&b=1" || d.DeliveryID != "d-1" {
		t.Errorf("query %q, delivery id %q", d.RawQuery, d.DeliveryID)
	}
	if diff := cmp.Diff(map[string]string{"x-kind": "deal", "x-github-delivery": "d-1"}, d.Headers); diff != "" {
		t.Errorf("headers: -want +got\n%s", diff)
	}
}

func TestHeadersThatGoOn(t *testing.T) {
	r := webhook.New(webhook.Config{Sources: sources, Secrets: secrets})
	tests := map[string]struct{ source, header string }{
		"the token header":     {"both", "x-webhook-Token"},
		"the signature header": {"hex", "X-SIG"},
		"GitHub's":             {"github", "X-Hub-Signature-256"},
		"GitHub's older":       {"github", "X-Hub-Signature"},
		"a gateway's":          {"github", "X-Api-Key"},
		"a session's":          {"github", "X-Amz-Security-Token"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			header := http.Header{tt.header: {"hush"}, "x-KEPT": {"1", "2"}, "Content-Type": {"text/plain"}}
			switch tt.source {
			case "both":
				header.Set("X-Webhook-Token", "both-tokens")
				delete(header, tt.header)
			case "hex":
				header = http.Header{"X-SIG": {"v1=" + hex.EncodeToString(sign(sha512.New, "hmac-key-1", ""))}, "x-KEPT": {"1", "2"}, "Content-Type": {"text/plain"}}
			case "github":
				header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(sign(sha256.New, "github-key", "")))
			}
			d, err := r.Verify(t.Context(), webhook.Request{Source: tt.source, Header: header})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(map[string]string{"x-kept": "1", "content-type": "text/plain"}, d.Headers); diff != "" {
				t.Errorf("headers: -want +got\n%s", diff)
			}
			if d.ContentType != "text/plain" {
				t.Errorf("content type %q, want text/plain", d.ContentType)
			}
		})
	}
}

func TestQueryThatGoesOn(t *testing.T) {
	r := webhook.New(webhook.Config{Sources: sources, Secrets: secrets})
	tests := map[string]struct{ query, want string }{
		"first":            {"key=open-sesame&a=1&b=%20+x", "a=1&b=%20+x"},
		"alone":            {"key=open-sesame", ""},
		"in between":       {"b=2&&key=open-sesame&a=%zz&a", "b=2&&a=%zz&a"},
		"escaped":          {"a=1&ke%79=open-sesame&monkey=key", "a=1&monkey=key"},
		"another spelling": {"KEY=1&key=open-sesame", "KEY=1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := r.Verify(t.Context(), webhook.Request{Source: "query", RawQuery: tt.query})
			if err != nil || d.RawQuery != tt.want {
				t.Errorf("Verify(%s) = query %q, %v, want %q", tt.query, d.RawQuery, err, tt.want)
			}
		})
	}
}

// TestSecretsOfHandshakesDoNotGoOn: what a handshake brings or proves itself with is a
// credential in any other request too.
func TestSecretsOfHandshakesDoNotGoOn(t *testing.T) {
	header := func(name string) sender.Place { return sender.Place{Headers: []string{name}} }
	from := event.Source{
		Name: "hook", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}},
		Handshakes: []sender.Handshake{
			{When: []sender.Condition{{Place: header("X-Hook-Secret")}}, Show: header("X-Hook-Secret")},
			{When: []sender.Condition{{Place: sender.Place{Query: "mode"}}}, Secret: sender.Place{Query: "verify"}},
			{When: []sender.Condition{{Place: sender.Place{JSON: sender.Path{{Member: "verification"}}}}}, Show: sender.Place{JSON: sender.Path{{Member: "verification"}}}},
		},
	}
	r := webhook.New(webhook.Config{Sources: []event.Source{from}})
	d, err := r.Assume(webhook.Request{
		Source: "hook", RawQuery: "mode=x&verify=hush&a=1", Header: http.Header{"X-Hook-Secret": {"hush"}, "X-Kept": {"1"}},
		Body: webhook.Bytes([]byte(`{"verification":"hush","a":1}`)),
	})
	if err != nil {
		t.Fatal(err)
	}
	if d.RawQuery != "mode=x&a=1" || len(d.Headers) != 1 || d.Headers["x-kept"] != "1" || strings.Contains(string(d.Body), "hush") || !strings.Contains(string(d.Body), `"a":1`) {
		t.Errorf("query %q, headers %v, body %s: want none of what is secret", d.RawQuery, d.Headers, d.Body)
	}
}
