package webhook_test

import (
	"bytes"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	cryptorand "crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/webhook"
)

// rowOf returns the way to verify of a sender that has a row.
func rowOf(name string) event.Scheme {
	s, found := rules.LoadSender(name)
	if !found {
		panic("no row " + name)
	}
	return s.Source.Verify[0]
}

// signedAt is when the requests of these tests were signed.
var signedAt = time.Date(2026, 11, 25, 12, 0, 0, 0, time.UTC)

// secretOf returns a secret as a sender's are written, of this seed.
func secretOf(h *sender.HMAC, seed uint64) string {
	key := make([]byte, 32)
	for i := range key {
		key[i] = byte(rand.New(rand.NewPCG(seed, uint64(i))).Uint32())
	}
	switch h.Secret {
	case "base64":
		return h.Strip + base64.StdEncoding.EncodeToString(key)
	case "hex":
		return hex.EncodeToString(key)
	}
	return h.Strip + hex.EncodeToString(key)
}

// bodies are what senders send, and what only an attacker does.
func bodies() [][]byte {
	r := rand.New(rand.NewPCG(1, 2))
	list := [][]byte{nil, []byte(`{}`), []byte("{\"name\":\"Zoë 😀\"}\r\n"), []byte("a=1&b=%20"), {0, 255, '\n'}, bytes.Repeat([]byte("x"), 100_000)}
	for range 50 {
		body := make([]byte, r.IntN(300))
		for i := range body {
			body[i] = byte(r.Uint32())
		}
		list = append(list, body)
	}
	return list
}

// keysOf returns what is stored for a source of a sender and what the sender signs with, of
// this seed. They differ for public keys. known is false for a sender that only it can sign as.
func keysOf(v *sender.Verify, seed uint64) (store, sign string, known bool) {
	r := rand.NewChaCha8([32]byte{byte(seed)})
	switch {
	case v.HMAC != nil:
		secret := secretOf(v.HMAC, seed)
		return secret, secret, true
	case v.Compare == "basic":
		return fmt.Sprintf("user:%x", r.Uint64()), fmt.Sprintf("user:%x", rand.NewChaCha8([32]byte{byte(seed)}).Uint64()), true
	case v.Compare == "token":
		secret := secretOf(&sender.HMAC{Secret: "text"}, seed)
		return secret, secret, true
	case v.JWT != nil && v.JWT.IsSymmetric():
		secret := secretOf(&sender.HMAC{Secret: "text"}, seed)
		return secret, secret, true
	case v.Key != nil:
		public, private := newKeys(v.Key, r)
		return public, private, true
	}
	return "", "", false
}

// newKeys returns a pair of keys, as a sender shows and keeps them.
func newKeys(k *sender.Key, r io.Reader) (public, private string) {
	var signer crypto.Signer
	switch k.Type {
	case "ed25519":
		_, signer, _ = ed25519.GenerateKey(r)
	case "ecdsa":
		signer, _ = ecdsa.GenerateKey(elliptic.P256(), cryptorand.Reader)
	case "rsa":
		signer, _ = rsa.GenerateKey(cryptorand.Reader, 2048)
	}
	der, err := x509.MarshalPKIXPublicKey(signer.Public())
	if raw, isRaw := signer.Public().(ed25519.PublicKey); isRaw && k.Public == "raw" {
		der = raw
	}
	kept, keptErr := x509.MarshalPKCS8PrivateKey(signer)
	if err != nil || keptErr != nil {
		panic("keys cannot be written")
	}
	return base64.StdEncoding.EncodeToString(der), string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: kept}))
}

// bodiesOf are bodies of requests of a sender.
func bodiesOf(source event.Source) (list [][]byte, kind string) {
	v := source.Verify[0].Verify
	inJSON := v.Signature.JSON != nil || v.Timestamp.JSON != nil
	switch {
	case v.Each != nil && v.Each[0].Member == "value":
		return [][]byte{[]byte(`{"value":[{"id":"1","resource":"a"},{"id":"2"}]}`)}, "application/json"
	case v.Each != nil:
		return [][]byte{[]byte(`{"notificationItems":[{"NotificationRequestItem":{"pspReference":"7","amount":{"value":10,"currency":"EUR"},"additionalData":{"a":"b"}}},{"NotificationRequestItem":{"eventCode":"X"}}]}`)}, "application/json"
	case inJSON:
		return [][]byte{[]byte(`{}`), []byte(`{"a":{"b":"Zoë 😀"},"signature":{"token":"t"}}`), []byte("{\n \"event\": {\"event_type\": \"sent\"}\n}\n")}, "application/json"
	case source.Events.Form != "":
		return [][]byte{[]byte(`[{"_id":"1"},{"_id":"2"}]`), []byte(`mandrill_events=%5B%5D&b=c+d&a=%C3%AB`)}, "application/x-www-form-urlencoded"
	}
	return bodies(), ""
}

// requestOf returns what arrives of a request.
func requestOf(source string, out webhook.Outgoing, at time.Time) webhook.Request {
	_, query, _ := strings.Cut(out.URL, "?")
	return webhook.Request{Source: source, Method: out.Method, URL: out.URL, RawQuery: query, Header: out.Header, Body: webhook.Bytes(out.Body), ReceivedAt: at}
}

// signRow signs a request of a sender.
func signRow(t *testing.T, source event.Source, key string, body []byte, kind string) webhook.Outgoing {
	t.Helper()
	header := make(http.Header)
	if kind != "" {
		header.Set("Content-Type", kind)
	}
	out, err := webhook.Sign(source, key, webhook.Outgoing{
		URL: "https://hooks.example.com:8443/prod/webhooks/x?a=%3A%2Fb%7E&c=d", Header: header, Body: body, ID: "delivery-7", At: signedAt,
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestEverySender: what a sender signs verifies with the same secret, also with one of several,
// and a request in which any byte was changed does not.
func TestEverySender(t *testing.T) {
	for _, name := range sender.Names() {
		t.Run(name, func(t *testing.T) {
			row, found := rules.LoadSender(name)
			if !found || row.Title == "" || row.Store == "" {
				t.Fatalf("LoadSender = %+v, %t", row, found)
			}
			v := row.Source.Verify[0].Verify
			other, wrong, known := keysOf(v, 2)
			if !known {
				return // has its own tests
			}
			store, key, _ := keysOf(v, 1)
			receiver := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{name: {other, store}}})
			verify := func(out webhook.Outgoing, at time.Time) error {
				_, err := receiver.Verify(t.Context(), requestOf(name, out, at))
				return err
			}
			all, kind := bodiesOf(row.Source)
			for i, body := range all {
				out := signRow(t, row.Source, key, body, kind)
				if err := verify(out, signedAt.Add(time.Second)); err != nil {
					t.Fatalf("body %d %q: %v", i, out.Body, err)
				}
				if i%7 == 0 {
					changedBody(t, v, out, func(changed webhook.Outgoing) error { return verify(changed, signedAt) })
					changedHeaders(t, out.Header, func(changed http.Header) error {
						next := out
						next.Header = changed
						return verify(next, signedAt)
					})
				}
				changedURL(t, v, out, func(changed webhook.Outgoing) error { return verify(changed, signedAt) })
			}
			only := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{name: {store}}})
			if _, err := only.Verify(t.Context(), requestOf(name, signRow(t, row.Source, wrong, all[0], kind), signedAt)); err == nil {
				t.Error("accepted with another secret")
			}
			if verify(webhook.Outgoing{Method: "POST", URL: "https://hooks.example.com", Body: all[0]}, signedAt) == nil {
				t.Error("accepted without a signature")
			}
		})
	}
}

// changedBody changes bytes of the body.
func changedBody(t *testing.T, v *sender.Verify, out webhook.Outgoing, verify func(webhook.Outgoing) error) {
	t.Helper()
	if v.Covers != sender.CoversBody {
		return
	}
	changed := out
	changed.Body = append(slices.Clone(out.Body), 'x')
	if verify(changed) == nil {
		t.Fatalf("accepted with a byte more than %q", out.Body)
	}
	for i := 0; i < len(out.Body); i += 1 + len(out.Body)/50 {
		changed.Body = slices.Clone(out.Body)
		changed.Body[i] ^= 1
		if verify(changed) == nil {
			t.Fatalf("accepted with %q, changed from %q", changed.Body, out.Body)
		}
	}
}

// changedURL changes each byte of a URL that is signed, and of a query that has the signature.
func changedURL(t *testing.T, v *sender.Verify, out webhook.Outgoing, verify func(webhook.Outgoing) error) {
	t.Helper()
	start := len(out.URL)
	switch {
	case v.Signed.Has("url"):
		start = 0
	case v.Signature.Query != "":
		start = strings.Index(out.URL, v.Signature.Query+"=")
	}
	for i := start; i < len(out.URL); i++ {
		changed := []byte(out.URL)
		changed[i] ^= 1
		if strings.EqualFold(string(changed), out.URL) {
			continue // escapes and hexadecimal digits may be in either case
		}
		next := out
		next.URL = string(changed)
		if verify(next) == nil {
			t.Fatalf("accepted with the URL %s, changed from %s", changed, out.URL)
		}
	}
}

// changedHeaders changes each byte of each header that the signature covers or that holds it.
func changedHeaders(t *testing.T, header http.Header, verify func(http.Header) error) {
	t.Helper()
	for name, values := range header {
		if strings.Contains(strings.ToLower(name), "delivery") || strings.HasSuffix(strings.ToLower(name), "-id") && !strings.HasPrefix(name, "Webhook-") && !strings.HasPrefix(name, "Svix-") ||
			name == "X-Atlassian-Webhook-Identifier" || name == "Content-Type" || name == "Idempotency-Key" {
			continue // not signed
		}
		for i := range values[0] {
			changed := header.Clone()
			flipped := []byte(values[0])
			flipped[i] ^= 1
			if strings.EqualFold(string(flipped), values[0]) {
				continue // hexadecimal digits may be in either case
			}
			changed[name] = []string{string(flipped)}
			if verify(changed) == nil {
				t.Fatalf("accepted with %s: %s, changed from %s", name, flipped, values[0])
			}
		}
		twice := header.Clone()
		twice[name] = append(slices.Clone(values), values[0])
		if verify(twice) == nil && !strings.Contains(values[0], "v1=") && name != "X-Mollie-Signature" { // a list may come in several headers
			t.Fatalf("accepted with two headers %s", name)
		}
	}
}

// TestAnotherIdentifier: a source may name another identifier than the one that is signed.
func TestAnotherIdentifier(t *testing.T) {
	set, faults := rules.Load([]byte("version: 1\nsources: {a: {verify: standard, id: header X-Own}}\nrules: [{name: r, on: a, when: true, record: {module: Deals, id: event.id}, remove: [x]}]\n"))
	if set == nil {
		t.Fatal(faults)
	}
	source, _ := set.Source("a")
	secret := secretOf(source.Verify[0].Verify.HMAC, 1)
	out, err := webhook.Sign(source, secret, webhook.Outgoing{ID: "7", Body: []byte("{}"), At: signedAt})
	if err != nil {
		t.Fatal(err)
	}
	out.Header.Set("X-Own", "own")
	receiver := webhook.New(webhook.Config{Sources: set.Sources(), Secrets: stored{"a": {secret}}})
	d, err := receiver.Verify(t.Context(), requestOf("a", out, signedAt))
	if err != nil || d.DeliveryID != "own" {
		t.Errorf("Verify = %q, %v", d.DeliveryID, err)
	}
}

// TestTolerance: a request is too old, or from the future, beyond the tolerance; the time of
// some senders is not signed, and then does not count.
func TestTolerance(t *testing.T) {
	for _, name := range sender.Names() {
		row, _ := rules.LoadSender(name)
		v := row.Source.Verify[0].Verify
		store, key, known := keysOf(v, 1)
		if !known || v.JWT != nil { // tokens say when they expire
			continue
		}
		receiver := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{name: {store}}})
		all, kind := bodiesOf(row.Source)
		out := signRow(t, row.Source, key, all[0], kind)
		for _, away := range []time.Duration{-25 * time.Hour, -v.Timestamp.Tolerance - time.Second, -v.Timestamp.Tolerance, v.Timestamp.Tolerance, v.Timestamp.Tolerance + time.Second, 25 * time.Hour} {
			_, err := receiver.Verify(t.Context(), requestOf(name, out, signedAt.Add(away)))
			late := v.Timestamp.Tolerance > 0 && away.Abs() > v.Timestamp.Tolerance
			if (err != nil) != late || late && !strings.Contains(err.Error(), "the time of signing is more than") {
				t.Errorf("%s, %v away: %v", name, away, err)
			}
		}
	}
}

// TestSignatureRefusals: each refusal says why, and none shows what was sent or stored.
func TestSignatureRefusals(t *testing.T) {
	const body = `{"a":"hush"}`
	at := strconv.FormatInt(signedAt.Unix(), 10)
	sum := func(secret, text string) string { return hex.EncodeToString(sign(sha256.New, secret, text)) }
	good := sum("a-secret-of-stripe", at+"."+body)
	stripe := func(value string) http.Header { return http.Header{"Stripe-Signature": {value}} }
	tests := map[string]struct {
		sender, secret string
		header         http.Header
		reason         string // "" if it is accepted
	}{
		"a rolled secret":         {"stripe", "a-secret-of-stripe", stripe("t=" + at + ",v1=" + sum("old", "x") + ",v1=" + good), ""},
		"blanks after commas":     {"stripe", "a-secret-of-stripe", stripe("t=" + at + ", v1=" + good), ""},
		"an older scheme beside":  {"stripe", "a-secret-of-stripe", stripe("t=" + at + ",v0=" + good + ",v1=" + good), ""},
		"the older scheme alone":  {"stripe", "a-secret-of-stripe", stripe("t=" + at + ",v0=" + good), "header Stripe-Signature has no item \"v1=\""},
		"no time":                 {"stripe", "a-secret-of-stripe", stripe("v1=" + good), "no time of signing: no header Stripe-Signature"},
		"two times":               {"stripe", "a-secret-of-stripe", stripe("t=" + at + ",t=1,v1=" + good), "more than one header Stripe-Signature"},
		"a time that is no digit": {"stripe", "a-secret-of-stripe", stripe("t=" + at + ".,v1=" + sum("a-secret-of-stripe", at+".."+body)), "is not in seconds since 1970"},
		"a negative time":         {"stripe", "a-secret-of-stripe", stripe("t=-1,v1=" + good), "is not in seconds since 1970"},
		"a bare signature":        {"cal.com", "a-secret-of-cal.com", http.Header{"X-Cal-Signature-256": {sum("a-secret-of-cal.com", body)}}, ""},
		"one with a prefix":       {"cal.com", "a-secret-of-cal.com", http.Header{"X-Cal-Signature-256": {"sha256=" + sum("a-secret-of-cal.com", body)}}, ""},
		"a prefix and no more":    {"cal.com", "a-secret-of-cal.com", http.Header{"X-Cal-Signature-256": {"sha256="}}, "nothing follows \"sha256=\""},
		"another prefix":          {"cal.com", "a-secret-of-cal.com", http.Header{"X-Cal-Signature-256": {"sha1=" + sum("a-secret-of-cal.com", body)}}, "is not hex"},
		"the prefix twice":        {"cal.com", "a-secret-of-cal.com", http.Header{"X-Cal-Signature-256": {"sha256=sha256=" + sum("a-secret-of-cal.com", body)}}, "is not hex"},
		"a prefix not wanted":     {"tally", "a-secret-of-tally", http.Header{"Tally-Signature": {"sha256=" + base64.StdEncoding.EncodeToString(sign(sha256.New, "a-secret-of-tally", body))}}, "is not base64"},
		"a blank in the secret":   {"stripe", "a-secret-of-stripe ", stripe("t=" + at + ",v1=" + good), "the stored secret begins or ends in white space"},
		"another secret":          {"stripe", "another-secret", stripe("t=" + at + ",v1=" + good), "does not match the request with any stored secret"},
		"many signatures":         {"stripe", "a-secret-of-stripe", stripe("t=" + at + strings.Repeat(",v1="+good, 101)), "has more than 100 values"},
		"both families":           {"shopify", "a-secret-of-shopify", http.Header{"X-Shopify-Hmac-Sha256": {"x"}, "Shopify-Hmac-Sha256": {"x"}}, "header X-Shopify-Hmac-SHA256"},
		"neither family":          {"shopify", "a-secret-of-shopify", nil, "no header X-Shopify-Hmac-SHA256"},
		"a secret not in base64":  {"standard", "whsec_not base64 at all!", http.Header{"Webhook-Id": {"i"}, "Webhook-Timestamp": {at}, "Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(sign(sha256.New, "x", "y"))}}, "the stored secret is not base64"},
		"another family's time":   {"standard", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", http.Header{"Webhook-Id": {"i"}, "Svix-Timestamp": {at}, "Webhook-Signature": {"v1," + base64.StdEncoding.EncodeToString(sign(sha256.New, "x", "y"))}}, "no time of signing: no header webhook-timestamp"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			row, _ := rules.LoadSender(tt.sender)
			receiver := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{tt.sender: {tt.secret}}})
			_, err := receiver.Verify(t.Context(), webhook.Request{Source: tt.sender, Header: tt.header, Body: webhook.Bytes([]byte(body)), ReceivedAt: signedAt})
			text := fmt.Sprint(err)
			if (err == nil) != (tt.reason == "") || !strings.Contains(text, tt.reason) {
				t.Errorf("Verify = %v, want %q", err, tt.reason)
			}
			if strings.Contains(text, "hush") || strings.Contains(text, good) || strings.Contains(text, "a-secret") {
				t.Errorf("%v shows what was sent or stored", err)
			}
		})
	}
}
