package sandbox

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"time"
)

const (
	// maxMinted is how many access tokens one refresh token can mint in mintWindow.
	maxMinted  = 10
	mintWindow = 10 * time.Minute
	// maxAlive is how many access tokens of one refresh token are valid at once,
	// maxRefreshTokens how many refresh tokens of a user. One more ends the oldest.
	maxAlive         = 15
	maxRefreshTokens = 20
	// longestCode is how long a grant code can be exchanged at most.
	longestCode = 10 * time.Minute
)

// tokens holds the grant codes and refresh tokens of the only user.
type tokens struct {
	codes   map[string]grantCode
	refresh []*refreshToken
}

// grantCode is what a code stands for until it is exchanged.
type grantCode struct {
	expiry time.Time
	scope  string
}

// refreshToken is a refresh token with the access tokens that it minted.
type refreshToken struct {
	value  string
	scope  string
	alive  []token
	minted []time.Time // within mintWindow
}

type token struct {
	value  string
	expiry time.Time
}

var (
	errTooManyTokens  = errors.New("too many access tokens in a short time")
	errNoRefreshToken = errors.New("no such refresh token")
)

// Code returns a new grant code for the scope of the Config. It can be exchanged once,
// within ten minutes.
func (sb *Sandbox) Code() string { return sb.CodeFor(sb.config.Scope, longestCode) }

// CodeFor returns a new grant code for a scope, like one that Zoho's API console generates
// for a self client. It can be exchanged once, and only for so long: three to ten minutes at
// Zoho, at most ten here.
func (sb *Sandbox) CodeFor(scope string, life time.Duration) string {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	code := newToken()
	sb.tokens.codes[code] = grantCode{sb.config.Now().Add(min(life, longestCode)), scope}
	return code
}

// consent exchanges a grant code for a new refresh token.
func (sb *Sandbox) consent(code string) (refresh string, ok bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	granted, ok := sb.tokens.codes[code]
	delete(sb.tokens.codes, code)
	if !ok || !sb.config.Now().Before(granted.expiry) {
		return "", false
	}
	return sb.tokens.add(newToken(), granted.scope), true
}

func (t *tokens) add(refresh, scope string) string {
	if len(t.refresh) >= maxRefreshTokens {
		t.refresh = t.refresh[1:]
	}
	t.refresh = append(t.refresh, &refreshToken{value: refresh, scope: scope})
	return refresh
}

// mint returns a new access token with its scope, unless the refresh token minted too many
// recently.
func (sb *Sandbox) mint(refresh string) (value, scope string, err error) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	i := slices.IndexFunc(sb.tokens.refresh, func(t *refreshToken) bool { return same(refresh, t.value) })
	if i < 0 {
		return "", "", errNoRefreshToken
	}
	now := sb.config.Now()
	t := sb.tokens.refresh[i]
	for len(t.minted) > 0 && now.Sub(t.minted[0]) >= mintWindow {
		t.minted = t.minted[1:]
	}
	if len(t.minted) >= maxMinted {
		sb.requests.TokensRefused++
		return "", "", errTooManyTokens
	}
	t.minted = append(t.minted, now)
	t.drop(func(old token) bool { return !now.Before(old.expiry) })
	if len(t.alive) >= maxAlive {
		t.alive = t.alive[1:]
	}
	fresh := token{value: newToken(), expiry: now.Add(sb.config.TokenLife)}
	t.alive = append(t.alive, fresh)
	sb.requests.TokensMinted++
	return fresh.value, t.scope, nil
}

// good returns the scope of an access token, and whether it is valid now.
func (sb *Sandbox) good(value string) (scope string, ok bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	now := sb.config.Now()
	for _, refresh := range sb.tokens.refresh {
		for _, t := range refresh.alive {
			if same(value, t.value) {
				return refresh.scope, now.Before(t.expiry)
			}
		}
	}
	return "", false
}

// Revoke ends every access token immediately, as an administrator of the account
// can. Refresh tokens stay valid.
func (sb *Sandbox) Revoke() {
	sb.dropTokens(func(token) bool { return true })
}

func (sb *Sandbox) revoke(value string) {
	sb.dropTokens(func(t token) bool { return t.value == value })
}

func (sb *Sandbox) dropTokens(gone func(token) bool) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	for _, refresh := range sb.tokens.refresh {
		refresh.drop(gone)
	}
}

func (t *refreshToken) drop(gone func(token) bool) {
	t.alive = slices.DeleteFunc(t.alive, gone)
}

// bearer returns the access token of a request. ok is false without the scheme that
// Zoho requires.
func bearer(r *http.Request) (value string, ok bool) {
	return strings.CutPrefix(r.Header.Get("Authorization"), "Zoho-oauthtoken ")
}

// hashToken identifies an access token in the journal without revealing it.
func hashToken(value string) string {
	sum := sha256.Sum256([]byte(value))
	return hex.EncodeToString(sum[:6])
}
