package zoho_test

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// aToken is a token that never ends, and counts refusals.
type aToken struct{ refused int }

func (a *aToken) Token(context.Context) (zohoauth.Token, error) {
	return zohoauth.Token{AccessToken: fmt.Sprintf("hush-%d", a.refused)}, nil
}

func (a *aToken) Refused(context.Context, zohoauth.Token) { a.refused++ }

// fixed is one token for an API.
type fixed struct{ domain, token string }

func (f fixed) Token(context.Context) (zohoauth.Token, error) {
	return zohoauth.Token{AccessToken: cmp.Or(f.token, "t"), APIDomain: f.domain}, nil
}

func (fixed) Refused(context.Context, zohoauth.Token) {}

// exchange is a server that always gives the same answer and remembers its requests. It is
// mounted below a path, so that a wrong relative URL shows.
type exchange struct {
	*httptest.Server
	mu    sync.Mutex
	lines []string // method, URI and body of each request
	auths []string // its Authorization
}

func (e *exchange) asked() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.lines)
}

func (e *exchange) auth() []string {
	e.mu.Lock()
	defer e.mu.Unlock()
	return slices.Clone(e.auths)
}

func serving(t *testing.T, answer http.HandlerFunc) *exchange {
	e := &exchange{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.mu.Lock()
		e.lines = append(e.lines, strings.TrimSpace(r.Method+" "+r.RequestURI+" "+string(body)))
		e.auths = append(e.auths, r.Header.Get("Authorization"))
		e.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		answer(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func client(t *testing.T, e *exchange, version string, tokens *aToken) *zoho.Client {
	t.Helper()
	c, err := zoho.New(zoho.Config{APIURL: e.URL + "/base", Version: version, Tokens: tokens})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	one = "2445013000000402006"
	two = "2445013000000141005"
)

func success(id, tags string) string {
	return `{"code":"SUCCESS","details":{"id":"` + id + `","tags":` + tags + `},"message":"tags updated successfully","status":"success"}`
}

func flat(code string) string {
	return `{"code":"` + code + `","details":{},"message":"a message","status":"error"}`
}

type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }
