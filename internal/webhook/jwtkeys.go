package webhook

import (
	"context"
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rsa"
	"strings"

	"github.com/golang-jwt/jwt/v5"
)

// keys returns the keys that a token may be signed with, at least one. They come from where
// the source says; nothing in the token names another place.
func (p *proof) keys(ctx context.Context, ring *keyring, t *jwt.Token) (set []jwt.VerificationKey, err error) {
	j := p.verify.JWT
	algorithm := t.Method.Alg()
	if _, has := t.Header["crit"]; has {
		return nil, refusal("the token has extensions that untag does not know")
	}
	if j.JWKS != "" {
		kid, _ := t.Header["kid"].(string)
		found, err := ring.find(ctx, j.JWKS, kid, algorithm)
		if err != nil {
			return nil, &Error{Kind: Unavailable, Source: p.from.Name, Reason: "fetch the sender's public keys from " + j.JWKS, Err: err}
		}
		for _, key := range found {
			set = append(set, key)
		}
		if len(set) == 0 {
			return nil, refusal("the token is signed with a key that " + j.JWKS + " does not have")
		}
		return set, nil
	}
	reason := "no stored secret can be the key of " + algorithm
	for _, stored := range p.stored {
		if j.IsSymmetric() {
			// A public key is no secret: anyone could sign with its text.
			if !strings.Contains(stored, "-----BEGIN") {
				set = append(set, []byte(stored))
			}
			continue
		}
		der, why := publicBytes(stored)
		if why != "" {
			reason = why
			continue
		}
		if key := parsedPublic(der); fits(key, algorithm) {
			set = append(set, key)
		}
	}
	if len(set) == 0 {
		return nil, refusal(reason)
	}
	return set, nil
}

// fits reports whether a public key is one that an algorithm verifies with.
func fits(key crypto.PublicKey, algorithm string) bool {
	switch key := key.(type) {
	case *rsa.PublicKey:
		return strings.HasPrefix(algorithm, "RS") || strings.HasPrefix(algorithm, "PS")
	case *ecdsa.PublicKey:
		bits := map[string]int{"ES256": 256, "ES384": 384, "ES512": 521}
		return key.Curve.Params().BitSize == bits[algorithm]
	case ed25519.PublicKey:
		return algorithm == "EdDSA"
	}
	return false
}
