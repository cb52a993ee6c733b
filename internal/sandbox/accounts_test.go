package sandbox_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"untag/internal/sandbox"
)

func TestGrant(t *testing.T) {
	z := serve(t, sandbox.Config{Scope: "ZohoCRM.modules.ALL,ZohoCRM.org.READ"})
	status, body := z.grant(nil)
	if status != http.StatusOK {
		t.Fatalf("grant() = %d, want 200", status)
	}
	want := map[string]any{
		"expires_in": 3600.0, "api_domain": z.url, "token_type": "Bearer", "scope": "ZohoCRM.modules.ALL ZohoCRM.org.READ",
	}
	for name, value := range want {
		if body[name] != value {
			t.Errorf("grant()[%s] = %v, want %v", name, body[name], value)
		}
	}
	if z.Requests().TokensMinted != 2 {
		t.Errorf("TokensMinted = %d, want 2", z.Requests().TokensMinted)
	}
}

func TestGrantRefused(t *testing.T) {
	tests := map[string]struct {
		set  [2]string
		want string
	}{
		"wrong client":        {[2]string{"client_id", "x"}, "invalid_client"},
		"wrong secret":        {[2]string{"client_secret", ""}, "invalid_client"},
		"wrong refresh token": {[2]string{"refresh_token", "x"}, "invalid_code"},
		"another grant":       {[2]string{"grant_type", "password"}, "unsupported_grant_type"},
	}
	z := serve(t, sandbox.Config{})
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			status, body := z.grant(func(form url.Values) { form.Set(test.set[0], test.set[1]) })
			if status != http.StatusOK || body["error"] != test.want || len(body) != 1 {
				t.Errorf("grant(%v) = %d %v, want 200 {error: %s}", test.set, status, body, test.want)
			}
		})
	}
}

func TestTenTokensInTenMinutes(t *testing.T) {
	c := newClock()
	z := serve(t, sandbox.Config{Now: c.now}) // the first
	for range 9 {
		z.mint()
	}
	status, body := z.grant(nil)
	if status != http.StatusBadRequest || body["error"] != "Access Denied" || body["status"] != "failure" {
		t.Fatalf("11th grant() = %d %v, want 400 Access Denied", status, body)
	}
	c.at = c.at.Add(10*time.Minute - time.Second)
	if status, _ := z.grant(nil); status != http.StatusBadRequest {
		t.Errorf("grant() after 9:59 = %d, want 400", status)
	}
	c.at = c.at.Add(time.Second)
	z.mint()
	if n := z.Requests(); n.TokensMinted != 11 || n.TokensRefused != 2 || n.TokenRequests != 13 {
		t.Errorf("Requests() = %+v, want 11 minted, 2 refused of 13", n)
	}
}

func TestSixteenthTokenEndsTheOldest(t *testing.T) {
	c := newClock()
	z := serve(t, sandbox.Config{Now: c.now})
	first := z.token
	second := z.mint()
	for range 13 {
		c.at = c.at.Add(2 * time.Minute)
		z.mint()
	}
	if status, text := z.call("GET", "/crm/v2/org", ""); status != http.StatusOK {
		t.Fatalf("oldest of 15: %d %s, want 200", status, text)
	}
	z.mint()
	if status, text := z.call("GET", "/crm/v2/org", ""); status != http.StatusUnauthorized || !strings.Contains(text, "INVALID_TOKEN") {
		t.Errorf("oldest of 16 (%t): %d %s, want 401 INVALID_TOKEN", first == z.token, status, text)
	}
	z.token = second
	if status, _ := z.call("GET", "/crm/v2/org", ""); status != http.StatusOK {
		t.Errorf("second oldest: %d, want 200", status)
	}
}

func TestTokenExpires(t *testing.T) {
	c := newClock()
	z := serve(t, sandbox.Config{Now: c.now, TokenLife: time.Minute})
	c.at = c.at.Add(59 * time.Second)
	if status, _ := z.call("GET", "/crm/v2/org", ""); status != http.StatusOK {
		t.Errorf("after 59s: %d, want 200", status)
	}
	c.at = c.at.Add(time.Second)
	if status, text := z.call("GET", "/crm/v2/org", ""); status != http.StatusUnauthorized || !strings.Contains(text, "INVALID_TOKEN") {
		t.Errorf("after 60s: %d %s, want 401 INVALID_TOKEN", status, text)
	}
	z.token = z.mint()
	z.Revoke()
	if status, _ := z.call("GET", "/crm/v2/org", ""); status != http.StatusUnauthorized {
		t.Errorf("after Revoke: %d, want 401", status)
	}
}

func TestSchemeMustBeZohos(t *testing.T) {
	z := serve(t, sandbox.Config{})
	for name, value := range map[string]string{"none": "", "Bearer": "Bearer " + z.token, "bare": z.token, "lower case": "zoho-oauthtoken " + z.token} {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/crm/v2/org", nil)
			r.Header.Set("Authorization", value)
			w := httptest.NewRecorder()
			z.ServeHTTP(w, r)
			if w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), "AUTHENTICATION_FAILURE") {
				t.Errorf("ServeHTTP(%q) = %d %s, want 401 AUTHENTICATION_FAILURE", name, w.Code, w.Body)
			}
		})
	}
}

func TestAPIDomainIsTheAddressAsked(t *testing.T) {
	sb := sandbox.New(sandbox.Config{})
	mux := http.NewServeMux()
	mux.Handle("/below/here/", http.StripPrefix("/below/here", sb))
	server := httptest.NewTLSServer(mux)
	defer server.Close()
	z := &zoho{Sandbox: sb, t: t, url: server.URL + "/below/here"}
	http.DefaultClient.Transport = server.Client().Transport
	defer func() { http.DefaultClient.Transport = nil }()
	if _, body := z.grant(nil); body["api_domain"] != z.url {
		t.Errorf("api_domain = %v, want %s", body["api_domain"], z.url)
	}
}
