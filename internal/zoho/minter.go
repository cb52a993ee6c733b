package zoho

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"
)

const mint = "refresh the access token"

// MinterConfig is what NewMinter needs.
type MinterConfig struct {
	// Credentials gives the credentials, as they are now.
	Credentials func(ctx context.Context) (Credentials, error)
	// AccountsURL replaces the data center's accounts server, for a sandbox. An
	// api_domain of the same scheme and host is then trusted like Zoho's own.
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
	client := withoutRedirects(c.HTTP)
	client.Transport = jsonAnswers{client.Transport}
	return &Minter{credentials: c.Credentials, accountsURL: strings.TrimRight(c.AccountsURL, "/"), http: client}
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
	if credentials.ClientID == "" || credentials.ClientSecret == "" || credentials.RefreshToken == "" {
		return Token{}, refused(mint, errors.New("the client id, the client secret or the refresh token is empty"))
	}
	accounts := m.accountsURL
	if accounts == "" {
		accounts = dc.AccountsURL
	}
	if !isBase(accounts) {
		return Token{}, refused(mint, errors.New("the accounts server's address is no URL of the kind https://host/path"))
	}
	config := oauth2.Config{
		ClientID: credentials.ClientID, ClientSecret: credentials.ClientSecret,
		Endpoint: oauth2.Endpoint{TokenURL: accounts + "/oauth/v2/token", AuthStyle: oauth2.AuthStyleInParams},
	}
	ctx = context.WithValue(ctx, oauth2.HTTPClient, m.http)
	now := time.Now()
	got, err := config.TokenSource(ctx, &oauth2.Token{RefreshToken: credentials.RefreshToken}).Token()
	switch {
	case err != nil && ctx.Err() != nil:
		return Token{}, noAnswer(mint, 0, ctx.Err())
	case err != nil:
		return Token{}, mintError(err)
	}
	t := m.token(got, dc, now)
	if !t.usable() {
		return Token{}, noToken()
	}
	return t, nil
}

// token keeps the address that came with it only if it is one of Zoho's: whoever
// gets the token can act on the CRM. Otherwise the data center's own address stands.
func (m *Minter) token(got *oauth2.Token, dc DataCenter, now time.Time) Token {
	t := Token{AccessToken: got.AccessToken, Expiry: now.Add(lifetime(got)), APIDomain: dc.APIURL}
	if domain, ok := got.Extra("api_domain").(string); ok && m.trusted(domain) {
		t.APIDomain = domain
	}
	return t
}

// trusted: Zoho's own hosts; and where the accounts server is not Zoho's but a
// sandbox, the sandbox's host as well.
func (m *Minter) trusted(domain string) bool {
	if TrustedHost(domain) {
		return true
	}
	if m.accountsURL == "" || !isBase(domain) {
		return false
	}
	api, err := url.Parse(domain)
	if err != nil {
		return false
	}
	accounts, err := url.Parse(m.accountsURL)
	return err == nil && api.Host == accounts.Host && api.Scheme == accounts.Scheme
}

// lifetime is how long a token lives. Where `expires_in_sec` is present it is in
// seconds and `expires_in` is in milliseconds. An hour is what Zoho documents, so a
// longer or an absent time counts as that.
func lifetime(t *oauth2.Token) time.Duration {
	life := seconds(fmt.Sprint(t.Extra("expires_in_sec")))
	if life == 0 && t.ExpiresIn > 86400 {
		life = time.Duration(t.ExpiresIn) * time.Millisecond
	} else if life == 0 {
		life = time.Duration(t.ExpiresIn) * time.Second
	}
	if life <= 0 || life > time.Hour {
		life = time.Hour
	}
	return life
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
		// The answer was JSON without a token, or was no JSON, or was cut off.
		return noToken()
	}
	e := &Error{Operation: mint, Code: answered.ErrorCode}
	if answered.Response != nil {
		e.Status = answered.Response.StatusCode
		e.retryAfter = retryAfterHeader(answered.Response.Header)
	}
	switch {
	case throttled(answered):
		e.Code = CodeThrottled
		e.Message = "too many access tokens were asked for; Zoho gives ten in ten minutes"
		e.retryAfter = max(e.retryAfter, backOffThrottled)
	case e.Code == "invalid_client", e.Code == "invalid_client_secret":
		e.Code, e.Message = "invalid_client", "the client id or secret is wrong, or belongs to another data center"
	case e.Code == "invalid_code":
		e.Message = "the refresh token is wrong, revoked, or belongs to another data center"
	case e.Code == "":
		e.Code, e.Message = unreadableCode(e.Status), "the accounts server refused without a code"
	}
	return e
}

func noToken() *Error {
	return &Error{Operation: mint, Status: http.StatusOK, Code: CodeUnreadable, Message: "the accounts server sent no access token"}
}

// throttled: "Access Denied", as the code or the description, with any status. Zoho
// translates that text at times; whatever is no code is taken for it, for the other
// errors are always codes.
func throttled(e *oauth2.RetrieveError) bool {
	if e.ErrorCode != "" && !oauthCode(e.ErrorCode) {
		return true
	}
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
