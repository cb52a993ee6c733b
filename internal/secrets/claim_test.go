package secrets_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/awstest"
)

func TestADyingWinnerIsReplacedAMinuteLater(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret("{}"), &zoho{}
		ctx, kill := context.WithCancel(t.Context())
		go func() { _, _ = instance(f, z).Token(ctx) }()
		time.Sleep(200 * time.Millisecond) // claimed, not minted yet
		kill()
		start := time.Now()
		wantTokens(t, instances(50, f, z), "hush-1")
		wantMinted(t, z, 1)
		if d := time.Since(start); d < 59*time.Second || d > 65*time.Second {
			t.Errorf("the winner was replaced after %v, want a minute", d)
		}
	})
}

// TestAWinnerThatDiesAtAnyTime: no matter when it dies, there is one token a minute later. A
// second is minted only when it dies with a token that it has not stored.
func TestAWinnerThatDiesAtAnyTime(t *testing.T) {
	// Three calls for the claim, 300 ms for the token, one call to store it.
	const claimed, minted, delivered = 60 * time.Millisecond, 360 * time.Millisecond, 380 * time.Millisecond
	for after := 5 * time.Millisecond; after < 400*time.Millisecond; after += 10 * time.Millisecond {
		synctest.Test(t, func(t *testing.T) {
			f, z := awstest.NewSecret("{}"), &zoho{}
			ctx, kill := context.WithTimeout(t.Context(), after)
			defer kill()
			_, _ = instance(f, z).Token(ctx)
			start, tokens := time.Now(), int32(1)
			if after > minted && after < delivered {
				tokens = 2
			}
			all, errs := ask(t.Context(), instances(20, f, z))
			if len(errs) > 0 || len(all) != 1 {
				t.Errorf("it died after %v: tokens %v, errors %.3v, want one token", after, all, errs)
			}
			wantMinted(t, z, tokens)
			if d := time.Since(start); d > 65*time.Second || d > 2*time.Second && after < claimed {
				t.Errorf("it died after %v, and the next token came after %v", after, d)
			}
		})
	}
}

// TestWinnersThatKeepDying: Secrets Manager keeps a hundred versions for a day.
func TestWinnersThatKeepDying(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret("{}"), &zoho{takes: time.Hour}
		for range 24 * 60 / 5 {
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Minute)
			_, _ = instance(f, z).Token(ctx)
			cancel()
			time.Sleep(time.Until(time.Now().Truncate(5 * time.Minute).Add(5 * time.Minute)))
		}
		if n := f.Written(); n > 100 {
			t.Errorf("%d versions in a day, want at most 100", n)
		}
	})
}

func TestARefusedRefreshIsNotTriedByAll(t *testing.T) {
	for name, tt := range map[string]struct {
		refusal   denied
		retryable bool
	}{"throttled": {denied{retryable: true}, true}, "a wrong credential": {denied{}, false}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f, z := awstest.NewSecret("{}"), &zoho{}
				z.refuse(tt.refusal)
				all := instances(50, f, z)
				start := time.Now()
				_, errs := ask(t.Context(), all)
				if len(errs) != 150 || time.Since(start) > 5*time.Second {
					t.Errorf("%d errors in %v, want 150 at once", len(errs), time.Since(start))
				}
				for _, err := range errs {
					var e interface{ Retryable() bool }
					if !errors.As(err, &e) || e.Retryable() != tt.retryable {
						t.Errorf("%v: retryable is not %v", err, tt.retryable)
						break
					}
				}
				wantMinted(t, z, 1)
				for range 24 * 60 {
					time.Sleep(time.Minute)
					_, _ = ask(t.Context(), all[:5])
				}
				if n := z.minted.Load(); n < 24 || n > 50 {
					t.Errorf("asked %d times in a day, want 24 to 50", n)
				}
				if n := f.Written(); n > 100 {
					t.Errorf("%d versions in a day, want at most 100", n)
				}
				z.err.Store(nil)
				f.Replace("by-hand", "{}")
				time.Sleep(time.Minute)
				if tokens, errs := ask(t.Context(), all); len(errs) > 0 || len(tokens) != 1 {
					t.Errorf("after the secret was emptied by hand: tokens %v, errors %.3v", tokens, errs)
				}
			})
		})
	}
}

func TestZohoSaysHowLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret("{}"), &zoho{}
		z.refuse(denied{retryable: true, after: 10 * time.Minute})
		s := instance(f, z)
		for range 9 {
			_, err := s.Token(t.Context())
			var e interface{ RetryAfter() time.Duration }
			if !errors.As(err, &e) || e.RetryAfter() <= 0 || e.RetryAfter() > 10*time.Minute {
				t.Errorf("Token: %v does not say how long", err)
			}
			time.Sleep(time.Minute)
		}
		wantMinted(t, z, 1)
		time.Sleep(2 * time.Minute)
		_, _ = s.Token(t.Context())
		wantMinted(t, z, 2)
	})
}

func TestTheOldTokenOutlivesARefusedRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret(stored("hush-old", 9*time.Minute)), &zoho{}
		z.refuse(denied{retryable: true})
		all := instances(5, f, z)
		wantTokens(t, all, "hush-old")
		time.Sleep(8 * time.Minute)
		wantTokens(t, all, "hush-old")
		time.Sleep(2 * time.Minute)
		if _, errs := ask(t.Context(), all); len(errs) != 15 {
			t.Errorf("%d errors after its end, want 15", len(errs))
		}
	})
}

// TestZohoRefusesEveryToken: something else is wrong, and new tokens do not help.
func TestZohoRefusesEveryToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f, z := awstest.NewSecret("{}"), &zoho{}
		all := instances(10, f, z)
		for range 12 * 60 {
			for _, s := range all {
				ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
				if token, err := s.Token(ctx); err == nil {
					s.Refused(ctx, token)
				}
				cancel()
			}
			_, _ = ask(t.Context(), all[:1])
			time.Sleep(time.Minute)
		}
		if n := z.minted.Load(); n < 5 || n > 40 {
			t.Errorf("minted %d tokens in twelve hours", n)
		}
	})
}
