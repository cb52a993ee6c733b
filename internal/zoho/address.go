package zoho

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"strings"
)

// home is where a credential's access tokens are good.
type home struct {
	dc          DataCenter
	environment string // "" leaves it to the token answer
}

// home reads it from a credential, whose own environment goes before the configured one.
func (m *Minter) home(c Credentials) (home, error) {
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

// address is where the API is, for a token answer that names a domain, and why it is not
// that domain, "" if it is. Whoever gets the token can act on the CRM, so a domain counts
// only if it is one of Zoho's; an environment that is configured goes before it.
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

// tell reports a domain of a token answer that is not used.
func (m *Minter) tell(domain, address, why string) {
	if m.apiURL != "" {
		address, why = m.apiURL, "as ZOHO_API_URL replaces it"
	}
	if domain == "" || m.report == nil || strings.EqualFold(hostOf(domain), hostOf(address)) {
		return
	}
	m.report(fmt.Sprintf("the token answer names the API host %s, which is not used, %s: calls go to %s", hostShown(domain), why, hostOf(address)))
}

// Placed is an access token that was kept outside of this process, with the address that
// the configuration asks for now. Its error says that the token must not be used: it
// comes with an address that is not Zoho's, or is one of another data center.
func (m *Minter) Placed(ctx context.Context, t Token) (Token, error) {
	if t.APIDomain != "" && !m.trusted(t.APIDomain) {
		return Token{}, fmt.Errorf("zoho: the API host %s that it is for is not one of Zoho's", hostShown(t.APIDomain))
	}
	c, err := m.credentials(ctx)
	if err != nil && t.APIDomain != "" {
		return t, nil // a secret that cannot be read for a while harms nobody yet
	}
	if err != nil {
		return Token{}, fmt.Errorf("zoho: the address of the API is not known: %w", err)
	}
	h, err := m.home(c)
	if err != nil {
		return Token{}, fmt.Errorf("zoho: %w", err)
	}
	if of := cmp.Or(t.DataCenter, dataCenterOf(t.APIDomain)); of != "" && of != h.dc.Name {
		return Token{}, fmt.Errorf("zoho: it is one of data center %s, and %s is configured", of, h.dc.Name)
	}
	t.APIDomain, _ = m.address(h, t.APIDomain)
	return t, nil
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

// hostShown is the host of an address in a message: what is no host may be anything.
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
