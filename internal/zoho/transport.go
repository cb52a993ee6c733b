package zoho

import (
	"net/http"
	"time"
)

const (
	// defaultTimeout bounds a call whose context has no deadline.
	defaultTimeout = 30 * time.Second
	// idleConns is how many connections to one host are kept: as many as the calls that Zoho
	// allows at the same time in its largest edition.
	idleConns = 25
)

// DefaultHTTP returns the client that a Client or a Minter uses if it is given none: with a
// timeout of 30 s, and Go's default transport, which keeps more connections.
func DefaultHTTP() *http.Client { return &http.Client{Timeout: defaultTimeout, Transport: transport()} }

// withoutRedirects returns a client like c that follows no redirects, as they would take the
// token or the credential along; c may be nil.
func withoutRedirects(c *http.Client) *http.Client {
	if c == nil {
		c = DefaultHTTP()
	}
	own := *c
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// transport returns Go's default transport, but keeps more connections.
func transport() http.RoundTripper {
	standard, ok := http.DefaultTransport.(*http.Transport)
	if !ok {
		return http.DefaultTransport
	}
	own := standard.Clone()
	own.MaxIdleConnsPerHost = idleConns
	return own
}
