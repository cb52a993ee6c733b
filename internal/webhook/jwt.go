package webhook

import (
	"context"
	"encoding/base64"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/golang-jwt/jwt/v5"

	"untag/internal/sender"
)

// maxJWT is the maximum length of a token, in bytes.
const maxJWT = 16 << 10

// checkJWT checks the token of a request: first its claims, which needs no key, then its
// signature, then the claims about the URL and the body.
func (p *proof) checkJWT(ctx context.Context, keys *keyring) error {
	j := p.verify.JWT
	switch {
	case p.verify.Signature.IsZero():
		return refusal("a way to verify that names no header")
	case len(j.Algorithms) == 0 || j.IsMixed() || j.IsSymmetric() && j.JWKS != "":
		return refusal("a way to verify whose algorithms do not fit its keys")
	}
	text, err := p.token()
	if err != nil {
		return err
	}
	all := make(claims)
	var failed error // why no key was found, as the library wraps it
	found := func(t *jwt.Token) (any, error) {
		if failed = p.checkClaims(all); failed != nil {
			return nil, failed
		}
		var set []jwt.VerificationKey
		if set, failed = p.keys(ctx, keys, t); failed != nil {
			return nil, failed
		}
		return jwt.VerificationKeySet{Keys: set}, nil
	}
	// The claims are validated before the signature, so that a stranger's token makes no
	// request for keys.
	parser := jwt.NewParser(jwt.WithValidMethods(j.Algorithms), jwt.WithStrictDecoding(), jwt.WithoutClaimsValidation())
	switch _, err := parser.ParseWithClaims(text, &all, found); {
	case failed != nil:
		return failed
	case errors.Is(err, jwt.ErrTokenSignatureInvalid), errors.Is(err, jwt.ErrTokenUnverifiable):
		return refusal("the token in " + p.name(p.verify.Signature) + " is not signed with " + strings.Join(j.Algorithms, " or ") + " and " + keyWords(j))
	case err != nil:
		return refusal(p.name(p.verify.Signature) + " is not a JWT")
	}
	if err := p.checkURLClaim(all); err != nil {
		return err
	}
	return p.checkBodyClaim(all)
}

// keyWords returns words for the keys of a token's signature.
func keyWords(j *sender.JWT) string {
	switch {
	case j.JWKS != "":
		return "a key of " + j.JWKS
	case j.IsSymmetric():
		return "any stored secret"
	}
	return "any stored public key"
}

// token returns the token of a request whose header can be read in only one way.
func (p *proof) token() (string, error) {
	at := p.verify.Signature
	sent, err := p.candidates()
	switch {
	case err != nil:
		return "", err
	case len(sent) > 1:
		return "", refusal("more than one " + p.name(at))
	}
	text := sent[0]
	if at.Scheme == "" {
		if bare, found := cutScheme(text, "Bearer "); found {
			text = bare
		}
	}
	header, _, _ := strings.Cut(text, ".")
	decoded, err := base64.RawURLEncoding.Strict().DecodeString(header)
	switch {
	case len(text) > maxJWT:
		return "", refusal("the token in " + p.name(at) + " is too long")
	case err != nil, strings.Trim(text, tokenCharacters) != "", checkJSON(decoded) != nil, isDeep(decoded):
		return "", refusal(p.name(at) + " is not a JWT")
	}
	return text, nil
}

const tokenCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_."

// checkClaims checks what the claims say of the token itself.
func (p *proof) checkClaims(c claims) error {
	j := p.verify.JWT
	options := []jwt.ParserOption{jwt.WithTimeFunc(func() time.Time { return p.now }), jwt.WithLeeway(j.Leeway), jwt.WithIssuedAt()}
	if j.Expires {
		options = append(options, jwt.WithExpirationRequired())
	}
	for name, want := range j.Claims {
		if got, err := c.text(name); err != nil || got != want {
			return refusal("the claim " + name + " of the token is not the one that the source names")
		}
	}
	if err := p.checkAge(c); err != nil {
		return err
	}
	switch {
	case j.Stored:
		return p.checkStoredClaims(c, options)
	case j.Audience == sender.RequestURL:
		urls := p.urls()
		if len(urls) == 0 {
			return errNoURL
		}
		options = append(options, jwt.WithAudience(urls...))
	case j.Audience != "":
		options = append(options, jwt.WithAudience(j.Audience))
	}
	if j.Issuer != "" {
		options = append(options, jwt.WithIssuer(j.Issuer))
	}
	return claimsRefusal(jwt.NewValidator(options...).Validate(c))
}

const errNoURL = refusal("the sender signs the URL, which is not known: set PUBLIC_URL to the address that it calls, such as https://hooks.example.com, or `url` of the source")

// checkStoredClaims compares the issuer and the audience with those that are stored.
func (p *proof) checkStoredClaims(c claims, options []jwt.ParserOption) error {
	err := error(refusal("the stored secret is not the issuer and the audience of the sender's tokens, with a blank between them"))
	for _, stored := range p.stored {
		words := strings.Fields(stored)
		if len(words) == 0 || len(words) > 2 {
			continue
		}
		own := append(slices.Clone(options), jwt.WithIssuer(words[0]))
		if len(words) == 2 {
			own = append(own, jwt.WithAudience(words[1]))
		}
		if err = claimsRefusal(jwt.NewValidator(own...).Validate(c)); err == nil {
			return nil
		}
	}
	return err
}

// checkAge refuses a token without exp that was issued too long ago.
func (p *proof) checkAge(c claims) error {
	j := p.verify.JWT
	if c["exp"] != nil || j.Expires || j.Tolerance == 0 {
		return nil
	}
	issued, err := c.GetIssuedAt()
	switch {
	case err != nil || issued == nil:
		return refusal("the token does not say how long it is valid: it has neither exp nor iat")
	case p.now.Sub(issued.Time) > j.Tolerance+j.Leeway:
		return refusal("the token was issued more than " + minutes(j.Tolerance) + " ago: the request is late or sent again, or the clocks differ")
	}
	return nil
}

// claimsRefusal says what is wrong with claims, without their values.
func claimsRefusal(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, jwt.ErrTokenExpired):
		return refusal("the token has expired: the request is late or sent again, or the clocks differ")
	case errors.Is(err, jwt.ErrTokenUsedBeforeIssued), errors.Is(err, jwt.ErrTokenNotValidYet):
		return refusal("the token is from the future: the clocks differ")
	case errors.Is(err, jwt.ErrTokenInvalidIssuer):
		return refusal("the token has another issuer (iss) than the source names")
	case errors.Is(err, jwt.ErrTokenInvalidAudience):
		return refusal("the token is for another audience (aud) than this source")
	case errors.Is(err, jwt.ErrTokenRequiredClaimMissing):
		return refusal("the token lacks one of the claims exp, iss and aud that the source requires")
	}
	return refusal("a claim of the token is not of its type")
}

// checkURLClaim compares the URL in the claims with that of the request.
func (p *proof) checkURLClaim(c claims) error {
	claim := p.verify.JWT.URL
	if claim == nil {
		return nil
	}
	urls := p.urls()
	if len(urls) == 0 {
		return errNoURL
	}
	for _, address := range urls {
		if matches(*claim, c, []byte(address)) {
			return nil
		}
	}
	return refusal("the claim " + claim.Name + " of the token is not the URL of the request: compare PUBLIC_URL, or `url` of the source, with the address that the sender calls")
}

// checkBodyClaim compares the hash of the body in the claims with that of the body. A body
// that no claim covers could be anyone's, unless that is expected of the sender.
func (p *proof) checkBodyClaim(c claims) error {
	claim := p.verify.JWT.Body
	body, err := readBody(p.req)
	switch {
	case err != nil:
		return err
	case claim != nil && c[claim.Name] != nil:
		if !matches(*claim, c, body) {
			return refusal("the claim " + claim.Name + " of the token is not the hash of the body")
		}
		return nil
	case len(body) == 0 || p.verify.Covers == sender.CoversSender:
		return nil
	}
	return refusal("the token does not cover the body, so anyone who has seen one could send another; if the sender cannot do more, write `covers: sender`")
}

// matches reports whether a claim is the hash of some bytes, or the text itself.
func matches(claim sender.Claim, c claims, of []byte) bool {
	text, err := c.text(claim.Name)
	if err != nil || text == "" {
		return false
	}
	if claim.Hash == "" {
		return equal([]byte(text), of)
	}
	algorithm := algorithmOf(claim.Hash)
	if algorithm == nil {
		return false
	}
	hash := algorithm()
	hash.Write(of)
	got, ok := decoded(claim.Encoding, text)
	return ok && equal(got, hash.Sum(nil))
}
