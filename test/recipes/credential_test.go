package recipes_test

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"io"
	"math/big"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
)

// credential is what a source stores, and what its sender signs with.
type credential struct {
	stored, signing string
	// token returns the value of a header that proves only the sender; nil if the sender signs.
	token func(*testing.T) (name, value string)
	// client requests the keys that the sender publishes.
	client *http.Client
}

// credentialOf returns the credential of a recipe.
func credentialOf(t *testing.T, r recipe) credential {
	t.Helper()
	switch r.as {
	case "sendgrid":
		return sendGrid(t)
	case "zoho-desk":
		return zohoDesk(t)
	}
	return credential{stored: secret, signing: secret}
}

// sendGrid returns a public key as SendGrid shows it, and its private key.
func sendGrid(t *testing.T) credential {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	hidden, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := x509.MarshalPKIXPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	return credential{
		stored:  base64.StdEncoding.EncodeToString(shown),
		signing: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: hidden})),
	}
}

// zohoDesk returns tokens as Zoho Desk signs them, and a client that finds the public key at
// Zoho's address.
func zohoDesk(t *testing.T) credential {
	t.Helper()
	const issuer, audience = "orgId:60022843030", "webhookId:119514000000111001"
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	encode := base64.RawURLEncoding.EncodeToString
	set, err := json.Marshal(map[string]any{"keys": []any{map[string]string{
		"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256",
		"n": encode(key.N.Bytes()), "e": encode(big.NewInt(int64(key.E)).Bytes()),
	}}})
	if err != nil {
		t.Fatal(err)
	}
	return credential{
		stored: issuer + " " + audience,
		client: &http.Client{Transport: published{"https://desk.zoho.com/.well-known/jwks.json": string(set)}},
		token: func(t *testing.T) (name, value string) {
			token := jwt.NewWithClaims(jwt.SigningMethodRS256, jwt.MapClaims{
				"iss": issuer, "aud": audience, "iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
			})
			token.Header["kid"] = "1"
			text, err := token.SignedString(key)
			if err != nil {
				t.Fatal(err)
			}
			return "X-ZDesk-JWT", text
		},
	}
}

// published are documents by their addresses. Others do not exist.
type published map[string]string

func (p published) RoundTrip(r *http.Request) (*http.Response, error) {
	text, found := p[r.URL.String()]
	status := http.StatusOK
	if !found {
		status = http.StatusNotFound
	}
	return &http.Response{
		StatusCode: status, Header: http.Header{"Content-Type": {"application/json"}}, Request: r,
		Body: io.NopCloser(strings.NewReader(text)), ContentLength: int64(len(text)),
	}, nil
}
