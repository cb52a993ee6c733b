package console_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"untag/internal/console"
	"untag/internal/rules"
)

const token = "a-token-of-this-run"

// newConsole returns a console that keeps entries.
func newConsole(t *testing.T, open bool, entries ...*console.Entry) (*console.Console, *console.Kept) {
	t.Helper()
	set, faults := rules.Load([]byte(shopRules))
	if set == nil {
		t.Fatal(faults)
	}
	kept := new(console.Kept)
	for _, e := range entries {
		kept.Add(e)
	}
	return console.New(console.Config{Kept: kept, Rules: func() *rules.Rules { return set }, Token: token, Open: open}), kept
}

// get asks the console as a browser on this machine does.
func get(c *console.Console, address string) *httptest.ResponseRecorder {
	r := httptest.NewRequest("GET", address, nil)
	r.RemoteAddr, r.Host = "127.0.0.1:50000", "127.0.0.1:8080"
	r.Header.Set("Accept", "text/html")
	w := httptest.NewRecorder()
	c.ServeHTTP(w, r)
	return w
}

func TestWhoMaySeeTheConsole(t *testing.T) {
	for name, tt := range map[string]struct {
		open         bool
		host, remote string
		header       http.Header
		address      string
		want         int
	}{
		"this machine":                 {want: 200},
		"localhost":                    {host: "localhost:8080", want: 200},
		"IPv6":                         {host: "[::1]:8080", remote: "[::1]:50000", want: 200},
		"another name":                 {host: "hooks.example.com", want: 401},
		"another machine":              {remote: "192.0.2.7:50000", want: 401},
		"through a tunnel":             {header: http.Header{"X-Forwarded-For": {"198.51.100.9"}}, want: 401},
		"through a proxy":              {header: http.Header{"Forwarded": {"for=198.51.100.9"}}, want: 401},
		"through a gateway":            {header: http.Header{"Via": {"1.1 gateway"}}, want: 401},
		"through Cloudflare":           {header: http.Header{"Cf-Connecting-Ip": {"198.51.100.9"}}, want: 401},
		"through Akamai":               {header: http.Header{"True-Client-Ip": {"198.51.100.9"}}, want: 401},
		"through Fly":                  {header: http.Header{"Fly-Client-Ip": {"198.51.100.9"}}, want: 401},
		"through Azure":                {header: http.Header{"X-Azure-Clientip": {"198.51.100.9"}}, want: 401},
		"through Envoy":                {header: http.Header{"X-Envoy-External-Address": {"198.51.100.9"}}, want: 401},
		"through Tailscale":            {header: http.Header{"Tailscale-User-Login": {"a@example.com"}}, want: 401},
		"through a CDN":                {header: http.Header{"Cdn-Loop": {"cdn"}}, want: 401},
		"a header with underscores":    {header: http.Header{"X_forwarded_for": {"198.51.100.9"}}, want: 401},
		"a browser's headers":          {header: http.Header{"Upgrade-Insecure-Requests": {"1"}, "Sec-Ch-Ua-Platform": {"Linux"}, "Dnt": {"1"}}, want: 200},
		"open, without the token":      {open: true, want: 401},
		"open, a wrong token":          {open: true, address: "/?token=guess", want: 401},
		"open, the token":              {open: true, address: "/?token=" + token, want: 303},
		"open, the cookie":             {open: true, header: http.Header{"Cookie": {"untag_console=" + token}}, want: 200},
		"open, a wrong cookie":         {open: true, header: http.Header{"Cookie": {"untag_console="}}, want: 401},
		"open, a bearer token":         {open: true, header: http.Header{"Authorization": {"Bearer " + token}}, want: 200},
		"open, a wrong bearer token":   {open: true, header: http.Header{"Authorization": {"Bearer x"}}, want: 401},
		"open, live":                   {open: true, address: "/live", want: 401},
		"open, an event":               {open: true, address: "/events/1", want: 401},
		"open, the look":               {open: true, address: "/assets/app.css", want: 200},
		"a tunnel with the cookie":     {host: "hooks.example.com", header: http.Header{"Cookie": {"untag_console=" + token}}, want: 200},
		"a tunnel, and a name of here": {header: http.Header{"X-Forwarded-Host": {"hooks.example.com"}}, want: 401},
	} {
		c, _ := newConsole(t, tt.open)
		r := httptest.NewRequest("GET", or(tt.address, "/"), nil)
		r.Host, r.RemoteAddr, r.Header = or(tt.host, "127.0.0.1:8080"), or(tt.remote, "127.0.0.1:50000"), http.Header{"Accept": {"text/html"}}
		for key, values := range tt.header {
			r.Header[key] = values
		}
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%s: %d, want %d", name, w.Code, tt.want)
		}
		if w.Code == 303 && (w.Header().Get("Location") != "/" || !strings.Contains(w.Header().Get("Set-Cookie"), "HttpOnly; SameSite=Strict")) {
			t.Errorf("%s: %v", name, w.Header())
		}
		if policy := w.Header().Get("Content-Security-Policy"); !strings.HasPrefix(policy, "default-src 'none'; script-src 'self';") {
			t.Errorf("%s: the policy is %q", name, policy)
		}
	}
}

func TestTheTokenIsAskedFor(t *testing.T) {
	c, _ := newConsole(t, true)
	for typed, want := range map[string]int{token: 303, "guess": 401, "": 401} {
		r := httptest.NewRequest("POST", "/token", strings.NewReader(url.Values{"token": {typed}}.Encode()))
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != want || want == 401 && !strings.Contains(w.Body.String(), "not the token") {
			t.Errorf("%q: %d, want %d\n%s", typed, w.Code, want, w.Body)
		}
	}
}

func TestWhatTheConsoleServes(t *testing.T) {
	c, _ := newConsole(t, false)
	for request, want := range map[string]bool{
		"GET /": true, "HEAD /": true, "GET /events/1": true, "GET /token": true, "POST /token": true, "GET //events/1": true,
		// A page takes no other method. The function must not see what was meant for the page.
		"PUT /send": true, "DELETE /records": true, "POST /rules": true, "GET /rules/save": true,
		"POST /": false, "GET /health": false, "POST /webhooks//shop": false, "POST /other": false,
		// A webhook must not be led to a form.
		"POST /webhooks/shop/../../send": false, "POST //send": false,
	} {
		method, path, _ := strings.Cut(request, " ")
		r := httptest.NewRequest(method, "http://127.0.0.1"+path, nil)
		if got := c.Serves(r); got != want {
			t.Errorf("%s: %t, want %t", request, got, want)
		}
	}
}

func TestTheAddressOfATokenIsAPage(t *testing.T) {
	c, _ := newConsole(t, false)
	if w := get(c, "/token"); w.Code != http.StatusSeeOther || w.Header().Get("Location") != "/" {
		t.Errorf("%d %v", w.Code, w.Header())
	}
	c, _ = newConsole(t, true)
	if w := get(c, "/token"); w.Code != http.StatusUnauthorized || !strings.Contains(w.Body.String(), `name="token"`) {
		t.Errorf("%d %s", w.Code, w.Body)
	}
}

func TestNoOtherSiteChangesAnything(t *testing.T) {
	for name, header := range map[string]http.Header{
		"another site":         {"Sec-Fetch-Site": {"cross-site"}},
		"another port":         {"Sec-Fetch-Site": {"same-site"}},
		"an old browser":       {"Origin": {"https://evil.example"}},
		"a sandboxed document": {"Origin": {"null"}},
	} {
		c, _ := newConsole(t, false)
		r := httptest.NewRequest("POST", "/token", nil)
		r.Host, r.RemoteAddr, r.Header = "127.0.0.1:8080", "127.0.0.1:50000", header
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != http.StatusForbidden {
			t.Errorf("%s: %d", name, w.Code)
		}
	}
}

func or(a, b string) string {
	if a == "" {
		return b
	}
	return a
}

func TestNoOtherSiteEmbedsAnything(t *testing.T) {
	for name, tt := range map[string]struct {
		site, dest string
		want       int
	}{
		"a link on another site": {"cross-site", "document", 200},
		"a picture":              {"cross-site", "image", 403},
		"a script that fetches":  {"cross-site", "empty", 403},
		"a frame":                {"cross-site", "iframe", 403},
		"another port":           {"same-site", "empty", 403},
		"a page of its own":      {"same-origin", "empty", 200},
		"typed":                  {"none", "document", 200},
		"no browser":             {"", "", 200},
	} {
		c, _ := newConsole(t, false)
		r := httptest.NewRequest("GET", "/rules", nil)
		r.Host, r.RemoteAddr = "127.0.0.1:8080", "127.0.0.1:50000"
		if tt.site != "" {
			r.Header.Set("Sec-Fetch-Site", tt.site)
			r.Header.Set("Sec-Fetch-Dest", tt.dest)
		}
		w := httptest.NewRecorder()
		c.ServeHTTP(w, r)
		if w.Code != tt.want {
			t.Errorf("%s: %d, want %d", name, w.Code, tt.want)
		}
	}
}
