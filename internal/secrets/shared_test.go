package secrets_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/awstest"
	"untag/internal/secrets"
	"untag/internal/zohoauth"
)

func TestFiftyInstancesMintOneToken(t *testing.T) {
	for name, value := range map[string]func() string{
		"no version yet":    func() string { return "" },
		"an empty secret":   func() string { return "{}" },
		"half written":      func() string { return `{"access_token":"hush-h","expires_` },
		"not JSON":          func() string { return "hush" },
		"null":              func() string { return "null" },
		"a list":            func() string { return "[]" },
		"of another shape":  func() string { return `{"access_token":["hush"],"expires_at":5}` },
		"without an expiry": func() string { return `{"access_token":"hush-o"}` },
		"with a line break": func() string { return stored("hush-old\n", 50*time.Minute) },
		"ended":             func() string { return stored("hush-old", -time.Minute) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, z := awstest.NewSecret(value()), &zoho{}
				all := instances(50, f, z)
				wantTokens(t, all, "hush-1")
				wantMinted(t, z, 1)
				if n := f.Written(); n != 2 {
					t.Errorf("%d versions written, want a claim and a token", n)
				}
				time.Sleep(49 * time.Minute)
				gets := f.Read()
				wantTokens(t, all, "hush-1")
				if n := f.Read() - gets; n != 0 {
					t.Errorf("%d reads for a token that is good", n)
				}
			})
		})
	}
}

// TestStartingAtTheTurnOfAMinute: the result does not depend on a clock's minute.
func TestStartingAtTheTurnOfAMinute(t *testing.T) {
	for before := range 10 {
		synctest.Test(t, func(t *testing.T) {
			f, z := awstest.NewSecret("{}"), &zoho{}
			turn := time.Now().Truncate(time.Minute).Add(time.Minute)
			time.Sleep(time.Until(turn.Add(-time.Duration(before) * 10 * time.Millisecond)))
			var wg sync.WaitGroup
			for i, s := range instances(50, f, z) {
				wg.Go(func() {
					time.Sleep(time.Duration(i) * 4 * time.Millisecond)
					if token, err := s.Token(t.Context()); err != nil || token.AccessToken != "hush-1" {
						t.Errorf("Token = %v, %v", token, err)
					}
				})
			}
			wg.Wait()
			wantMinted(t, z, 1)
		})
	}
}

func TestRenewedTenMinutesAhead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret(stored("hush-old", time.Hour)), &zoho{takes: 10 * time.Second}
		all := instances(50, f, z)
		wantTokens(t, all, "hush-old")
		time.Sleep(50*time.Minute + time.Second)
		start := time.Now()
		tokens, errs := ask(t.Context(), all)
		// The winner's first caller waits for the new one; nobody else does.
		if len(errs) > 0 || tokens["hush-old"] < 3*49 || tokens["hush-old"]+tokens["hush-1"] != 150 {
			t.Errorf("tokens %v, errors %.3v", tokens, errs)
		}
		if d := time.Since(start); d > 11*time.Second {
			t.Errorf("it took %v", d)
		}
		time.Sleep(10 * time.Second)
		_, _ = ask(t.Context(), all) // one caller of each instance looks
		wantTokens(t, all, "hush-1")
		wantMinted(t, z, 1)
	})
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret(stored("hush-old", time.Hour)), &zoho{}
		all := instances(50, f, z)
		wantTokens(t, all, "hush-old")
		old, _ := all[0].Token(t.Context())
		for _, s := range all {
			s.Refused(t.Context(), old)
		}
		wantTokens(t, all, "hush-1")
		for _, s := range all {
			s.Refused(t.Context(), old) // late news
		}
		wantTokens(t, all, "hush-1")
		wantMinted(t, z, 1)
		wantTokens(t, instances(1, f, z), "hush-1")
	})
}

func TestThrottling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret("{}"), &zoho{}
		start := time.Now()
		f.GetErr = func(n int) error {
			if time.Since(start) < 500*time.Millisecond || n%10 == 0 {
				return awstest.Throttled()
			}
			return nil
		}
		wantTokens(t, instances(50, f, z), "hush-1")
		wantMinted(t, z, 1)
	})
}

func TestFaultsOfSecretsManager(t *testing.T) {
	always := func(err error) func(int) error { return func(int) error { return err } }
	tests := map[string]struct {
		get, put  func(int) error
		text      string
		retryable bool
	}{
		"reading throttled": {always(awstest.Throttled()), nil, "untag/token: cannot be read", true},
		"reading forbidden": {always(awstest.Forbidden()), nil, "untag/token: cannot be read", false},
		"writing throttled": {nil, always(awstest.Throttled()), "untag/token: cannot be written: ThrottlingException", true},
		"writing forbidden": {nil, always(awstest.Forbidden()), "untag/token: cannot be written: AccessDeniedException", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, z := awstest.NewSecret("{}"), &zoho{}
				f.GetErr, f.PutErr = tt.get, tt.put
				_, errs := ask(t.Context(), instances(1, f, z))
				if len(errs) != 3 {
					t.Fatalf("%d errors, want 3", len(errs))
				}
				var e *secrets.Error
				if !errors.As(errs[0], &e) || e.Retryable() != tt.retryable || !strings.Contains(e.Error(), tt.text) {
					t.Errorf("error %v, want %q, retryable %v", errs[0], tt.text, tt.retryable)
				}
				if tt.put != nil && strings.Contains(errs[0].Error(), "hush") {
					t.Errorf("error %v quotes Secrets Manager", errs[0])
				}
				wantMinted(t, z, 0)
			})
		})
	}
}

func TestATokenThatCouldNotBeStoredIsStoredLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret("{}"), &zoho{}
		f.PutErr = func(n int) error {
			if n == 2 || n == 3 {
				return awstest.Throttled()
			}
			return nil
		}
		s := instance(f, z)
		for range 4 {
			wantTokens(t, []*secrets.Shared{s}, "hush-1")
			time.Sleep(8 * time.Second)
		}
		if !strings.Contains(f.Current(), "hush-1") {
			t.Errorf("stored %s", f.Current())
		}
		wantTokens(t, instances(5, f, z), "hush-1")
		wantMinted(t, z, 1)
	})
}

func TestATokenWithATimeToCome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret(stored("hush-old", 5000*time.Hour)), &zoho{}
		token, err := instance(f, z).Token(t.Context())
		if err != nil || time.Until(token.Expiry) > time.Hour {
			t.Errorf("Token = %v, %v, want one for an hour at most", token, err)
		}
	})
}

// TestAClockThatIsWrong: only the clock of Secrets Manager counts, even if the local clock
// has jumped. This instance judges tokens and claims of others correctly, and writes times
// that are right for them.
func TestAClockThatIsWrong(t *testing.T) {
	for _, ahead := range []time.Duration{-90 * time.Minute, -time.Minute, time.Minute, 90 * time.Minute} {
		t.Run(ahead.String(), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, z := awstest.NewSecret(stored("hush-old", 30*time.Minute+ahead)), &zoho{}
				f.Ahead = ahead
				wantTokens(t, instances(5, f, z), "hush-old")
				wantMinted(t, z, 0)
				time.Sleep(21 * time.Minute) // its last ten minutes
				wantTokens(t, instances(1, f, z), "hush-1")
				for _, s := range instances(5, f, z) {
					if token, err := s.Token(t.Context()); err != nil || time.Until(token.Expiry).Round(time.Minute) != time.Hour {
						t.Errorf("Token = %v, %v, want one for an hour", token, err)
					}
				}
				time.Sleep(51 * time.Minute)
				z.refuse(denied{retryable: true, after: 5 * time.Minute})
				for range 4 { // minutes
					wantTokens(t, instances(5, f, z), "hush-1")
					time.Sleep(time.Minute)
				}
				wantMinted(t, z, 2)
			})
		})
	}
}

func TestShortLivedTokens(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		minted := 0
		c := config(awstest.NewSecret("{}"), &zoho{})
		c.Mint = func(context.Context) (zohoauth.Token, error) {
			minted++
			return zohoauth.Token{AccessToken: fmt.Sprint("hush-", minted), Expiry: time.Now().Add(time.Minute)}, nil
		}
		s := secrets.NewShared(c)
		for range 10 * 60 {
			if _, err := s.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if minted < 10 || minted > 14 {
			t.Errorf("minted %d tokens of a minute in ten minutes", minted)
		}
	})
}

func TestWaitingEndsWithTheContextOfEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret("{}"), &zoho{takes: 20 * time.Second}
		all := instances(2, f, z)
		go func() { _, _ = all[0].Token(t.Context()) }()
		time.Sleep(time.Second)
		for name, s := range map[string]*secrets.Shared{"the same instance": all[0], "another": all[1]} {
			ctx, cancel := context.WithTimeout(t.Context(), time.Second)
			start := time.Now()
			_, err := s.Token(ctx)
			var e *secrets.Error
			if !errors.As(err, &e) || !e.Retryable() || time.Since(start) != time.Second {
				t.Errorf("%s: %v after %v, want a retryable error after 1s", name, err, time.Since(start))
			}
			cancel()
		}
		time.Sleep(time.Minute)
	})
}
