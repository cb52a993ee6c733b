package secrets

import (
	"encoding/json"
	"time"

	"untag/internal/zohoauth"
)

const (
	// renewBefore is how long before it expires a token is replaced; one that lives less
	// than an hour is replaced in the last sixth of its life.
	renewBefore = 10 * time.Minute
	// maxLife is the longest life of a Zoho token. A longer one was written by a wrong clock.
	maxLife = time.Hour
)

// content is what a version of the shared secret holds: a token, or a claim to mint one. It
// never holds the refresh token.
type content struct {
	AccessToken string    `json:"access_token,omitempty"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	APIDomain   string    `json:"api_domain,omitempty"`
	DataCenter  string    `json:"data_center,omitempty"`
	MintedAt    time.Time `json:"minted_at,omitzero"`
	// Early is how many of this token's predecessors in a row Zoho refused long before they
	// expired.
	Early int    `json:"early,omitempty"`
	Claim *claim `json:"claim,omitempty"`
}

// claim says that one instance is minting the successor of a version, or that Zoho issued
// it none.
type claim struct {
	// Replaces is the id of the version whose successor is minted, "" for the first.
	Replaces string `json:"replaces"`
	// Owner makes the claims of two instances differ, so that Secrets Manager accepts
	// only the first.
	Owner string `json:"owner"`
	// Attempt counts the claims to the same successor, from 1.
	Attempt int `json:"attempt"`
	// RefusedUntil is set when Zoho issued no token: no instance asks again before.
	RefusedUntil time.Time `json:"refused_until,omitzero"`
	// Final says that Zoho's refusal is not temporary: retrying does not help.
	Final bool `json:"final,omitempty"`
}

// version is one version of the shared secret. The zero value is a version that does not
// exist.
type version struct {
	content
	id      string
	created time.Time
}

// parse decodes a version. A malformed one counts as empty, as on the first deployment.
func parse(text []byte) content {
	var c content
	if json.Unmarshal(text, &c) != nil {
		return content{}
	}
	return c
}

// remaining returns how long the token of a version is still good, 0 if it holds none.
func (c content) remaining(now time.Time) time.Duration {
	if !(zohoauth.Token{AccessToken: c.AccessToken}).Usable() {
		return 0
	}
	return max(0, min(c.ExpiresAt.Sub(now), maxLife))
}

// margin returns how long before it expires the token should be replaced.
func (c content) margin() time.Duration {
	life := maxLife
	if d := c.ExpiresAt.Sub(c.MintedAt); !c.MintedAt.IsZero() && d > 0 {
		life = min(d, maxLife)
	}
	return min(renewBefore, life/6)
}

// base returns the id of the version that a successor is minted for. Secrets Manager makes
// the first version of a secret the current one under any label, so it may be a claim.
func (v version) base() string {
	if v.Claim != nil {
		return v.Claim.Replaces
	}
	return v.id
}
