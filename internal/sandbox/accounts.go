package sandbox

import (
	"crypto/subtle"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// tokenAnswer has the fields in Zoho's order.
type tokenAnswer struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitempty"`
	Scope        string `json:"scope"`
	APIDomain    string `json:"api_domain"`
	TokenType    string `json:"token_type"`
	ExpiresIn    int    `json:"expires_in"` // seconds
}

// serveToken answers a token request, with a refresh token or a grant code:
// https://www.zoho.com/crm/developer/docs/api/v8/refresh.html and
// https://www.zoho.com/crm/developer/docs/api/v8/access-refresh.html
// Zoho reports most of its errors with HTTP 200.
func (sb *Sandbox) serveToken(w http.ResponseWriter, r *http.Request) {
	sb.count(func(n *Requests) { n.TokenRequests++ })
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	sb.grant(r).write(w)
}

func (sb *Sandbox) grant(r *http.Request) answer {
	if r.Method != http.MethodPost {
		return oauthError("invalid_request")
	}
	form, err := tokenForm(r)
	if err != nil {
		return oauthError("invalid_request")
	}
	exchange := sb.refresh
	switch form.Get("grant_type") {
	case "refresh_token":
	case "authorization_code":
		exchange = sb.redeem
	default:
		return oauthError("unsupported_grant_type")
	}
	if sb.config.Elsewhere != "" {
		return reply(http.StatusOK, map[string]string{"error": "invalid_client", "location": sb.config.Elsewhere})
	}
	if c := sb.credentials; !same(form.Get("client_id"), c.ClientID) || !same(form.Get("client_secret"), c.ClientSecret) {
		return oauthError("invalid_client")
	}
	given, refused := exchange(form)
	if refused != nil {
		return *refused
	}
	given.Scope = strings.Join(namesIn(given.Scope), " ")
	given.APIDomain = sb.config.APIDomain
	if given.APIDomain == "" {
		given.APIDomain = baseURL(r)
	}
	given.TokenType = "Bearer"
	given.ExpiresIn = int(sb.config.TokenLife / time.Second)
	return reply(http.StatusOK, given)
}

// tokenForm reads the parameters of a token request in each form that Zoho accepts: as a
// URL-encoded body, as a multipart body, which Zoho's SDKs for Node send, and in the query,
// as in Zoho's own examples.
func tokenForm(r *http.Request) (url.Values, error) {
	if err := r.ParseForm(); err != nil {
		return nil, err
	}
	// A multipart body of at most maxBody stays in memory.
	if err := r.ParseMultipartForm(maxBody); err != nil && !errors.Is(err, http.ErrNotMultipart) {
		return nil, err
	}
	return r.Form, nil
}

// refresh mints an access token for a refresh token.
func (sb *Sandbox) refresh(form url.Values) (tokenAnswer, *answer) {
	value, scope, err := sb.mint(form.Get("refresh_token"))
	switch {
	case err == nil:
		return tokenAnswer{AccessToken: value, Scope: scope}, nil
	case errors.Is(err, errTooManyTokens):
		return tokenAnswer{}, new(reply(http.StatusBadRequest, map[string]string{
			"error_description": "You have made too many requests continuously. Please try again after some time.",
			"error":             "Access Denied",
			"status":            "failure",
		}))
	}
	return tokenAnswer{}, new(oauthError("invalid_code"))
}

// redeem exchanges a grant code for a refresh token and its first access token. A self client
// needs no redirect_uri.
func (sb *Sandbox) redeem(form url.Values) (tokenAnswer, *answer) {
	if want := sb.config.RedirectURI; want != "" && form.Get("redirect_uri") != want {
		return tokenAnswer{}, new(oauthError("invalid_redirect_uri"))
	}
	refresh, ok := sb.consent(form.Get("code"))
	if !ok {
		return tokenAnswer{}, new(oauthError("invalid_code"))
	}
	value, scope, err := sb.mint(refresh)
	if err != nil {
		return tokenAnswer{}, new(oauthError("invalid_code"))
	}
	return tokenAnswer{AccessToken: value, RefreshToken: refresh, Scope: scope}, nil
}

func oauthError(code string) answer {
	return reply(http.StatusOK, map[string]string{"error": code})
}

func same(got, want string) bool {
	return subtle.ConstantTimeCompare([]byte(got), []byte(want)) == 1
}

// baseURL returns the address of a request, up to the path that the Sandbox sees:
// it may be mounted below http.StripPrefix.
func baseURL(r *http.Request) string {
	base := url.URL{Scheme: "http", Host: r.Host}
	if r.TLS != nil {
		base.Scheme = "https"
	}
	asked, _, _ := strings.Cut(r.RequestURI, "?")
	if whole, err := url.Parse(asked); err == nil {
		asked = whole.EscapedPath() // a request line may contain a whole URL
	}
	prefix, _ := strings.CutSuffix(asked, r.URL.EscapedPath())
	if prefix != asked {
		return base.String() + prefix
	}
	return base.String()
}
