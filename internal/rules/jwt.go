package rules

import (
	"net/url"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"untag/internal/sender"
)

var (
	tokenWayKeys = []string{"jwt", "signature", "covers"}
	jwtKeys      = []string{"algorithms", "jwks", "secret", "iss", "aud", "claims", "expires", "leeway", "tolerance", "body", "url"}
	claimKeys    = []string{"claim", "hash", "encoding"}

	jwtAlgorithms = []string{"HS256", "HS384", "HS512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"}
	jwtSecrets    = []string{"text", "claims"}
)

const (
	// defaultLeeway is by how much the clocks may differ.
	defaultLeeway = time.Minute
	maxLeeway     = 10 * time.Minute
)

// readJWT reads how a sender signs with a token. It returns nil if that has a fault.
func (f *faults) readJWT(node *yaml.Node, what string) *sender.Verify {
	before := len(f.list)
	m := f.readMapping(node, "`verify` of "+what, tokenWayKeys)
	if m == nil {
		return nil
	}
	v := &sender.Verify{JWT: &sender.JWT{}, Signature: sender.Place{Headers: []string{"Authorization"}, Scheme: "Bearer"}}
	if n := m.required("jwt", "write for example `jwt: {algorithms: [HS256], body: {claim: payload_hash}}`"); n != nil {
		if j := f.readMapping(n, "`jwt` of "+what, jwtKeys); j != nil {
			j.readJWT(v.JWT)
		}
	}
	if n := m.optional("signature"); n != nil {
		if p := f.readMapping(n, "`signature` of "+what, placeKeys); p != nil {
			v.Signature = p.place()
		}
	}
	v.Covers = m.tokenCovers(v.JWT)
	if len(f.list) > before {
		return nil
	}
	return v
}

// readJWT reads which tokens are accepted.
func (m *mapping) readJWT(j *sender.JWT) {
	m.readAlgorithms(j)
	m.readJWKS(j)
	switch n := m.optional("secret"); {
	case n == nil:
	case resolve(n).Kind != yaml.ScalarNode || !slices.Contains(jwtSecrets, resolve(n).Value):
		m.f.wrong(at(n), secretHint, "`secret` of %s says what is stored as the secret (text or claims), and is not the place for the secret itself", m.what)
		m.f.list[len(m.f.list)-1].Masked = true
	default:
		j.Stored = resolve(n).Value == "claims"
	}
	j.Issuer, j.Audience, j.Expires = m.plain("iss"), m.plain("aud"), m.boolean("expires")
	if n := m.optional("claims"); n != nil {
		if c := m.f.readMapping(n, "`claims` of "+m.what, nil); c != nil {
			j.Claims = make(map[string]string)
			for name := range c.values {
				j.Claims[name] = c.plain(name)
			}
		}
	}
	j.Leeway = m.leeway()
	j.Tolerance = m.tolerance(defaultTolerance)
	j.Body, j.URL = m.claim("body", "sha256"), m.claim("url", "")
	m.checkJWT(j)
}

func (m *mapping) readAlgorithms(j *sender.JWT) {
	n := m.required("algorithms", "write the algorithm that the sender signs with, as in `algorithms: [HS256]`")
	if n == nil {
		return
	}
	for _, item := range m.f.strings(n, "`algorithms` of "+m.what) {
		name := resolve(item).Value
		if !slices.Contains(jwtAlgorithms, name) {
			hint := "use one of " + list(jwtAlgorithms)
			if near := strings.ToUpper(name); slices.Contains(jwtAlgorithms, near) {
				hint = "write `" + near + "`"
			} else if near == "NONE" {
				hint = "a token that nobody signed proves nothing; " + hint
			}
			m.f.wrong(at(item), hint, "`%s` is not an algorithm of tokens", name)
		}
		if slices.Contains(j.Algorithms, name) {
			m.f.wrong(at(item), "keep one of them", "`algorithms` of %s lists `%s` twice", m.what, name)
		}
		j.Algorithms = append(j.Algorithms, name)
	}
	if j.IsMixed() {
		m.f.wrong(at(n), "list algorithms of one kind; for the other, declare another source",
			"`algorithms` of %s has some with a shared secret (HS256 and so on) and some with a public key: anyone who knows the public key could sign with it as if it were the secret", m.what)
	}
}

// readJWKS reads the URL of the sender's public keys. A row may have several, for a source to
// choose from.
func (m *mapping) readJWKS(j *sender.JWT) {
	n := m.optional("jwks")
	if n == nil {
		return
	}
	for _, item := range m.f.strings(n, "`jwks` of "+m.what) {
		address := resolve(item).Value
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "https" || u.Host == "" || u.User != nil || u.Fragment != "" || strings.TrimSpace(address) != address {
			m.f.wrong(at(item), "write the whole https URL, as in `jwks: https://example.com/.well-known/jwks.json`", "`jwks` of %s is not an https URL", m.what)
			m.f.list[len(m.f.list)-1].Masked = u != nil && u.User != nil
		}
		if j.JWKS == "" {
			j.JWKS = address
			continue
		}
		j.OtherJWKS = append(j.OtherJWKS, address)
	}
	if j.IsSymmetric() {
		m.f.wrong(at(m.keys["jwks"]), "remove `jwks`, or list the algorithm of the public keys, such as RS256",
			"`jwks` of %s are public keys, but %s needs a secret that only you and the sender know", m.what, strings.Join(j.Algorithms, ", "))
	}
}

// leeway reads by how much the clocks may differ.
func (m *mapping) leeway() time.Duration {
	n := m.optional("leeway")
	if n == nil {
		return defaultLeeway
	}
	text, _ := m.text("leeway", n)
	d, err := time.ParseDuration(text)
	if err != nil || d < 0 || d > maxLeeway {
		m.f.wrong(at(n), "write for example 60s", "`leeway` of %s: `%s` is not a duration from 0s to 10m", m.what, text)
	}
	return d
}

// claim reads which claim has a part of the request, and its hash.
func (m *mapping) claim(name, hash string) *sender.Claim {
	n := m.optional(name)
	if n == nil {
		return nil
	}
	c := m.f.readMapping(n, "`"+name+"` of "+m.what, claimKeys)
	if c == nil {
		return nil
	}
	claim := &sender.Claim{Hash: c.choice("hash", hash, algorithms), Encoding: c.choice("encoding", "hex", encodings)}
	if n := c.required("claim", "name the claim of the token, as in `claim: payload_hash`"); n != nil {
		claim.Name, _ = c.text("claim", n)
	}
	if claim.Hash == "" && c.keys["encoding"] != nil {
		m.f.wrong(at(c.keys["encoding"]), "add `hash`, as in `hash: sha256`, or remove it", "`encoding` of %s has no effect, as the claim is not a hash", c.what)
	}
	return claim
}

// checkJWT reports tokens that others could have, and keys that have no effect.
func (m *mapping) checkJWT(j *sender.JWT) {
	switch {
	case j.Stored && j.JWKS == "":
		m.f.wrong(at(m.keys["secret"]), "add `jwks`, or remove `secret`", "%s has neither a key nor `jwks`", m.what)
	case j.Stored && (j.Issuer != "" || j.Audience != ""):
		m.f.wrong(at(m.keys["secret"]), "remove `secret`, or `iss` and `aud`", "%s names the issuer and the audience, which are to be stored as well", m.what)
	case j.JWKS != "" && !j.IsSymmetric() && !j.Stored && j.Issuer == "" && j.Audience == "" && j.Claims == nil:
		m.f.wrong(at(m.keys["jwks"]), "add what only your account's tokens have, as in `iss: \"orgId:123\"`",
			"%s accepts every token that is signed with the keys of `jwks`, also those of other customers of the same sender", m.what)
	case j.Expires && m.keys["tolerance"] != nil:
		m.f.wrong(at(m.keys["tolerance"]), "remove it, or `expires`", "`tolerance` of %s is for tokens without exp, which `expires` refuses", m.what)
	}
}

// tokenCovers reads what a token proves. It must be said if that is not the body.
func (m *mapping) tokenCovers(j *sender.JWT) string {
	said := m.choice("covers", "", coverings)
	if said == sender.CoversSender {
		return said
	}
	if j.Body == nil && (said == "" || said == sender.CoversBody) {
		place := m.keys["covers"]
		if place == nil {
			place = m.node
		}
		m.f.wrong(at(place), "add `body` to `jwt` if a claim is the hash of the body; if none is, write `covers: sender`, and know that anyone who has seen a request can send another body with its token",
			"the token of %s does not cover the body", strings.TrimPrefix(m.what, "`verify` of "))
	}
	return sender.CoversBody
}
