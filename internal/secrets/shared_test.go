package secrets_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"untag/internal/secrets"
)

// vault is one secret of Secrets Manager, with its versions, stages and request tokens.
type vault struct {
	mu       sync.Mutex
	versions map[string]string
	stages   map[string]string
	puts     int
	fail     error
}

func newVault(current string) *vault {
	v := &vault{versions: make(map[string]string), stages: make(map[string]string)}
	if current != "" {
		v.versions["first"], v.stages["AWSCURRENT"] = current, "first"
	}
	return v
}

func (v *vault) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	if err := wait(ctx, 5*time.Millisecond); err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fail != nil {
		return nil, v.fail
	}
	id, found := v.stages[*in.VersionStage]
	if !found {
		return nil, &types.ResourceNotFoundException{}
	}
	text := v.versions[id]
	return &secretsmanager.GetSecretValueOutput{SecretString: &text, VersionId: &id}, nil
}

func (v *vault) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	if err := wait(ctx, 10*time.Millisecond); err != nil {
		return nil, err
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.fail != nil {
		return nil, v.fail
	}
	if before, exists := v.versions[*in.ClientRequestToken]; exists && before != *in.SecretString {
		return nil, &types.ResourceExistsException{}
	}
	v.puts++
	v.versions[*in.ClientRequestToken] = *in.SecretString
	for _, stage := range in.VersionStages {
		v.stages[stage] = *in.ClientRequestToken
	}
	return &secretsmanager.PutSecretValueOutput{}, nil
}

func wait(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

var errDenied = errors.New("access denied")

// mint is an accounts server that takes a second and counts.
type mint struct {
	minted atomic.Int32
	asked  atomic.Int32
	err    error
}

func (m *mint) token(ctx context.Context) (secrets.Token, error) {
	m.asked.Add(1)
	if err := wait(ctx, time.Second); err != nil {
		return secrets.Token{}, err
	}
	if m.err != nil {
		return secrets.Token{}, m.err
	}
	return secrets.Token{AccessToken: fmt.Sprintf("t%d", m.minted.Add(1)), Expiry: time.Now().Add(time.Hour), APIDomain: "https://www.zohoapis.eu"}, nil
}

func instance(v *vault, m *mint) *secrets.Shared {
	return secrets.NewShared(secrets.SharedConfig{
		Client: v, SecretID: "untag/token", Mint: m.token, Refusal: func(err error) bool { return errors.Is(err, errDenied) },
	})
}

func TestFiftyInstancesMintOneToken(t *testing.T) {
	for name, current := range map[string]string{
		"an empty secret": "", "a placeholder": "{}", "half written": `{"access_token":"t`, "ended": `{"access_token":"old","expires_at":"1999-12-31T00:00:00Z"}`,
		"from a clock that jumped": `{"access_token":"old","expires_at":"2999-12-31T00:00:00Z"}`,
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				v, m := newVault(current), &mint{}
				var wg sync.WaitGroup
				for range 50 {
					wg.Go(func() {
						got, err := instance(v, m).Token(t.Context())
						if err != nil || got.AccessToken != "t1" || got.APIDomain == "" {
							t.Errorf("Token = %+v, %v", got, err)
						}
					})
				}
				wg.Wait()
				if n := m.asked.Load(); n != 1 || v.puts != 2 {
					t.Errorf("minted %d times with %d puts, want 1 and 2", n, v.puts)
				}
			})
		})
	}
}

func TestRenewedBeforeItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, m := newVault(""), &mint{}
		var instances []*secrets.Shared
		for range 50 {
			instances = append(instances, instance(v, m))
		}
		use := func() {
			var wg sync.WaitGroup
			for _, s := range instances {
				wg.Go(func() {
					if _, err := s.Token(t.Context()); err != nil {
						t.Error(err)
					}
				})
			}
			wg.Wait()
		}
		for range 30 {
			use()
			time.Sleep(10 * time.Minute)
		}
		// Five hours, a token every 50 minutes.
		if n := m.asked.Load(); n > 7 {
			t.Errorf("minted %d tokens in five hours, want at most 7", n)
		}
	})
}

func TestARefusedTokenIsReplacedOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, m := newVault(""), &mint{}
		instances := []*secrets.Shared{instance(v, m), instance(v, m), instance(v, m)}
		for _, s := range instances {
			got, err := s.Token(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			s.Refused(t.Context(), got)
		}
		var wg sync.WaitGroup
		for _, s := range instances {
			wg.Go(func() {
				got, err := s.Token(t.Context())
				if err != nil || got.AccessToken == "t1" {
					t.Errorf("Token = %+v, %v, want a new one", got, err)
				}
			})
		}
		wg.Wait()
		if n := m.asked.Load(); n != 2 {
			t.Errorf("minted %d tokens, want 2", n)
		}
	})
}

func TestAWinnerThatDiesIsReplaced(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, dying, m := newVault(""), &mint{}, &mint{}
		ctx, kill := context.WithCancel(t.Context())
		go func() { _, _ = instance(v, dying).Token(ctx) }()
		time.Sleep(100 * time.Millisecond) // it has the claim, and is minting
		kill()
		start := time.Now()
		got, err := instance(v, m).Token(t.Context())
		if err != nil || got.AccessToken != "t1" || m.asked.Load() != 1 {
			t.Fatalf("Token = %+v, %v after %d mints", got, err, m.asked.Load())
		}
		if took := time.Since(start); took > 2*time.Minute {
			t.Errorf("it took %v, want about a minute", took)
		}
	})
}

func TestARefusedRefreshStopsAllInstances(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, m := newVault(""), &mint{err: errDenied}
		for range 20 {
			if _, err := instance(v, m).Token(t.Context()); err == nil {
				t.Fatal("no error")
			}
		}
		if n := m.asked.Load(); n != 1 {
			t.Errorf("20 instances asked %d times, want 1", n)
		}
		m.err = nil
		time.Sleep(3 * time.Minute)
		if _, err := instance(v, m).Token(t.Context()); err != nil || m.asked.Load() != 2 {
			t.Errorf("after the wait: %v, asked %d times, want 2", err, m.asked.Load())
		}
	})
}

func TestAGoodTokenOutlivesSecretsManager(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		v, m := newVault(""), &mint{}
		s := instance(v, m)
		if _, err := s.Token(t.Context()); err != nil {
			t.Fatal(err)
		}
		v.fail = errors.New("throttled")
		time.Sleep(55 * time.Minute)
		if got, err := s.Token(t.Context()); err != nil || got.AccessToken != "t1" {
			t.Errorf("Token = %+v, %v, want the old one", got, err)
		}
		time.Sleep(10 * time.Minute)
		if _, err := s.Token(t.Context()); err == nil || strings.Contains(err.Error(), "t1") {
			t.Errorf("Token = %v, want an error without the token", err)
		}
	})
}

func TestNoRefreshTokenIsShared(t *testing.T) {
	v, m := newVault(""), &mint{}
	if _, err := instance(v, m).Token(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, text := range v.versions {
		if strings.Contains(text, "refresh") {
			t.Errorf("the secret holds %s", text)
		}
	}
}
