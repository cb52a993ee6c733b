package webhook_test

import (
	"context"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"untag/internal/event"
	"untag/internal/sender"
	"untag/internal/webhook"
)

const keysURL = "https://keys.example.com/.well-known/jwks.json"

// keyServer simulates a sender that publishes its keys.
type keyServer struct {
	mu     sync.Mutex
	asked  []string
	answer func(*http.Request) (*http.Response, error)
}

func (s *keyServer) RoundTrip(r *http.Request) (*http.Response, error) {
	s.mu.Lock()
	s.asked = append(s.asked, r.URL.String())
	answer := s.answer
	s.mu.Unlock()
	return answer(r)
}

func (s *keyServer) set(answer func(*http.Request) (*http.Response, error)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.answer = answer
}

// requests returns how often it was asked since the last call.
func (s *keyServer) requests() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := len(s.asked)
	s.asked = nil
	return n
}

func answering(status int, body string) func(*http.Request) (*http.Response, error) {
	return func(r *http.Request) (*http.Response, error) {
		header := http.Header{"Location": {"https://mallory.example/keys"}}
		return &http.Response{StatusCode: status, Header: header, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
	}
}

func urlText(n *big.Int) string { return base64.RawURLEncoding.EncodeToString(n.Bytes()) }

// rsaJWK returns a public key as it is published; more replaces some of its members.
func rsaJWK(id string, key *rsa.PublicKey, more map[string]any) map[string]any {
	k := map[string]any{"kty": "RSA", "kid": id, "use": "sig", "alg": "RS256", "n": urlText(key.N), "e": urlText(big.NewInt(int64(key.E)))}
	for name, value := range more {
		k[name] = value
	}
	return k
}

func keySet(keys ...any) string {
	text, _ := json.Marshal(map[string]any{"keys": keys})
	return string(text)
}

// published is how a sender signs whose keys are published.
func published() *sender.Verify {
	v := shared()
	v.JWT.Algorithms, v.JWT.JWKS = []string{"RS256"}, keysURL
	return v
}

// keyed is a receiver of one source whose tokens are verified with published keys.
type keyed struct {
	server   *keyServer
	receiver *webhook.Receiver
}

func newKeyed(v *sender.Verify, answer func(*http.Request) (*http.Response, error)) *keyed {
	k := &keyed{server: &keyServer{answer: answer}}
	source := event.Source{Name: "s", Verify: []event.Scheme{{Kind: "jwt", Verify: v}}}
	k.receiver = webhook.New(webhook.Config{Sources: []event.Source{source}, HTTP: &http.Client{Transport: k.server}})
	return k
}

// receive sends a request with a token that a key signed under an identifier.
func (k *keyed) receive(t testing.TB, key *rsa.PrivateKey, id string) error {
	token := signedToken(t, jwt.SigningMethodRS256, key, fresh(), map[string]any{"kid": id, "jku": "https://mallory.example/keys", "x5u": "https://mallory.example/x"})
	_, err := k.receiver.Receive(t.Context(), webhook.Request{Source: "s", Header: bearer(token), Body: webhook.Bytes([]byte(jwtBody)), ReceivedAt: signedAt})
	return err
}

// kindOf returns the kind of a refusal; "" for none.
func kindOf(err error) string {
	if e, ok := errors.AsType[*webhook.Error](err); ok {
		return e.Kind.String()
	}
	return fmt.Sprint(err)
}

// TestPublishedKeys: a key is that of the token's identifier and algorithm, in a set of the host
// that the source names.
func TestPublishedKeys(t *testing.T) {
	keys := tokenKeys()
	public := &keys[0].PublicKey
	other := rsaJWK("old", &keys[1].PublicKey, nil)
	tests := map[string]struct {
		answer func(*http.Request) (*http.Response, error)
		want   string
	}{
		"its key":                    {answering(200, keySet(other, rsaJWK("k", public, nil))), "<nil>"},
		"several with the same id":   {answering(200, keySet(rsaJWK("k", &keys[1].PublicKey, nil), rsaJWK("k", public, nil))), "<nil>"},
		"without alg and use":        {answering(200, keySet(rsaJWK("k", public, map[string]any{"alg": "", "use": ""}))), "<nil>"},
		"with padding":               {answering(200, strings.Replace(keySet(rsaJWK("k", public, nil)), "AQAB", "AQAB====", 1)), "<nil>"},
		"beside keys of other kinds": {answering(200, keySet(map[string]any{"kty": "oct", "k": "c2VjcmV0"}, map[string]any{"kty": "EC", "crv": "P-256", "x": "AA", "y": "AA"}, rsaJWK("k", public, nil))), "<nil>"},
		"under another identifier":   {answering(200, keySet(rsaJWK("x", public, nil))), "unverified"},
		"for another algorithm":      {answering(200, keySet(rsaJWK("k", public, map[string]any{"alg": "RS512"}))), "unverified"},
		"for encryption":             {answering(200, keySet(other, rsaJWK("k", public, map[string]any{"use": "enc"}))), "unverified"},
		"another key":                {answering(200, keySet(rsaJWK("k", &keys[1].PublicKey, nil))), "unverified"},
		"no keys":                    {answering(200, keySet()), "unavailable"},
		"not JSON":                   {answering(200, "<html>"), "unavailable"},
		"an exponent of 1":           {answering(200, keySet(rsaJWK("k", public, map[string]any{"e": "AQ"}))), "unavailable"},
		"a huge modulus":             {answering(200, keySet(rsaJWK("k", public, map[string]any{"n": base64.RawURLEncoding.EncodeToString(make([]byte, 3)) + strings.Repeat("_", 4000)}))), "unavailable"},
		"not found":                  {answering(404, keySet(rsaJWK("k", public, nil))), "unavailable"},
		"a redirect":                 {answering(302, keySet(rsaJWK("k", public, nil))), "unavailable"},
		"over 64 KiB":                {answering(200, keySet(rsaJWK("k", public, map[string]any{"x5c": strings.Repeat("x", 64<<10)}))), "unavailable"},
		"unreachable":                {func(*http.Request) (*http.Response, error) { return nil, errors.New("no route") }, "unavailable"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			k := newKeyed(published(), tt.answer)
			if got := kindOf(k.receive(t, keys[0], "k")); got != tt.want {
				t.Errorf("Receive = %s, want %s", got, tt.want)
			}
			if len(k.server.asked) != 1 || k.server.asked[0] != keysURL {
				t.Errorf("asked %v", k.server.asked)
			}
		})
	}
}

// TestPublishedCurves: keys of elliptic curves are read too.
func TestPublishedCurves(t *testing.T) {
	curve, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	public, private, _ := ed25519.GenerateKey(rand.Reader)
	point, _ := curve.PublicKey.Bytes()
	text := base64.RawURLEncoding.EncodeToString
	set := keySet(
		map[string]any{"kty": "EC", "crv": "P-256", "kid": "c", "x": text(point[1:33]), "y": text(point[33:])},
		map[string]any{"kty": "OKP", "crv": "Ed25519", "kid": "e", "x": text(public)},
	)
	for id, tt := range map[string]struct {
		method jwt.SigningMethod
		key    any
	}{"c": {jwt.SigningMethodES256, curve}, "e": {jwt.SigningMethodEdDSA, private}} {
		v := published()
		v.JWT.Algorithms = []string{"ES256", "EdDSA"}
		k := newKeyed(v, answering(200, set))
		token := signedToken(t, tt.method, tt.key, fresh(), map[string]any{"kid": id})
		if _, err := k.receiver.Receive(t.Context(), webhook.Request{Source: "s", Header: bearer(token), Body: webhook.Bytes([]byte(jwtBody)), ReceivedAt: signedAt}); err != nil {
			t.Errorf("%s: %v", id, err)
		}
	}
}

// TestKeysAreKept: keys are fetched by the first token, once an hour, and at most once a minute for
// tokens with unknown keys; old ones count while there are no new ones.
func TestKeysAreKept(t *testing.T) {
	keys := tokenKeys()
	one := answering(200, keySet(rsaJWK("1", &keys[0].PublicKey, nil)))
	two := answering(200, keySet(rsaJWK("2", &keys[1].PublicKey, nil)))
	down := answering(500, "")
	steps := []struct {
		name     string
		wait     time.Duration
		answer   func(*http.Request) (*http.Response, error)
		key      int
		id       string
		want     string
		requests int
	}{
		{"the first token", 0, one, 0, "1", "<nil>", 1},
		{"the second", 59 * time.Minute, nil, 0, "1", "<nil>", 0},
		{"after an hour", time.Minute, nil, 0, "1", "<nil>", 1},
		{"an unknown key at once", time.Second, two, 1, "2", "unverified", 0},
		{"an unknown key after a minute", time.Minute, nil, 1, "2", "<nil>", 1},
		{"a key that is no longer published", time.Second, nil, 0, "1", "unverified", 0},
		{"its keys are down", time.Hour, down, 1, "2", "<nil>", 1},
		{"its keys are still down", time.Second, nil, 1, "2", "<nil>", 0},
		{"an unknown key while they are down", 0, nil, 0, "1", "unavailable", 0},
		{"an unknown key, a minute later", time.Minute, nil, 0, "1", "unavailable", 1},
		{"they are back", time.Minute, one, 0, "1", "<nil>", 1},
	}
	synctest.Test(t, func(t *testing.T) {
		k := newKeyed(published(), one)
		if k.server.requests() != 0 {
			t.Error("New fetched the keys")
		}
		for _, step := range steps {
			time.Sleep(step.wait)
			if step.answer != nil {
				k.server.set(step.answer)
			}
			if got := kindOf(k.receive(t, keys[step.key], step.id)); got != step.want {
				t.Errorf("%s: Receive = %s, want %s", step.name, got, step.want)
			}
			if got := k.server.requests(); got != step.requests {
				t.Errorf("%s: %d requests, want %d", step.name, got, step.requests)
			}
		}
	})
}

// TestUnreachableKeys: while there are no keys, they are asked for every few seconds, whatever
// arrives.
func TestUnreachableKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k := newKeyed(published(), answering(503, ""))
		for range 60 {
			if got := kindOf(k.receive(t, tokenKeys()[0], rand.Text())); got != "unavailable" {
				t.Errorf("Receive = %s", got)
			}
			time.Sleep(time.Second)
		}
		if n := k.server.requests(); n != 12 {
			t.Errorf("%d requests in a minute", n)
		}
	})
}

// TestUnknownKeys: tokens with made-up keys cause one request a minute, and do no harm to others.
func TestUnknownKeys(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		keys := tokenKeys()
		k := newKeyed(published(), answering(200, keySet(rsaJWK("1", &keys[0].PublicKey, nil))))
		for range 120 {
			if got := kindOf(k.receive(t, keys[1], rand.Text())); got != "unverified" {
				t.Errorf("Receive = %s", got)
			}
			if err := k.receive(t, keys[0], "1"); err != nil {
				t.Error(err)
			}
			time.Sleep(time.Second)
		}
		if n := k.server.requests(); n != 2 {
			t.Errorf("%d requests in two minutes", n)
		}
	})
}

// TestSlowKeys: a sender has a second and a half, also for the end of its answer; requests that
// arrive meanwhile share the result.
func TestSlowKeys(t *testing.T) {
	keys := tokenKeys()
	set := keySet(rsaJWK("1", &keys[0].PublicKey, nil))
	for name, tt := range map[string]struct {
		takes time.Duration
		body  bool // the answer begins at once
		want  string
		waits time.Duration
	}{
		"just in time":       {1400 * time.Millisecond, false, "<nil>", 1400 * time.Millisecond},
		"too slow":           {time.Hour, false, "unavailable", 1500 * time.Millisecond},
		"too slow to finish": {time.Hour, true, "unavailable", 1500 * time.Millisecond},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				k := newKeyed(published(), func(r *http.Request) (*http.Response, error) {
					resp, _ := answering(200, set)(r)
					if tt.body {
						resp.Body = io.NopCloser(slowly{r.Context(), tt.takes})
						return resp, nil
					}
					if _, err := (slowly{r.Context(), tt.takes}).Read(nil); err != io.EOF {
						return nil, err
					}
					return resp, nil
				})
				start := time.Now()
				var all sync.WaitGroup
				for range 50 {
					all.Go(func() {
						if got := kindOf(k.receive(t, keys[0], "1")); got != tt.want {
							t.Errorf("Receive = %s, want %s", got, tt.want)
						}
					})
				}
				all.Wait()
				if waited := time.Since(start); waited != tt.waits {
					t.Errorf("it took %v, want %v", waited, tt.waits)
				}
				if n := k.server.requests(); n != 1 {
					t.Errorf("%d requests", n)
				}
			})
		})
	}
}

// slowly is an answer that takes its time to end.
type slowly struct {
	ctx   context.Context
	takes time.Duration
}

func (s slowly) Read([]byte) (int, error) {
	select {
	case <-time.After(s.takes):
		return 0, io.EOF
	case <-s.ctx.Done():
		return 0, s.ctx.Err()
	}
}

// TestStrangersCauseNoRequest: keys are only fetched for a token whose claims are right.
func TestStrangersCauseNoRequest(t *testing.T) {
	key := tokenKeys()[0]
	k := newKeyed(published(), answering(200, keySet(rsaJWK("1", &key.PublicKey, nil))))
	for name, token := range map[string]string{
		"another issuer":    signedToken(t, jwt.SigningMethodRS256, key, with(fresh(), "iss", "x"), nil),
		"another audience":  signedToken(t, jwt.SigningMethodRS256, key, with(fresh(), "aud", "x"), nil),
		"expired":           signedToken(t, jwt.SigningMethodRS256, key, with(fresh(), "exp", 1), nil),
		"another algorithm": signedToken(t, jwt.SigningMethodHS256, []byte("x"), fresh(), nil),
		"no token":          "a.b.c",
	} {
		if _, err := k.receiver.Receive(t.Context(), webhook.Request{Source: "s", Header: bearer(token), ReceivedAt: signedAt}); kindOf(err) != "unverified" {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := k.server.requests(); n != 0 {
		t.Errorf("%d requests", n)
	}
}

// TestKeysOfOtherSchemes: keys are requested over https alone, and not at all without a client.
func TestKeysOfOtherSchemes(t *testing.T) {
	for _, url := range []string{"http://keys.example.com/", "file:///etc/passwd", "", "://"} {
		v := published()
		v.JWT.JWKS = url
		k := newKeyed(v, answering(200, "{}"))
		if k.receive(t, tokenKeys()[0], "1") == nil || k.server.requests() != 0 {
			t.Errorf("%q was requested", url)
		}
	}
	source := event.Source{Name: "s", Verify: []event.Scheme{{Kind: "jwt", Verify: published()}}}
	k := &keyed{receiver: webhook.New(webhook.Config{Sources: []event.Source{source}})}
	if got := kindOf(k.receive(t, tokenKeys()[0], "1")); got != "unavailable" {
		t.Errorf("Receive without a client = %s", got)
	}
}

// TestStoredClaims: where a sender's keys sign for others too, what is stored says for whom.
func TestStoredClaims(t *testing.T) {
	key := tokenKeys()[0]
	v := published()
	v.JWT.Stored, v.JWT.Issuer, v.JWT.Audience = true, "", ""
	source := event.Source{Name: "s", Verify: []event.Scheme{{Kind: "zoho-desk", Verify: v}}}
	server := &keyServer{answer: answering(200, keySet(rsaJWK("1", &key.PublicKey, nil)))}
	for name, tt := range map[string]struct {
		stored []string
		want   string
	}{
		"the issuer and the audience": {[]string{"orgId:12345678 webhookId:9"}, "<nil>"},
		"the issuer alone":            {[]string{"orgId:12345678"}, "<nil>"},
		"one of several":              {[]string{"orgId:12345678 webhookId:1", "orgId:12345678 webhookId:9"}, "<nil>"},
		"another issuer":              {[]string{"orgId:12345679 webhookId:9"}, "unverified"},
		"another audience":            {[]string{"orgId:12345678 webhookId:1"}, "unverified"},
		"three words":                 {[]string{"orgId:12345678 webhookId:9 x"}, "unverified"},
		"nothing":                     {nil, "unverified"},
		"blanks":                      {[]string{"           "}, "unverified"},
	} {
		receiver := webhook.New(webhook.Config{Sources: []event.Source{source}, Secrets: stored{"s": tt.stored}, HTTP: &http.Client{Transport: server}})
		claims := with(with(fresh(), "iss", "orgId:12345678"), "aud", "webhookId:9")
		token := signedToken(t, jwt.SigningMethodRS256, key, claims, map[string]any{"kid": "1"})
		_, err := receiver.Receive(t.Context(), webhook.Request{Source: "s", Header: bearer(token), Body: webhook.Bytes([]byte(jwtBody)), ReceivedAt: signedAt})
		if got := kindOf(err); got != tt.want {
			t.Errorf("%s: Receive = %v, want %s", name, err, tt.want)
		}
	}
	receiver := webhook.New(webhook.Config{Sources: []event.Source{source}, HTTP: &http.Client{Transport: server}})
	if _, err := receiver.Receive(t.Context(), webhook.Request{Source: "s", ReceivedAt: signedAt}); kindOf(err) != "no credential" {
		t.Errorf("Receive without stored secrets = %v", err)
	}
}

// FuzzKeys: no answer in place of keys causes a panic, or makes a token valid that its keys did not
// sign.
func FuzzKeys(f *testing.F) {
	key := tokenKeys()[0]
	token := signedToken(f, jwt.SigningMethodRS256, key, fresh(), nil)
	f.Add(keySet(rsaJWK("1", &tokenKeys()[1].PublicKey, nil)))
	f.Add(`{"keys":[{"kty":"EC","crv":"P-521","x":"AA","y":"AA"},{"kty":"RSA","n":"AQ","e":"AQAB"},{"kty":"OKP","crv":"Ed25519","x":""}]}`)
	f.Add(`{"keys":null}`)
	f.Fuzz(func(t *testing.T, answer string) {
		k := newKeyed(published(), answering(200, answer))
		_, err := k.receiver.Receive(t.Context(), webhook.Request{Source: "s", Header: bearer(token), Body: webhook.Bytes([]byte(jwtBody)), ReceivedAt: signedAt})
		if err == nil && !strings.Contains(answer, urlText(key.N)) {
			t.Errorf("accepted with the keys %q", answer)
		}
	})
}
