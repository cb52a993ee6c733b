package secrets_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"untag/internal/awstest"
	"untag/internal/secrets"
	"untag/internal/zohoauth"
)

// zoho mints tokens that live an hour, in 300 ms each unless told otherwise.
type zoho struct {
	minted atomic.Int32
	err    atomic.Pointer[error]
	takes  time.Duration
}

func (z *zoho) Mint(ctx context.Context) (zohoauth.Token, error) {
	takes := z.takes
	if takes == 0 {
		takes = 300 * time.Millisecond
	}
	select {
	case <-time.After(takes):
	case <-ctx.Done():
		return zohoauth.Token{}, ctx.Err()
	}
	n := z.minted.Add(1)
	if err := z.err.Load(); err != nil {
		return zohoauth.Token{}, *err
	}
	return zohoauth.Token{
		AccessToken: fmt.Sprintf("hush-%d", n), Expiry: time.Now().Add(time.Hour), APIDomain: "https://www.zohoapis.eu",
	}, nil
}

func (z *zoho) refuse(err error) { z.err.Store(&err) }

// denied is an answer of Zoho's accounts server.
type denied struct {
	retryable bool
	after     time.Duration
}

func (d denied) Error() string             { return "Access Denied" }
func (d denied) Retryable() bool           { return d.retryable }
func (d denied) RetryAfter() time.Duration { return d.after }

// config configures an instance over a fake Secrets Manager and a fake Zoho.
func config(f *awstest.Secret, z *zoho) secrets.SharedConfig {
	return secrets.SharedConfig{Client: f, SecretID: "untag/token", Mint: z.Mint}
}

func instance(f *awstest.Secret, z *zoho) *secrets.Shared {
	return secrets.NewShared(config(f, z))
}

func instances(n int, f *awstest.Secret, z *zoho) []*secrets.Shared {
	all := make([]*secrets.Shared, n)
	for i := range all {
		all[i] = instance(f, z)
	}
	return all
}

// ask asks every instance for tokens, several times each and all at once. A caller that
// waits longer than a token lives gets none.
func ask(ctx context.Context, all []*secrets.Shared) (tokens map[string]int, errs []error) {
	ctx, cancel := context.WithTimeout(ctx, time.Hour)
	defer cancel()
	tokens = make(map[string]int)
	var mu sync.Mutex
	var wg sync.WaitGroup
	for _, s := range all {
		for range 3 {
			wg.Go(func() {
				token, err := s.Token(ctx)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					errs = append(errs, err)
					return
				}
				tokens[token.AccessToken]++
			})
		}
	}
	wg.Wait()
	return tokens, errs
}

func wantTokens(t *testing.T, all []*secrets.Shared, want string) {
	t.Helper()
	tokens, errs := ask(t.Context(), all)
	if len(errs) > 0 || len(tokens) != 1 || tokens[want] == 0 {
		t.Errorf("tokens %v, errors %.3v, want %s alone", tokens, errs, want)
	}
}

func wantMinted(t *testing.T, z *zoho, want int32) {
	t.Helper()
	if n := z.minted.Load(); n != want {
		t.Errorf("minted %d times, want %d", n, want)
	}
}

func stored(token string, left time.Duration) string {
	return fmt.Sprintf(`{"access_token":%q,"expires_at":%q,"api_domain":"https://www.zohoapis.eu"}`, token, time.Now().Add(left).UTC().Format(time.RFC3339Nano))
}
