package zoho_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

var credentials = zohoauth.Credentials{ClientID: "1000.HUSHID", ClientSecret: "hush-secret", RefreshToken: "1000.hush-refresh", DataCenter: "eu"}

func minter(url string) *zoho.Minter {
	return zoho.NewMinter(zoho.MinterConfig{
		AccountsURL: url + "/base",
		Credentials: func(context.Context) (zohoauth.Credentials, error) { return credentials, nil },
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
		"a text in seconds": {`{"access_token":"t","expires_in":3600000,"expires_in_sec":"1800"}`, 30 * time.Minute, "https://www.zohoapis.eu"},
		"a negative time":   {`{"access_token":"t","expires_in":-5}`, time.Hour, "https://www.zohoapis.eu"},
		"other members":     {`{"scope":["x"],"access_token":"t","api_domain":"https://www.zohoapis.eu","error":null}`, time.Hour, "https://www.zohoapis.eu"},
		"half a minute":     {`{"access_token":"t","expires_in":"30"}`, 30 * time.Second, "https://www.zohoapis.eu"},
		"a time too large":  {`{"access_token":"t","expires_in":1e300}`, time.Hour, "https://www.zohoapis.eu"},
		"not a text":        {`{"access_token":"t","api_domain":7}`, time.Hour, "https://www.zohoapis.eu"},
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
			if life := got.Expiry.Sub(before).Round(10 * time.Second); got.AccessToken != "t" || life != tt.life || got.APIDomain != tt.domain {
				t.Errorf("Mint = %+v (lives %v), want %v at %s", got, life, tt.life, tt.domain)
			}
			asked := e.asked()[0]
			if !strings.HasPrefix(asked, "POST /base/oauth/v2/token ") || !strings.Contains(asked, "grant_type=refresh_token") || len(e.asked()) != 1 {
				t.Errorf("asked %v", e.asked())
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
		"a wrong refresh token":    {200, `{"error":"invalid_code"}`, "invalid_code", false},
		"a wrong client":           {200, `{"error":"invalid_client"}`, "invalid_client", false},
		"throttled":                {400, `{"error":"Access Denied","error_description":"You have made too many requests"}`, "ACCESS_DENIED_THROTTLED", true},
		"throttled with 200":       {200, `{"error":"Access Denied"}`, "ACCESS_DENIED_THROTTLED", true},
		"throttled in a language":  {400, `{"error_description":"Sie haben zu viele Anfragen gestellt: hush-refresh","error":"access_denied"}`, "ACCESS_DENIED_THROTTLED", true},
		"no token":                 {200, `{"token_type":"Bearer"}`, zoho.CodeUnreadable, true},
		"an HTML page":             {200, `<html>hush-secret</html>`, zoho.CodeUnreadable, true},
		"an HTML page with 503":    {503, `<html>hush-secret</html>`, zoho.CodeUnreadable, true},
		"nothing":                  {200, ``, zoho.CodeUnreadable, true},
		"throttled, translated":    {400, `{"error":"Zugriff verweigert","status":"failure"}`, zoho.CodeThrottled, true},
		"throttled, in Japanese":   {200, `{"error":"アクセスが拒否されました"}`, zoho.CodeThrottled, true},
		"a page with 400":          {400, `<html>Access Denied</html>`, "", false},
		"a page with 429":          {429, `<html>hush-secret</html>`, zoho.CodeThrottled, true},
		"a page in a text":         {400, `{"error":"<html>hush-secret</html>"}`, "", false},
		"in capitals":              {400, `{"error":"INVALID_CLIENT"}`, "invalid_client", false},
		"in capitals, 200":         {200, `{"error":"INVALID_CODE"}`, "invalid_code", false},
		"in capitals, of no table": {400, `{"error":"SOME_NEW_CODE"}`, "some_new_code", false},
		"in words":                 {400, `{"error":"Invalid Client"}`, "invalid_client", false},
		"with hyphens":             {400, `{"error":"invalid-client"}`, "invalid_client", false},
		"throttled in capitals":    {400, `{"error":"ACCESS_DENIED"}`, zoho.CodeThrottled, true},
		"a number":                 {400, `{"error":4001}`, "4001", false},
		"a number with 200":        {200, `{"error":4001}`, "4001", true},
		"an object":                {400, `{"error":{"code":"hush"}}`, "", false},
		"a text with 401":          {401, `{"error":"Zugriff nicht erlaubt: hush-secret"}`, "", false},
		"a text with 500":          {500, `{"error":"Interner Fehler: hush-secret"}`, zoho.CodeUnreadable, true},
		"a code with 401":          {401, `{"error":"invalid_client"}`, "invalid_client", false},
		"a secret as the code":     {401, `{"error":"hush0123456789"}`, "", false},
		"a large page":             {200, strings.Repeat(" ", 64<<10) + `{"access_token":"t"}`, zoho.CodeUnreadable, true},
		"a token and an error":     {200, `{"access_token":"hush","error":"invalid_code"}`, "invalid_code", false},
		"a token with 400":         {400, `{"access_token":"hush"}`, "", false},
		"throttled by status":      {429, `{"error":"too_many_requests"}`, zoho.CodeThrottled, true},
		"an error that echoes":     {400, `{"error":"bad hush-secret"}`, zoho.CodeThrottled, true},
		"the server's trouble":     {200, `{"error":"general_error"}`, "general_error", true},
		"a code of tomorrow, 400":  {400, `{"error":"some_new_code"}`, "some_new_code", false},
		"a code of tomorrow, 500":  {500, `{"error":"some_new_code"}`, "some_new_code", true},
		"no code":                  {400, `{}`, "", false},
		"a page with 403":          {403, `<html>hush-secret</html>`, "", false},
		"a redirect":               {302, ``, "", false},
		"half a body":              {200, `{"access_token":"hu`, zoho.CodeUnreadable, true},
		"a token that is none":     {200, `{"access_token":"a\nb"}`, zoho.CodeUnreadable, true},
		"a token of another type":  {200, `{"access_token":7}`, zoho.CodeUnreadable, true},
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
	m := zoho.NewMinter(zoho.MinterConfig{Credentials: func(context.Context) (zohoauth.Credentials, error) {
		return zohoauth.Credentials{DataCenter: "mars"}, nil
	}})
	if _, err := m.Mint(t.Context()); err == nil || !strings.Contains(err.Error(), "us, eu, in") {
		t.Errorf("Mint = %v, want it to list the data centers", err)
	}
}

// TestTheSandboxIsTrusted: the accounts server may name its own host, and no other.
func TestTheSandboxIsTrusted(t *testing.T) {
	var domain string
	e := serving(t, func(w http.ResponseWriter, r *http.Request) {
		says(200, `{"access_token":"t","api_domain":"`+domain+`"}`)(w, r)
	})
	tests := map[string]struct{ domain, want string }{
		"itself":         {e.URL + "/base", e.URL + "/base"},
		"another port":   {"http://127.0.0.1:1", "https://www.zohoapis.eu"},
		"another scheme": {strings.Replace(e.URL, "http:", "https:", 1), "https://www.zohoapis.eu"},
		"with a user":    {strings.Replace(e.URL, "http://", "http://u@", 1), "https://www.zohoapis.eu"},
	}
	for name, tt := range tests {
		domain = tt.domain
		if got, err := minter(e.URL).Mint(t.Context()); err != nil || got.APIDomain != tt.want {
			t.Errorf("%s: Mint at %s, %v, want %s", name, got.APIDomain, err, tt.want)
		}
	}
}

func TestMintSendsWhatZohoWants(t *testing.T) {
	var form url.Values
	var auth string
	e := serving(t, func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		form, auth = r.PostForm, r.Header.Get("Authorization")
		says(200, `{"access_token":"t"}`)(w, r)
	})
	if _, err := minter(e.URL).Mint(t.Context()); err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"grant_type": {"refresh_token"}, "client_id": {credentials.ClientID},
		"client_secret": {credentials.ClientSecret}, "refresh_token": {credentials.RefreshToken},
	}
	if diff := cmp.Diff(want, form); diff != "" || auth != "" {
		t.Errorf("form: -want +got\n%s Authorization %q", diff, auth)
	}
}

func TestMintWithHalfACredential(t *testing.T) {
	for name, c := range map[string]zohoauth.Credentials{
		"no client": {ClientSecret: "s", RefreshToken: "r", DataCenter: "us"}, "no secret": {ClientID: "c", RefreshToken: "r", DataCenter: "us"},
		"no refresh token": {ClientID: "c", ClientSecret: "s", DataCenter: "us"}, "no data center": {ClientID: "c", ClientSecret: "s", RefreshToken: "r"},
	} {
		e := serving(t, says(200, `{"access_token":"t"}`))
		_, err := zoho.NewMinter(zoho.MinterConfig{AccountsURL: e.URL, Credentials: func(context.Context) (zohoauth.Credentials, error) { return c, nil }}).Mint(t.Context())
		var z *zoho.Error
		if !errors.As(err, &z) || z.Retryable() || len(e.asked()) > 0 {
			t.Errorf("%s: Mint = %v with %v asked, want it refused", name, err, e.asked())
		}
	}
}

// TestMintGoesToTheDataCenter: without an override, it goes to the account's data center.
func TestMintGoesToTheDataCenter(t *testing.T) {
	for _, dc := range zoho.DataCenters() {
		var asked string
		transport := roundTrip(func(r *http.Request) *http.Response {
			asked = r.URL.String()
			w := httptest.NewRecorder()
			says(200, `{"access_token":"t"}`, "Content-Type", "application/json")(w, r)
			return w.Result()
		})
		m := zoho.NewMinter(zoho.MinterConfig{
			HTTP: &http.Client{Transport: transport},
			Credentials: func(context.Context) (zohoauth.Credentials, error) {
				return zohoauth.Credentials{ClientID: "c", ClientSecret: "s", RefreshToken: "r", DataCenter: dc.Name}, nil
			},
		})
		got, err := m.Mint(t.Context())
		if err != nil || asked != dc.AccountsURL+"/oauth/v2/token" || got.APIDomain != dc.APIURL {
			t.Errorf("%s: Mint asked %s for %s, %v", dc.Name, asked, got.APIDomain, err)
		}
	}
}

func TestMintWithoutCredentials(t *testing.T) {
	m := zoho.NewMinter(zoho.MinterConfig{Credentials: func(context.Context) (zohoauth.Credentials, error) {
		return zohoauth.Credentials{}, passing{}
	}})
	_, err := m.Mint(t.Context())
	var z *zoho.Error
	if !errors.As(err, &z) || z.Code != zoho.CodeNoCredential || !z.Retryable() {
		t.Errorf("Mint = %v, want %s, retryable as its cause is", err, zoho.CodeNoCredential)
	}
}

// passing is a temporary error: retrying may help.
type passing struct{}

func (passing) Error() string   { return "a temporary fault" }
func (passing) Retryable() bool { return true }

func TestMintEndsWithTheContext(t *testing.T) {
	e := serving(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, `{"access`)
		_ = http.NewResponseController(w).Flush()
		<-r.Context().Done()
	})
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := minter(e.URL).Mint(ctx)
	var z *zoho.Error
	if !errors.As(err, &z) || !errors.Is(err, context.DeadlineExceeded) || !z.Retryable() {
		t.Errorf("Mint = %v, want the deadline, retryable", err)
	}
}
