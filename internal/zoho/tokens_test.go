package zoho_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// slowMinter takes a second to mint, and counts.
type slowMinter struct {
	minted atomic.Int32
	err    error
}

func (m *slowMinter) Mint(ctx context.Context) (zohoauth.Token, error) {
	select {
	case <-time.After(time.Second):
	case <-ctx.Done():
		return zohoauth.Token{}, ctx.Err()
	}
	n := m.minted.Add(1)
	if m.err != nil {
		return zohoauth.Token{}, m.err
	}
	return zohoauth.Token{AccessToken: string('a' + rune(n)), Expiry: time.Now().Add(time.Hour)}, nil
}

func TestOneRefreshAtATime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &slowMinter{}
		tokens := zoho.NewTokens(m)
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				if _, err := tokens.Token(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		if n := m.minted.Load(); n != 1 {
			t.Errorf("50 at once minted %d tokens, want 1", n)
		}
		first, _ := tokens.Token(t.Context())
		tokens.Refused(t.Context(), first)
		second, _ := tokens.Token(t.Context())
		tokens.Refused(t.Context(), first) // reported late: it is no longer the current one
		third, _ := tokens.Token(t.Context())
		if n := m.minted.Load(); n != 2 || second == first || third != second {
			t.Errorf("minted %d, tokens %v %v %v", n, first, second, third)
		}
		time.Sleep(59*time.Minute + time.Second)
		if _, err := tokens.Token(t.Context()); err != nil || m.minted.Load() != 3 {
			t.Errorf("a token at its end: %v, minted %d, want a third", err, m.minted.Load())
		}
	})
}

func TestARefusedRefreshBacksOff(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &slowMinter{err: &zoho.Error{Status: 400, Code: "ACCESS_DENIED_THROTTLED"}}
		tokens := zoho.NewTokens(m)
		for range 10 {
			if _, err := tokens.Token(t.Context()); err == nil {
				t.Fatal("no error")
			}
		}
		if n := m.minted.Load(); n != 1 {
			t.Errorf("a throttled refresh was tried %d times, want 1", n)
		}
		time.Sleep(31 * time.Second)
		_, _ = tokens.Token(t.Context())
		if n := m.minted.Load(); n != 2 {
			t.Errorf("after half a minute it was tried %d times, want 2", n)
		}
	})
}

// TestZohoRefusesEveryToken: when no token works, untag does not keep minting more.
func TestZohoRefusesEveryToken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &scripted{life: time.Hour}
		tokens := zoho.NewTokens(m)
		for range 2 * 60 * 60 {
			if token, err := tokens.Token(t.Context()); err == nil {
				tokens.Refused(t.Context(), token)
			} else if z, ok := errors.AsType[*zoho.Error](err); !ok || !z.Retryable() || z.RetryAfter() <= 0 {
				t.Fatalf("Token = %v, want an error that passes and says when", err)
			}
			time.Sleep(time.Second)
		}
		if m.minted < 10 || m.minted > 20 {
			t.Errorf("minted %d tokens in two hours, want 10 to 20", m.minted)
		}
		// Once a token has worked for a while, the next is minted at once.
		time.Sleep(10 * time.Minute)
		good, err := tokens.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Minute)
		tokens.Refused(t.Context(), good)
		if next, err := tokens.Token(t.Context()); err != nil || next == good {
			t.Errorf("Token after one that served = %v, want a new one", err)
		}
	})
}

func TestWaitingForATokenEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		tokens := zoho.NewTokens(&slowMinter{})
		go func() { _, _ = tokens.Token(t.Context()) }()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		defer cancel()
		if _, err := tokens.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Token = %v, want the deadline", err)
		}
		time.Sleep(2 * time.Second)
	})
}

// scripted mints what it is told, without delay.
type scripted struct {
	minted int
	life   time.Duration
	err    error
}

func (m *scripted) Mint(context.Context) (zohoauth.Token, error) {
	m.minted++
	if m.err != nil {
		return zohoauth.Token{}, m.err
	}
	return zohoauth.Token{AccessToken: fmt.Sprint("token-", m.minted), Expiry: time.Now().Add(m.life)}, nil
}

// TestATokenOutlivesARefusedRefresh: a token still works in its last minute.
func TestATokenOutlivesARefusedRefresh(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &scripted{life: time.Hour}
		tokens := zoho.NewTokens(m)
		first, err := tokens.Token(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		m.err = &zoho.Error{Status: 400, Code: zoho.CodeThrottled}
		time.Sleep(59*time.Minute + time.Second)
		for range 3 {
			if got, err := tokens.Token(t.Context()); err != nil || got != first {
				t.Errorf("Token = %v, %v, want the one that lives", got, err)
			}
		}
		if m.minted != 2 {
			t.Errorf("minted %d times, want 2", m.minted)
		}
		time.Sleep(time.Minute)
		if got, err := tokens.Token(t.Context()); err == nil {
			t.Errorf("Token = %v after its end, want the refusal", got)
		}
		tokens.Refused(t.Context(), first)
		m.err = nil
		time.Sleep(time.Minute)
		if got, err := tokens.Token(t.Context()); err != nil || got == first {
			t.Errorf("Token = %v, %v, want a new one", got, err)
		}
	})
}

func TestAShortTokenIsKeptAsWell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &scripted{life: 20 * time.Second}
		tokens := zoho.NewTokens(m)
		for range 17 {
			if _, err := tokens.Token(t.Context()); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Second)
		}
		if m.minted != 1 {
			t.Errorf("minted %d times in 17 s, want 1", m.minted)
		}
		time.Sleep(2 * time.Second)
		if _, err := tokens.Token(t.Context()); err != nil || m.minted != 2 {
			t.Errorf("minted %d times at its end, %v, want 2", m.minted, err)
		}
	})
}

func TestHowLongARefusalIsKept(t *testing.T) {
	tests := map[string]struct {
		err  error
		want time.Duration
	}{
		"no answer":           {&zoho.Error{Code: zoho.CodeNoAnswer, Err: io.EOF}, 0},
		"no credential":       {errors.New("no secret"), 0},
		"a wrong credential":  {&zoho.Error{Status: 200, Code: "invalid_client"}, 5 * time.Second},
		"too many were asked": {&zoho.Error{Status: 200, Code: zoho.CodeThrottled}, 30 * time.Second},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				m := &scripted{err: tt.err}
				tokens := zoho.NewTokens(m)
				start := time.Now()
				for m.minted < 2 {
					if _, err := tokens.Token(t.Context()); !errors.Is(err, tt.err) {
						t.Fatalf("Token = %v, want %v", err, tt.err)
					}
					if m.minted < 2 {
						time.Sleep(100 * time.Millisecond)
					}
				}
				if kept := time.Since(start); max(kept-100*time.Millisecond, 0) != tt.want && kept != tt.want {
					t.Errorf("the refusal was kept %v, want %v", kept, tt.want)
				}
			})
		})
	}
}

func TestAnotherTriesWhenTheFirstGivesUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := &slowMinter{}
		tokens := zoho.NewTokens(m)
		ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
		defer cancel()
		var wg sync.WaitGroup
		wg.Go(func() {
			if _, err := tokens.Token(ctx); !errors.Is(err, context.DeadlineExceeded) {
				t.Errorf("the first: %v, want its deadline", err)
			}
		})
		synctest.Wait()
		if _, err := tokens.Token(t.Context()); err != nil {
			t.Errorf("the second: %v, want a token", err)
		}
		wg.Wait()
	})
}
