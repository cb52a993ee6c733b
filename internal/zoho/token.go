package zoho

import (
	"errors"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

// minToken is a length that every Zoho access token exceeds by far.
const minToken = 16

// Token is an access token and where it is valid.
type Token struct {
	AccessToken string
	// Expiry is when it expires, an hour after it was minted.
	Expiry time.Time
	// APIDomain is the address of the API that accepts it.
	APIDomain string
	// DataCenter is the name of the data center that minted it, "" if unknown.
	DataCenter string
}

// String hides the token.
func (t Token) String() string { return "access token until " + t.Expiry.Format(time.RFC3339) }

// GoString hides the token.
func (t Token) GoString() string { return t.String() }

// LogValue hides the token.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// usable reports whether the token can be sent in a header.
func (t Token) usable() bool {
	for i := range len(t.AccessToken) {
		if c := t.AccessToken[i]; c <= ' ' || c > '~' {
			return false
		}
	}
	return t.AccessToken != ""
}

// hidden removes the token from a text that a server sent, so that a server that repeats the
// token does not get it into an error. It ignores a token that is too short to be a real one.
func (t Token) hidden(text string) string {
	if len(t.AccessToken) < minToken {
		return text
	}
	return strings.ReplaceAll(text, t.AccessToken, "[token]")
}

// authorize adds the header with the token to a request.
func (t Token) authorize(r *http.Request) {
	(&oauth2.Token{AccessToken: t.AccessToken, TokenType: "Zoho-oauthtoken"}).SetAuthHeader(r)
}

// Credentials are what an access token is minted from.
type Credentials struct {
	ClientID, ClientSecret, RefreshToken string
	// DataCenter is the name of one of DataCenters.
	DataCenter string
	// Environment is one of Environments, or "".
	Environment string
}

// whole returns an error that names what is missing, nil if nothing is.
func (c Credentials) whole() error {
	for _, part := range []struct{ key, value string }{
		{"client_id", c.ClientID}, {"client_secret", c.ClientSecret}, {"refresh_token", c.RefreshToken},
	} {
		if part.value == "" {
			return errors.New(part.key + " is missing or empty")
		}
	}
	return nil
}

// String hides the credentials.
func (c Credentials) String() string {
	return "Zoho credentials of data center " + strconv.Quote(c.DataCenter)
}

// GoString hides the credentials.
func (c Credentials) GoString() string { return c.String() }

// LogValue hides the credentials.
func (c Credentials) LogValue() slog.Value { return slog.StringValue(c.String()) }
