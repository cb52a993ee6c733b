package webhook_test

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/webhook"
)

// tokenSource returns a source of a rules file that verifies so.
func tokenSource(t *testing.T, verify string) event.Source {
	t.Helper()
	set, faults := rules.Load([]byte("version: 1\nsources: {s: {verify: " + verify + "}}\nrules: [{name: r, on: s, when: true, record: {module: Deals, id: event.id}, remove: [x]}]\n"))
	if set == nil {
		t.Fatalf("%s: %v", verify, faults)
	}
	source, _ := set.Source("s")
	return source
}

// TestTokenSenders: what untag signs as a sender with tokens verifies, and a request of which any
// part that the token covers was changed does not.
func TestTokenSenders(t *testing.T) {
	tests := map[string]struct {
		verify           string
		coversURL, noAge bool
		coversBody       bool
		expires          time.Duration
	}{
		"vonage":              {verify: "vonage", coversBody: true, expires: 6 * time.Minute},
		"vonage, sender only": {verify: "{as: vonage, covers: sender}", coversBody: true, expires: 6 * time.Minute},
		"vonage, for an hour": {verify: "{as: vonage, tolerance: 1h}", coversBody: true, expires: 61 * time.Minute},
		"messagebird":         {verify: "messagebird", coversBody: true, coversURL: true, expires: 6 * time.Minute},
		"monday":              {verify: "monday", coversURL: true, expires: 6 * time.Minute},
		"described":           {verify: `{jwt: {algorithms: HS512, iss: me, claims: {sub: x}, leeway: 0s, body: {claim: h, hash: sha1, encoding: base64}}, signature: {header: X-Token}}`, coversBody: true, expires: 5 * time.Minute},
		"in the query":        {verify: `{jwt: {algorithms: [HS384]}, signature: {query: token}, covers: sender}`, expires: 6 * time.Minute},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			source := tokenSource(t, tt.verify)
			receiver := webhook.New(webhook.Config{Sources: []event.Source{source}, Secrets: stored{"s": {"another-secret-of-it", jwtSecret}}})
			verify := func(out webhook.Outgoing, at time.Time) error {
				_, query, _ := strings.Cut(out.URL, "?")
				_, err := receiver.Receive(t.Context(), webhook.Request{Source: "s", Method: out.Method, URL: out.URL, RawQuery: query, Header: out.Header, Body: webhook.Bytes(out.Body), ReceivedAt: at})
				return err
			}
			for i, body := range bodies() {
				if !strings.HasPrefix(string(body), "{") && len(body) > 0 {
					continue // what is accepted must also be one event
				}
				out, err := webhook.Sign(source, jwtSecret, webhook.Outgoing{URL: jwtURL, Body: body, ID: "7", At: signedAt})
				if err != nil {
					t.Fatal(err)
				}
				if err := verify(out, signedAt.Add(time.Second)); err != nil {
					t.Fatalf("body %d: %v", i, err)
				}
				changed := out
				changed.Body = append(append([]byte(nil), out.Body...), ' ')
				covered := tt.coversBody && (len(body) > 0 || source.Verify[0].Verify.Covers == sender.CoversBody)
				if err := verify(changed, signedAt); (err != nil) != covered {
					t.Errorf("body %d, changed: %v", i, err)
				}
				changed = out
				changed.URL = strings.Replace(out.URL, "a=1", "a=2", 1)
				if err := verify(changed, signedAt); (err != nil) != tt.coversURL {
					t.Errorf("URL changed: %v", err)
				}
				if verify(out, signedAt.Add(tt.expires-time.Second)) != nil || verify(out, signedAt.Add(tt.expires+2*time.Second)) == nil {
					t.Errorf("it does not expire after %v", tt.expires)
				}
			}
			out, err := webhook.Sign(source, "one-more-secret", webhook.Outgoing{URL: jwtURL, Body: []byte("{}"), At: signedAt})
			if err != nil || verify(out, signedAt) == nil {
				t.Errorf("accepted with another secret, %v", err)
			}
			if verify(webhook.Outgoing{Body: []byte("{}")}, signedAt) == nil {
				t.Error("accepted without a token")
			}
			changedTokens(t, source, verify)
		})
	}
}

// changedTokens changes each byte of a token.
func changedTokens(t *testing.T, source event.Source, verify func(webhook.Outgoing, time.Time) error) {
	t.Helper()
	out, err := webhook.Sign(source, jwtSecret, webhook.Outgoing{URL: jwtURL, Body: []byte("{}"), At: signedAt})
	if err != nil {
		t.Fatal(err)
	}
	for name, values := range out.Header {
		for i := range values[0] {
			flipped := []byte(values[0])
			flipped[i] ^= 1
			changed := out
			changed.Header = http.Header{name: {string(flipped)}}
			if verify(changed, signedAt) == nil && i >= len("Bearer ") {
				t.Fatalf("accepted with %s, changed from %s", flipped, values[0])
			}
		}
	}
}

// TestSignWithAPrivateKey: a sender with a public key is signed as with a private one.
func TestSignWithAPrivateKey(t *testing.T) {
	key := tokenKeys()[0]
	der, _ := x509.MarshalPKCS8PrivateKey(key)
	private := string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
	source := tokenSource(t, `{jwt: {algorithms: [RS256], aud: url, url: {claim: webhook_url}, body: {claim: body_sha256}}}`)
	out, err := webhook.Sign(source, private, webhook.Outgoing{URL: jwtURL, Body: []byte("{}"), At: signedAt})
	if err != nil {
		t.Fatal(err)
	}
	receiver := webhook.New(webhook.Config{Sources: []event.Source{source}, Secrets: stored{"s": {publicPEM(t, key.Public())}}})
	if _, err := receiver.Receive(t.Context(), webhook.Request{Source: "s", URL: jwtURL, Header: out.Header, Body: webhook.Bytes(out.Body), ReceivedAt: signedAt}); err != nil {
		t.Error(err)
	}
	for _, secret := range []string{jwtSecret, publicPEM(t, key.Public()), ""} {
		if _, err := webhook.Sign(source, secret, webhook.Outgoing{URL: jwtURL, At: signedAt}); err == nil || secret != "" && strings.Contains(err.Error(), secret) {
			t.Errorf("Sign with %q = %v", secret, err)
		}
	}
	if _, err := webhook.Sign(source, private, webhook.Outgoing{At: signedAt}); err == nil || !strings.Contains(err.Error(), "PUBLIC_URL") {
		t.Errorf("Sign without a URL = %v", err)
	}
}

// TestZohoDesk: the keys are those of one data center, and the token is that of one organization and
// one webhook.
func TestZohoDesk(t *testing.T) {
	key := tokenKeys()[0]
	const com, eu = "https://desk.zoho.com/.well-known/jwks.json", "https://desk.zoho.eu/.well-known/jwks.json"
	named := `{as: zoho-desk, iss: "orgId:12345678", aud: "webhookId:9"}`
	elsewhere := fmt.Sprintf(`{as: zoho-desk, iss: "orgId:12345678", aud: "webhookId:9", jwks: %q}`, eu)
	claims := jwt.MapClaims{"iss": "orgId:12345678", "aud": "webhookId:9", "exp": signedAt.Unix() + 60}
	tests := map[string]struct {
		verify string
		stored []string
		claims jwt.MapClaims
		asked  string
		want   string
	}{
		"named":                  {named, nil, claims, com, "<nil>"},
		"stored":                 {"zoho-desk", []string{"orgId:12345678 webhookId:9"}, claims, com, "<nil>"},
		"another data center":    {elsewhere, nil, claims, eu, "<nil>"},
		"exp in milliseconds":    {named, nil, with(claims, "exp", (signedAt.Unix()+60)*1000), com, "<nil>"},
		"expired":                {named, nil, with(claims, "exp", signedAt.Unix()-61), "", "unverified"},
		"expired, milliseconds":  {named, nil, with(claims, "exp", (signedAt.Unix()-61)*1000), "", "unverified"},
		"without exp":            {named, nil, with(with(claims, "exp", nil), "iat", signedAt.Unix()), "", "unverified"},
		"another organization":   {named, nil, with(claims, "iss", "orgId:12345679"), "", "unverified"},
		"another webhook":        {named, nil, with(claims, "aud", "webhookId:8"), "", "unverified"},
		"another, as stored":     {"zoho-desk", []string{"orgId:12345678 webhookId:9"}, with(claims, "iss", "orgId:12345679"), "", "unverified"},
		"nothing stored":         {"zoho-desk", nil, claims, "", "unverified"},
		"no issuer in the token": {named, nil, with(claims, "iss", nil), "", "unverified"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			server := &keyServer{answer: answering(200, keySet(rsaJWK("1", &key.PublicKey, nil)))}
			source := tokenSource(t, tt.verify)
			receiver := webhook.New(webhook.Config{Sources: []event.Source{source}, Secrets: stored{"s": tt.stored}, HTTP: &http.Client{Transport: server}})
			token := signedToken(t, jwt.SigningMethodRS256, key, tt.claims, map[string]any{"kid": "1"})
			got, err := receiver.Receive(t.Context(), webhook.Request{
				Source: "s", Method: "POST", Header: http.Header{"X-Zdesk-Jwt": {token}}, Body: webhook.Bytes([]byte(`[{"id":1},{"id":2}]`)), ReceivedAt: signedAt,
			})
			if kindOf(err) != tt.want || err == nil && len(got.Deliveries) != 2 {
				t.Errorf("Receive = %+v, %v", got, err)
			}
			if asked := strings.Join(server.asked, " "); asked != tt.asked {
				t.Errorf("asked %q, want %q", asked, tt.asked)
			}
		})
	}
}

// TestTokenHandshakes: what Zoho Desk and monday.com ask at set-up is answered.
func TestTokenHandshakes(t *testing.T) {
	tests := map[string]struct {
		sender, method, body string
		reply                string // "" if it is none
	}{
		"Zoho Desk":                       {"zoho-desk", "GET", "", "ok"},
		"Zoho Desk, another method":       {"zoho-desk", "POST", "", ""},
		"Zoho Desk, with a body":          {"zoho-desk", "GET", `[{"id":1}]`, ""},
		"monday.com":                      {"monday", "POST", `{"challenge":"3eZbrw1a"}`, `{"challenge":"3eZbrw1a"}`},
		"monday.com, with an event":       {"monday", "POST", `{"challenge":"3eZbrw1a","event":{"id":1}}`, ""},
		"monday.com, a long challenge":    {"monday", "POST", `{"challenge":"` + strings.Repeat("x", 2000) + `"}`, ""},
		"monday.com, an object challenge": {"monday", "POST", `{"challenge":{}}`, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			row, _ := rules.LoadSender(tt.sender)
			receiver := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{tt.sender: {jwtSecret}}})
			got, err := receiver.Receive(t.Context(), webhook.Request{Source: tt.sender, Method: tt.method, Body: webhook.Bytes([]byte(tt.body)), ReceivedAt: signedAt})
			switch {
			case tt.reply == "" && (err == nil || got.Reply != nil):
				t.Errorf("Receive = %+v, want a refusal", got)
			case tt.reply != "" && (err != nil || got.Reply == nil || string(got.Reply.Body) != tt.reply || got.Reply.Status != 200 || len(got.Deliveries) > 0):
				t.Errorf("Receive = %+v, %v, want the reply %s", got, err, tt.reply)
			}
		})
	}
}

// TestRowsWithTokens: every row with tokens says how, and none could accept the tokens of all of a
// sender's customers.
func TestRowsWithTokens(t *testing.T) {
	n := 0
	for _, name := range sender.Names() {
		v := rowOf(name).Verify
		if v.JWT == nil {
			continue
		}
		n++
		if v.JWT.JWKS != "" && !v.JWT.Stored {
			t.Errorf("%s accepts any token of its keys", name)
		}
		if (v.Covers == sender.CoversBody) != (v.JWT.Body != nil) {
			t.Errorf("%s covers %s", name, v.Covers)
		}
	}
	if n != 4 {
		t.Errorf("%d rows with tokens", n)
	}
}

// TestMessageBirdTokens are reference tokens of MessageBird's own package (npm, 4.0.1), which accepts
// and refuses them in the same way.
func TestMessageBirdTokens(t *testing.T) {
	const secret = "36efdd1aace2e26cd490f0d951138253bef2f7c6d34d18981da781555cc4cebb"
	at := time.Date(2021, 7, 5, 10, 0, 0, 0, time.UTC)
	tests := map[string]struct{ url, body, token, reason string }{
		"its URL and its body":       {"https://example.com/path?bar=1&foo=2", "Hello, World!", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI5M2U1NTAwNi1hMGU4LTQ1MjYtYTE5MC1mYTVmZjAwZWExMTYiLCJ1cmxfaGFzaCI6IjQxZjA1ZjBkZGQwYTIyYWIyMDlhYzQ2ZjQ3YzQ1NzJkOWNlZmEyNTdlZDc0YjI0MDA0YmFlNzUzZWNlNmMyNjAiLCJwYXlsb2FkX2hhc2giOiJkZmZkNjAyMWJiMmJkNWIwYWY2NzYyOTA4MDllYzNhNTMxOTFkZDgxYzdmNzBhNGIyODY4OGEzNjIxODI5ODZmIn0._H--TOuYFLpeEH39-rg5E3IHVkjHozBcaKVWPRC5m9I", ""},
		"a port":                     {"https://example.com:8080/", "", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI1OWEyNDRkYy1lOWFkLTRlMjMtOTc3OC0zNzFmYWEyMzhmNzIiLCJ1cmxfaGFzaCI6IjA3Zjc4NjFhNjliMTNjMjI5YzZhZTU5NmQxOThiMjc2M2IwNTRjZjVlMDAwZDczNmQxYzQ4MTAyZDc3MGNmZmMifQ.vcpa0IicGAbpo064dOjiA2VbVOR2S5uZBEaBOP16sS8", ""},
		"escapes in the URL":         {"https://example.com/?obj%5Bfield1%5D=val1&obj%5Bfield2%5D=val2&param=value+with+spaces", "", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI1OWEyNDRkYy1lOWFkLTRlMjMtOTc3OC0zNzFmYWEyMzhmNzIiLCJ1cmxfaGFzaCI6IjhhZmYzNzQ4ZDc4OWM0MzMzNTczZTFjMzFmZTViMDA0OTQwY2I1ZmM0NzQ2MGVkM2QwZTY1NGY3ZmM0ZTVmYWUifQ.mJBCMfEjKmN3IMuzqPXPHktWETrcu0iNdF3agE8PDyI", ""},
		"HS512":                      {"https://example.com/", "", "eyJhbGciOiJIUzUxMiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI1OWEyNDRkYy1lOWFkLTRlMjMtOTc3OC0zNzFmYWEyMzhmNzIiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQwMzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ.rd6r0iMyNGnVPCwurETphE3Y8rpAyvvnUK0S8WvGUkt2E1QSRAZ7NZJZBHw1Y_Wb5W-sK9HJr_PRL2vz4jRT3Q", ""},
		"before it is valid":         {"https://example.com/", "", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ4MjgwMCwiZXhwIjoxNjI1NDgyODYwLCJqdGkiOiJmOWY4YzM4Mi0yNDQ5LTQzMTEtYjcyYi0xZGY3MTY4NzkzMWUiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQwMzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ.ZELgDFNGhjZH9CffQKcq3sytBe2I0KciLxpBhcfstHQ", "from the future"},
		"after it has expired":       {"https://example.com/", "", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3NTYwMCwiZXhwIjoxNjI1NDc1NjYwLCJqdGkiOiI1ZjAyZjUyMi02MDMwLTQ2YzgtYjVhMy0wMTI0NjQ3OGQ4YmMiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQwMzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ.45MSST3B_2PsjNUeiuW54_vUQgVw4rBXrdWrOUEz3lM", "has expired"},
		"the query in another order": {"https://example.com/path?foo=1&bar=2", "", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiJhNzVjOTA5Ni1lODIzLTQ0MmItODVmMi03ZDNjOWQ5YjcyNmIiLCJ1cmxfaGFzaCI6IjZhMDIyZDgzNGMxODMzMGJhYWQ4YTJiZDYxMzUxNzNlZDIxNjEwYTQ1NDUxNmJlMGRmM2YxY2MwMTUxNjEwZWEifQ.z6Sw1XQIM0wuEQGBhXBdawDIIrtMg2XnmA_bpDq53pE", "is not the URL of the request"},
		"the body was removed":       {"https://example.com/", "", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiIxNDUwMTUzMi05NmYyLTQ2ODQtOTgzMi02OGYwOTUxYWUzNDIiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQwMzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDciLCJwYXlsb2FkX2hhc2giOiJkZmZkNjAyMWJiMmJkNWIwYWY2NzYyOTA4MDllYzNhNTMxOTFkZDgxYzdmNzBhNGIyODY4OGEzNjIxODI5ODZmIn0.bHfsjj3tljfzTufoG3EU3p_yFrQh9CufyzRSaRMd4ss", "is not the hash of the body"},
		"a body was added":           {"https://example.com/", "Hello, World!", "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJNZXNzYWdlQmlyZCIsIm5iZiI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI1OWEyNDRkYy1lOWFkLTRlMjMtOTc3OC0zNzFmYWEyMzhmNzIiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQwMzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ.6Fp0rVOsRr1fj9S2GidXAfkmPVofKr8_RTffC6G6r2E", "does not cover the body"},
		"no signature":               {"https://example.com/", "", "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.eyJpc3MiOiJNZXNzYWdlQmlyZCIsImlhdCI6MTYyNTQ3OTIwMCwiZXhwIjoxNjI1NDc5MjYwLCJqdGkiOiI1OWEyNDRkYy1lOWFkLTRlMjMtOTc3OC0zNzFmYWEyMzhmNzIiLCJ1cmxfaGFzaCI6IjBmMTE1ZGIwNjJiN2MwZGQwMzBiMTY4NzhjOTlkZWE1YzM1NGI0OWRjMzdiMzhlYjg4NDYxNzljNzc4M2U5ZDcifQ.", "is not signed with HS256"},
	}
	row, _ := rules.LoadSender("messagebird")
	receiver := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{"messagebird": {secret}}})
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := receiver.Verify(t.Context(), webhook.Request{
				Source: "messagebird", URL: tt.url, Header: http.Header{"Messagebird-Signature-Jwt": {tt.token}}, Body: webhook.Bytes([]byte(tt.body)), ReceivedAt: at,
			})
			wantRefusal(t, err, tt.reason)
		})
	}
}
