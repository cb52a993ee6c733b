package local

import (
	"net/http"

	"untag/internal/console"
)

// front passes a request for the console to it, and any other to the gateway: a path that names
// a source is always a webhook's.
type front struct {
	console *console.Console
	gateway http.Handler
}

func (f front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.console != nil && sourceOf(r.URL) == "" && f.console.Serves(r) {
		f.console.ServeHTTP(w, r)
		return
	}
	f.gateway.ServeHTTP(w, r)
}
