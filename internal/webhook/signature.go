package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strconv"
	"strings"

	"untag/internal/event"
	"untag/internal/sharedsecret"
)

// checkSignature compares the signature of the request with the one that each stored secret
// produces for the body. It reads the body only after everything else was right.
func checkSignature(scheme event.Scheme, req Request, stored []string) (reason string, err error) {
	algorithm := algorithmOf(scheme.Algorithm)
	if algorithm == nil {
		return "unknown algorithm " + scheme.Algorithm, nil
	}
	sent, reason := sentSignature(scheme, req)
	if reason != "" {
		return reason, nil
	}
	signed, err := readBody(req)
	if err != nil {
		return "", err
	}
	if isSigned(algorithm, sent, signed, stored) {
		return "", nil
	}
	for _, secret := range stored {
		for _, other := range storedForms(secret)[1:] {
			if isSigned(algorithm, sent, signed, []string{other.text}) {
				return other.cause, nil
			}
		}
	}
	return "the signature in header " + scheme.Header + " does not match the body with any stored secret", nil
}

func isSigned(algorithm func() hash.Hash, signature, body []byte, secrets []string) bool {
	match := false
	for _, secret := range secrets {
		mac := hmac.New(algorithm, []byte(secret))
		mac.Write(body)
		// Every secret is tried, so that the duration does not reveal which one matched.
		match = hmac.Equal(mac.Sum(nil), signature) || match
	}
	return match
}

// sentSignature returns the signature of a request, or the reason why it has none that
// could be right.
func sentSignature(scheme event.Scheme, req Request) (signature []byte, reason string) {
	value, reason := onlyHeader(req, scheme.Header)
	if reason != "" {
		return nil, reason
	}
	at := "header " + scheme.Header
	encoded, found := strings.CutPrefix(value, scheme.Prefix)
	if !found {
		return nil, at + " does not begin with " + strconv.Quote(scheme.Prefix)
	}
	size := algorithmOf(scheme.Algorithm)().Size()
	signature, ok := decoded(scheme.Encoding, encoded)
	if !ok || len(signature) != size {
		return nil, at + " " + misshapen(scheme, encoded, signature)
	}
	return signature, ""
}

// misshapen returns why a text cannot be a signature of this scheme.
func misshapen(scheme event.Scheme, text string, signature []byte) string {
	size := algorithmOf(scheme.Algorithm)().Size()
	asHex, hexErr := hex.DecodeString(text)
	asBase64, base64Err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(text))
	switch {
	case scheme.Encoding == "hex" && base64Err == nil && len(asBase64) == size:
		return "is base64, but hex is expected (`encoding`)"
	case scheme.Encoding == "base64" && hexErr == nil && len(asHex) == size:
		return "is hex, but base64 is expected (`encoding`)"
	case scheme.Encoding == "base64" && base64Err == nil && len(asBase64) == size:
		return "is base64, but not standard base64 with padding"
	case sharedsecret.Trim(text) != text || unquote(text) != text:
		return "has white space or quotation marks around the signature"
	case len(signature) == 0:
		return "is not " + scheme.Encoding
	}
	for _, name := range [...]string{"sha1", "sha256", "sha512"} {
		if algorithmOf(name)().Size() == len(signature) {
			return "has the length of " + name + ", but " + scheme.Algorithm + " is expected (`algorithm`)"
		}
	}
	return fmt.Sprintf("has %d bytes, but a signature with %s has %d", len(signature), scheme.Algorithm, size)
}

// decoded reads a signature: hex in either case, base64 with padding and no stray bits.
func decoded(encoding, text string) ([]byte, bool) {
	switch encoding {
	case "hex":
		signature, err := hex.DecodeString(text)
		return signature, err == nil
	case "base64":
		signature, err := base64.StdEncoding.Strict().DecodeString(text)
		// The library ignores line breaks, even in strict mode.
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
