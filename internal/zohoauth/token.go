// Package zohoauth holds what the packages zoho and secrets share: an access token of Zoho's,
// the credentials it is minted from, and what both keep of a token between two calls. Tokens
// and credentials do not show their secrets when they are printed or logged.
package zohoauth

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"
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

// Format hides the token under every verb.
func (t Token) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, t.String()) }

// LogValue hides the token.
func (t Token) LogValue() slog.Value { return slog.StringValue(t.String()) }

// Usable reports whether the token can be sent in a header. One that cannot, such as one
// pasted with its line break, would fail every call until it expires.
func (t Token) Usable() bool {
	for i := range len(t.AccessToken) {
		if c := t.AccessToken[i]; c <= ' ' || c > '~' {
			return false
		}
	}
	return t.AccessToken != ""
}

// Hide removes the token from a text that a server sent, so that a server that repeats the
// token does not get it into an error. It ignores a token that is too short to be a real one.
func (t Token) Hide(text string) string {
	if len(t.AccessToken) < minToken {
		return text
	}
	return strings.ReplaceAll(text, t.AccessToken, "[token]")
}
