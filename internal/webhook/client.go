package webhook

import "net/http"

// restricted returns a client that follows no redirects, which would lead to hosts that were
// not checked, and keeps no cookies; nil for nil.
func restricted(client *http.Client) *http.Client {
	if client == nil {
		return nil
	}
	own := *client
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	own.Jar = nil
	return &own
}
