package zoho

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"untag/internal/zohoauth"
)

const exchange = "exchange the grant code"

// CodeConfig is what Exchange needs.
type CodeConfig struct {
	// Credentials are those of the client; RefreshToken is not used.
	Credentials zohoauth.Credentials
	// AccountsURL replaces the data center's accounts server, for a sandbox.
	AccountsURL string
	// HTTP makes the request; nil means a client with a timeout of 30 s.
	HTTP *http.Client
}

// Granted is what a grant code is exchanged for.
type Granted struct {
	RefreshToken string
	// Scopes are those of the token, nil if Zoho does not say.
	Scopes []string
}

// CodeError is why the accounts server did not exchange a grant code.
type CodeError struct {
	// Code is Zoho's, such as invalid_code; "" if it has none.
	Code string
	// Location is the data center that Zoho names as the right one, "" if it names none.
	Location string
	Status   int
}

func (e *CodeError) Error() string {
	return fmt.Sprintf("zoho: %s: HTTP %d: %s", exchange, e.Status, cmp.Or(e.Code, "no code"))
}

// Exchange exchanges a grant code of a self client, which is then used up, for a refresh
// token. Its errors, a *CodeError if Zoho refused, contain nothing of what was sent. See
// https://www.zoho.com/crm/developer/docs/api/v8/access-refresh.html.
func Exchange(ctx context.Context, c CodeConfig, code string) (Granted, error) {
	dc, err := LookupDataCenter(c.Credentials.DataCenter)
	if err != nil {
		return Granted{}, err
	}
	accounts := cmp.Or(strings.TrimRight(c.AccountsURL, "/"), dc.AccountsURL)
	if !isBase(accounts) {
		return Granted{}, errors.New("the accounts server's address is not a URL such as https://host/path")
	}
	form := url.Values{
		"grant_type": {"authorization_code"}, "client_id": {c.Credentials.ClientID}, "client_secret": {c.Credentials.ClientSecret}, "code": {code},
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, accounts+"/oauth/v2/token", strings.NewReader(form.Encode()))
	if err != nil {
		return Granted{}, errors.New("the accounts server's address is malformed")
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	response, err := withoutRedirects(c.HTTP).Do(request)
	if err != nil {
		return Granted{}, noAnswer(exchange, 0, err)
	}
	defer response.Body.Close()
	g, err := readGrant(response)
	switch {
	case err != nil:
		return Granted{}, noAnswer(exchange, response.StatusCode, err)
	case g.throttled(g.oauthCode()):
		return Granted{}, &CodeError{Code: CodeThrottled, Status: g.status}
	case g.code != "" || g.status != http.StatusOK:
		failed := &CodeError{Code: g.oauthCode(), Status: g.status}
		if dc, err := LookupDataCenter(g.location); err == nil {
			failed.Location = dc.Name
		}
		return Granted{}, failed
	case !(zohoauth.Token{AccessToken: g.refresh}).Usable():
		return Granted{}, &CodeError{Code: CodeUnreadable, Status: g.status}
	}
	return Granted{RefreshToken: g.refresh, Scopes: strings.FieldsFunc(g.scope, func(r rune) bool { return r == ' ' || r == ',' })}, nil
}
