package rules

import (
	"slices"
	"time"

	"go.yaml.in/yaml/v4"

	"untag/internal/sender"
)

var (
	signedKeys    = []string{"hmac", "signature", "timestamp", "signed"}
	asKeys        = []string{"as", "tolerance"}
	hmacKeys      = []string{"hash", "encoding", "secret", "strip"}
	placeKeys     = []string{"header", "to", "prefix", "list", "key", "separator"}
	timestampKeys = slices.Concat(placeKeys, []string{"unit", "tolerance"})

	secretForms = []string{"text", "base64", "hex"}
	timeUnits   = []string{"s", "ms", "iso"}
)

const (
	// defaultTolerance is how far the time of signing may be from now.
	defaultTolerance = 5 * time.Minute
	maxTolerance     = 24 * time.Hour
)

// readSigned reads how a sender signs. It returns nil if that has a fault.
func (f *faults) readSigned(node *yaml.Node, what string, id sender.Place) *sender.Verify {
	before := len(f.list)
	if !has(node, "hmac") && !has(node, "signature") {
		f.wrong(at(node), "write one of "+list(schemeKinds)+", the name of a sender, or how it signs, as in `{hmac: {hash: sha256, encoding: hex}, signature: {header: X-Signature}}`",
			"`verify` of %s has neither `hmac` nor `signature`", what)
		f.list[len(f.list)-1].Masked = true // it may hold a secret
		return nil
	}
	m := f.readMapping(node, "`verify` of "+what, signedKeys)
	if m == nil {
		return nil
	}
	v := &sender.Verify{HMAC: &sender.HMAC{Hash: "sha256", Encoding: "hex", Secret: "text"}}
	if n := m.required("hmac", "write for example `hmac: {hash: sha256, encoding: hex}`"); n != nil {
		f.readHMAC(n, m.what, v.HMAC)
	}
	if n := m.required("signature", "name the header that carries the signature, as in `signature: {header: X-Signature}`"); n != nil {
		if p := f.readMapping(n, "`signature` of "+what, placeKeys); p != nil {
			v.Signature = p.place()
		}
	}
	if n := m.optional("timestamp"); n != nil {
		f.readTimestamp(n, what, &v.Timestamp)
	}
	v.Signed = sender.Template{{Value: "body"}}
	if n := m.optional("signed"); n != nil {
		m.readTemplate(n, v, id)
	}
	if !v.Timestamp.IsZero() && !v.Signed.Has("timestamp") && len(f.list) == before {
		f.wrong(at(m.keys["timestamp"]), "write `{timestamp}` where it is in what is signed, as in `signed: \"{timestamp}.{body}\"`, or remove `timestamp`",
			"the signature of %s does not cover its timestamp, so the timestamp proves nothing", what)
	}
	f.sameFamilies(m, v, id)
	if len(f.list) > before {
		return nil
	}
	return v
}

// has reports whether a mapping has a key.
func has(node *yaml.Node, key string) bool {
	n := resolve(node)
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return true
		}
	}
	return false
}

func (f *faults) readHMAC(node *yaml.Node, what string, h *sender.HMAC) {
	m := f.readMapping(node, "`hmac` of "+what, hmacKeys)
	if m == nil {
		return
	}
	h.Hash = m.choice("hash", h.Hash, algorithms)
	h.Encoding = m.choice("encoding", h.Encoding, encodings)
	if n := m.optional("secret"); n != nil {
		h.Secret, _ = m.text("secret", n)
		if !slices.Contains(secretForms, h.Secret) {
			f.wrong(at(n), secretHint, "`secret` of %s says how the secret is stored (text, base64 or hex), and is not the place for the secret itself", m.what)
			f.list[len(f.list)-1].Masked = true
		}
	}
	if n := m.optional("strip"); n != nil {
		h.Strip, _ = m.text("strip", n)
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

func (m *mapping) readTemplate(n *yaml.Node, v *sender.Verify, id sender.Place) {
	text, ok := m.text("signed", n)
	if !ok {
		return
	}
	t, err := sender.ParseTemplate(text)
	switch {
	case err != nil:
		m.f.wrong(at(n), "write for example \"{timestamp}.{body}\"", "`signed` of %s: %s", m.what, err)
	case t.Has("timestamp") && v.Timestamp.IsZero():
		m.f.wrong(at(n), "add `timestamp`, as in `timestamp: {header: X-Timestamp, unit: s}`", "`signed` of %s has {timestamp}, but nothing says where that is", m.what)
	case t.Has("id") && id.IsZero():
		m.f.wrong(at(n), "add `id` to the source, as in `id: header X-Delivery`", "`signed` of %s has {id}, but nothing says where that is", m.what)
	default:
		for i := range t {
			if t[i].Value == "id" {
				t[i].Place = id // stays the same if the source names another identifier
			}
		}
		v.Signed = t
	}
}

// sameFamilies reports places that list different numbers of headers.
func (f *faults) sameFamilies(m *mapping, v *sender.Verify, id sender.Place) {
	for _, p := range []sender.Place{v.Timestamp.Place, id} {
		if n := len(p.Headers); n > 1 && n != len(v.Signature.Headers) {
			f.wrong(at(m.node), "list as many headers in each place, in the same order", "in %s, places list different numbers of headers, so it is not clear which belong together", m.what)
			return
		}
	}
}
