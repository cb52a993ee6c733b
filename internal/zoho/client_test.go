package zoho_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

func TestATokenThatZohoRefuses(t *testing.T) {
	e := serving(t, says(401, flat("INVALID_TOKEN")))
	tokens := &aToken{}
	_, err := client(t, e, "v2", tokens).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
	if err == nil || strings.Join(e.auth(), " ") != "Zoho-oauthtoken hush-0 Zoho-oauthtoken hush-1" {
		t.Errorf("RemoveTags = %v after %v, want one retry with a new token", err, e.auth())
	}
	e = serving(t, says(401, flat("OAUTH_SCOPE_MISMATCH")))
	tokens = &aToken{}
	_, err = client(t, e, "v2", tokens).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
	if err == nil || len(e.auth()) != 1 || tokens.refused != 0 {
		t.Errorf("RemoveTags = %v after %v, want no retry", err, e.auth())
	}
}

func TestDeadline(t *testing.T) {
	e := serving(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := client(t, e, "v2", &aToken{}).RemoveTags(ctx, "Deals", []string{one}, []string{"x"})
	var z *zoho.Error
	if !errors.As(err, &z) || !z.Retryable() || !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), one) {
		t.Errorf("RemoveTags = %v, want the deadline, retryable, without the URL", err)
	}
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
	c, err := zoho.New(zoho.Config{Tokens: fixed{domain: "https://www.zohoapis.in"}, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"}); err != nil || host != "www.zohoapis.in" {
		t.Errorf("RemoveTags went to %s, %v", host, err)
	}
	c, err = zoho.New(zoho.Config{Tokens: fixed{}, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"}); err == nil {
		t.Error("a call without a known address was made")
	}
}

func TestNewChecksItsConfig(t *testing.T) {
	tests := map[string]struct {
		config zoho.Config
		ok     bool
	}{
		"the least":        {zoho.Config{Tokens: fixed{}}, true},
		"no tokens":        {zoho.Config{}, false},
		"v1":               {zoho.Config{Version: "v1", Tokens: fixed{}}, false},
		"v9":               {zoho.Config{Version: "v9", Tokens: fixed{}}, false},
		"a path":           {zoho.Config{Version: "v2/../v8", Tokens: fixed{}}, false},
		"v2.1":             {zoho.Config{Version: "v2.1", Tokens: fixed{}}, true},
		"v8":               {zoho.Config{Version: "v8", Tokens: fixed{}}, true},
		"no scheme":        {zoho.Config{APIURL: "localhost:80", Tokens: fixed{}}, false},
		"another scheme":   {zoho.Config{APIURL: "ftp://localhost", Tokens: fixed{}}, false},
		"a query":          {zoho.Config{APIURL: "http://localhost/?a", Tokens: fixed{}}, false},
		"a password":       {zoho.Config{APIURL: "http://u:p@localhost", Tokens: fixed{}}, false},
		"a trailing slash": {zoho.Config{APIURL: "http://localhost/base/", Tokens: fixed{}}, true},
	}
	for name, tt := range tests {
		if _, err := zoho.New(tt.config); (err == nil) != tt.ok {
			t.Errorf("%s: New = %v, want ok %v", name, err, tt.ok)
		}
	}
}

func TestANewTokenMends(t *testing.T) {
	for _, code := range []string{"INVALID_TOKEN", "INVALID_OAUTHTOKEN", "AUTHENTICATION_FAILURE"} {
		e := serving(t, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization") == "Zoho-oauthtoken hush-0" {
				says(401, flat(code))(w, r)
				return
			}
			says(200, `{"data":[`+success(one, "[]")+`]}`)(w, r)
		})
		tokens := &aToken{}
		got, err := client(t, e, "v8", tokens).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
		if err != nil || got[0].Err != nil || tokens.refused != 1 || len(e.asked()) != 2 || e.asked()[0] != e.asked()[1] {
			t.Errorf("%s: RemoveTags = %+v, %v after %v, want a success at the second try", code, got, err, e.asked())
		}
	}
}

func TestASecondRefusalKeepsTheToken(t *testing.T) {
	e := serving(t, says(401, flat("INVALID_TOKEN")))
	tokens := &aToken{}
	if _, err := client(t, e, "v2", tokens).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"}); err == nil || tokens.refused != 1 {
		t.Errorf("RemoveTags = %v, %d tokens refused, want one", err, tokens.refused)
	}
}

func TestNoRedirectIsFollowed(t *testing.T) {
	elsewhere := serving(t, says(200, "{}"))
	for _, status := range []int{301, 302, 303, 307, 308} {
		e := serving(t, says(status, "", "Location", elsewhere.URL))
		c, err := zoho.New(zoho.Config{APIURL: e.URL, Tokens: &aToken{}, HTTP: e.Client()})
		if err != nil {
			t.Fatal(err)
		}
		_, err = c.RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
		var z *zoho.Error
		if !errors.As(err, &z) || z.Status != status || len(elsewhere.asked()) > 0 {
			t.Errorf("RemoveTags with %d = %v, asked elsewhere %v", status, err, elsewhere.asked())
		}
	}
}

func TestACancelledCallIsNotMade(t *testing.T) {
	e := serving(t, says(200, "{}"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := client(t, e, "v2", &aToken{}).RemoveTags(ctx, "Deals", []string{one}, []string{"x"})
	var z *zoho.Error
	if !errors.As(err, &z) || !errors.Is(err, context.Canceled) || !z.Retryable() || len(e.asked()) > 0 {
		t.Errorf("RemoveTags = %v, want it cancelled and retryable", err)
	}
}

// TestNoSecretLeaks uses a server that repeats all it receives, in every shape.
func TestNoSecretLeaks(t *testing.T) {
	const token, secret, refresh = "1000.hush0123456789.token", "hush-secret-0123456789", "1000.hush-refresh"
	shapes := map[string]string{
		"flat":    `{"code":"NO_PERMISSION","message":"not with %s","details":{"token":"%[1]s"}}`,
		"code":    `{"code":"%s","message":"x"}`,
		"data":    `{"data":[{"code":"INVALID_DATA","message":"%s"}]}`,
		"error":   `{"error":"%s","error_description":"%[1]s"}`,
		"a page":  `<html>%s</html>`,
		"nothing": ``,
	}
	for name, shape := range shapes {
		for _, status := range []int{200, 302, 400, 401, 500} {
			e := serving(t, func(w http.ResponseWriter, r *http.Request) {
				_ = r.ParseForm()
				sent := strings.TrimPrefix(r.Header.Get("Authorization"), "Zoho-oauthtoken ")
				if sent == "" {
					sent = r.PostForm.Get("client_secret") + r.PostForm.Get("refresh_token")
				}
				says(status, strings.ReplaceAll(strings.ReplaceAll(shape, "%s", sent), "%[1]s", sent), "Location", "/"+sent)(w, r)
			})
			c, err := zoho.New(zoho.Config{APIURL: e.URL, Tokens: fixed{token: token}})
			if err != nil {
				t.Fatal(err)
			}
			got, err := c.RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
			_, err2 := c.Records(t.Context(), "Deals", []string{one}, nil)
			_, err3 := zoho.NewMinter(zoho.MinterConfig{AccountsURL: e.URL, Credentials: func(context.Context) (zohoauth.Credentials, error) {
				return zohoauth.Credentials{ClientID: "1000.hush-id", ClientSecret: secret, RefreshToken: refresh, DataCenter: "us"}, nil
			}}).Mint(t.Context())
			for _, r := range got {
				err = errors.Join(err, r.Err)
			}
			if text := fmt.Sprintf("%v %+v %v %v", err, err, err2, err3); strings.Contains(text, "hush") {
				t.Errorf("%s, %d: a secret leaks: %s", name, status, text)
			}
		}
	}
}

func TestWhatIsNoHTTPIsNotQuoted(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			_, _ = conn.Read(make([]byte, 4096))
			_, _ = io.WriteString(conn, "hush hush\r\n\r\n")
			_ = conn.Close()
		}
	}()
	c, err := zoho.New(zoho.Config{APIURL: "http://" + listener.Addr().String(), Tokens: &aToken{}})
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
	var z *zoho.Error
	if !errors.As(err, &z) || z.Code != zoho.CodeNoAnswer || !z.Retryable() || strings.Contains(err.Error(), "hush") {
		t.Errorf("RemoveTags = %v, want no answer", err)
	}
}
