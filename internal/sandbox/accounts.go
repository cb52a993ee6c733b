package sandbox

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"time"
)

const (
	// maxMinted access tokens may be had from one refresh token in mintWindow.
	maxMinted  = 10
	mintWindow = 10 * time.Minute
	// maxAlive access tokens are good at once; one more ends the oldest.
	maxAlive = 15
)

// tokens are the access tokens of the one refresh token there is.
type tokens struct {
	alive  []token
	minted []time.Time // inside mintWindow
}

type token struct {
	value  string
	expiry time.Time
}

// tokenAnswer has the fields in Zoho's order.
type tokenAnswer struct {
	AccessToken string `json:"access_token"`
	Scope       string `json:"scope"`
	APIDomain   string `json:"api_domain"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"` // seconds
}

// serveToken is the refresh grant:
// https://www.zoho.com/crm/developer/docs/api/v8/refresh.html
// Zoho says most errors of it with HTTP 200.
func (sb *Sandbox) serveToken(w http.ResponseWriter, r *http.Request) {
	sb.count(func(n *Requests) { n.TokenRequests++ })
	sb.grant(w, r).write(w)
}

func (sb *Sandbox) grant(w http.ResponseWriter, r *http.Request) answer {
	if r.Method != http.MethodPost {
		return oauthError("invalid_request")
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	if err := r.ParseForm(); err != nil {
		return oauthError("invalid_request")
	}
	if r.Form.Get("grant_type") != "refresh_token" {
		return oauthError("unsupported_grant_type")
	}
	switch c := sb.credentials; {
	case !same(r.Form.Get("client_id"), c.ClientID), !same(r.Form.Get("client_secret"), c.ClientSecret):
		return oauthError("invalid_client")
	case !same(r.Form.Get("refresh_token"), c.RefreshToken):
		return oauthError("invalid_code")
	}
	value, ok := sb.mint()
	if !ok {
		return reply(http.StatusBadRequest, map[string]string{
			"error_description": "You have made too many requests continuously. Please try again after some time.",
			"error":             "Access Denied",
			"status":            "failure",
		})
	}
	return reply(http.StatusOK, tokenAnswer{
		AccessToken: value,
		Scope:       strings.Join(strings.FieldsFunc(sb.config.Scope, func(c rune) bool { return c == ',' || c == ' ' }), " "),
		APIDomain:   baseURL(r),
		TokenType:   "Bearer",
		ExpiresIn:   int(sb.config.TokenLife / time.Second),
	})
}

func oauthError(code string) answer {
	return reply(http.StatusOK, map[string]string{"error": code})
}

func same(got, want string) bool {
	return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

// mint makes an access token, unless too many were made lately.
func (sb *Sandbox) mint() (string, bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	now := sb.config.Now()
	t := &sb.tokens
	for len(t.minted) > 0 && now.Sub(t.minted[0]) >= mintWindow {
		t.minted = t.minted[1:]
	}
	if len(t.minted) >= maxMinted {
		sb.requests.TokensRefused++
		return "", false
	}
	t.minted = append(t.minted, now)
	t.drop(func(old token) bool { return !now.Before(old.expiry) })
	if len(t.alive) >= maxAlive {
		t.alive = t.alive[1:]
	}
	fresh := token{value: newToken(), expiry: now.Add(sb.config.TokenLife)}
	t.alive = append(t.alive, fresh)
	sb.requests.TokensMinted++
	return fresh.value, true
}

// good tells whether an access token may be used now.
func (sb *Sandbox) good(value string) bool {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	now := sb.config.Now()
	for _, t := range sb.tokens.alive {
		if same(value, t.value) {
			return now.Before(t.expiry)
		}
	}
	return false
}

// Revoke ends every access token at once, as an administrator of the account
// can; the refresh token stays good.
func (sb *Sandbox) Revoke() {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.tokens.alive = nil
}

func (sb *Sandbox) revoke(value string) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	sb.tokens.drop(func(t token) bool { return t.value == value })
}

func (t *tokens) drop(gone func(token) bool) {
	kept := t.alive[:0:0]
	for _, one := range t.alive {
		if !gone(one) {
			kept = append(kept, one)
		}
	}
	t.alive = kept
}

// bearer is the access token of a request; ok is false without the scheme that
// Zoho asks for.
func bearer(r *http.Request) (value string, ok bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Zoho-oauthtoken ")
}

// hashToken names an access token in the journal without giving it away.
func hashToken(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:6])
}

// baseURL is the address a request came to, up to the path that the Sandbox
// sees: it may be mounted below http.StripPrefix.
func baseURL(r *http.Request) string {
	base := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		base.Scheme = "https"
	}
	asked, _, _ := strings.Cut(r.RequestURI, "?")
	if whole, err := url.Parse(asked); err == nil {
		asked = whole.EscapedPath() // a request line may hold a whole URL
	}
	prefix, _ := strings.CutSuffix(asked, r.URL.EscapedPath())
	if prefix != asked {
		return base.String() + prefix
	}
	return base.String()
}
