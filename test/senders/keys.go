package main

import (
	"crypto"
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/hex"
	"encoding/pem"
	"fmt"

	"untag/internal/sender"
)

const secret = "MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw" // also valid base64, which some senders require

// keys are what is stored for a source, and what its sender signs with.
type keys struct {
	stored string
	// private is the private key in PEM, "" if what is stored is what the sender signs with.
	private string
	// authority certifies the key of a sender that publishes its certificate; nil for others.
	authority *authority
}

func (k keys) signs() string {
	if k.private != "" {
		return k.private
	}
	return k.stored
}

func keysOf(name string, v *sender.Verify) (keys, error) {
	switch {
	case v.Code == sender.PayPal:
		a, err := newAuthority()
		return keys{stored: "8PT597110X687430LKGECATA", authority: a}, err
	case v.Code == sender.SNS:
		a, err := newAuthority()
		return keys{stored: snsTopic, authority: a}, err
	case v.Code == sender.Braintree:
		return keys{stored: "integration_public_key|" + secret}, nil
	case v.Compare == "basic":
		return keys{stored: "user:" + secret}, nil
	case v.Key != nil:
		return newKeys(v.Key)
	case v.HMAC != nil && v.HMAC.Secret == "hex":
		return keys{stored: hex.EncodeToString([]byte(secret))}, nil
	case v.HMAC != nil:
		return keys{stored: v.HMAC.Strip + secret}, nil
	case v.JWT != nil:
		return keys{stored: secret}, nil
	}
	return keys{}, fmt.Errorf("no kind of key is known for %s", name)
}

// newKeys returns a pair of keys, the public one as the sender shows it.
func newKeys(k *sender.Key) (keys, error) {
	var private crypto.Signer
	var der []byte
	switch k.Type {
	case "ed25519":
		public, key, err := ed25519.GenerateKey(rand.Reader)
		if err != nil {
			return keys{}, err
		}
		private, der = key, public
	case "ecdsa":
		key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
		if err != nil {
			return keys{}, err
		}
		if der, err = x509.MarshalPKIXPublicKey(key.Public()); err != nil {
			return keys{}, err
		}
		private = key
	default:
		return keys{}, fmt.Errorf("unknown type of key %q", k.Type)
	}
	kept, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return keys{}, err
	}
	return keys{stored: base64.StdEncoding.EncodeToString(der), private: string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: kept}))}, nil
}
