package zoho

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"untag/internal/zohoauth"
)

const mint = "refresh the access token"

// MinterConfig is what NewMinter needs.
type MinterConfig struct {
	// Credentials returns the current credentials.
	Credentials func(ctx context.Context) (zohoauth.Credentials, error)
	// Environment is one of Environments, or "" to leave it to the token answer. The
	// credential's own environment takes precedence over it.
	Environment string
	// AccountsURL replaces the data center's accounts server, for a sandbox. An
	// api_domain with the same scheme and host is then trusted like Zoho's own.
	AccountsURL string
	// APIURL is the address that replaces the API's, as in Config. It serves only to report
	// what is used instead of an api_domain.
	APIURL string
	// Report, if set, is called with a message for each api_domain that is not used.
	Report func(message string)
	// Granted, if set, is called with the scopes that a token answer names, "" if none.
	Granted func(scopes string)
	// HTTP makes the requests; nil means a client with a timeout of 30 s.
	HTTP *http.Client
	// Meter counts the requests; nil for none.
	Meter meter
}

// Minter turns a refresh token into access tokens. For one refresh token, Zoho mints ten in
// ten minutes and keeps fifteen valid, so share the tokens it returns.
type Minter struct {
	credentials func(ctx context.Context) (zohoauth.Credentials, error)
	environment string
	accountsURL string
	apiURL      string
	report      func(string)
	granted     func(string)
	http        *http.Client
	meter       meter
}

// NewMinter returns a Minter.
func NewMinter(c MinterConfig) *Minter {
	return &Minter{
		credentials: c.Credentials, environment: c.Environment,
		accountsURL: strings.TrimRight(c.AccountsURL, "/"), apiURL: c.APIURL, report: c.Report, granted: c.Granted, http: withoutRedirects(c.HTTP),
		meter: meterOr(c.Meter),
	}
}

// Mint asks the accounts server once for a new access token. Its errors name the code of the
// answer, and nothing else of what was sent or received. See
// https://www.zoho.com/crm/developer/docs/api/v8/refresh.html.
func (m *Minter) Mint(ctx context.Context) (zohoauth.Token, error) {
	credentials, err := m.credentials(ctx)
	if err != nil {
		return zohoauth.Token{}, &Error{Operation: mint, Code: CodeNoCredential, Message: "the Zoho credential cannot be read", Err: err}
	}
	home, err := m.home(credentials)
	if err == nil {
		err = whole(credentials)
	}
	if err != nil {
		return zohoauth.Token{}, refused(mint, fmt.Errorf("the Zoho credential: %w", err))
	}
	accounts := cmp.Or(m.accountsURL, home.dc.AccountsURL)
	if !isBase(accounts) {
		return zohoauth.Token{}, refused(mint, errors.New("the accounts server's address is not a URL such as https://host/path"))
	}
	now := time.Now()
	m.meter.TokenMint()
	g, failed := m.ask(ctx, accounts, credentials)
	if failed == nil {
		failed = g.failure()
	}
	if failed != nil {
		m.meter.ZohoFailure(failed.Code)
		return zohoauth.Token{}, failed
	}
	address, why := m.address(home, g.domain)
	m.tell(g.domain, address, why)
	if m.granted != nil {
		m.granted(g.scope)
	}
	return zohoauth.Token{AccessToken: g.token, Expiry: now.Add(g.lifetime()), APIDomain: address, DataCenter: home.dc.Name}, nil
}

// whole returns an error that names what the credentials lack, nil if they lack nothing.
func whole(c zohoauth.Credentials) error {
	for _, part := range []struct{ key, value string }{
		{"client_id", c.ClientID}, {"client_secret", c.ClientSecret}, {"refresh_token", c.RefreshToken},
	} {
		if part.value == "" {
			return errors.New(part.key + " is missing or empty")
		}
	}
	return nil
}
