package rules

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"untag/internal/sender"
)

// tokenAsKeys are the keys of a sender whose tokens a source narrows down.
var tokenAsKeys = []string{"iss", "aud", "jwks", "covers"}

// narrow changes which tokens of a sender a source accepts.
func (m *mapping) narrow(s Sender) {
	v := s.Source.Verify[0].Verify
	j := v.JWT
	if j == nil {
		for _, name := range tokenAsKeys {
			if key := m.keys[name]; key != nil {
				m.f.wrong(at(key), "remove it", "%s does not sign with a token, so `%s` has no effect", s.Title, name)
			}
		}
		return
	}
	if n := m.optional("jwks"); n != nil {
		known := append([]string{j.JWKS}, j.OtherJWKS...)
		if j.JWKS == "" {
			m.f.wrong(at(m.keys["jwks"]), "remove it", "%s signs with a key that you store, so `jwks` has no effect", s.Title)
		} else if chosen, _ := m.text("jwks", n); slices.Contains(known, chosen) {
			j.JWKS = chosen
		} else {
			m.f.wrong(at(n), "use one of "+list(known), "`%s` does not have the keys of %s", chosen, s.Title)
		}
	}
	m.narrowClaims(s.Title, j)
	if said := m.choice("covers", v.Covers, coverings); said == sender.CoversBody && j.Body == nil {
		m.f.wrong(at(m.keys["covers"]), "remove it", "the tokens of %s do not cover the body", s.Title)
	} else {
		v.Covers = said
	}
	if m.keys["tolerance"] != nil && j.Expires {
		m.f.wrong(at(m.keys["tolerance"]), "remove it", "the tokens of %s say themselves when they expire", s.Title)
	}
	j.Tolerance = m.tolerance(j.Tolerance)
}

// narrowClaims reads the issuer and the audience, which then need not be stored.
func (m *mapping) narrowClaims(title string, j *sender.JWT) {
	issuer, audience := m.plain("iss"), m.plain("aud")
	if issuer != "" {
		j.Issuer = issuer
	}
	if audience != "" {
		j.Audience = audience
	}
	if !j.Stored || issuer == "" && audience == "" {
		return
	}
	j.Stored = false
	switch {
	case issuer == "":
		m.f.wrong(at(m.keys["aud"]), "add `iss`, such as `iss: \"orgId:123\"`", "the tokens of %s are signed with the same keys for all of its customers, so that `iss` must say which is yours", title)
	case audience == "":
		m.f.warn(at(m.keys["iss"]), "add `aud`, such as `aud: \"webhookId:123\"`", "without `aud`, anyone who receives another webhook of the same account can send its tokens here")
	}
}

// checkTokens reports tokens whose keys are in several places, and a source that takes what is
// stored both for claims, which are no secret, and for a secret.
func (r *sourceReader) checkTokens(n *yaml.Node) {
	claims, needing := false, 0
	for _, s := range r.source.Verify {
		if s.Kind != "aws" && (s.Verify == nil || s.Verify.NeedsSecret()) {
			needing++
		}
		if s.Verify == nil || s.Verify.JWT == nil {
			continue
		}
		claims = claims || s.Verify.JWT.Stored
		if s.Kind == "jwt" && len(s.Verify.JWT.OtherJWKS) > 0 {
			r.f.wrong(at(n), "keep one of them, or declare a source for each", "`jwks` of %s names more than one place", r.what)
		}
	}
	if claims && needing > 1 {
		r.f.wrong(at(n), "name the issuer in the rules file, as in `{as: zoho-desk, iss: \"orgId:123\", aud: \"webhookId:456\"}`, or declare two sources",
			"%s stores the issuer of tokens where its other ways to verify expect a secret; the issuer is not secret", r.what)
	}
}
