package webhook

import (
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"hash"
	"strings"

	"untag/internal/sender"
	"untag/internal/sharedsecret"
)

// checkHMAC compares the signatures of the request with those that the stored secrets
// produce. It reads the body only after everything else was right.
func (p *proof) checkHMAC() error {
	h := *p.verify.HMAC
	algorithm := algorithmOf(h.Hash)
	if algorithm == nil {
		return refusal("unknown algorithm " + h.Hash)
	}
	size := sizeOf(h.Hash)
	sent, err := p.signatures(h.Encoding, func(text string, signature []byte) string {
		if len(signature) == size {
			return ""
		}
		return misshapen(h, text, signature)
	})
	if err != nil {
		return err
	}
	keys, reason := hmacKeys(h, p.stored)
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
	if isSigned(algorithm, sent, messages, keys) {
		return nil
	}
	if h.Secret == "text" && h.Strip == "" {
		for _, secret := range p.stored {
			for _, other := range storedForms(secret)[1:] {
				if isSigned(algorithm, sent, messages, [][]byte{[]byte(other.text)}) {
					return refusal(other.cause)
				}
			}
		}
	}
	return p.mismatch("any stored secret")
}

// mismatch refuses a signature that is not that of the request.
func (p *proof) mismatch(with string) refusal {
	of := "request"
	if signed := p.verify.Signed; len(signed) == 1 && signed[0].Value == "body" {
		of = "body"
	}
	reason := "the signature in " + p.name(p.verify.Signature) + " does not match the " + of + " with " + with
	if p.verify.Signed.Has("url") {
		address, _, _ := strings.Cut(p.address(), "?")
		reason += "; it signs the URL, here " + address + ": if the sender calls another one, set PUBLIC_URL or the source's `url`"
	}
	return refusal(reason)
}

// isSigned reports whether one of the signatures is that of a message with one of the keys.
func isSigned(algorithm func() hash.Hash, sent [][]byte, messages []message, keys [][]byte) bool {
	for _, m := range messages {
		match := 0
		for _, key := range keys {
			want := m.sum(hmac.New(algorithm, key))
			// Every key is tried, so that the duration does not reveal which one matched.
			for _, signature := range sent {
				match |= subtle.ConstantTimeCompare(want, signature)
			}
		}
		if match == 1 {
			return true
		}
	}
	return false
}

func equal(a, b []byte) bool { return subtle.ConstantTimeCompare(a, b) == 1 }

// hmacKeys returns the keys that the stored secrets stand for. If there is none, it returns
// what is wrong with the last secret.
func hmacKeys(h sender.HMAC, stored []string) (keys [][]byte, reason string) {
	for _, secret := range stored {
		if key, why := hmacKey(h, secret); why == "" {
			keys = append(keys, key)
		} else {
			reason = why
		}
	}
	return keys, reason
}

func hmacKey(h sender.HMAC, secret string) (key []byte, reason string) {
	bare := strings.TrimPrefix(secret, h.Strip)
	var err error
	switch h.Secret {
	case "text", "":
		key = []byte(bare)
	case "base64":
		// Senders show it with and without its padding.
		key, err = base64.RawStdEncoding.DecodeString(strings.TrimRight(sharedsecret.Trim(bare), "="))
	case "hex":
		key, err = hex.DecodeString(sharedsecret.Trim(bare))
	default:
		return nil, "unknown form of a secret: " + h.Secret
	}
	switch {
	case err != nil:
		return nil, "the stored secret is not " + h.Secret + "; store it as the sender shows it"
	case len(key) == 0:
		return nil, "the stored secret is empty"
	}
	return key, ""
}

// signatures returns the signatures of a request, at least one. Those that cannot be right
// are left out. If all are, it refuses for what is wrong with the first.
func (p *proof) signatures(encoding string, fault func(text string, signature []byte) string) ([][]byte, error) {
	texts, err := p.candidates()
	if err != nil {
		return nil, err
	}
	var all [][]byte
	var reasons []string
	for _, text := range texts {
		signature, _ := decoded(encoding, text)
		if reason := fault(text, signature); reason != "" {
			reasons = append(reasons, reason)
			continue
		}
		all = append(all, signature)
	}
	if len(all) == 0 {
		return nil, refusal(p.name(p.verify.Signature) + " " + reasons[0])
	}
	return all, nil
}

// misshapen returns why a text cannot be a signature with this algorithm.
func misshapen(h sender.HMAC, text string, signature []byte) string {
	size := sizeOf(h.Hash)
	asHex, hexErr := hex.DecodeString(text)
	asBase64, base64Err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/", "=", "").Replace(text))
	switch {
	case h.Encoding == "hex" && base64Err == nil && len(asBase64) == size:
		return "is base64, but hex is expected (`encoding`)"
	case h.Encoding == "base64" && hexErr == nil && len(asHex) == size:
		return "is hex, but base64 is expected (`encoding`)"
	case h.Encoding == "base64" && base64Err == nil && len(asBase64) == size:
		return "is base64, but not standard base64 with padding"
	case sharedsecret.Trim(text) != text || unquote(text) != text:
		return "has white space or quotation marks around the signature"
	case len(signature) == 0:
		return "is not " + h.Encoding
	}
	for _, name := range [...]string{"sha1", "sha256", "sha512"} {
		if sizeOf(name) == len(signature) {
			return "has the length of " + name + ", but " + h.Hash + " is expected (`algorithm`)"
		}
	}
	return fmt.Sprintf("has %d bytes, but a signature with %s has %d", len(signature), h.Hash, size)
}

// decoded reads a signature: hex in either case, base64 with padding and no stray bits. It
// returns nil for anything else.
func decoded(encoding, text string) ([]byte, bool) {
	switch encoding {
	case "hex":
		if signature, err := hex.DecodeString(text); err == nil {
			return signature, true
		}
	case "base64":
		signature, err := base64.StdEncoding.Strict().DecodeString(text)
		// The library ignores line breaks, even in strict mode.
		if err == nil && !strings.ContainsAny(text, "\r\n") {
			return signature, true
		}
	}
	return nil, false
}

// encoded is the inverse of decoded.
func encoded(encoding string, signature []byte) string {
	if encoding == "base64" {
		return base64.StdEncoding.EncodeToString(signature)
	}
	return hex.EncodeToString(signature)
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

// sizeOf returns the length of a hash in bytes.
func sizeOf(name string) int {
	switch name {
	case "sha1":
		return sha1.Size
	case "sha256":
		return sha256.Size
	case "sha512":
		return sha512.Size
	}
	return 0
}
