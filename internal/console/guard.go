package console

import (
	"crypto/sha256"
	"crypto/subtle"
	"net"
	"net/http"
	"strings"

	"untag/internal/localhttp"
)

// tokenCookie is the name of the cookie that has the token. Cookies are shared by all ports of
// a host.
const tokenCookie = "untag_console"

// policy is the Content-Security-Policy of every page: nothing inline, nothing from elsewhere.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"

// guard lets in who may see the console: a browser on this machine, or one that has the token.
type guard struct {
	next  http.Handler
	token string
	// open says that other machines reach the listener, so that everybody needs the token.
	open bool
	// ask shows the form that asks for the token.
	ask func(w http.ResponseWriter, r *http.Request, wrong bool)
}

func (g guard) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h := w.Header()
	h.Set("Content-Security-Policy", policy)
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Referrer-Policy", "same-origin")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "no-store")
	// A browser says where a request that changes something comes from. Other programs say
	// nothing, and are let through: no web page can make them do anything.
	if err := http.NewCrossOriginProtection().Check(r); err != nil {
		http.Error(w, "This request comes from another web site. The console takes changes only from its own pages.", http.StatusForbidden)
		return
	}
	// What another site embeds or fetches, it could not read, but measure, and it costs time.
	if site := r.Header.Get("Sec-Fetch-Site"); (site == "cross-site" || site == "same-site") && r.Header.Get("Sec-Fetch-Dest") != "document" {
		http.Error(w, "This request comes from a page of another web site. Open the console in a tab of its own.", http.StatusForbidden)
		return
	}
	token, trusted := r.URL.Query().Get("token"), !g.open && here(r)
	switch {
	case r.Method == http.MethodGet && token != "" && (g.is(token) || !trusted):
		g.take(w, r, token)
	case trusted, g.holds(r), strings.HasPrefix(r.URL.Path, "/assets/"), r.URL.Path == "/favicon.ico":
		g.next.ServeHTTP(w, r)
	case r.URL.Path == "/token" && r.Method == http.MethodPost:
		r.Body = http.MaxBytesReader(w, r.Body, 1<<12)
		g.take(w, r, r.PostFormValue("token"))
	default:
		g.ask(w, r, false)
	}
}

// here reports whether a request was made on this machine, to a name of it, and not passed on
// by a proxy or a tunnel, through which anybody may come.
func here(r *http.Request) bool {
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil || !localhttp.Loopback(host) || !localhttp.Loopback(localhttp.Hostname(r.Host)) {
		return false
	}
	for name := range r.Header {
		if ofProxy(name) {
			return false
		}
	}
	return true
}

// ofProxy reports whether a header is one that proxies and tunnels add, such as X-Forwarded-For,
// CF-Connecting-IP, True-Client-IP or Tailscale-User-Login. No browser sends one.
func ofProxy(name string) bool {
	name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
	if name == "via" {
		return true
	}
	for _, part := range []string{"forward", "client-ip", "clientip", "connecting-ip", "real-ip", "user-ip", "external-address", "x-original-", "cdn-loop", "tailscale-"} {
		if strings.Contains(name, part) {
			return true
		}
	}
	return strings.HasPrefix(name, "cf-")
}

// holds reports whether a request has the token: in the cookie, or as a bearer token.
func (g guard) holds(r *http.Request) bool {
	if bearer, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer "); ok && g.is(bearer) {
		return true
	}
	cookie, err := r.Cookie(tokenCookie)
	return err == nil && g.is(cookie.Value)
}

func (g guard) is(token string) bool {
	given, want := sha256.Sum256([]byte(token)), sha256.Sum256([]byte(g.token))
	return g.token != "" && subtle.ConstantTimeCompare(given[:], want[:]) == 1
}

// take puts the token into a cookie, so that it is in no address that is copied.
func (g guard) take(w http.ResponseWriter, r *http.Request, token string) {
	if !g.is(token) {
		g.ask(w, r, true)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: tokenCookie, Value: token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
	http.Redirect(w, r, "/", http.StatusSeeOther)
}
