package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"strings"

	"untag/internal/event"
)

// checkSignature compares the signature of the body with that of every stored secret.
// It reads the body when all else is right.
func checkSignature(scheme event.Scheme, req Request, stored []string) (reason string, err error) {
	sent, reason := sentSignature(scheme, req)
	if reason != "" {
		return reason, nil
	}
	algorithm := algorithmOf(scheme.Algorithm)
	if algorithm == nil {
		return "unknown algorithm " + scheme.Algorithm, nil
	}
	signed, err := readBody(req)
	if err != nil {
		return "", err
	}
	match := false
	for _, secret := range stored {
		mac := hmac.New(algorithm, []byte(secret))
		mac.Write(signed)
		// Every secret is tried, so that the time does not say which one it was.
		match = hmac.Equal(mac.Sum(nil), sent) || match
	}
	if !match {
		return "the signature in header " + scheme.Header + " is not that of the body under a stored secret", nil
	}
	return "", nil
}

// sentSignature returns the signature that a request carries, or the reason why it
// carries none that can be right.
func sentSignature(scheme event.Scheme, req Request) (signature []byte, reason string) {
	value, reason := onlyHeader(req, scheme.Header)
	if reason != "" {
		return nil, reason
	}
	encoded, found := strings.CutPrefix(value, scheme.Prefix)
	if !found {
		return nil, "header " + scheme.Header + " lacks its prefix"
	}
	signature, ok := decoded(scheme.Encoding, encoded)
	if !ok || len(signature) == 0 {
		return nil, "header " + scheme.Header + " is not " + scheme.Encoding
	}
	return signature, ""
}

// decoded reads a signature: hex in either case, base64 with padding and no stray bits.
func decoded(encoding, text string) ([]byte, bool) {
	switch encoding {
	case "hex":
		signature, err := hex.DecodeString(text)
		return signature, err == nil
	case "base64":
		signature, err := base64.StdEncoding.Strict().DecodeString(text)
		// The library passes over line breaks, even when strict.
		return signature, err == nil && !strings.ContainsAny(text, "\r\n")
	}
	return nil, false
}

func algorithmOf(name string) func() hash.Hash {
	switch name {
	case "sha1":
		return sha1.New
	case "sha256":
		return sha256.New
	case "sha512":
		return sha512.New
	}
	return nil
}
