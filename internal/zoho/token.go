package zoho

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

const mint = "refresh the access token"

// Token is an access token and where it is good.
type Token struct {
	AccessToken string
	// Expiry is when it ends, an hour after it was minted.
	Expiry time.Time
	// APIDomain is the address of the API that takes it.
	APIDomain string
}

// oauth2 writes the header the way Zoho wants it.
func (t Token) oauth2() *oauth2.Token {
	return &oauth2.Token{AccessToken: t.AccessToken, TokenType: "Zoho-oauthtoken"}
}

// Credentials are what an access token is minted from.
type Credentials struct {
	ClientID, ClientSecret, RefreshToken string
	// DataCenter is the name of one of DataCenters.
	DataCenter string
}

// MinterConfig is what NewMinter needs.
type MinterConfig struct {
	// Credentials gives the credentials, as they are now.
	Credentials func(ctx context.Context) (Credentials, error)
	// AccountsURL replaces the data center's accounts server, for a sandbox.
	AccountsURL string
	// HTTP makes the requests; a client with a time-out of 30 s when nil.
	HTTP *http.Client
}

// Minter turns a refresh token into access tokens. Zoho mints ten in ten minutes and
// keeps fifteen alive for one refresh token: share what it gives.
type Minter struct {
	credentials func(ctx context.Context) (Credentials, error)
	accountsURL string
	http        *http.Client
}

// NewMinter returns a Minter.
func NewMinter(c MinterConfig) *Minter {
	return &Minter{
		credentials: c.Credentials, accountsURL: strings.TrimSuffix(c.AccountsURL, "/"), http: withoutRedirects(c.HTTP),
	}
}

// Mint asks the accounts server for a new access token, once. Its errors name the
// code of the answer and never what was sent or received. See
// https://www.zoho.com/crm/developer/docs/api/v8/refresh.html.
func (m *Minter) Mint(ctx context.Context) (Token, error) {
	credentials, err := m.credentials(ctx)
	if err != nil {
		return Token{}, &Error{Operation: mint, Code: CodeNoCredential, Message: "the Zoho credential cannot be read", Err: err}
	}
	dc, err := LookupDataCenter(credentials.DataCenter)
	if err != nil {
		return Token{}, refused(mint, err)
	}
	accounts := m.accountsURL
	if accounts == "" {
		accounts = dc.AccountsURL
	}
	config := oauth2.Config{
		ClientID: credentials.ClientID, ClientSecret: credentials.ClientSecret,
		Endpoint: oauth2.Endpoint{TokenURL: accounts + "/oauth/v2/token", AuthStyle: oauth2.AuthStyleInParams},
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, m.http)
	now := time.Now()
	got, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: credentials.RefreshToken}).Token()
	if err != nil {
		return Token{}, mintError(err)
	}
	return m.token(got, dc, now)
}

func (m *Minter) token(got *oauth2.Token, dc DataCenter, now time.Time) (Token, error) {
	t := Token{AccessToken: got.AccessToken, Expiry: now.Add(lifetime(got)), APIDomain: dc.APIURL}
	if domain, ok := got.Extra("api_domain").(string); ok && m.trusted(domain) {
		t.APIDomain = domain
	}
	return t, nil
}

// trusted: Zoho's own hosts; and where the accounts server is not Zoho's but a
// sandbox, the sandbox's host as well.
func (m *Minter) trusted(domain string) bool {
	if TrustedHost(domain) {
		return true
	}
	api, err := url.Parse(domain)
	if err != nil || m.accountsURL == "" {
		return false
	}
	accounts, err := url.Parse(m.accountsURL)
	return err == nil && api.Host == accounts.Host && api.Scheme == accounts.Scheme
}

// lifetime is how long a token lives. Where `expires_in_sec` is present it is in
// seconds and `expires_in` is in milliseconds. An hour is what Zoho documents, so a
// longer or an absent time counts as that.
func lifetime(t *oauth2.Token) time.Duration {
	seconds, ok := t.Extra("expires_in_sec").(float64)
	if !ok {
		seconds = float64(t.ExpiresIn)
		if seconds > 86400 {
			seconds /= 1000
		}
	}
	if seconds <= 0 || seconds > 3600 {
		seconds = 3600
	}
	return time.Duration(seconds * float64(time.Second))
}

// mintError keeps of the library's error what may be shown: it has the whole answer,
// and that may have anything.
func mintError(err error) *Error {
	var answered *oauth2.RetrieveError
	if !errors.As(err, &answered) {
		var broken *url.Error
		if errors.As(err, &broken) {
			return noAnswer(mint, 0, broken)
		}
		// The answer was JSON without a token, or was no JSON.
		return &Error{Operation: mint, Status: http.StatusOK, Code: CodeUnreadable, Message: "the accounts server sent no access token"}
	}
	e := &Error{Operation: mint, Code: answered.ErrorCode}
	if answered.Response != nil {
		e.Status = answered.Response.StatusCode
		e.retryAfter = retryAfterHeader(answered.Response.Header)
	}
	switch {
	case throttled(answered):
		e.Code = "ACCESS_DENIED_THROTTLED"
		e.Message = "too many access tokens were asked for; Zoho gives ten in ten minutes"
	case e.Code == "invalid_client", e.Code == "invalid_client_secret":
		e.Code, e.Message = "invalid_client", "the client id or secret is wrong, or belongs to another data center"
	case e.Code == "invalid_code":
		e.Message = "the refresh token is wrong, revoked, or belongs to another data center"
	case !oauthCode(e.Code):
		e.Code, e.Message = unreadableCode(e.Status), "the accounts server refused"
	}
	return e
}

// throttled: "Access Denied", as the code or the description, with any status.
func throttled(e *oauth2.RetrieveError) bool {
	for _, text := range []string{e.ErrorCode, e.ErrorDescription} {
		text = strings.ToLower(strings.ReplaceAll(text, "_", " "))
		if strings.Contains(text, "access denied") || strings.Contains(text, "too many requests") {
			return true
		}
	}
	return false
}

// oauthCode reports whether a code looks like one, and not like a text that could
// repeat what was sent.
func oauthCode(code string) bool {
	for _, r := range code {
		if (r < 'a' || r > 'z') && r != '_' {
			return false
		}
	}
	return code != "" && len(code) <= 40
}
