package zoho_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// TestWhereTheAPIIs: the configuration takes precedence over the token answer, and a host of
// the answer that is not used is reported together with the one that is.
func TestWhereTheAPIIs(t *testing.T) {
	tests := map[string]struct {
		dc, own, configured string // data center, environment of the credential, and ZOHO_ENVIRONMENT
		apiURL              string
		domain              string
		want                string
		reported            []string // what the report names
	}{
		"nothing configured":             {dc: "eu", domain: "https://www.zohoapis.eu", want: "https://www.zohoapis.eu"},
		"nothing named":                  {dc: "eu", want: "https://www.zohoapis.eu"},
		"nothing named, uk":              {dc: "uk", want: "https://www.zohoapis.uk"},
		"a sandbox is named":             {dc: "eu", domain: "https://sandbox.zohoapis.eu", want: "https://sandbox.zohoapis.eu"},
		"a sandbox":                      {dc: "eu", own: "sandbox", domain: "https://www.zohoapis.eu", want: "https://sandbox.zohoapis.eu", reported: []string{"www.zohoapis.eu", "sandbox.zohoapis.eu", "environment sandbox"}},
		"a sandbox, nothing named":       {dc: "sg", own: "sandbox", want: "https://sandbox.zohoapis.sg"},
		"in capitals":                    {dc: "EU", own: "Sandbox", want: "https://sandbox.zohoapis.eu"},
		"a developer organisation":       {dc: "com.au", own: "developer"},
		"a developer organisation, au":   {dc: "au", own: "developer", domain: "https://www.zohoapis.com.au", want: "https://developer.zohoapis.com.au", reported: []string{"www.zohoapis.com.au", "developer.zohoapis.com.au"}},
		"production, a sandbox is named": {dc: "eu", own: "production", domain: "https://sandbox.zohoapis.eu", want: "https://www.zohoapis.eu", reported: []string{"sandbox.zohoapis.eu", "www.zohoapis.eu"}},
		"production, as named":           {dc: "eu", own: "production", domain: "https://www.zohoapis.eu", want: "https://www.zohoapis.eu"},
		"the variable":                   {dc: "ae", configured: "sandbox", domain: "https://www.zohoapis.ae", want: "https://sandbox.zohoapis.ae", reported: []string{"www.zohoapis.ae", "sandbox.zohoapis.ae"}},
		"the credential goes before it":  {dc: "eu", own: "developer", configured: "sandbox", domain: "https://www.zohoapis.eu", want: "https://developer.zohoapis.eu", reported: []string{"developer.zohoapis.eu"}},
		"not one of Zoho's":              {dc: "eu", domain: "https://evil.example", want: "https://www.zohoapis.eu", reported: []string{"evil.example", "www.zohoapis.eu", "not one of Zoho's"}},
		"not a host":                     {dc: "eu", domain: "hush\nhush", want: "https://www.zohoapis.eu", reported: []string{"(not a host)", "www.zohoapis.eu"}},
		"something else as a host":       {dc: "eu", domain: "https://<b>hush</b>/", want: "https://www.zohoapis.eu", reported: []string{"(not a host)"}},
		"all replaced":                   {dc: "eu", apiURL: "https://proxy.example/zoho", domain: "https://www.zohoapis.eu", want: "https://www.zohoapis.eu", reported: []string{"www.zohoapis.eu", "proxy.example", "ZOHO_API_URL"}},
		"an unknown environment":         {dc: "eu", own: "prod"},
		"an unknown variable":            {dc: "eu", configured: "prod"},
		"no data center":                 {dc: ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			minted := 0
			transport := roundTrip(func(*http.Request) *http.Response {
				minted++
				w := httptest.NewRecorder()
				body := `{"access_token":"a-token-of-zoho"`
				if tt.domain != "" {
					body += `,"api_domain":` + quoted(tt.domain)
				}
				_, _ = w.WriteString(body + `}`)
				return w.Result()
			})
			var reports []string
			m := zoho.NewMinter(zoho.MinterConfig{
				Credentials: func(context.Context) (zohoauth.Credentials, error) {
					return zohoauth.Credentials{ClientID: "c", ClientSecret: "s", RefreshToken: "r", DataCenter: tt.dc, Environment: tt.own}, nil
				},
				Environment: tt.configured, APIURL: tt.apiURL, HTTP: &http.Client{Transport: transport},
				Report: func(message string) { reports = append(reports, message) },
			})
			got, err := m.Mint(t.Context())
			if tt.want == "" {
				if z, ok := errors.AsType[*zoho.Error](err); !ok || z.Retryable() || minted > 0 || !strings.Contains(err.Error(), "; use ") {
					t.Errorf("Mint = %v after %d requests, want the key and what it may be", err, minted)
				}
				return
			}
			if err != nil || got.APIDomain != tt.want {
				t.Fatalf("Mint = %+v, %v, want one at %s", got, err, tt.want)
			}
			if len(reports) != min(len(tt.reported), 1) {
				t.Fatalf("reports %q, want %d", reports, min(len(tt.reported), 1))
			}
			for _, part := range tt.reported {
				if !strings.Contains(reports[0], part) || strings.Contains(reports[0], "hush") {
					t.Errorf("report %q, want it to name %q", reports[0], part)
				}
			}
		})
	}
}

func quoted(text string) string { return `"` + strings.ReplaceAll(text, "\n", `\n`) + `"` }

// TestPlaced: the address of a token that was kept elsewhere follows the configuration, and
// always belongs to Zoho.
func TestPlaced(t *testing.T) {
	tests := map[string]struct {
		kept        zohoauth.Token
		environment string
		accounts    string
		want        string // "" where the token must not be used
	}{
		"as it was":                        {kept: zohoauth.Token{APIDomain: "https://www.zohoapis.eu", DataCenter: "eu"}, want: "https://www.zohoapis.eu"},
		"by an older version":              {kept: zohoauth.Token{APIDomain: "https://www.zohoapis.eu"}, want: "https://www.zohoapis.eu"},
		"without an address":               {kept: zohoauth.Token{}, want: "https://www.zohoapis.eu"},
		"a sandbox now":                    {kept: zohoauth.Token{APIDomain: "https://www.zohoapis.eu", DataCenter: "eu"}, environment: "sandbox", want: "https://sandbox.zohoapis.eu"},
		"production now":                   {kept: zohoauth.Token{APIDomain: "https://sandbox.zohoapis.eu"}, environment: "production", want: "https://www.zohoapis.eu"},
		"another data center":              {kept: zohoauth.Token{APIDomain: "https://www.zohoapis.com", DataCenter: "us"}},
		"another, by an older version":     {kept: zohoauth.Token{APIDomain: "https://www.zohoapis.com"}},
		"of eu, at another's address":      {kept: zohoauth.Token{APIDomain: "https://www.zohoapis.in", DataCenter: "eu"}, want: "https://www.zohoapis.in"},
		"not Zoho's":                       {kept: zohoauth.Token{APIDomain: "https://evil.example", DataCenter: "eu"}},
		"not Zoho's, and a sandbox":        {kept: zohoauth.Token{APIDomain: "https://evil.example"}, environment: "sandbox"},
		"like Zoho's":                      {kept: zohoauth.Token{APIDomain: "https://www.zohoapis.eu.evil.example"}},
		"not https":                        {kept: zohoauth.Token{APIDomain: "http://www.zohoapis.eu"}},
		"another port":                     {kept: zohoauth.Token{APIDomain: "https://www.zohoapis.eu:8443"}},
		"with a user":                      {kept: zohoauth.Token{APIDomain: "https://www.zohoapis.eu@evil.example"}},
		"the sandbox of this machine":      {kept: zohoauth.Token{APIDomain: "http://127.0.0.1:1"}, accounts: "http://127.0.0.1:1", want: "http://127.0.0.1:1"},
		"another program of this machine":  {kept: zohoauth.Token{APIDomain: "http://127.0.0.1:2"}, accounts: "http://127.0.0.1:1"},
		"the sandbox, not configured here": {kept: zohoauth.Token{APIDomain: "http://127.0.0.1:1"}},
		"an unknown environment":           {kept: zohoauth.Token{APIDomain: "https://www.zohoapis.eu"}, environment: "prod"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			m := zoho.NewMinter(zoho.MinterConfig{AccountsURL: tt.accounts, Credentials: func(context.Context) (zohoauth.Credentials, error) {
				c := credentials
				c.Environment = tt.environment
				return c, nil
			}})
			tt.kept.AccessToken = "hush-hush"
			got, err := m.Placed(t.Context(), tt.kept)
			if got.APIDomain != tt.want || (err == nil) != (tt.want != "") || err != nil && strings.Contains(err.Error(), "hush") {
				t.Errorf("Placed = %s, %v, want %q", got.APIDomain, err, tt.want)
			}
			if want := tt.kept; err == nil {
				want.APIDomain = tt.want
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("Placed: -want +got\n%s", diff)
				}
			}
		})
	}
	unread := zoho.NewMinter(zoho.MinterConfig{Credentials: func(context.Context) (zohoauth.Credentials, error) { return zohoauth.Credentials{}, passing{} }})
	for domain, ok := range map[string]bool{"https://www.zohoapis.eu": true, "https://evil.example": false, "": false} {
		got, err := unread.Placed(t.Context(), zohoauth.Token{APIDomain: domain})
		if (err == nil) != ok || ok && got.APIDomain != domain {
			t.Errorf("Placed of %q without a credential = %s, %v", domain, got.APIDomain, err)
		}
	}
}
