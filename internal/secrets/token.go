package secrets

import (
	"encoding/json"
	"log/slog"
	"time"
)

const (
	// renewBefore is how long before its end a token is replaced; one that lives less
	// than an hour is replaced in the last sixth of its life.
	renewBefore = 10 * time.Minute
	// maxLife is the longest life of a token of Zoho's. What is said to live longer was
	// written by a clock that was wrong.
	maxLife = time.Hour
)

// Token is an access token and where it is good.
type Token struct {
	AccessToken string
	// Expiry is when it ends.
	Expiry time.Time
	// APIDomain is the address of the API that takes it.
	APIDomain string
	// DataCenter is where it was minted, "" where that is not known.
	DataCenter string
}

// String hides the token.
func (t Token) String() string { return "access token until " + t.Expiry.Format(time.RFC3339) }

// GoString hides the token.
func (t Token) GoString() string { return t.String() }

// LogValue hides the token.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// content is what a version of the shared secret holds: a token, or a claim to mint
// one. Never the refresh token.
type content struct {
	AccessToken string    `json:"access_token,omitempty"`
	ExpiresAt   time.Time `json:"expires_at,omitzero"`
	APIDomain   string    `json:"api_domain,omitempty"`
	DataCenter  string    `json:"data_center,omitempty"`
	MintedAt    time.Time `json:"minted_at,omitzero"`
	// Early is how many tokens in a row, this one's predecessors, Zoho refused long
	// before their end.
	Early int    `json:"early,omitempty"`
	Claim *claim `json:"claim,omitempty"`
}

// claim says that one instance mints the successor of a version, or that Zoho gave it
// none.
type claim struct {
	// Replaces is the id of the version whose successor is minted, "" for the first.
	Replaces string `json:"replaces"`
	// Owner makes the claims of two instances differ, so that Secrets Manager takes
	// only the first.
	Owner string `json:"owner"`
	// Attempt counts the claims to the same successor, from 1.
	Attempt int `json:"attempt"`
	// RefusedUntil is set when Zoho gave no token: nobody asks again before.
	RefusedUntil time.Time `json:"refused_until,omitzero"`
	// Final says that Zoho's refusal does not pass by itself.
	Final bool `json:"final,omitempty"`
}

// version is one version of the shared secret. The zero version is one that is not
// there.
type version struct {
	content
	id      string
	created time.Time
}

// parse reads what a version holds. What is malformed holds nothing, as on the first
// deployment.
func parse(text []byte) content {
	var c content
	if json.Unmarshal(text, &c) != nil {
		return content{}
	}
	return c
}

// remaining is how long the token of a version lives on, 0 when it holds none.
func (c content) remaining(now time.Time) time.Duration {
	if !inHeader(c.AccessToken) {
		return 0
	}
	return max(0, min(c.ExpiresAt.Sub(now), maxLife))
}

// inHeader reports whether a token can stand in a header. One that cannot, such as one
// that was pasted with its line break, would fail every call until its end.
func inHeader(token string) bool {
	for i := range len(token) {
		if token[i] <= ' ' || token[i] > '~' {
			return false
		}
	}
	return token != ""
}

// margin is how long before its end the token is to be replaced.
func (c content) margin() time.Duration {
	life := maxLife
	if d := c.ExpiresAt.Sub(c.MintedAt); !c.MintedAt.IsZero() && d > 0 {
		life = min(d, maxLife)
	}
	return min(renewBefore, life/6)
}

// base is the id of the version that a successor is minted for. The first version of
// a secret becomes the current one whatever its label, so a claim may stand there.
func (v version) base() string {
	if v.Claim != nil {
		return v.Claim.Replaces
	}
	return v.id
}
