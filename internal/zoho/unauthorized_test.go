package zoho_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// bare401 returns answers of an API that accepts no access token.
func bare401() map[string]string {
	shapes := map[string]string{
		"nothing": "", "a page": "<html>" + strings.Repeat("x", 100<<10), "no code": "{}", "null": "null", "a list": "[]",
		"a number as the code": `{"code":4001}`, "an unknown code": flat("A_CODE_OF_TOMORROW"), "no permission": flat("NO_PERMISSION"),
		"half": `{"code":"INVAL`,
	}
	for _, code := range []string{"INVALID_TOKEN", "INVALID_OAUTHTOKEN", "AUTHENTICATION_FAILURE", "AUTHENTICATION_FAILED"} {
		shapes[code] = flat(code)
		shapes[code+" in data"] = inData(problem(code, "x", `{}`))
	}
	return shapes
}

// TestEvery401GetsANewToken: it gets one new token, and the call is repeated.
func TestEvery401GetsANewToken(t *testing.T) {
	for name, body := range bare401() {
		t.Run(name, func(t *testing.T) {
			e := serving(t, func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("Authorization") == "Zoho-oauthtoken hush-0" {
					says(401, body)(w, r)
					return
				}
				says(200, inData(success(one, "[]")))(w, r)
			})
			tokens := &aToken{}
			got, err := client(t, e, "v8", tokens).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
			if err != nil || got[0].Err != nil || tokens.refused != 1 || len(e.asked()) != 2 {
				t.Errorf("RemoveTags = %+v, %v after %d requests, want a success at the second", got, err, len(e.asked()))
			}
		})
	}
}

// TestA401ThatStays: the error names the host and the usual causes, and is retryable.
func TestA401ThatStays(t *testing.T) {
	for name, body := range bare401() {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(401, body))
			c := client(t, e, "v8", &aToken{})
			_, records := c.Records(t.Context(), "Deals", []string{one}, nil)
			got, err := c.RemoveTags(t.Context(), "Deals", []string{one, two}, []string{"x"})
			for _, r := range got {
				err = r.Err
			}
			host := strings.TrimPrefix(e.URL, "http://")
			for _, err := range []error{records, err} {
				z, ok := errors.AsType[*zoho.Error](err)
				if !ok || z.Retryable() != (name != "no permission") {
					t.Fatalf("error %v, retryable %v", err, ok && z.Retryable())
				}
				for _, part := range []string{host, "data center", "sandbox or developer organisation", "`environment`"} {
					if !strings.Contains(z.Message, part) {
						t.Errorf("message %q lacks %q", z.Message, part)
					}
				}
			}
			if len(e.asked()) != 4 {
				t.Errorf("%d requests, want each once more", len(e.asked()))
			}
		})
	}
}

// TestAScopeThatIsTooSmall: it gets no new token, in whichever part of the answer it is
// reported.
func TestAScopeThatIsTooSmall(t *testing.T) {
	for _, body := range []string{flat("OAUTH_SCOPE_MISMATCH"), inData(problem("OAUTH_SCOPE_MISMATCH", "x", `{}`)), `{"tags":[` + problem("OAUTH_SCOPE_MISMATCH", "x", `{}`) + `]}`} {
		e := serving(t, says(401, body))
		tokens := &aToken{}
		c := client(t, e, "v8", tokens)
		_, err := c.RemoveTags(t.Context(), "Deals", []string{one, two}, []string{"x"})
		_, records := c.Records(t.Context(), "Deals", []string{one}, nil)
		for _, err := range []error{err, records} {
			if z, ok := errors.AsType[*zoho.Error](err); !ok || z.Retryable() || strings.Contains(err.Error(), "data center") {
				t.Errorf("%s: error %v, want it final, with nothing of data centers", body, err)
			}
		}
		if len(e.asked()) != 2 || tokens.refused != 0 {
			t.Errorf("%s: %d requests and %d tokens refused, want 2 and none", body, len(e.asked()), tokens.refused)
		}
	}
}

// wrongHost is an API that refuses every access token.
type wrongHost struct {
	mu      sync.Mutex
	asked   int
	refuses func(*http.Request) bool
}

func (w *wrongHost) RoundTrip(r *http.Request) (*http.Response, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.asked++
	status, body := 401, ""
	if w.refuses != nil && !w.refuses(r) {
		status, body = 200, inData(success(one, "[]"))
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body)), Request: r}, nil
}

// TestAWrongHostMintsFewTokens: a thousand calls, one after the other or concurrent, stay
// far below the ten tokens in ten minutes after which Zoho locks the account out.
func TestAWrongHostMintsFewTokens(t *testing.T) {
	for _, together := range []int{1, 25} {
		t.Run(fmt.Sprint(together, " at once"), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m, host := &slowMinter{}, &wrongHost{}
				c := clientOf(t, zoho.NewTokens(m), host)
				for range 1000 / together {
					var wg sync.WaitGroup
					for i := range together {
						wg.Go(func() {
							module := []string{"Deals", "Contacts", "Leads", "Accounts"}[i%4]
							_, err := c.RemoveTags(t.Context(), module, []string{one}, []string{"x"})
							if z, ok := errors.AsType[*zoho.Error](err); !ok || !z.Retryable() {
								t.Errorf("RemoveTags = %v, want an error that may pass", err)
							}
						})
					}
					wg.Wait()
					time.Sleep(600 * time.Millisecond * time.Duration(together))
				}
				if n := m.minted.Load(); n < 2 || n > 8 {
					t.Errorf("minted %d tokens in ten minutes, want 2 to 8", n)
				}
			})
		})
	}
}

// TestModulesThatAreRefused: calls that are refused with every token do not cost other calls
// theirs.
func TestModulesThatAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &slowMinter{}
		host := &wrongHost{refuses: func(r *http.Request) bool { return !strings.Contains(r.URL.Path, "/Deals/") }}
		c := clientOf(t, zoho.NewTokens(m), host)
		for range 2000 {
			for _, module := range []string{"Quotes", "Leads"} {
				if _, err := c.RemoveTags(t.Context(), module, []string{one}, []string{"x"}); err == nil {
					t.Fatal("no error of a module that is refused")
				}
			}
			if _, err := c.RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"}); err != nil {
				t.Fatalf("another module: %v", err)
			}
			time.Sleep(600 * time.Millisecond)
		}
		if n := m.minted.Load(); n > 6 {
			t.Errorf("minted %d tokens in twenty minutes, want 6 at most", n)
		}
		// The refused call is tried with a new token again, and may succeed.
		old := " " + string('a'+rune(m.minted.Load()))
		host.refuses = func(r *http.Request) bool { return strings.HasSuffix(r.Header.Get("Authorization"), old) }
		time.Sleep(12 * time.Minute)
		if _, err := c.RemoveTags(t.Context(), "Quotes", []string{one}, []string{"x"}); err != nil {
			t.Errorf("after twelve minutes: %v", err)
		}
	})
}

// TestANewTokenThatIsDead: it is replaced soon if Zoho has accepted it for no call.
func TestANewTokenThatIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &slowMinter{}
		host := &wrongHost{refuses: func(r *http.Request) bool {
			return slices.Contains([]string{"Zoho-oauthtoken b", "Zoho-oauthtoken c"}, r.Header.Get("Authorization"))
		}}
		c := clientOf(t, zoho.NewTokens(m), host)
		begun := time.Now()
		for {
			_, err := c.RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
			if err == nil {
				break
			}
			time.Sleep(time.Second)
		}
		if passed := time.Since(begun); passed > time.Minute {
			t.Errorf("the third token was used after %v, want a minute at most", passed)
		}
	})
}

func clientOf(t *testing.T, tokens *zoho.Tokens, transport http.RoundTripper) *zoho.Client {
	t.Helper()
	c, err := zoho.New(zoho.Config{APIURL: "https://www.zohoapis.eu", Tokens: tokens, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTheHostIsNamedWhileThereIsNoToken: also while no new one is requested.
func TestTheHostIsNamedWhileThereIsNoToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := zoho.NewTokens(minterOf(func(n int) zohoauth.Token {
			return zohoauth.Token{AccessToken: fmt.Sprint("token-", n), Expiry: time.Now().Add(time.Hour), APIDomain: "https://www.zohoapis.eu"}
		}))
		for range 3 {
			token, err := tokens.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			tokens.Refused(t.Context(), token)
		}
		_, err := tokens.Token(t.Context())
		for _, part := range []string{"www.zohoapis.eu", "data center", "sandbox"} {
			if err == nil || !strings.Contains(err.Error(), part) {
				t.Errorf("Token = %v, want it to name %q", err, part)
			}
		}
	})
}

func minterOf(next func(n int) zohoauth.Token) *counted { return &counted{next: next} }

// counted mints the token that a function returns for its number.
type counted struct {
	minted int
	next   func(n int) zohoauth.Token
}

func (m *counted) Mint(context.Context) (zohoauth.Token, error) {
	m.minted++
	return m.next(m.minted), nil
}
