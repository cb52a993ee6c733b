package zoho

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"

	"untag/internal/zohoauth"
)

// home is where the access tokens of a credential are valid.
type home struct {
	dc          DataCenter
	environment string // "" leaves it to the token answer
}

// home returns where a credential's tokens are valid. Its own environment takes precedence
// over the configured one.
func (m *Minter) home(c zohoauth.Credentials) (home, error) {
	dc, err := LookupDataCenter(c.DataCenter)
	if err != nil {
		return home{}, fmt.Errorf("data_center: %w", err)
	}
	environment := cmp.Or(c.Environment, m.environment)
	if err := CheckEnvironment(environment); err != nil {
		return home{}, fmt.Errorf("environment: %w", err)
	}
	return home{dc, strings.ToLower(environment)}, nil
}

// address returns where the API is, for a token answer that names a domain, and if it is not
// that domain, why. Anyone who receives the token can act on the CRM, so only a domain of
// Zoho's counts. A configured environment takes precedence over it.
func (m *Minter) address(h home, domain string) (address, why string) {
	switch {
	case h.environment != "":
		return h.dc.API(h.environment), "as the environment " + h.environment + " is configured"
	case domain == "":
		return h.dc.APIURL, ""
	case !m.trusted(domain):
		return h.dc.APIURL, "as it is not one of Zoho's"
	}
	return domain, ""
}

// tell reports that the domain of a token answer is not used.
func (m *Minter) tell(domain, address, why string) {
	if m.apiURL != "" {
		address, why = m.apiURL, "as ZOHO_API_URL replaces it"
	}
	if domain == "" || m.report == nil || strings.EqualFold(hostOf(domain), hostOf(address)) {
		return
	}
	m.report(fmt.Sprintf("the token answer names the API host %s, which is not used, %s: calls go to %s", hostShown(domain), why, hostOf(address)))
}

// Placed returns an access token that was kept outside of this process with the address that
// the configuration asks for now. An error says that the token must not be used: its address
// is not one of Zoho's, or it belongs to another data center.
func (m *Minter) Placed(ctx context.Context, t zohoauth.Token) (zohoauth.Token, error) {
	if t.APIDomain != "" && !m.trusted(t.APIDomain) {
		return zohoauth.Token{}, fmt.Errorf("zoho: its API host %s is not one of Zoho's", hostShown(t.APIDomain))
	}
	c, err := m.credentials(ctx)
	if err != nil && t.APIDomain != "" {
		return t, nil // the token is valid although the credential cannot be read at the moment
	}
	if err != nil {
		return zohoauth.Token{}, fmt.Errorf("zoho: the address of the API is not known: %w", err)
	}
	h, err := m.home(c)
	if err != nil {
		return zohoauth.Token{}, fmt.Errorf("zoho: %w", err)
	}
	if of := cmp.Or(t.DataCenter, dataCenterOf(t.APIDomain)); of != "" && of != h.dc.Name {
		return zohoauth.Token{}, fmt.Errorf("zoho: it belongs to data center %s, but %s is configured", of, h.dc.Name)
	}
	t.APIDomain, _ = m.address(h, t.APIDomain)
	return t, nil
}

// trusted reports whether a domain is one of Zoho's, or that of the accounts server where
// that is configured to be another.
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

// hostShown returns the host of an address for a message. Text that is not a host is not
// repeated.
func hostShown(address string) string {
	host := hostOf(address)
	for _, r := range host {
		if !isLetterOrDigit(r) && !strings.ContainsRune(".-:[]", r) {
			host = ""
		}
	}
	if host == "" || len(host) > 100 {
		return "(not a host)"
	}
	return host
}
