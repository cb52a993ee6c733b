package main

import (
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
)

// unreliable makes a share of the functions' calls to AWS fail: half of them before they are
// carried out, half after, as if the answer had been lost.
type unreliable struct {
	next   http.Handler
	share  float64
	failed atomic.Int64
}

func (u *unreliable) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	fate := rand.Float64()
	if fate >= u.share {
		u.next.ServeHTTP(w, r)
		return
	}
	u.failed.Add(1)
	if fate < u.share/2 {
		u.next.ServeHTTP(httptest.NewRecorder(), r)
	}
	w.Header().Set("Content-Type", "application/x-amz-json-1.1")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(`{"__type":"ServiceUnavailableException","message":"try again"}`))
}
