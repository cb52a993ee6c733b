package webhook_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"hash"
	"net/http"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/webhook"
)

// stored holds the secrets of a test. Reading those of a source called broken fails.
type stored map[string][]string

func (s stored) WebhookSecrets(_ context.Context, source string) ([]string, error) {
	if source == "broken" {
		return nil, errors.New("throttled")
	}
	return s[source], nil
}

var sources = []event.Source{
	{Name: "token", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}}},
	{Name: "query", Verify: []event.Scheme{{Kind: "token", Query: "key"}}},
	{Name: "github", Verify: []event.Scheme{rowOf("github")}},
	{Name: "hex", Verify: []event.Scheme{{Kind: "hmac", Header: "X-Sig", Algorithm: "sha512", Encoding: "hex", Prefix: "v1="}}},
	{Name: "base64", Verify: []event.Scheme{{Kind: "hmac", Header: "X-Sig", Algorithm: "sha1", Encoding: "base64"}}},
	{Name: "two", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}, rowOf("github")}},
	{Name: "nonsense", Verify: []event.Scheme{
		{Kind: "trust"}, {Kind: ""}, {Kind: "hmac", Header: "X-Sig", Algorithm: "md5", Encoding: "hex"},
		{Kind: "hmac", Header: "X-Sig", Algorithm: "sha1", Encoding: "rot13"}, {Kind: "token"},
	}},
	{Name: "partly", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}}},
	{Name: "aws", Verify: []event.Scheme{{Kind: "aws"}}},
	{Name: "both", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}, {Kind: "aws"}}},
	{Name: "none"},
	{Name: "unstored", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}}},
	{Name: "emptied", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}}},
	{Name: "emptiedhmac", Verify: []event.Scheme{rowOf("github")}},
	{Name: "broken", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}}},
}

var secrets = stored{
	"token": {"the-new-token", "the-old-token"}, "query": {"open-sesame"}, "github": {"github-key"}, "hex": {"hmac-key-1", "hmac-key-2"}, "base64": {"base64-key"}, "both": {"both-tokens"},
	"two": {"a-shared-key"}, "nonsense": {"a-shared-key"}, "partly": {"", "a-shared-key"}, "emptied": {""}, "emptiedhmac": {""},
}

func sign(algorithm func() hash.Hash, secret, body string) []byte {
	mac := hmac.New(algorithm, []byte(secret))
	mac.Write([]byte(body))
	return mac.Sum(nil)
}

// stray sets the bits of base64 that no byte uses.
func stray(padded string) string {
	alphabet := "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
	i := strings.IndexByte(padded, '=') - 1
	return padded[:i] + string(alphabet[strings.IndexByte(alphabet, padded[i])^1]) + padded[i+1:]
}

func TestVerify(t *testing.T) {
	const body = `{"a":1}`
	gh := "sha256=" + hex.EncodeToString(sign(sha256.New, "github-key", body))
	h2 := hex.EncodeToString(sign(sha512.New, "hmac-key-2", body))
	b := base64.StdEncoding.EncodeToString(sign(sha1.New, "base64-key", body))
	type kind = webhook.Kind
	const ok kind = -1
	tests := map[string]struct {
		source string
		header http.Header
		query  string
		body   string
		aws    bool
		want   kind
	}{
		"the new token":            {"token", http.Header{"X-Webhook-Token": {"the-new-token"}}, "", body, false, ok},
		"the old token":            {"token", http.Header{"X-Webhook-Token": {"the-old-token"}}, "", body, false, ok},
		"a wrong token":            {"token", http.Header{"X-Webhook-Token": {"the-new-tokens"}}, "", body, false, webhook.Unverified},
		"an empty token":           {"token", http.Header{"X-Webhook-Token": {""}}, "", body, false, webhook.Unverified},
		"no token":                 {"token", nil, "", body, false, webhook.Unverified},
		"two tokens":               {"token", http.Header{"X-Webhook-Token": {"the-new-token", "the-new-token"}}, "", body, false, webhook.Unverified},
		"a token in the query":     {"token", nil, "X-Webhook-Token=the-new-token&token=the-new-token", body, false, webhook.Unverified},
		"IAM is not listed":        {"token", nil, "", body, true, webhook.Unverified},
		"a query token":            {"query", nil, "a=1&key=open-sesame", body, false, ok},
		"two query tokens":         {"query", nil, "key=open-sesame&key=open-sesame", body, false, webhook.Unverified},
		"a query token elsewhere":  {"query", http.Header{"Key": {"open-sesame"}}, "", body, false, webhook.Unverified},
		"github":                   {"github", http.Header{"X-Hub-Signature-256": {gh}}, "", body, false, ok},
		"github, upper case":       {"github", http.Header{"X-Hub-Signature-256": {"sha256=" + strings.ToUpper(gh[7:])}}, "", body, false, ok},
		"github, another body":     {"github", http.Header{"X-Hub-Signature-256": {gh}}, "", body + " ", false, webhook.Unverified},
		"github, no prefix":        {"github", http.Header{"X-Hub-Signature-256": {gh[7:]}}, "", body, false, webhook.Unverified},
		"github, the old header":   {"github", http.Header{"X-Hub-Signature": {gh}}, "", body, false, webhook.Unverified},
		"github, cut off":          {"github", http.Header{"X-Hub-Signature-256": {gh[:20]}}, "", body, false, webhook.Unverified},
		"github, only the prefix":  {"github", http.Header{"X-Hub-Signature-256": {"sha256="}}, "", body, false, webhook.Unverified},
		"github, twice":            {"github", http.Header{"X-Hub-Signature-256": {gh, gh}}, "", body, false, webhook.Unverified},
		"hmac, hex, second secret": {"hex", http.Header{"X-Sig": {"v1=" + h2}}, "", body, false, ok},
		"hmac, wrong prefix":       {"hex", http.Header{"X-Sig": {"v2=" + h2}}, "", body, false, webhook.Unverified},
		"hmac, base64":             {"base64", http.Header{"X-Sig": {b}}, "", body, false, ok},
		"hmac, base64 unpadded":    {"base64", http.Header{"X-Sig": {strings.TrimRight(b, "=")}}, "", body, false, webhook.Unverified},
		"hmac, base64 in lines":    {"base64", http.Header{"X-Sig": {b[:4] + "\n" + b[4:]}}, "", body, false, webhook.Unverified},
		"hmac, base64 stray bits":  {"base64", http.Header{"X-Sig": {stray(b)}}, "", body, false, webhook.Unverified},
		"hmac, both in one header": {"hex", http.Header{"X-Sig": {"v1=" + h2 + ",v1=" + h2}}, "", body, false, webhook.Unverified},
		"hmac, empty":              {"base64", http.Header{"X-Sig": {""}}, "", body, false, webhook.Unverified},
		"hmac, too long":           {"hex", http.Header{"X-Sig": {"v1=" + h2 + "00"}}, "", body, false, webhook.Unverified},
		"a header in lower case":   {"token", http.Header{"x-webhook-token": {"the-new-token"}}, "", body, false, ok},
		"a header in two cases":    {"token", http.Header{"x-webhook-token": {"the-new-token"}, "X-Webhook-Token": {"the-new-token"}}, "", body, false, webhook.Unverified},
		"a joined header":          {"token", http.Header{"X-Webhook-Token": {"the-new-token,the-new-token"}}, "", body, false, webhook.Unverified},
		"a token and a wrong one":  {"token", http.Header{"X-Webhook-Token": {"the-new-token", "x"}}, "", body, false, webhook.Unverified},
		"an escaped query token":   {"query", nil, "%6bey=open-ses%61me", body, false, ok},
		"one of them escaped":      {"query", nil, "key=open-sesame&%6bey=open-sesame", body, false, webhook.Unverified},
		"one of them broken":       {"query", nil, "key=open-sesame&key=%zz", body, false, webhook.Unverified},
		"an empty query token":     {"query", nil, "key=", body, false, webhook.Unverified},
		"a broken query token":     {"query", nil, "key=%zz", body, false, webhook.Unverified},
		"two ways, the first":      {"two", http.Header{"X-Webhook-Token": {"a-shared-key"}}, "", body, false, ok},
		"two ways, the second":     {"two", http.Header{"X-Webhook-Token": {"x"}, "X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(sign(sha256.New, "a-shared-key", body))}}, "", body, false, ok},
		"two ways, neither":        {"two", http.Header{"X-Webhook-Token": {"x"}, "X-Hub-Signature-256": {gh}}, "", body, false, webhook.Unverified},
		"ways that there are not":  {"nonsense", http.Header{"X-Sig": {hex.EncodeToString(sign(sha1.New, "a-shared-key", body))}, "": {"a-shared-key"}}, "", body, false, webhook.Unverified},
		"one of them empty":        {"partly", http.Header{"X-Webhook-Token": {""}}, "", body, false, webhook.Unverified},
		"the other secret":         {"partly", http.Header{"X-Webhook-Token": {"a-shared-key"}}, "", body, false, ok},
		"aws":                      {"aws", nil, "", body, true, ok},
		"aws, from outside":        {"aws", http.Header{"X-Webhook-Token": {"the-new-token"}}, "", body, false, webhook.Unverified},
		"both, by IAM":             {"both", nil, "", body, true, ok},
		"both, by token":           {"both", http.Header{"X-Webhook-Token": {"both-tokens"}}, "", body, false, ok},
		"both, by neither":         {"both", nil, "", body, false, webhook.Unverified},
		"a source that lists none": {"none", http.Header{"X-Webhook-Token": {"the-new-token"}}, "", body, true, webhook.Unverified},
		"no secret stored":         {"unstored", http.Header{"X-Webhook-Token": {"the-new-token"}}, "", body, false, webhook.Unverified},
		"empty secret and token":   {"emptied", http.Header{"X-Webhook-Token": {""}}, "", body, false, webhook.Unverified},
		"an empty HMAC secret": {"emptiedhmac", http.Header{"X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(sign(sha256.New, "", body))}},
			"", body, false, webhook.Unverified},
		"secrets that cannot be read": {"broken", http.Header{"X-Webhook-Token": {"the-new-token"}}, "", body, false, webhook.Unavailable},
		"an unknown source":           {"nobody", nil, "", body, false, webhook.UnknownSource},
		"exactly 1 MiB":               {"token", http.Header{"X-Webhook-Token": {"the-new-token"}}, "", strings.Repeat("x", 1<<20), false, ok},
		"too large for nobody":        {"nobody", nil, "", strings.Repeat("x", 1<<20+1), false, webhook.UnknownSource},
		"too large by IAM":            {"aws", nil, "", strings.Repeat("x", 10<<20), true, webhook.TooLarge},
		"one byte more":               {"token", http.Header{"X-Webhook-Token": {"the-new-token"}}, "", strings.Repeat("x", 1<<20+1), false, webhook.TooLarge},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := webhook.New(webhook.Config{Sources: sources, Secrets: secrets})
			d, err := r.Verify(t.Context(), webhook.Request{
				Source: tt.source, Header: tt.header, RawQuery: tt.query, Body: webhook.Bytes([]byte(tt.body)), AWS: tt.aws,
			})
			var e *webhook.Error
			switch {
			case tt.want == ok && err != nil:
				t.Fatalf("Verify = %v, want a delivery", err)
			case tt.want == ok:
				if d.ID == "" || d.Source != tt.source || d.Time.IsZero() {
					t.Errorf("delivery = %+v", d)
				}
			case !errors.As(err, &e) || e.Kind != tt.want:
				t.Fatalf("Verify = %+v, %v, want kind %d", d, err, tt.want)
			}
			if e != nil && e.Kind == webhook.Unverified && e.Public() != "unauthorized" {
				t.Errorf("Public() = %q tells the sender why", e.Public())
			}
			for _, secret := range []string{"the-new-tokens", "open-sesame", gh, body} {
				if err != nil && strings.Contains(err.Error(), secret) {
					t.Errorf("error %v quotes the request", err)
				}
			}
		})
	}
}

// TestTheBodyIsReadLast checks that the body is not read if a request can be refused without
// it, and otherwise is read once.
func TestTheBodyIsReadLast(t *testing.T) {
	const body = `{"a":1}`
	signed := func(secret string) http.Header {
		return http.Header{"X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(sign(sha256.New, secret, body))}}
	}
	unreadable := errors.New("the body is broken")
	const ok webhook.Kind = -1
	tests := map[string]struct {
		request webhook.Request
		err     error // from reading the body
		reads   int
		want    webhook.Kind
	}{
		"an unknown source":          {webhook.Request{Source: "nobody"}, nil, 0, webhook.UnknownSource},
		"too large":                  {webhook.Request{Source: "aws", AWS: true, Size: webhook.MaxBody + 1}, nil, 0, webhook.TooLarge},
		"too large for nobody":       {webhook.Request{Source: "nobody", Size: webhook.MaxBody + 1}, nil, 0, webhook.UnknownSource},
		"as large as may be":         {webhook.Request{Source: "aws", AWS: true, Size: webhook.MaxBody}, nil, 1, ok},
		"no token":                   {webhook.Request{Source: "token"}, nil, 0, webhook.Unverified},
		"a wrong token":              {webhook.Request{Source: "token", Header: http.Header{"X-Webhook-Token": {"wrong"}}}, nil, 0, webhook.Unverified},
		"a wrong token, unreadable":  {webhook.Request{Source: "token", Header: http.Header{"X-Webhook-Token": {"wrong"}}}, unreadable, 0, webhook.Unverified},
		"a token":                    {webhook.Request{Source: "token", Header: http.Header{"X-Webhook-Token": {"the-new-token"}}}, nil, 1, ok},
		"a token, unreadable":        {webhook.Request{Source: "token", Header: http.Header{"X-Webhook-Token": {"the-new-token"}}}, unreadable, 1, webhook.Malformed},
		"no secret stored":           {webhook.Request{Source: "unstored", Header: http.Header{"X-Webhook-Token": {"the-new-token"}}}, nil, 0, webhook.Unverified},
		"no signature":               {webhook.Request{Source: "github"}, nil, 0, webhook.Unverified},
		"what cannot be a signature": {webhook.Request{Source: "github", Header: http.Header{"X-Hub-Signature-256": {"sha256=??"}}}, nil, 0, webhook.Unverified},
		"a wrong signature":          {webhook.Request{Source: "github", Header: signed("no")}, nil, 1, webhook.Unverified},
		"a signature":                {webhook.Request{Source: "github", Header: signed("github-key")}, nil, 1, ok},
		"a signature, unreadable":    {webhook.Request{Source: "github", Header: signed("github-key")}, unreadable, 1, webhook.Malformed},
		"two ways, the second":       {webhook.Request{Source: "two", Header: signed("a-shared-key")}, nil, 1, ok},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			reads := 0
			tt.request.Body = func() ([]byte, error) {
				reads++
				return []byte(body), tt.err
			}
			d, err := webhook.New(webhook.Config{Sources: sources, Secrets: secrets}).Verify(t.Context(), tt.request)
			var e *webhook.Error
			if errors.As(err, &e) != (tt.want != ok) || e != nil && e.Kind != tt.want {
				t.Fatalf("Verify = %+v, %v, want kind %v", d, err, tt.want)
			}
			if reads != tt.reads || err == nil && string(d.Body) != body {
				t.Errorf("the body was read %d times and is %q, want %d times and %q", reads, d.Body, tt.reads, body)
			}
		})
	}
}

// IAM is enough: the secrets are not even read.
func TestAWSNeedsNoSecret(t *testing.T) {
	sources := []event.Source{{Name: "broken", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}, {Kind: "aws"}}}}
	for name, c := range map[string]webhook.Config{"none": {Sources: sources}, "unreadable": {Sources: sources, Secrets: secrets}} {
		if _, err := webhook.New(c).Verify(t.Context(), webhook.Request{Source: "broken", AWS: true}); err != nil {
			t.Errorf("Verify with secrets %s = %v, want a delivery", name, err)
		}
	}
}

func TestNoSecretsConfigured(t *testing.T) {
	r := webhook.New(webhook.Config{Sources: sources})
	_, err := r.Verify(t.Context(), webhook.Request{Source: "token", Header: http.Header{"X-Webhook-Token": {"the-new-token"}}})
	var e *webhook.Error
	if !errors.As(err, &e) || e.Kind != webhook.NoCredential || !strings.Contains(e.Public(), "WEBHOOK_SECRET_ID") {
		t.Errorf("Verify = %v, want it to name WEBHOOK_SECRET_ID", err)
	}
}

func FuzzNothingVerifiesWithoutTheSecret(f *testing.F) {
	f.Add("token", "x-Webhook-Token", "new ", "", "{}")
	f.Add("github", "", "sha256=00", "key=", "{}")
	f.Add("every", "Authorization", "Basic YTpi", "key=+", `{"token":"x"}`)
	f.Add("bearer", "Authorization", "Bearer Bearer x", "", "")
	const secret = "user:a-secret-of-forty-characters-or-so"
	all, known := stored{}, append([]event.Source{
		{Name: "bearer", Verify: []event.Scheme{{Kind: "token", Header: "Authorization", Prefix: "Bearer "}}},
		{Name: "every", Verify: []event.Scheme{
			{Kind: "zoho-notification"}, {Kind: "token", Header: "X-Webhook-Token", Query: "key"}, {Kind: "basic"}, rowOf("github"), {Kind: "aws"},
		}},
	}, sources...)
	for _, s := range known {
		all[s.Name] = []string{secret}
	}
	r := webhook.New(webhook.Config{Sources: known, Secrets: all})
	f.Fuzz(func(t *testing.T, source, name, value, query, body string) {
		header := http.Header{"X-Webhook-Token": {value}, "X-Hub-Signature-256": {value}, "X-Sig": {value}, "Authorization": {value}}
		header[name] = append(header[name], value)
		if source == "broken" {
			return
		}
		d, err := r.Verify(t.Context(), webhook.Request{Source: source, Header: header, RawQuery: query, Body: webhook.Bytes([]byte(body))})
		if err == nil {
			t.Fatalf("verified: %+v", d)
		}
		if strings.Contains(err.Error(), secret) {
			t.Fatalf("the reason %v shows the secret", err)
		}
	})
}
