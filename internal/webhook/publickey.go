package webhook

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"fmt"
	"strings"

	"untag/internal/sender"
	"untag/internal/sharedsecret"
)

// maxKeyed is the maximum number of signatures with a public key. To check one takes as long as
// thousands of hashes.
const maxKeyed = 5

// checkKey checks the signatures of the request with the stored public keys.
func (p *proof) checkKey() error {
	k := *p.verify.Key
	sent, err := p.signatures(k.Encoding, func(_ string, signature []byte) string {
		if len(signature) == 0 || k.Type == "ed25519" && len(signature) != ed25519.SignatureSize {
			return "is not a signature of " + k.Type + " in " + k.Encoding
		}
		return ""
	})
	if err != nil {
		return err
	}
	if len(sent) > maxKeyed {
		return refusal(fmt.Sprintf("%s has more than %d signatures", p.name(p.verify.Signature), maxKeyed))
	}
	var keys []crypto.PublicKey
	var reason string
	for _, secret := range p.stored {
		key, why := publicKey(k, secret)
		if why != "" {
			reason = why
			continue
		}
		keys = append(keys, key)
	}
	if len(keys) == 0 {
		return refusal(reason)
	}
	if err := p.checkDigest(); err != nil {
		return err
	}
	messages, err := p.messages()
	if err != nil {
		return err
	}
	for _, m := range messages {
		whole, hash, digest := m.hashed(k)
		for _, key := range keys {
			for _, signature := range sent {
				if holds(key, whole, hash, digest, signature) {
					return nil
				}
			}
		}
	}
	return p.mismatch("any stored public key")
}

// hashed returns a message as the key signs it: whole for ed25519, hashed for others.
func (m message) hashed(k sender.Key) (whole []byte, hash crypto.Hash, digest []byte) {
	if k.Type == "ed25519" {
		return m.bytes(), 0, nil
	}
	hash = cryptoHash(k.Hash)
	algorithm := algorithmOf(k.Hash)
	if algorithm == nil {
		return nil, 0, nil
	}
	h := algorithm()
	for _, piece := range m {
		h.Write(piece)
	}
	return nil, hash, h.Sum(nil)
}

func cryptoHash(name string) crypto.Hash {
	switch name {
	case "sha1":
		return crypto.SHA1
	case "sha256":
		return crypto.SHA256
	case "sha512":
		return crypto.SHA512
	}
	return 0
}

func holds(key crypto.PublicKey, whole []byte, hash crypto.Hash, digest, signature []byte) bool {
	switch key := key.(type) {
	case ed25519.PublicKey:
		return ed25519.Verify(key, whole, signature)
	case *ecdsa.PublicKey:
		return digest != nil && ecdsa.VerifyASN1(key, digest, signature)
	case *rsa.PublicKey:
		return digest != nil && rsa.VerifyPKCS1v15(key, hash, digest, signature) == nil
	}
	return false
}

// publicKey reads a stored public key of the type that the sender uses.
func publicKey(k sender.Key, stored string) (key crypto.PublicKey, reason string) {
	der, reason := publicBytes(stored)
	if reason != "" {
		return nil, reason
	}
	if key = parsedKey(k, der); key == nil {
		return nil, "the stored public key is not an " + k.Type + " key; store the one that the sender shows"
	}
	return key, ""
}

// publicBytes returns what a key in PEM or base64 holds.
func publicBytes(stored string) (der []byte, reason string) {
	text := sharedsecret.Trim(stored)
	if strings.HasPrefix(text, "-----BEGIN") {
		// A secret on one line may have its line breaks written out.
		block, _ := pem.Decode([]byte(strings.ReplaceAll(text, `\n`, "\n")))
		if block == nil {
			return nil, "the stored public key is not complete PEM; store all lines, from BEGIN to END"
		}
		return block.Bytes, ""
	}
	text = strings.TrimPrefix(strings.Join(strings.Fields(text), ""), "whpk_")
	der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(text, "="))
	if err != nil {
		return nil, "the stored public key is neither PEM nor base64"
	}
	return der, ""
}

func parsedKey(k sender.Key, der []byte) crypto.PublicKey {
	if k.Type == "ed25519" && len(der) == ed25519.PublicKeySize {
		return ed25519.PublicKey(der)
	}
	if k.Type == "ecdsa" && k.Public == "raw" {
		key, err := ecdsa.ParseUncompressedPublicKey(elliptic.P256(), der)
		if err != nil {
			return nil
		}
		return key
	}
	switch key := parsedPublic(der).(type) {
	case ed25519.PublicKey:
		if k.Type == "ed25519" {
			return key
		}
	case *ecdsa.PublicKey:
		if k.Type == "ecdsa" && key.Curve == elliptic.P256() {
			return key
		}
	case *rsa.PublicKey:
		if k.Type == "rsa" {
			return key
		}
	}
	return nil
}

// parsedPublic returns the public key in DER of any of the usual forms, nil if there is none.
func parsedPublic(der []byte) crypto.PublicKey {
	if key, err := x509.ParsePKIXPublicKey(der); err == nil {
		return key
	}
	if key, err := x509.ParsePKCS1PublicKey(der); err == nil {
		return key
	}
	if certificate, err := x509.ParseCertificate(der); err == nil {
		return certificate.PublicKey
	}
	return nil
}
