package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"hash"
	"net/url"
	"strings"

	"untag/internal/event"
)

// check gives the reason why a request does not verify, "" if it does.
func check(scheme event.Scheme, req Request, stored []string) string {
	switch scheme.Kind {
	case "token":
		return checkToken(scheme, req, stored)
	case "github":
		return checkSignature(event.Scheme{
			Header: "X-Hub-Signature-256", Algorithm: "sha256", Encoding: "hex", Prefix: "sha256=",
		}, req, stored)
	case "hmac":
		return checkSignature(scheme, req, stored)
	}
	// A kind this binary does not know proves nothing.
	return "unknown way to verify: " + scheme.Kind
}

// checkToken compares the token with every stored secret, over hashes of equal
// length, so that neither content nor length shows in the time it takes.
func checkToken(scheme event.Scheme, req Request, stored []string) string {
	sent, reason := sentToken(scheme, req)
	if reason != "" {
		return reason
	}
	hash := sha256.Sum256([]byte(sent))
	match := 0
	for _, secret := range stored {
		if secret == "" {
			continue
		}
		want := sha256.Sum256([]byte(secret))
		match |= subtle.ConstantTimeCompare(hash[:], want[:])
	}
	if match != 1 {
		return "the token is not the stored one"
	}
	return ""
}

func sentToken(scheme event.Scheme, req Request) (token, reason string) {
	values, place := req.Header.Values(scheme.Header), "header "+scheme.Header
	if scheme.Query != "" {
		values, place = queryValues(req.RawQuery, scheme.Query), "query parameter "+scheme.Query
	}
	switch {
	case len(values) == 0 || len(values) == 1 && values[0] == "":
		return "", "no " + place
	case len(values) > 1:
		return "", "more than one " + place
	}
	return values[0], ""
}

func queryValues(rawQuery, name string) []string {
	// What can be read of a broken query is read; a pair that cannot is no token.
	values, _ := url.ParseQuery(rawQuery)
	return values[name]
}

// checkSignature compares the signature of the body with that of every stored secret.
func checkSignature(scheme event.Scheme, req Request, stored []string) string {
	values := req.Header.Values(scheme.Header)
	switch {
	case len(values) == 0:
		return "no header " + scheme.Header
	case len(values) > 1:
		return "more than one header " + scheme.Header
	}
	encoded, found := strings.CutPrefix(values[0], scheme.Prefix)
	if !found {
		return "header " + scheme.Header + " lacks its prefix"
	}
	sent, err := decodeSignature(scheme.Encoding, encoded)
	if err != nil || len(sent) == 0 {
		return "header " + scheme.Header + " is not " + scheme.Encoding
	}
	algorithm := algorithms(scheme.Algorithm)
	if algorithm == nil {
		return "unknown algorithm " + scheme.Algorithm
	}
	match := false
	for _, secret := range stored {
		if secret == "" {
			continue
		}
		mac := hmac.New(algorithm, []byte(secret))
		mac.Write(req.Body)
		if hmac.Equal(mac.Sum(nil), sent) {
			match = true
		}
	}
	if !match {
		return "the signature is not that of the body under a stored secret"
	}
	return ""
}

func decodeSignature(encoding, text string) ([]byte, error) {
	if encoding == "base64" {
		return base64.StdEncoding.Strict().DecodeString(text)
	}
	return hex.DecodeString(text)
}

func algorithms(name string) func() hash.Hash {
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
