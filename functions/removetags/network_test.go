package main

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"syscall"
	"time"

	"untag/internal/sandbox"
)

// condition is how a part of Zoho answers for a while; nil if it is up.
type condition func(r *http.Request) (*http.Response, error)

// refused is a port on which no server listens.
func refused(*http.Request) (*http.Response, error) { return nil, syscall.ECONNREFUSED }

// silent is a server that accepts a request and never answers.
func silent(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

// page is a proxy in front of a server that is down.
func page(status int) condition {
	return says(status, "text/html", "<html><h1>"+http.StatusText(status)+"</h1></html>")
}

// busy is Zoho with too many requests.
func busy(r *http.Request) (*http.Response, error) {
	response, err := says(http.StatusTooManyRequests, "application/json",
		`{"code":"TOO_MANY_REQUESTS","details":{},"message":"slow down","status":"error"}`)(r)
	response.Header.Set("Retry-After", "120")
	return response, err
}

func says(status int, contentType, body string) condition {
	return func(r *http.Request) (*http.Response, error) {
		return &http.Response{
			StatusCode: status, Header: http.Header{"Content-Type": {contentType}}, Request: r,
			Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)),
		}, nil
	}
}

// mintTime is how long Zoho takes to mint a token.
const mintTime = 300 * time.Millisecond

// phase is how Zoho behaves until some time in the outage.
type phase struct {
	until         time.Duration
	crm, accounts condition
}

// network is the connection to Zoho. A synctest bubble cannot wait for sockets, so the
// sandbox is called as a function.
type network struct {
	crm    *sandbox.Sandbox
	outage time.Time
	phases []phase

	mu     sync.Mutex
	calls  []request
	minted []time.Time
}

// request is a request to Zoho.
type request struct {
	at       time.Time
	accounts bool
}

// requests counts the requests from one time of the outage to another.
func (n *network) requests(from, to time.Duration, accounts bool) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	count := 0
	for _, r := range n.calls {
		if at := r.at.Sub(n.outage); at >= from && at < to && r.accounts == accounts {
			count++
		}
	}
	return count
}

// RoundTrip answers a request as Zoho does at this time.
func (n *network) RoundTrip(r *http.Request) (*http.Response, error) {
	accounts := strings.HasPrefix(r.URL.Path, "/oauth/")
	n.mu.Lock()
	n.calls = append(n.calls, request{time.Now(), accounts})
	n.mu.Unlock()
	if accounts { // minting takes a while; the sandbox itself delays CRM calls
		time.Sleep(mintTime)
	}
	if is := n.condition(time.Since(n.outage), accounts); is != nil {
		return is(r)
	}
	response, err := call(n.crm, r)
	if accounts && err == nil {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.minted = append(n.minted, time.Now())
	}
	return response, err
}

// early counts the tokens that were minted before the previous one was due for replacement.
func (n *network) early() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	count := 0
	for i := 1; i < len(n.minted); i++ {
		if n.minted[i].Sub(n.minted[i-1]) < renewed-time.Minute {
			count++
		}
	}
	return count
}

func (n *network) condition(at time.Duration, accounts bool) condition {
	if at < 0 {
		return nil
	}
	for _, s := range n.phases {
		if at < s.until && accounts {
			return s.accounts
		} else if at < s.until {
			return s.crm
		}
	}
	return nil
}

// call lets a handler answer a request as a server would. A handler that aborts breaks the
// connection.
func call(h http.Handler, r *http.Request) (*http.Response, error) {
	var body io.Reader = http.NoBody
	if r.Body != nil {
		defer r.Body.Close()
		body = r.Body
	}
	in := httptest.NewRequestWithContext(r.Context(), r.Method, r.URL.String(), body)
	in.Header = r.Header.Clone()
	recorder := httptest.NewRecorder()
	broken := abandoned(func() { h.ServeHTTP(recorder, in) })
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	if broken && recorder.Body.Len() == 0 {
		return nil, syscall.ECONNRESET
	}
	response := recorder.Result()
	response.Request = r
	if broken {
		response.Body = io.NopCloser(io.MultiReader(bytes.NewReader(recorder.Body.Bytes()), cutOff{}))
	}
	return response, nil
}

// abandoned reports whether a handler aborted its connection.
func abandoned(serve func()) (broken bool) {
	defer func() {
		if caught := recover(); caught != nil {
			if err, ok := caught.(error); !ok || !errors.Is(err, http.ErrAbortHandler) {
				panic(caught)
			}
			broken = true
		}
	}()
	serve()
	return false
}

// cutOff is the end of a broken connection.
type cutOff struct{}

func (cutOff) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }
