package secrets_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/awstest"
	"untag/internal/secrets"
	"untag/internal/zohoauth"
)

// ofZoho accepts only tokens for Zoho's hosts, and points them at the sandbox.
func ofZoho(_ context.Context, t zohoauth.Token) (zohoauth.Token, error) {
	if !strings.HasSuffix(t.APIDomain, ".zohoapis.eu") {
		return zohoauth.Token{}, errors.New("not one of Zoho's hosts")
	}
	t.APIDomain = "https://sandbox.zohoapis.eu"
	return t, nil
}

func storedFor(domain string) string {
	return fmt.Sprintf(`{"access_token":"hush-old","expires_at":%q,"api_domain":%q}`, time.Now().Add(time.Hour).UTC().Format(time.RFC3339Nano), domain)
}

// TestAStoredTokenIsPlaced: its address comes from the configuration, not from the secret.
func TestAStoredTokenIsPlaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret(storedFor("https://www.zohoapis.eu")), &zoho{}
		c := config(f, z)
		c.Placed = ofZoho
		got, err := secrets.NewShared(c).Token(t.Context())
		if err != nil || got.AccessToken != "hush-old" || got.APIDomain != "https://sandbox.zohoapis.eu" {
			t.Errorf("Token = %v at %s, %v, want the old one at the sandbox", got, got.APIDomain, err)
		}
		wantMinted(t, z, 0)
	})
}

// TestAStoredTokenOfNowhere: it is replaced once, for all instances, and reported.
func TestAStoredTokenOfNowhere(t *testing.T) {
	for _, domain := range []string{"https://evil.example", "https://www.zohoapis.eu.evil.example", "", "hush"} {
		synctest.Test(t, func(t *testing.T) {
			f, z := awstest.NewSecret(storedFor(domain)), &zoho{}
			var reports atomic.Int32
			var all []*secrets.Shared
			for range 20 {
				c := config(f, z)
				c.Placed = ofZoho
				c.Report = func(err error) {
					reports.Add(1)
					if !strings.Contains(err.Error(), "untag/token") || !strings.Contains(err.Error(), "not one of Zoho's hosts") || strings.Contains(err.Error(), "hush") {
						t.Errorf("report %v", err)
					}
				}
				all = append(all, secrets.NewShared(c))
			}
			wantTokens(t, all, "hush-1")
			wantMinted(t, z, 1)
			if n := int(reports.Load()); n == 0 || n > len(all) {
				t.Errorf("%d reports, want at most one for each instance", n)
			}
			if !strings.Contains(f.Current(), `"api_domain":"https://www.zohoapis.eu"`) {
				t.Errorf("stored %s", f.Current())
			}
		})
	}
}

// TestTokensThatAreNeverPlaced: two installations that share a secret by mistake do not keep
// minting tokens.
func TestTokensThatAreNeverPlaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret("{}"), &zoho{}
		begun := time.Now()
		for time.Since(begun) < 10*time.Minute {
			c := config(f, z)
			c.Placed = func(context.Context, zohoauth.Token) (zohoauth.Token, error) {
				return zohoauth.Token{}, errors.New("it is one of another data center")
			}
			// Each is a new process, which has only the secret.
			if token, err := secrets.NewShared(c).Token(t.Context()); err == nil && token.AccessToken == "" {
				t.Error("no token and no error")
			}
			time.Sleep(time.Second)
		}
		if n := z.minted.Load(); n < 3 || n > 8 {
			t.Errorf("minted %d tokens in ten minutes, want 3 to 8", n)
		}
	})
}
