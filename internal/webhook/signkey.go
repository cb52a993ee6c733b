package webhook

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"strings"

	"untag/internal/sender"
)

// privateKey reads a private key in PEM of the type that a sender signs with.
func privateKey(k sender.Key, text string) (crypto.Signer, error) {
	block, _ := pem.Decode([]byte(strings.TrimSpace(text) + "\n"))
	if block == nil {
		return nil, errors.New("the sender signs with a private key that only it has: to try a source, make a pair of keys of your own, store the public one, and sign with the private one, in PEM")
	}
	var parsed any
	if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
		parsed = key
	} else if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
		parsed = key
	} else if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
		parsed = key
	}
	switch key := parsed.(type) {
	case ed25519.PrivateKey:
		if k.Type == "ed25519" {
			return key, nil
		}
	case *ecdsa.PrivateKey:
		if k.Type == "ecdsa" {
			return key, nil
		}
	case *rsa.PrivateKey:
		if k.Type == "rsa" {
			return key, nil
		}
	}
	return nil, errors.New("the private key is not of the type that the sender signs with: " + k.Type)
}

// signedWith returns the signature of a message, as text.
func (m message) signedWith(k sender.Key, key crypto.Signer) (string, error) {
	whole, hash, digest := m.hashed(k)
	if k.Type == "ed25519" {
		digest = whole
	}
	signature, err := key.Sign(rand.Reader, digest, hash)
	if err != nil {
		return "", err
	}
	return encoded(k.Encoding, signature), nil
}
