package webhook

import (
	"errors"
	"math"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/golang-jwt/jwt/v5"

	"untag/internal/jsonvalue"
)

// claims are those of a token. No claim may occur twice.
type claims map[string]jsonvalue.Raw

var (
	errClaims = errors.New("the claims are not a JSON object, or have a name twice")
	errClaim  = errors.New("a claim is not of its type")
)

// UnmarshalJSON reads the claims of a token.
func (c *claims) UnmarshalJSON(text []byte) error {
	if checkJSON(text) != nil || isDeep(text) {
		return errClaims
	}
	members, err := jsonvalue.Raw(append([]byte(nil), text...)).Object()
	if err != nil {
		return errClaims
	}
	*c = members
	return nil
}

// text returns a claim that is a string, "" if there is none.
func (c claims) text(name string) (string, error) {
	value := c[name]
	switch jsontext.Value(value).Kind() {
	case jsontext.KindString:
		text, _ := scalarText(value)
		return text, nil
	case jsontext.KindInvalid:
		return "", nil
	}
	return "", errClaim
}

// time returns a claim that is a time in seconds since 1970, nil if there is none. Some senders
// write milliseconds, which as seconds would be thousands of years from now.
func (c claims) time(name string) (*jwt.NumericDate, error) {
	const (
		milliseconds = 1e11 // in seconds, the year 5138
		most         = 1e14
	)
	value := c[name]
	switch jsontext.Value(value).Kind() {
	case jsontext.KindInvalid:
		return nil, nil
	case jsontext.KindNumber:
	default:
		return nil, errClaim
	}
	text, _ := scalarText(value)
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || math.Abs(n) > most {
		return nil, errClaim
	}
	if math.Abs(n) < milliseconds {
		n *= 1000
	}
	return jwt.NewNumericDate(time.UnixMilli(int64(n))), nil
}

// GetExpirationTime returns when the token expires.
func (c claims) GetExpirationTime() (*jwt.NumericDate, error) { return c.time("exp") }

// GetIssuedAt returns when the token was issued.
func (c claims) GetIssuedAt() (*jwt.NumericDate, error) { return c.time("iat") }

// GetNotBefore returns from when on the token is valid.
func (c claims) GetNotBefore() (*jwt.NumericDate, error) { return c.time("nbf") }

// GetIssuer returns who issued the token.
func (c claims) GetIssuer() (string, error) { return c.text("iss") }

// GetSubject returns whom the token is about.
func (c claims) GetSubject() (string, error) { return c.text("sub") }

// GetAudience returns whom the token is for: a string, or a list of strings.
func (c claims) GetAudience() (jwt.ClaimStrings, error) {
	value := c["aud"]
	if jsontext.Value(value).Kind() != jsontext.KindBeginArray {
		text, err := c.text("aud")
		return jwt.ClaimStrings{text}, err
	}
	elements, err := value.List()
	if err != nil {
		return nil, errClaim
	}
	var all jwt.ClaimStrings
	for _, element := range elements {
		text, err := claims{"aud": element}.text("aud")
		if err != nil {
			return nil, err
		}
		all = append(all, text)
	}
	return all, nil
}
