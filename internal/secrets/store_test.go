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
	"untag/internal/zohoauth"
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
		"untag/webhooks": `{"zoho":"hush-one","github":["hush-new","hush-old"],"empty":"","number":4711,"none":[],"holes":["hush-one",""],
			"short":"hush","twice":["hush","…"],"blank":" \n","named":"hush-hush-hush","hush-hush-hush":"Hush-Hush-Hush","demo":["untag-demo-token","hush-hush-hush"]}`,
	}}
	tests := map[string]struct {
		want []string
		err  string
	}{
		"zoho":           {[]string{"hush-one"}, ""},
		"github":         {[]string{"hush-new", "hush-old"}, ""},
		"nobody":         {nil, ""},
		"none":           {nil, ""},
		"empty":          {nil, "key empty: the stored secret is empty, and is not used"},
		"number":         {nil, "key number"},
		"holes":          {[]string{"hush-one"}, ""},
		"short":          {nil, "key short: the stored secret has fewer than 8 characters, and is not used"},
		"twice":          {nil, "key twice: secret 1 of 2 has fewer than 8 characters, and is not used"},
		"blank":          {nil, "key blank: the stored secret is nothing but white space, and is not used"},
		"named":          {[]string{"hush-hush-hush"}, ""},
		"hush-hush-hush": {nil, "is the name of the source"},
		"demo":           {[]string{"hush-hush-hush"}, ""},
	}
	for source, tt := range tests {
		t.Run(source, func(t *testing.T) {
			got, err := store(f).WebhookSecrets(t.Context(), source)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("WebhookSecrets(%s): -want +got\n%s", source, diff)
			}
			if source == "hush-hush-hush" && err != nil {
				err = errors.New(strings.Replace(err.Error(), "key hush-hush-hush", "key", 1))
			}
			checkError(t, err, tt.err)
		})
	}
}

// TestUnusableSecretsAreReportedOnceARead: so are those that should be replaced, each under
// the name of its source.
func TestUnusableSecretsAreReportedOnceARead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeManager{values: map[string]string{
			"untag/webhooks": `{"zoho":["hush-hush-hush-hush","hush"],"github":"hush-hush","web":"hush-hush-hush-hush\n","good":"hush-hush-hush-hush","number":4711}`,
		}}
		var reports []string
		s := secrets.New(secrets.Config{Client: f, WebhookSecretID: "untag/webhooks", Report: func(err error) { reports = append(reports, err.Error()) }})
		for _, source := range []string{"zoho", "zoho", "github", "web", "good", "nobody", "zoho"} {
			_, _ = s.WebhookSecrets(t.Context(), source)
		}
		want := []string{
			"secrets: untag/webhooks: key github: the stored secret has fewer than 16 characters; `openssl rand -hex 24` makes a better one",
			"secrets: untag/webhooks: key web: the stored secret begins or ends in white space or a line break, which senders leave out; store it again without it",
			"secrets: untag/webhooks: key zoho: secret 2 of 2 has fewer than 8 characters, and is not used",
		}
		if diff := cmp.Diff(want, reports); diff != "" {
			t.Errorf("reports: -want +got\n%s", diff)
		}
		time.Sleep(6 * time.Minute)
		_, _ = s.WebhookSecrets(t.Context(), "zoho")
		if len(reports) != 2*len(want) {
			t.Errorf("%d reports after a second read, want %d", len(reports), 2*len(want))
		}
	})
}

func TestZohoCredentials(t *testing.T) {
	tests := map[string]struct{ value, err string }{
		"whole":           {`{"client_id":"hush-i","client_secret":"hush-s","refresh_token":"hush-r","data_center":"eu","note":1}`, ""},
		"an environment":  {`{"client_id":"hush-i","client_secret":"hush-s","refresh_token":"hush-r","data_center":"eu","environment":"sandbox"}`, ""},
		"an empty one of": {`{"client_id":"hush-i","client_secret":"hush-s","refresh_token":"hush-r","data_center":"eu","environment":""}`, ""},
		"a list of them":  {`{"client_id":"hush-i","client_secret":"hush-s","refresh_token":"hush-r","data_center":"eu","environment":["hush"]}`, "key environment"},
		"after a mark":    {"\xef\xbb\xbf" + `{"client_id":"hush-i","client_secret":"hush-s","refresh_token":"hush-r","data_center":"eu"}`, ""},
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
			want := zohoauth.Credentials{ClientID: "hush-i", ClientSecret: "hush-s", RefreshToken: "hush-r", DataCenter: "eu"}
			if name == "an environment" {
				want.Environment = "sandbox"
			}
			if tt.err == "" && got != want {
				t.Errorf("ZohoCredentials = %+v", got)
			}
		})
	}
}

// checkError requires an error that contains want and quotes none of the secrets.
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
	f := &fakeManager{err: &types.InternalServiceError{}, values: map[string]string{"untag/webhooks": `{"zoho":"a-secret"}`}}
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
