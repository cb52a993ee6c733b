package zoho

import (
	"net/http"
	"time"
)

const (
	// defaultTimeout bounds a call whose context has no deadline.
	defaultTimeout = 30 * time.Second
	// idleConns to one host are kept: as many calls as Zoho takes side by side from
	// its largest edition.
	idleConns = 25
)

// withoutRedirects is a client like c that follows no redirect, as the token or the
// credential would go along; c may be nil.
func withoutRedirects(c *http.Client) *http.Client {
	if c == nil {
		c = &http.Client{Timeout: defaultTimeout, Transport: transport()}
	}
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// transport is Go's own with more connections kept.
func transport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	own := standard.Clone()
	own.MaxIdleConnsPerHost = idleConns
	return own
}
