package rules

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"untag/internal/sender"
)

var (
	hmacKeys      = []string{"hash", "encoding", "secret", "strip"}
	keyKeys       = []string{"type", "hash", "encoding", "public"}
	digestKeys    = slices.Concat(placeKeys, []string{"hash", "encoding", "optional"})
	timestampKeys = slices.Concat(placeKeys, []string{"unit", "tolerance"})

	secretForms = []string{"text", "base64", "hex"}
	keyTypes    = []string{"ed25519", "ecdsa", "rsa"}
	keyForms    = []string{"der", "pem", "raw"}
	timeUnits   = []string{"s", "ms", "iso"}
)

const (
	// defaultTolerance is how far the time of signing may be from now.
	defaultTolerance = 5 * time.Minute
	maxTolerance     = 24 * time.Hour
)

func (f *faults) readHMAC(node *yaml.Node, what string, h *sender.HMAC) {
	m := f.readMapping(node, "`hmac` of "+what, hmacKeys)
	if m == nil {
		return
	}
	h.Hash = m.choice("hash", h.Hash, algorithms)
	h.Encoding = m.choice("encoding", h.Encoding, encodings)
	if n := m.optional("secret"); n != nil {
		if h.Secret = resolve(n).Value; !slices.Contains(secretForms, h.Secret) {
			f.wrong(at(n), secretHint, "`secret` of %s says how the secret is stored (text, base64 or hex), and is not the place for the secret itself", m.what)
			f.list[len(f.list)-1].Masked = true
		}
	}
	if n := m.optional("strip"); n != nil {
		h.Strip, _ = m.text("strip", n)
	}
}

// readKey reads a signature with a public key.
func (f *faults) readKey(node *yaml.Node, what string, k *sender.Key) {
	m := f.readMapping(node, "`key` of "+what, keyKeys)
	if m == nil {
		return
	}
	if n := m.required("type", "use one of "+list(keyTypes)); n != nil {
		k.Type = m.choice("type", "", keyTypes)
	}
	k.Encoding = m.choice("encoding", "base64", encodings)
	k.Public = m.choice("public", "der", keyForms)
	if k.Type != "ed25519" {
		k.Hash = m.choice("hash", "sha256", algorithms)
	} else if n := m.keys["hash"]; n != nil {
		f.wrong(at(n), "remove it", "`hash` of %s has no effect: ed25519 has its own", m.what)
	}
}

// readDigest reads where a request states the hash of its body.
func (f *faults) readDigest(node *yaml.Node, what string) *sender.Digest {
	m := f.readMapping(node, "`digest` of "+what, digestKeys)
	if m == nil {
		return nil
	}
	return &sender.Digest{
		Place: m.place(), Hash: m.choice("hash", "sha256", algorithms), Encoding: m.choice("encoding", "hex", encodings), Optional: m.boolean("optional"),
	}
}

func (f *faults) readTimestamp(node *yaml.Node, what string, t *sender.Timestamp) {
	m := f.readMapping(node, "`timestamp` of "+what, timestampKeys)
	if m == nil {
		return
	}
	t.Place = m.place()
	t.Unit = m.choice("unit", "s", timeUnits)
	t.Tolerance = m.tolerance(defaultTolerance)
}

// tolerance reads how far a time may be from now. `none` accepts any time.
func (m *mapping) tolerance(standard time.Duration) time.Duration {
	n := m.optional("tolerance")
	if n == nil {
		return standard
	}
	text, ok := m.text("tolerance", n)
	if !ok || text == "none" {
		return 0
	}
	d, err := time.ParseDuration(text)
	if err != nil || d < time.Second || d > maxTolerance {
		m.f.wrong(at(n), "write for example 5m (five minutes) or 30s; `none` accepts a request of any age, so that a recorded one can be sent again",
			"`tolerance` of %s: `%s` is not a duration from 1s to 24h", m.what, text)
	}
	return d
}
