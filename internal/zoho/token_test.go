package zoho_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/zoho"
)

var credentials = zoho.Credentials{ClientID: "1000.HUSHID", ClientSecret: "hush-secret", RefreshToken: "1000.hush-refresh", DataCenter: "eu"}

func minter(url string) *zoho.Minter {
	return zoho.NewMinter(zoho.MinterConfig{
		AccountsURL: url + "/base",
		Credentials: func(context.Context) (zoho.Credentials, error) { return credentials, nil },
	})
}

func TestMint(t *testing.T) {
	tests := map[string]struct {
		body   string
		life   time.Duration
		domain string
	}{
		"as documented":     {`{"access_token":"t","expires_in":3600,"api_domain":"https://www.zohoapis.eu","token_type":"Bearer"}`, time.Hour, "https://www.zohoapis.eu"},
		"milliseconds":      {`{"access_token":"t","expires_in":3600000,"expires_in_sec":3600,"api_domain":"https://www.zohoapis.eu"}`, time.Hour, "https://www.zohoapis.eu"},
		"milliseconds only": {`{"access_token":"t","expires_in":1800000}`, 30 * time.Minute, "https://www.zohoapis.eu"},
		"no time":           {`{"access_token":"t"}`, time.Hour, "https://www.zohoapis.eu"},
		"too long a time":   {`{"access_token":"t","expires_in":86400}`, time.Hour, "https://www.zohoapis.eu"},
		"another of Zoho's": {`{"access_token":"t","api_domain":"https://sandbox.zohoapis.in"}`, time.Hour, "https://sandbox.zohoapis.in"},
		"not Zoho's host":   {`{"access_token":"t","api_domain":"https://www.zohoapis.eu.example.com"}`, time.Hour, "https://www.zohoapis.eu"},
		"not https":         {`{"access_token":"t","api_domain":"http://www.zohoapis.eu"}`, time.Hour, "https://www.zohoapis.eu"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(200, tt.body, "Content-Type", "application/json"))
			before := time.Now()
			got, err := minter(e.URL).Mint(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			if life := got.Expiry.Sub(before).Round(time.Minute); got.AccessToken != "t" || life != tt.life || got.APIDomain != tt.domain {
				t.Errorf("Mint = %+v (lives %v), want %v at %s", got, life, tt.life, tt.domain)
			}
			asked := e.asked[0]
			if !strings.HasPrefix(asked, "POST /base/oauth/v2/token ") || !strings.Contains(asked, "grant_type=refresh_token") || len(e.asked) != 1 {
				t.Errorf("asked %v", e.asked)
			}
		})
	}
}

func TestMintRefused(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		code   string
		retry  bool
	}{
		"a wrong refresh token":   {200, `{"error":"invalid_code"}`, "invalid_code", false},
		"a wrong client":          {200, `{"error":"invalid_client"}`, "invalid_client", false},
		"throttled":               {400, `{"error":"Access Denied","error_description":"You have made too many requests"}`, "ACCESS_DENIED_THROTTLED", true},
		"throttled with 200":      {200, `{"error":"Access Denied"}`, "ACCESS_DENIED_THROTTLED", true},
		"throttled in a language": {400, `{"error_description":"Sie haben zu viele Anfragen gestellt: hush-refresh","error":"access_denied"}`, "ACCESS_DENIED_THROTTLED", true},
		"no token":                {200, `{"token_type":"Bearer"}`, zoho.CodeUnreadable, true},
		"an HTML page":            {200, `<html>hush-secret</html>`, zoho.CodeUnreadable, true},
		"an HTML page with 503":   {503, `<html>hush-secret</html>`, zoho.CodeUnreadable, true},
		"nothing":                 {200, ``, zoho.CodeUnreadable, true},
		"an error that echoes":    {400, `{"error":"bad hush-secret"}`, "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(tt.status, tt.body, "Content-Type", "application/json"))
			_, err := minter(e.URL).Mint(t.Context())
			var z *zoho.Error
			if !errors.As(err, &z) || z.Code != tt.code || z.Retryable() != tt.retry {
				t.Fatalf("Mint = %v, retryable %v, want %s, %v", err, z != nil && z.Retryable(), tt.code, tt.retry)
			}
			if strings.Contains(strings.ToLower(err.Error()), "hush") {
				t.Errorf("error %v quotes a secret", err)
			}
		})
	}
}

func TestAnUnknownDataCenter(t *testing.T) {
	m := zoho.NewMinter(zoho.MinterConfig{Credentials: func(context.Context) (zoho.Credentials, error) {
		return zoho.Credentials{DataCenter: "mars"}, nil
	}})
	if _, err := m.Mint(t.Context()); err == nil || !strings.Contains(err.Error(), "us, eu, in") {
		t.Errorf("Mint = %v, want it to list the data centers", err)
	}
}

func TestDataCenters(t *testing.T) {
	for _, dc := range zoho.DataCenters() {
		if dc.APIURL != "" && !zoho.TrustedHost(dc.APIURL) {
			t.Errorf("%s is not trusted", dc.APIURL)
		}
		if got, err := zoho.LookupDataCenter(strings.ToUpper(dc.Name)); err != nil || got != dc {
			t.Errorf("LookupDataCenter(%s) = %+v, %v", dc.Name, got, err)
		}
	}
	for _, url := range []string{
		"http://www.zohoapis.com", "https://zohoapis.com.evil.example", "https://www.zohoapis.com:8443", "https://u@www.zohoapis.com",
		"https://evil.zohoapis.com.example", "https://accounts.zoho.com", "", "://",
	} {
		if zoho.TrustedHost(url) {
			t.Errorf("TrustedHost(%q) = true", url)
		}
	}
}

// slowMinter mints after a second, and counts.
type slowMinter struct {
	minted atomic.Int32
	err    error
}

func (m *slowMinter) Mint(ctx context.Context) (zoho.Token, error) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return zoho.Token{}, ctx.Err()
	}
	n := m.minted.Add(1)
	if m.err != nil {
		return zoho.Token{}, m.err
	}
	return zoho.Token{AccessToken: string('a' + rune(n)), Expiry: time.Now().Add(time.Hour)}, nil
}

func TestOneRefreshAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &slowMinter{}
		tokens := zoho.NewTokens(m)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := tokens.Token(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := m.minted.Load(); n != 1 {
			t.Errorf("50 at once minted %d tokens, want 1", n)
		}
		first, _ := tokens.Token(t.Context())
		tokens.Refused(t.Context(), first)
		second, _ := tokens.Token(t.Context())
		tokens.Refused(t.Context(), first) // late news of the old one
		third, _ := tokens.Token(t.Context())
		if n := m.minted.Load(); n != 2 || second == first || third != second {
			t.Errorf("minted %d, tokens %v %v %v", n, first, second, third)
		}
		time.Sleep(59*time.Minute + time.Second)
		if _, err := tokens.Token(t.Context()); err != nil || m.minted.Load() != 3 {
			t.Errorf("a token at its end: %v, minted %d, want a third", err, m.minted.Load())
		}
	})
}

func TestARefusedRefreshBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &slowMinter{err: &zoho.Error{Status: 400, Code: "ACCESS_DENIED_THROTTLED"}}
		tokens := zoho.NewTokens(m)
		for range 10 {
			if _, err := tokens.Token(t.Context()); err == nil {
				t.Fatal("no error")
			}
		}
		if n := m.minted.Load(); n != 1 {
			t.Errorf("a throttled refresh was tried %d times, want 1", n)
		}
		time.Sleep(31 * time.Second)
		_, _ = tokens.Token(t.Context())
		if n := m.minted.Load(); n != 2 {
			t.Errorf("after half a minute it was tried %d times, want 2", n)
		}
	})
}

func TestWaitingForATokenEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := zoho.NewTokens(&slowMinter{})
		go func() { _, _ = tokens.Token(t.Context()) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := tokens.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Token = %v, want the deadline", err)
		}
		time.Sleep(2 * time.Second)
	})
}

func TestAPIDomainIsUsed(t *testing.T) {
	// Without an override the call goes where the token says.
	var host string
	transport := roundTrip(func(r *http.Request) *http.Response {
		host = r.URL.Host
		w := httptest.NewRecorder()
		_, _ = w.WriteString(`{"data":[` + success(one, "[]") + `]}`)
		return w.Result()
	})
	c, err := zoho.New(zoho.Config{Tokens: fixed{"https://www.zohoapis.in"}, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"}); err != nil || host != "www.zohoapis.in" {
		t.Errorf("RemoveTags went to %s, %v", host, err)
	}
	c, err = zoho.New(zoho.Config{Tokens: fixed{""}, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"}); err == nil {
		t.Error("a call without a known address was made")
	}
}

type fixed struct{ domain string }

func (f fixed) Token(context.Context) (zoho.Token, error) {
	return zoho.Token{AccessToken: "t", APIDomain: f.domain}, nil
}

func (fixed) Refused(context.Context, zoho.Token) {}
