package sender

import (
	"strings"
	"time"
)

// JWT is a signed token whose claims say who signed it and when, and, for some senders, what
// the body and the URL are.
type JWT struct {
	// Algorithms are those that a token may be signed with, all of one kind: HS256 and so on
	// with a stored secret, any other with a public key.
	Algorithms []string
	// JWKS is the https URL of the sender's public keys. If it is "", what is stored is the
	// secret, or the public key.
	JWKS string
	// OtherJWKS are the URLs that a source may name in place of JWKS.
	OtherJWKS []string
	// Stored means that what is stored is the issuer and, after a blank, the audience of the
	// tokens. It is for senders with public keys that sign for others too.
	Stored bool

	// Issuer must be the token's iss, if it is set.
	Issuer string
	// Audience must be in the token's aud, if it is set. RequestURL stands for the request's.
	Audience string
	// Claims are other claims that a token must have, with their values.
	Claims map[string]string

	// Expires means that a token must have exp.
	Expires bool
	// Leeway is by how much the clocks may differ.
	Leeway time.Duration
	// Tolerance is how long ago a token without exp may have been issued; 0 means that it may
	// be of any age.
	Tolerance time.Duration

	// Body and URL are the claims with the hash of the body and with the URL; nil if the token
	// has none.
	Body, URL *Claim
}

// RequestURL is the Audience of tokens that are for the URL of the request.
const RequestURL = "url"

// Claim is a claim about the request. Hash is "" if it is the text itself.
type Claim struct {
	Name     string
	Hash     string // "sha1", "sha256" or "sha512"
	Encoding string // "hex" or "base64"
}

// IsSymmetric reports whether tokens are signed with a shared secret. It is false for
// algorithms of both kinds, which no key fits.
func (j JWT) IsSymmetric() bool {
	return len(j.Algorithms) > 0 && j.count() == len(j.Algorithms)
}

// IsMixed reports whether algorithms of both kinds are listed: then a public key, which
// everybody knows, could be taken for the shared secret.
func (j JWT) IsMixed() bool {
	n := j.count()
	return n > 0 && n < len(j.Algorithms)
}

// count counts the algorithms with a shared secret.
func (j JWT) count() (n int) {
	for _, name := range j.Algorithms {
		if strings.HasPrefix(name, "HS") {
			n++
		}
	}
	return n
}
