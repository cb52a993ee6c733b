package sandbox_test

import (
	"mime/multipart"
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

// TestGrantForms sends a token request in each form that Zoho accepts.
func TestGrantForms(t *testing.T) {
	tests := map[string]func(form url.Values) (query, contentType, body string){
		"url-encoded": func(form url.Values) (string, string, string) {
			return "", "application/x-www-form-urlencoded", form.Encode()
		},
		"url-encoded, with a charset": func(form url.Values) (string, string, string) {
			return "", "application/x-www-form-urlencoded; charset=UTF-8", form.Encode()
		},
		"query": func(form url.Values) (string, string, string) { return form.Encode(), "", "" },
		"query, with an empty form": func(form url.Values) (string, string, string) {
			return form.Encode(), "application/x-www-form-urlencoded", ""
		},
		"multipart": func(form url.Values) (string, string, string) {
			contentType, body := multipartOf(t, form)
			return "", contentType, body
		},
		"multipart, the client in the query": func(form url.Values) (string, string, string) {
			query := url.Values{"client_id": form["client_id"], "client_secret": form["client_secret"]}
			form.Del("client_id")
			form.Del("client_secret")
			contentType, body := multipartOf(t, form)
			return query.Encode(), contentType, body
		},
	}
	for name, write := range tests {
		t.Run(name, func(t *testing.T) {
			z := serve(t, sandbox.Config{})
			query, contentType, body := write(z.refreshForm())
			if status, got := z.askToken(query, contentType, body); status != http.StatusOK || got["access_token"] == nil || got["error"] != nil {
				t.Errorf("token request = %d %v, want an access token", status, got)
			}
			form := z.refreshForm()
			form.Set("refresh_token", "another")
			query, contentType, body = write(form)
			if _, got := z.askToken(query, contentType, body); got["error"] != "invalid_code" {
				t.Errorf("token request with another refresh token = %v, want invalid_code", got)
			}
		})
	}
}

func TestGrantFormsRefused(t *testing.T) {
	z := serve(t, sandbox.Config{})
	contentType, body := multipartOf(t, z.refreshForm())
	tests := map[string]struct{ query, contentType, body, want string }{
		"multipart without a boundary": {"", "multipart/form-data", body, "invalid_request"},
		"multipart that ends early":    {"", contentType, body[:len(body)/2], "invalid_request"},
		"a broken escape":              {"", "application/x-www-form-urlencoded", z.refreshForm().Encode() + "&a=%zz", "invalid_request"},
		"too long":                     {"", "application/x-www-form-urlencoded", z.refreshForm().Encode() + "&x=" + strings.Repeat("x", 1<<20), "invalid_request"},
		"JSON":                         {"", "application/json", `{"grant_type":"refresh_token"}`, "unsupported_grant_type"},
		"nothing":                      {"", "", "", "unsupported_grant_type"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			if status, got := z.askToken(test.query, test.contentType, test.body); status != http.StatusOK || got["error"] != test.want {
				t.Errorf("token request = %d %v, want 200 %s", status, got, test.want)
			}
		})
	}
}

func multipartOf(t *testing.T, form url.Values) (contentType, body string) {
	t.Helper()
	var text strings.Builder
	w := multipart.NewWriter(&text)
	for name, values := range form {
		if err := w.WriteField(name, values[0]); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), text.String()
}

func TestAuthorizationCode(t *testing.T) {
	c := newClock()
	z := serve(t, sandbox.Config{Now: c.now})
	redeem := func(code string, change func(url.Values)) map[string]any {
		form := z.refreshForm()
		form.Del("refresh_token")
		form.Set("grant_type", "authorization_code")
		form.Set("code", code)
		form.Set("redirect_uri", "https://example.com/back")
		if change != nil {
			change(form)
		}
		contentType, body := multipartOf(t, form)
		_, got := z.askToken("", contentType, body)
		return got
	}
	code := z.Code()
	if got := redeem(code, func(form url.Values) { form.Set("client_id", "another") }); got["error"] != "invalid_client" {
		t.Fatalf("redeem with another client = %v, want invalid_client", got)
	}
	got := redeem(code, func(form url.Values) { form.Del("redirect_uri") })
	access, _ := got["access_token"].(string)
	refresh, _ := got["refresh_token"].(string)
	if access == "" || refresh == "" || refresh == z.Credentials().RefreshToken || got["api_domain"] != z.url || got["expires_in"] != 3600.0 {
		t.Fatalf("redeem = %v, want an access token and a new refresh token", got)
	}
	z.token = access
	if status, text := z.call("GET", "/crm/v2/org", ""); status != http.StatusOK {
		t.Errorf("a call with the access token = %d %s, want 200", status, text)
	}
	form := z.refreshForm()
	form.Set("refresh_token", refresh)
	if _, again := z.askToken(form.Encode(), "", ""); again["access_token"] == nil || again["refresh_token"] != nil {
		t.Errorf("refreshing with the new token = %v, want only an access token", again)
	}
	z.mint() // the first refresh token stays valid
	late := z.Code()
	c.at = c.at.Add(10 * time.Minute)
	for name, code := range map[string]string{"used": code, "late": late, "made up": "1000.a.b", "empty": ""} {
		if got := redeem(code, nil); got["error"] != "invalid_code" || got["access_token"] != nil {
			t.Errorf("redeem of a code that is %s = %v, want invalid_code", name, got)
		}
	}
}

// TestTwentyRefreshTokens checks that a further refresh token ends the oldest.
func TestTwentyRefreshTokens(t *testing.T) {
	z := serve(t, sandbox.Config{})
	for range 20 {
		form := z.refreshForm()
		form.Set("grant_type", "authorization_code")
		form.Set("code", z.Code())
		if _, got := z.askToken(form.Encode(), "", ""); got["refresh_token"] == nil {
			t.Fatalf("redeem = %v, want a refresh token", got)
		}
	}
	if _, got := z.grant(nil); got["error"] != "invalid_code" {
		t.Errorf("the oldest of 21 = %v, want invalid_code", got)
	}
}

func TestAPIHostAndDomain(t *testing.T) {
	z := serve(t, sandbox.Config{APIDomain: "https://www.zohoapis.com", APIHost: "sandbox.zohoapis.com"})
	if _, got := z.grant(nil); got["api_domain"] != "https://www.zohoapis.com" {
		t.Errorf("api_domain = %v, want the one that is set", got["api_domain"])
	}
	for host, want := range map[string]int{"sandbox.zohoapis.com": 200, "Sandbox.ZohoAPIs.com": 200, "www.zohoapis.com": 401, "sandbox.zohoapis.eu": 401} {
		r := httptest.NewRequest("GET", "https://"+host+"/crm/v8/org", nil)
		r.Header.Set("Authorization", "Zoho-oauthtoken "+z.token)
		w := httptest.NewRecorder()
		z.ServeHTTP(w, r)
		if w.Code != want || want == 401 && (w.Body.Len() > 0 || w.Header().Get("Content-Type") != "") {
			t.Errorf("org at %s = %d %s %v, want %d, and nothing else in a refusal", host, w.Code, w.Body, w.Header(), want)
		}
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
