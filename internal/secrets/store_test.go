package secrets_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/google/go-cmp/cmp"

	"untag/internal/secrets"
)

// fakeManager holds secrets by their names, and counts reads.
type fakeManager struct {
	values map[string]string
	err    error
	reads  atomic.Int32
	takes  time.Duration
}

func (f *fakeManager) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	f.reads.Add(1)
	if f.takes > 0 {
		select {
		case <-time.After(f.takes):
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	if in.VersionStage == nil || *in.VersionStage != "AWSCURRENT" {
		return nil, errors.New("no stage named")
	}
	value, found := f.values[*in.SecretId]
	switch {
	case f.err != nil:
		return nil, f.err
	case !found:
		return nil, &types.ResourceNotFoundException{}
	}
	return &secretsmanager.GetSecretValueOutput{SecretString: &value}, nil
}

func store(f *fakeManager) *secrets.Store {
	return secrets.New(secrets.Config{Client: f, WebhookSecretID: "untag/webhooks", ZohoSecretID: "untag/zoho"})
}

func TestWebhookSecrets(t *testing.T) {
	f := &fakeManager{values: map[string]string{
		"untag/webhooks": `{"zoho":"hush-one","github":["hush-new","hush-old"],"empty":"","number":4711,"holes":["hush",""]}`,
	}}
	tests := map[string]struct {
		want []string
		err  string
	}{
		"zoho":   {[]string{"hush-one"}, ""},
		"github": {[]string{"hush-new", "hush-old"}, ""},
		"nobody": {nil, ""},
		"empty":  {nil, "key empty"},
		"number": {nil, "key number"},
		"holes":  {nil, "key holes"},
	}
	for source, tt := range tests {
		t.Run(source, func(t *testing.T) {
			got, err := store(f).WebhookSecrets(t.Context(), source)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("WebhookSecrets(%s): -want +got\n%s", source, diff)
			}
			checkError(t, err, tt.err)
		})
	}
}

func TestZohoCredentials(t *testing.T) {
	tests := map[string]struct{ value, err string }{
		"whole":           {`{"client_id":"hush-i","client_secret":"hush-s","refresh_token":"hush-r","data_center":"eu","note":1}`, ""},
		"no refresh":      {`{"client_id":"hush-i","client_secret":"hush-s","data_center":"eu"}`, "key refresh_token: missing"},
		"an empty one":    {`{"client_id":"","client_secret":"hush-s","refresh_token":"hush-r","data_center":"eu"}`, "key client_id"},
		"a number":        {`{"client_id":"hush-i","client_secret":4711,"refresh_token":"hush-r","data_center":"eu"}`, "key client_secret"},
		"not JSON":        {`hush-hush`, "untag/zoho: not a JSON object"},
		"half JSON":       {`{"client_id":"hush-i"`, "untag/zoho: not a JSON object"},
		"null":            {`null`, "untag/zoho: not a JSON object"},
		"an empty secret": {``, "untag/zoho: not a JSON object"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := store(&fakeManager{values: map[string]string{"untag/zoho": tt.value}}).ZohoCredentials(t.Context())
			checkError(t, err, tt.err)
			if tt.err == "" && got != (secrets.Zoho{ClientID: "hush-i", ClientSecret: "hush-s", RefreshToken: "hush-r", DataCenter: "eu"}) {
				t.Errorf("ZohoCredentials = %+v", got)
			}
		})
	}
}

// checkError wants an error that says something, and none of the values.
func checkError(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" {
		if err != nil {
			t.Errorf("error %v, want none", err)
		}
		return
	}
	if err == nil || !strings.Contains(err.Error(), want) {
		t.Fatalf("error %v, want %q", err, want)
	}
	if strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), "4711") {
		t.Errorf("error %v quotes the secret", err)
	}
}

func TestMissingSecret(t *testing.T) {
	_, err := store(&fakeManager{}).ZohoCredentials(t.Context())
	checkError(t, err, "untag/zoho: cannot be read")
	var e *secrets.Error
	if !errors.As(err, &e) || e.Retryable() {
		t.Errorf("a secret that does not exist is retryable: %v", err)
	}
}

func TestReadOnceAndKeptFiveMinutes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeManager{values: map[string]string{"untag/webhooks": `{"zoho":"a"}`}, takes: time.Second}
		s := store(f)
		for range 20 {
			go func() { _, _ = s.WebhookSecrets(t.Context(), "zoho") }()
		}
		synctest.Wait()
		time.Sleep(2 * time.Second)
		if n := f.reads.Load(); n != 1 {
			t.Errorf("20 at once made %d reads, want 1", n)
		}
		time.Sleep(4*time.Minute + 50*time.Second)
		_, _ = s.WebhookSecrets(t.Context(), "zoho")
		if n := f.reads.Load(); n != 1 {
			t.Errorf("%d reads within five minutes, want 1", n)
		}
		time.Sleep(20 * time.Second)
		_, _ = s.WebhookSecrets(t.Context(), "zoho")
		if n := f.reads.Load(); n != 2 {
			t.Errorf("%d reads after five minutes, want 2", n)
		}
	})
}

func TestAFailedReadIsNotKept(t *testing.T) {
	f := &fakeManager{err: &types.InternalServiceError{}, values: map[string]string{"untag/webhooks": `{"zoho":"a"}`}}
	s := store(f)
	_, err := s.WebhookSecrets(t.Context(), "zoho")
	var e *secrets.Error
	if !errors.As(err, &e) || !e.Retryable() {
		t.Fatalf("error %v, want a retryable one", err)
	}
	f.err = nil
	if got, err := s.WebhookSecrets(t.Context(), "zoho"); err != nil || len(got) != 1 {
		t.Errorf("WebhookSecrets after the fault = %v, %v", got, err)
	}
}

func TestWaitingEndsWithTheContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store(&fakeManager{values: map[string]string{"untag/webhooks": `{}`}, takes: time.Hour})
		go func() {
			long, cancel := context.WithTimeout(t.Context(), time.Minute)
			defer cancel()
			_, _ = s.WebhookSecrets(long, "zoho")
		}()
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if _, err := s.WebhookSecrets(ctx, "zoho"); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("error %v, want the deadline", err)
		}
		time.Sleep(2 * time.Minute)
	})
}
