package watch_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/event"
	"untag/internal/sandbox"
	"untag/internal/watch"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// inMemory answers requests without a network, so that time can be that of a test.
type inMemory struct{ http.Handler }

func (h inMemory) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	r.Host, r.RequestURI = r.URL.Host, r.URL.RequestURI()
	h.ServeHTTP(w, r)
	return w.Result(), nil
}

func client(t *testing.T, h http.Handler, credentials sandbox.Credentials, version string) *zoho.Client {
	t.Helper()
	own := &http.Client{Transport: inMemory{h}}
	c, err := zoho.New(zoho.Config{APIURL: "http://zoho.test", Version: version, HTTP: own, Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
		AccountsURL: "http://zoho.test", HTTP: own,
		Credentials: func(context.Context) (zohoauth.Credentials, error) { return zohoauth.Credentials(credentials), nil },
	}))})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func source(name string) event.Source {
	return event.Source{Name: name, Watch: event.Watch{Events: []string{"Deals.edit"}}}
}

// TestRenew keeps notifications alive for a month with an hourly schedule, and renews them
// only when a third of their life is left.
func TestRenew(t *testing.T) {
	for version, most := range map[string]int{"v2": 48, "v3": 48, "v8": 7} {
		t.Run(version, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				crm := sandbox.New(sandbox.Config{})
				c := client(t, crm, crm.Credentials(), version)
				ch := watch.Of(source("crm"))
				ch.URL, ch.Token = "https://hooks.example.com/webhooks/crm", "hush"
				ends, err := zoho.Subscribe(t.Context(), c, ch, false)
				if err != nil || time.Until(ends) < c.ChannelLife()-time.Minute {
					t.Fatalf("Subscribe = %v, %v, want %v", ends, err, c.ChannelLife())
				}
				r := watch.NewRenewer(c, []event.Source{{Name: "other"}, source("crm")})
				renewed := 0
				for range 30 * 24 {
					time.Sleep(time.Hour)
					left := time.Until(crm.Channels()[0].Expiry)
					states, err := r.Renew(t.Context())
					if err != nil || len(states) != 1 {
						t.Fatalf("Renew = %v, %v", states, err)
					}
					if states[0].Renewed {
						renewed++
					}
					if due := left <= c.ChannelLife()/3; states[0].Renewed != due {
						t.Fatalf("renewed %t with %v left", states[0].Renewed, left)
					}
					got := crm.Channels()
					if len(got) != 1 || got[0].URL != ch.URL || got[0].Token != "hush" || got[0].Related || !got[0].Values || !got[0].Expiry.Equal(states[0].Ends) {
						t.Fatalf("channels = %+v, want %+v until %v", got, ch, states[0].Ends)
					}
				}
				if renewed == 0 || renewed > most {
					t.Errorf("renewed %d times in a month, want at most %d", renewed, most)
				}
			})
		})
	}
}

func TestRenewOfWhatHasEnded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		crm := sandbox.New(sandbox.Config{})
		c := client(t, crm, crm.Credentials(), "v8")
		b := watch.Of(source("b"))
		b.URL = "https://hooks.example.com/webhooks/b"
		if _, err := zoho.Subscribe(t.Context(), c, b, false); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * 24 * time.Hour)
		states, err := watch.NewRenewer(c, []event.Source{source("a"), source("b")}).Renew(t.Context())
		if err == nil || !strings.Contains(err.Error(), "source a: ") || !strings.Contains(err.Error(), "untag watch enable") {
			t.Errorf("Renew = %v, want an error about a", err)
		}
		if len(states) != 1 || states[0].Source != "b" || !states[0].Renewed {
			t.Errorf("Renew = %v, want b renewed", states)
		}
	})
}

// TestALifeThatZohoDoesNotGrant: if Zoho ends a channel early because a week is too long, a
// day is asked for. If that is cut short too, the clock is wrong, and that is an error.
func TestALifeThatZohoDoesNotGrant(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		crm := sandbox.New(sandbox.Config{})
		older := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r.URL.Path = strings.Replace(r.URL.Path, "/v8/", "/v3/", 1)
			crm.ServeHTTP(w, r)
		})
		ch := watch.Of(source("crm"))
		ch.URL = "https://hooks.example.com/webhooks/crm"
		ends, err := zoho.Subscribe(t.Context(), client(t, older, crm.Credentials(), "v8"), ch, false)
		if got := crm.Channels(); err != nil || time.Until(ends) != 23*time.Hour || len(got) != 1 || !got[0].Expiry.Equal(ends) {
			t.Errorf("Subscribe = %v, %v with %v, want 23 h", ends, err, got)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		behind := sandbox.New(sandbox.Config{Now: func() time.Time { return time.Now().Add(-3 * time.Hour) }})
		ch := watch.Of(source("crm"))
		ch.URL = "https://hooks.example.com/webhooks/crm"
		if ends, err := zoho.Subscribe(t.Context(), client(t, behind, behind.Credentials(), "v2"), ch, false); err != zoho.ErrChannelTooShort {
			t.Errorf("Subscribe with a fast clock = %v, %v, want ErrChannelTooShort", ends, err)
		}
	})
}

func TestID(t *testing.T) {
	seen := make(map[string]string)
	for _, name := range []string{"", "a", "b", "zoho", "zoho-2", strings.Repeat("x", 64)} {
		id := watch.ID(name)
		if len(id) != 15 || strings.Trim(id, "0123456789") != "" || seen[id] != "" || id != watch.ID(name) {
			t.Errorf("ID(%q) = %s, want 15 digits of its own", name, id)
		}
		seen[id] = "taken"
	}
}
