package webhook_test

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"encoding/pem"
	"errors"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"untag/internal/event"
	"untag/internal/sender"
	"untag/internal/webhook"
)

const (
	jwtSecret = "a-secret-that-signs-tokens"
	jwtBody   = `{"note":"hush"}`
	jwtURL    = "https://hooks.example.com/webhooks/s?a=1"
)

// tokenKeys are made once: it takes long.
var tokenKeys = sync.OnceValue(func() [2]*rsa.PrivateKey {
	var keys [2]*rsa.PrivateKey
	for i := range keys {
		keys[i], _ = rsa.GenerateKey(rand.Reader, 2048)
	}
	return keys
})

func publicPEM(t testing.TB, key crypto.PublicKey) string {
	t.Helper()
	der, err := x509.MarshalPKIXPublicKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

// hashed returns the SHA-256 of a text in hex.
func hashed(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// fresh are the claims of a token that was issued just before signedAt for jwtBody.
func fresh() jwt.MapClaims {
	return jwt.MapClaims{"iat": signedAt.Unix() - 1, "exp": signedAt.Unix() + 60, "iss": "Acme", "aud": "untag", "payload_hash": hashed(jwtBody)}
}

// with returns claims of which some are replaced; nil removes one.
func with(c jwt.MapClaims, name string, value any) jwt.MapClaims {
	own := maps.Clone(c)
	if own[name] = value; value == nil {
		delete(own, name)
	}
	return own
}

func signedToken(t testing.TB, method jwt.SigningMethod, key any, c jwt.Claims, header map[string]any) string {
	t.Helper()
	token := jwt.NewWithClaims(method, c)
	maps.Copy(token.Header, header)
	text, err := token.SignedString(key)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// rawToken returns a token with a header and claims as they are written, signed with HS256.
func rawToken(header, payload, secret string) string {
	text := base64.RawURLEncoding.EncodeToString([]byte(header)) + "." + base64.RawURLEncoding.EncodeToString([]byte(payload))
	return text + "." + base64.RawURLEncoding.EncodeToString(sign(sha256.New, secret, text))
}

// shared is how a sender signs with a shared secret and a hash of the body.
func shared() *sender.Verify {
	return &sender.Verify{
		JWT: &sender.JWT{
			Algorithms: []string{"HS256"}, Issuer: "Acme", Audience: "untag", Leeway: time.Minute, Tolerance: 5 * time.Minute,
			Body: &sender.Claim{Name: "payload_hash", Hash: "sha256", Encoding: "hex"},
		},
		Signature: sender.Place{Headers: []string{"Authorization"}, Scheme: "Bearer"},
		Covers:    sender.CoversBody,
	}
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// receiveJWT sends a request to a source that verifies so, and returns the error.
func receiveJWT(t testing.TB, v *sender.Verify, secrets []string, req webhook.Request) error {
	t.Helper()
	source := event.Source{Name: "s", Verify: []event.Scheme{{Kind: "jwt", Verify: v}}}
	receiver := webhook.New(webhook.Config{Sources: []event.Source{source}, Secrets: stored{"s": secrets}})
	req.Source = "s"
	if req.ReceivedAt.IsZero() {
		req.ReceivedAt = signedAt
	}
	got, err := receiver.Receive(t.Context(), req)
	if err == nil && len(got.Deliveries) != 1 {
		t.Fatalf("Receive = %+v", got)
	}
	if err == nil && (got.Deliveries[0].Proof != "jwt" || got.Deliveries[0].Headers["authorization"] != "") {
		t.Errorf("Receive = %+v, with the proof or the token", got.Deliveries[0])
	}
	return err
}

// wantRefusal fails unless an error is a refusal for a reason that shows nothing of the request;
// "" wants none.
func wantRefusal(t *testing.T, err error, reason string) {
	t.Helper()
	if reason == "" {
		if err != nil {
			t.Errorf("Receive = %v, want it accepted", err)
		}
		return
	}
	e, ok := errors.AsType[*webhook.Error](err)
	if !ok || e.Kind != webhook.Unverified || !strings.Contains(e.Reason, reason) {
		t.Errorf("Receive = %v, want a refusal for %q", err, reason)
	}
	for _, hidden := range []string{"hush", jwtSecret, "eyJ", "Mallory"} {
		if err != nil && strings.Contains(err.Error(), hidden) {
			t.Errorf("Receive = %v, which shows %q", err, hidden)
		}
	}
}

// TestJWTClaims: a token that any stored secret signs is accepted, unless a claim is wrong.
func TestJWTClaims(t *testing.T) {
	now := signedAt.Unix()
	tests := map[string]struct {
		claims jwt.MapClaims
		reason string // "" if it is accepted
	}{
		"right":                    {fresh(), ""},
		"several audiences":        {with(fresh(), "aud", []string{"x", "untag"}), ""},
		"exp in milliseconds":      {with(fresh(), "exp", (now+60)*1000), ""},
		"expired within leeway":    {with(fresh(), "exp", now-59), ""},
		"without exp":              {with(fresh(), "exp", nil), ""},
		"fractions of seconds":     {with(fresh(), "iat", float64(now)-0.5), ""},
		"expired":                  {with(fresh(), "exp", now-61), "has expired"},
		"expired, in milliseconds": {with(fresh(), "exp", (now-61)*1000), "has expired"},
		"exp of 1970":              {with(fresh(), "exp", 0), "has expired"},
		"a negative exp":           {with(fresh(), "exp", -1), "has expired"},
		"an enormous exp":          {with(fresh(), "exp", 1e300), "not of its type"},
		"exp is text":              {with(fresh(), "exp", "2999-01-01"), "not of its type"},
		"exp is a list":            {with(fresh(), "exp", []int{1}), "not of its type"},
		"issued in the future":     {with(fresh(), "iat", now+61), "from the future"},
		"issued in the far future": {with(fresh(), "iat", now*1000+1e9), "from the future"},
		"not valid yet":            {with(fresh(), "nbf", now+61), "from the future"},
		"old and without exp":      {with(with(fresh(), "exp", nil), "iat", now-361), "issued more than 5m ago"},
		"neither exp nor iat":      {with(with(fresh(), "exp", nil), "iat", nil), "neither exp nor iat"},
		"no issuer":                {with(fresh(), "iss", nil), "lacks one of the claims"},
		"another issuer":           {with(fresh(), "iss", "Mallory"), "another issuer"},
		"the issuer is a list":     {with(fresh(), "iss", []string{"Acme"}), "not of its type"},
		"no audience":              {with(fresh(), "aud", nil), "lacks one of the claims"},
		"an empty audience":        {with(fresh(), "aud", ""), "lacks one of the claims"},
		"no audience in a list":    {with(fresh(), "aud", []string{}), "lacks one of the claims"},
		"another audience":         {with(fresh(), "aud", "Mallory"), "another audience"},
		"audiences of other types": {with(fresh(), "aud", []any{"untag", 1}), "not of its type"},
		"another body":             {with(fresh(), "payload_hash", hashed("x")), "is not the hash of the body"},
		"the hash is a number":     {with(fresh(), "payload_hash", 7), "is not the hash of the body"},
		"an empty hash":            {with(fresh(), "payload_hash", ""), "is not the hash of the body"},
		"the hash is null":         {with(fresh(), "payload_hash", json.RawMessage("null")), "is not the hash of the body"},
		"no hash":                  {with(fresh(), "payload_hash", nil), "does not cover the body"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			token := signedToken(t, jwt.SigningMethodHS256, []byte(jwtSecret), tt.claims, nil)
			err := receiveJWT(t, shared(), []string{"another-secret-of-it", jwtSecret}, webhook.Request{Header: bearer(token), Body: webhook.Bytes([]byte(jwtBody))})
			wantRefusal(t, err, tt.reason)
		})
	}
}

// TestJWTTokens: the algorithm is the one that the source names, and a token can be read in only
// one way.
func TestJWTTokens(t *testing.T) {
	good := signedToken(t, jwt.SigningMethodHS256, []byte(jwtSecret), fresh(), nil)
	more := signedToken(t, jwt.SigningMethodHS256, []byte("x"), with(fresh(), "jti", "7"), nil)
	parts := strings.Split(good, ".")
	payload, _ := json.Marshal(fresh())
	tests := map[string]struct {
		header http.Header
		reason string
	}{
		"right":                     {bearer(good), ""},
		"bearer in lower case":      {http.Header{"Authorization": {"bearer " + good}}, ""},
		"nothing":                   {nil, "no header Authorization"},
		"another scheme":            {http.Header{"Authorization": {"Basic " + good}}, "does not begin with"},
		"two headers":               {http.Header{"Authorization": {"Bearer " + good, "Bearer " + good}}, "more than one header"},
		"no token":                  {bearer(""), "no"},
		"two parts":                 {bearer(parts[0] + "." + parts[1]), "is not a JWT"},
		"four parts":                {bearer(good + ".x"), "is not a JWT"},
		"padding":                   {bearer(good + "="), "is not a JWT"},
		"a line break":              {bearer(parts[0] + "\n." + parts[1] + "." + parts[2]), "is not a JWT"},
		"stray bits":                {bearer(good[:len(good)-1] + string(good[len(good)-1]+1)), "is not a JWT"},
		"no signature":              {bearer(parts[0] + "." + parts[1] + "."), "is not signed with HS256"},
		"alg none":                  {bearer(base64.RawURLEncoding.EncodeToString([]byte(`{"alg":"none"}`)) + "." + parts[1] + "."), "is not signed with HS256"},
		"alg None, signed":          {bearer(rawToken(`{"alg":"None"}`, string(payload), jwtSecret)), "is not signed with HS256"},
		"no alg":                    {bearer(rawToken(`{"typ":"JWT"}`, string(payload), jwtSecret)), "is not signed with HS256"},
		"alg is a list":             {bearer(rawToken(`{"alg":["HS256"]}`, string(payload), jwtSecret)), "is not signed with HS256"},
		"alg twice":                 {bearer(rawToken(`{"alg":"none","alg":"HS256"}`, string(payload), jwtSecret)), "is not a JWT"},
		"an unknown extension":      {bearer(rawToken(`{"alg":"HS256","crit":["b64"],"b64":false}`, string(payload), jwtSecret)), "has extensions"},
		"another HMAC":              {bearer(signedToken(t, jwt.SigningMethodHS512, []byte(jwtSecret), fresh(), nil)), "is not signed with HS256"},
		"another secret":            {bearer(signedToken(t, jwt.SigningMethodHS256, []byte("x"), fresh(), nil)), "is not signed with HS256"},
		"an empty secret":           {bearer(rawToken(`{"alg":"HS256"}`, string(payload), "")), "is not signed with HS256"},
		"signed with RSA":           {bearer(signedToken(t, jwt.SigningMethodRS256, tokenKeys()[0], fresh(), nil)), "is not signed with HS256"},
		"a claim twice":             {bearer(rawToken(`{"alg":"HS256"}`, `{"iss":"x",`+string(payload)[1:], jwtSecret)), "is not a JWT"},
		"a claim twice, escaped":    {bearer(rawToken(`{"alg":"HS256"}`, `{"i\u0073s":"x",`+string(payload)[1:], jwtSecret)), "is not a JWT"},
		"claims in a list":          {bearer(rawToken(`{"alg":"HS256"}`, `[]`, jwtSecret)), "is not a JWT"},
		"claims are null":           {bearer(rawToken(`{"alg":"HS256"}`, `null`, jwtSecret)), "neither exp nor iat"},
		"two sets of claims":        {bearer(rawToken(`{"alg":"HS256"}`, string(payload)+"{}", jwtSecret)), "is not a JWT"},
		"deep claims":               {bearer(rawToken(`{"alg":"HS256"}`, `{"x":`+strings.Repeat("[", 200)+strings.Repeat("]", 200)+"}", jwtSecret)), "is not a JWT"},
		"a very long token":         {bearer(rawToken(`{"alg":"HS256"}`, `{"x":"`+strings.Repeat("x", 20_000)+`"}`, jwtSecret)), "is too long"},
		"a changed claim":           {bearer(parts[0] + "." + strings.Split(more, ".")[1] + "." + parts[2]), "is not signed with HS256"},
		"an encrypted token":        {bearer("eyJhbGciOiJSU0EtT0FFUCJ9.a.b.c.d"), "is not a JWT"},
		"JSON in place of a token":  {bearer(`{"alg":"HS256"}`), "is not a JWT"},
		"a token in the query only": {http.Header{}, "no header Authorization"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := receiveJWT(t, shared(), []string{jwtSecret}, webhook.Request{Header: tt.header, RawQuery: "token=" + good, Body: webhook.Bytes([]byte(jwtBody))})
			wantRefusal(t, err, tt.reason)
		})
	}
}

// TestJWTStoredKey: tokens are verified with stored public keys, whose text is no secret.
func TestJWTStoredKey(t *testing.T) {
	keys := tokenKeys()
	curve, _ := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	wide, _ := ecdsa.GenerateKey(elliptic.P384(), rand.Reader)
	public := publicPEM(t, keys[0].Public())
	tests := map[string]struct {
		algorithms []string
		stored     string
		method     jwt.SigningMethod
		key        any
		reason     string
	}{
		"RSA":                              {[]string{"RS256"}, public, jwt.SigningMethodRS256, keys[0], ""},
		"RSA-PSS":                          {[]string{"RS256", "PS256"}, public, jwt.SigningMethodPS256, keys[0], ""},
		"ECDSA":                            {[]string{"ES256"}, publicPEM(t, curve.Public()), jwt.SigningMethodES256, curve, ""},
		"ECDSA on another curve":           {[]string{"ES256"}, publicPEM(t, wide.Public()), jwt.SigningMethodES256, curve, "no stored secret can be the key"},
		"another key":                      {[]string{"RS256"}, public, jwt.SigningMethodRS256, keys[1], "is not signed with RS256 and any stored public key"},
		"PSS where PKCS is listed":         {[]string{"RS256"}, public, jwt.SigningMethodPS256, keys[0], "is not signed with RS256"},
		"HMAC with the public key":         {[]string{"RS256"}, public, jwt.SigningMethodHS256, []byte(public), "is not signed with RS256"},
		"HMAC with the public key, listed": {[]string{"RS256", "HS256"}, public, jwt.SigningMethodHS256, []byte(public), "do not fit its keys"},
		"HMAC alone with the public key":   {[]string{"HS256"}, public, jwt.SigningMethodHS256, []byte(public), "no stored secret can be the key"},
		"none, listed":                     {[]string{"none"}, public, jwt.SigningMethodNone, jwt.UnsafeAllowNoneSignatureType, "no stored secret can be the key"},
		"a secret in place of a key":       {[]string{"RS256"}, "not-a-key-at-all!", jwt.SigningMethodRS256, keys[0], "neither PEM nor base64"},
		"no algorithm":                     {nil, public, jwt.SigningMethodRS256, keys[0], "do not fit its keys"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := shared()
			v.JWT.Algorithms = tt.algorithms
			token := signedToken(t, tt.method, tt.key, fresh(), map[string]any{"jku": "https://mallory.example/keys", "jwk": map[string]any{"kty": "oct"}})
			err := receiveJWT(t, v, []string{tt.stored}, webhook.Request{Header: bearer(token), Body: webhook.Bytes([]byte(jwtBody))})
			wantRefusal(t, err, tt.reason)
		})
	}
}

// TestJWTRequest: claims about the request are compared with it.
func TestJWTRequest(t *testing.T) {
	text := &sender.Claim{Name: "webhook_url"}
	hash := &sender.Claim{Name: "url_hash", Hash: "sha256", Encoding: "hex"}
	tests := map[string]struct {
		change func(v *sender.Verify)
		claims jwt.MapClaims
		url    string
		body   string
		reason string
	}{
		"the audience is the URL":         {func(v *sender.Verify) { v.JWT.Audience = sender.RequestURL }, with(fresh(), "aud", jwtURL), jwtURL, jwtBody, ""},
		"the audience is another URL":     {func(v *sender.Verify) { v.JWT.Audience = sender.RequestURL }, with(fresh(), "aud", jwtURL), jwtURL + "1", jwtBody, "another audience"},
		"the word url is no audience":     {func(v *sender.Verify) { v.JWT.Audience = sender.RequestURL }, with(fresh(), "aud", "url"), jwtURL, jwtBody, "another audience"},
		"the audience, URL not known":     {func(v *sender.Verify) { v.JWT.Audience = sender.RequestURL }, with(fresh(), "aud", ""), "", jwtBody, "PUBLIC_URL"},
		"the hash of the URL":             {func(v *sender.Verify) { v.JWT.URL = hash }, with(fresh(), "url_hash", hashed(jwtURL)), jwtURL, jwtBody, ""},
		"the hash of another URL":         {func(v *sender.Verify) { v.JWT.URL = hash }, with(fresh(), "url_hash", hashed(jwtURL)), "https://x", jwtBody, "is not the URL of the request"},
		"no hash of the URL":              {func(v *sender.Verify) { v.JWT.URL = hash }, fresh(), jwtURL, jwtBody, "is not the URL of the request"},
		"the hash, URL not known":         {func(v *sender.Verify) { v.JWT.URL = hash }, with(fresh(), "url_hash", hashed("")), "", jwtBody, "PUBLIC_URL"},
		"the URL itself":                  {func(v *sender.Verify) { v.JWT.URL = text }, with(fresh(), "webhook_url", jwtURL), jwtURL, jwtBody, ""},
		"another URL itself":              {func(v *sender.Verify) { v.JWT.URL = text }, with(fresh(), "webhook_url", jwtURL), "https://x", jwtBody, "is not the URL of the request"},
		"another body":                    {func(*sender.Verify) {}, fresh(), "", jwtBody + " ", "is not the hash of the body"},
		"a hash, and no body":             {func(*sender.Verify) {}, fresh(), "", "", "is not the hash of the body"},
		"neither hash nor body":           {func(*sender.Verify) {}, with(fresh(), "payload_hash", nil), "", "", ""},
		"the sender alone":                {func(v *sender.Verify) { v.Covers = sender.CoversSender }, with(fresh(), "payload_hash", nil), "", jwtBody, ""},
		"the sender alone, another hash":  {func(v *sender.Verify) { v.Covers = sender.CoversSender }, fresh(), "", "x", "is not the hash of the body"},
		"no claim for the body":           {func(v *sender.Verify) { v.JWT.Body = nil }, fresh(), "", jwtBody, "does not cover the body"},
		"no claim, the sender alone":      {func(v *sender.Verify) { v.JWT.Body, v.Covers = nil, sender.CoversSender }, fresh(), "", "anything", ""},
		"exp required":                    {func(v *sender.Verify) { v.JWT.Expires = true }, with(fresh(), "exp", nil), "", jwtBody, "lacks one of the claims"},
		"of any age":                      {func(v *sender.Verify) { v.JWT.Tolerance = 0 }, with(with(fresh(), "exp", nil), "iat", 1), "", jwtBody, ""},
		"another claim":                   {func(v *sender.Verify) { v.JWT.Claims = map[string]string{"email": "a@b"} }, with(fresh(), "email", "a@b"), "", jwtBody, ""},
		"another claim, with other value": {func(v *sender.Verify) { v.JWT.Claims = map[string]string{"email": "a@b"} }, with(fresh(), "email", "Mallory"), "", jwtBody, "the claim email"},
		"another claim, missing":          {func(v *sender.Verify) { v.JWT.Claims = map[string]string{"email": ""} }, with(fresh(), "email", 7), "", jwtBody, "the claim email"},
		"an unknown hash":                 {func(v *sender.Verify) { v.JWT.Body.Hash = "md5" }, fresh(), "", jwtBody, "is not the hash of the body"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			v := shared()
			tt.change(v)
			token := signedToken(t, jwt.SigningMethodHS256, []byte(jwtSecret), tt.claims, nil)
			err := receiveJWT(t, v, []string{jwtSecret}, webhook.Request{Header: bearer(token), URL: tt.url, Body: webhook.Bytes([]byte(tt.body))})
			wantRefusal(t, err, tt.reason)
		})
	}
}

// TestJWTReadsNoBody: a token that is not right costs no reading of the body.
func TestJWTReadsNoBody(t *testing.T) {
	token := signedToken(t, jwt.SigningMethodHS256, []byte("another"), fresh(), nil)
	err := receiveJWT(t, shared(), []string{jwtSecret}, webhook.Request{Header: bearer(token), Body: func() ([]byte, error) {
		t.Error("the body was read")
		return nil, nil
	}})
	wantRefusal(t, err, "is not signed")
}

// TestJWTBareHeader: where a sender writes no scheme, the token may still follow one.
func TestJWTBareHeader(t *testing.T) {
	token := signedToken(t, jwt.SigningMethodHS256, []byte(jwtSecret), fresh(), nil)
	for _, value := range []string{token, "Bearer " + token} {
		v := shared()
		v.Signature.Scheme = ""
		wantRefusal(t, receiveJWT(t, v, []string{jwtSecret}, webhook.Request{Header: http.Header{"Authorization": {value}}, Body: webhook.Bytes([]byte(jwtBody))}), "")
	}
}

// FuzzJWT: no token is accepted that was not signed with the secret, and none causes a panic.
func FuzzJWT(f *testing.F) {
	good := signedToken(f, jwt.SigningMethodHS256, []byte(jwtSecret), fresh(), nil)
	f.Add(good, jwtBody, jwtURL)
	f.Add(rawToken(`{"alg":"none"}`, `{"exp":1e400}`, "x"), "", "")
	f.Add("Bearer a.b.c", "{}", "https://x")
	f.Fuzz(func(t *testing.T, token, body, url string) {
		v := shared()
		v.Covers = sender.CoversSender
		source := event.Source{Name: "s", Verify: []event.Scheme{{Kind: "jwt", Verify: v}}}
		receiver := webhook.New(webhook.Config{Sources: []event.Source{source}, Secrets: stored{"s": {jwtSecret}}})
		_, err := receiver.Receive(t.Context(), webhook.Request{Source: "s", Header: bearer(token), URL: url, Body: webhook.Bytes([]byte(body)), ReceivedAt: signedAt})
		if err == nil && (token != good || body != jwtBody) {
			t.Errorf("accepted %q with the body %q", token, body)
		}
	})
}
