package webhook

import (
	"errors"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"untag/internal/event"
	"untag/internal/sender"
)

// tokenLifetime is how long a token that untag signs is valid.
const tokenLifetime = 5 * time.Minute

// signToken adds the token that proves a request. The secret is the shared one, or a private key
// in PEM.
func (out *Outgoing) signToken(from event.Source, v *sender.Verify, secret string) error {
	j := v.JWT
	if j.Stored {
		return errors.New("its tokens are signed with keys that only the sender has, and for an account that the source does not name")
	}
	if len(j.Algorithms) == 0 || j.IsMixed() {
		return errCannotSign
	}
	method := jwt.GetSigningMethod(j.Algorithms[0])
	if method == nil {
		return errCannotSign
	}
	var key any = []byte(secret)
	if !j.IsSymmetric() {
		private, err := privateKey(sender.Key{Type: keyType(method.Alg())}, secret)
		if err != nil {
			return err
		}
		key = private
	}
	c, err := out.claims(from, v)
	if err != nil {
		return err
	}
	text, err := jwt.NewWithClaims(method, c).SignedString(key)
	if err != nil {
		return errors.New("the key is not one for " + method.Alg())
	}
	return out.set(v.Signature, text)
}

// claims returns what the token of a request says.
func (out *Outgoing) claims(from event.Source, v *sender.Verify) (jwt.MapClaims, error) {
	j := v.JWT
	c := jwt.MapClaims{"iat": out.At.Unix()}
	for name, value := range j.Claims {
		c[name] = value
	}
	if out.ID != "" {
		c["jti"] = out.ID
	}
	if j.Expires {
		c["nbf"] = out.At.Unix()
		c["exp"] = out.At.Add(tokenLifetime).Unix()
	}
	if j.Issuer != "" {
		c["iss"] = j.Issuer
	}
	urls := newProof(&from, v, Request{URL: out.URL}, nil).urls()
	if len(urls) == 0 && (j.URL != nil || j.Audience == sender.RequestURL) {
		return nil, errNoURL
	}
	switch j.Audience {
	case "":
	case sender.RequestURL:
		c["aud"] = urls[0]
	default:
		c["aud"] = j.Audience
	}
	if j.URL != nil {
		c[j.URL.Name] = claimOf(*j.URL, []byte(urls[0]))
	}
	if j.Body != nil && len(out.Body) > 0 {
		c[j.Body.Name] = claimOf(*j.Body, out.Body)
	}
	return c, nil
}

// claimOf is the inverse of matches.
func claimOf(claim sender.Claim, of []byte) string {
	algorithm := algorithmOf(claim.Hash)
	if algorithm == nil {
		return string(of)
	}
	hash := algorithm()
	hash.Write(of)
	return encoded(claim.Encoding, hash.Sum(nil))
}

// keyType returns the type of the keys of an algorithm.
func keyType(algorithm string) string {
	switch {
	case strings.HasPrefix(algorithm, "ES"):
		return "ecdsa"
	case algorithm == "EdDSA":
		return "ed25519"
	}
	return "rsa"
}
