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
func checkSignature(scheme event.Scheme, req Request, stored []string) (reason string) {
	place := "header " + scheme.Header
	value, reason := onlyHeader(req, scheme.Header)
	if reason != "" {
		return reason
	}
	encoded, found := strings.CutPrefix(value, scheme.Prefix)
	if !found {
		return place + " lacks its prefix"
	}
	sent, ok := decoded(scheme.Encoding, encoded)
	if !ok || len(sent) == 0 {
		return place + " is not " + scheme.Encoding
	}
	algorithm := algorithmOf(scheme.Algorithm)
	if algorithm == nil {
		return "unknown algorithm " + scheme.Algorithm
	}
	match := false
	for _, secret := range stored {
		mac := hmac.New(algorithm, []byte(secret))
		mac.Write(req.Body)
		// Every secret is tried, so that the time does not say which one it was.
		match = hmac.Equal(mac.Sum(nil), sent) || match
	}
	if !match {
		return "the signature in " + place + " is not that of the body under a stored secret"
	}
	return ""
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
