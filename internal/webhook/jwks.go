package webhook

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/big"
	"strings"
)

// jwk is one public key of a set, as RFC 7517 writes it.
type jwk struct {
	Type      string `json:"kty"`
	ID        string `json:"kid"`
	Use       string `json:"use"`
	Algorithm string `json:"alg"`
	Curve     string `json:"crv"`
	N         string `json:"n"`
	E         string `json:"e"`
	X         string `json:"x"`
	Y         string `json:"y"`
}

// publicJWK is a key of a set that untag can verify with.
type publicJWK struct {
	id, algorithm string
	key           crypto.PublicKey
}

const (
	// maxKeys is the maximum number of keys of a set that are read.
	maxKeys = 100
	// maxModulus is the maximum length of an RSA key, in bits: longer ones take too long.
	maxModulus = 8192
)

// parseKeys returns the keys of a set that are for signatures. It skips keys of other kinds.
func parseKeys(text []byte) ([]publicJWK, error) {
	var set struct {
		Keys []jwk `json:"keys"`
	}
	if err := json.Unmarshal(text, &set); err != nil {
		return nil, errors.New("the answer is not a JSON Web Key Set")
	}
	var all []publicJWK
	for _, k := range set.Keys[:min(len(set.Keys), maxKeys)] {
		if k.Use != "" && k.Use != "sig" {
			continue
		}
		if key := k.public(); key != nil {
			all = append(all, publicJWK{k.ID, k.Algorithm, key})
		}
	}
	if len(all) == 0 {
		return nil, errors.New("the answer has no public key for signatures")
	}
	return all, nil
}

// public returns the key, nil if it is not a valid one.
func (k jwk) public() crypto.PublicKey {
	switch {
	case k.Type == "RSA":
		n, e := number(k.N), number(k.E)
		if n == nil || e == nil || n.BitLen() > maxModulus || !e.IsInt64() || e.Int64() < 3 || e.Int64() > 1<<31-1 {
			return nil
		}
		return &rsa.PublicKey{N: n, E: int(e.Int64())}
	case k.Type == "EC":
		curve := map[string]elliptic.Curve{"P-256": elliptic.P256(), "P-384": elliptic.P384(), "P-521": elliptic.P521()}[k.Curve]
		x, y := decodedURL(k.X), decodedURL(k.Y)
		if curve == nil || len(x) == 0 || len(x) != len(y) {
			return nil
		}
		key, err := ecdsa.ParseUncompressedPublicKey(curve, append(append([]byte{4}, x...), y...))
		if err != nil {
			return nil
		}
		return key
	case k.Type == "OKP" && k.Curve == "Ed25519":
		if x := decodedURL(k.X); len(x) == ed25519.PublicKeySize {
			return ed25519.PublicKey(x)
		}
	}
	return nil
}

func number(text string) *big.Int {
	digits := decodedURL(text)
	if len(digits) == 0 {
		return nil
	}
	return new(big.Int).SetBytes(digits)
}

// decodedURL decodes the base64 of URLs, with or without padding; nil for anything else.
func decodedURL(text string) []byte {
	plain, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil
	}
	return plain
}
