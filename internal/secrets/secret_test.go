package secrets_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"

	"untag/internal/awstest"
	"untag/internal/secrets"
)

func TestWhatServesWhenASecretCannotBeReadAgain(t *testing.T) {
	tests := map[string]struct {
		err    error
		value  string
		serves bool
	}{
		"throttled":    {awstest.Throttled(), "", true},
		"no answer":    {context.DeadlineExceeded, "", true},
		"half written": {nil, `{"zoho":"hush-n`, true},
		"forbidden":    {awstest.Forbidden(), "", false},
		"deleted":      {&types.ResourceNotFoundException{}, "", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				f := &fakeManager{values: map[string]string{"untag/webhooks": `{"zoho":"hush-hush-hush-hush"}`}}
				var reported []error
				s := secrets.New(secrets.Config{Client: f, WebhookSecretID: "untag/webhooks", Report: func(err error) { reported = append(reported, err) }})
				if _, err := s.WebhookSecrets(t.Context(), "zoho"); err != nil {
					t.Fatal(err)
				}
				f.err, f.values["untag/webhooks"] = tt.err, tt.value
				time.Sleep(6 * time.Minute)
				got, err := s.WebhookSecrets(t.Context(), "zoho")
				if tt.serves != (err == nil && len(got) == 1) || tt.serves != (len(reported) == 1) {
					t.Errorf("WebhookSecrets = %d, %v with %d reported, want it to serve: %v", len(got), err, len(reported), tt.serves)
				}
				if _, _ = s.WebhookSecrets(t.Context(), "zoho"); tt.serves && f.reads.Load() != 2 {
					t.Errorf("%d reads, want the next in half a minute", f.reads.Load())
				}
				time.Sleep(time.Hour)
				if _, err := s.WebhookSecrets(t.Context(), "zoho"); err == nil {
					t.Error("the old value still serves after an hour")
				}
				f.err, f.values["untag/webhooks"] = nil, `{"zoho":["hush-hush-hush-hush-a","hush-hush-hush-hush-b"]}`
				if got, err := s.WebhookSecrets(t.Context(), "zoho"); err != nil || len(got) != 2 {
					t.Errorf("WebhookSecrets after the fault = %d, %v, want 2", len(got), err)
				}
			})
		})
	}
}

func TestAFailureIsShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		f := &fakeManager{err: awstest.Throttled(), takes: time.Second}
		s := store(f)
		var wg sync.WaitGroup
		for range 20 {
			wg.Go(func() {
				if _, err := s.ZohoCredentials(t.Context()); err == nil {
					t.Error("no error")
				}
			})
		}
		wg.Wait()
		if n := f.reads.Load(); n != 1 {
			t.Errorf("20 at once made %d failing reads, want 1", n)
		}
	})
}

func TestTheReadOutlivesTheFirstCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := store(&fakeManager{values: map[string]string{"untag/webhooks": `{"zoho":"hush-hush-hush-hush"}`}, takes: 2 * time.Second})
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		go func() { _, _ = s.WebhookSecrets(ctx, "zoho") }()
		synctest.Wait()
		start := time.Now()
		if got, err := s.WebhookSecrets(t.Context(), "zoho"); err != nil || len(got) != 1 || time.Since(start) != 2*time.Second {
			t.Errorf("WebhookSecrets = %d, %v after %v, want one after 2s", len(got), err, time.Since(start))
		}
	})
}

func TestOneSourceIsAtFaultAlone(t *testing.T) {
	s := store(&fakeManager{values: map[string]string{"untag/webhooks": `{"zoho":"hush-hush-hush-hush","github":null,"shop":{"a":"hush"},"none":[],"odd":[null]}`}})
	for source, want := range map[string]string{"github": "key github: neither", "shop": "key shop: neither", "odd": "key odd: the stored secret is empty", "zoho": "", "none": ""} {
		_, err := s.WebhookSecrets(t.Context(), source)
		var e *secrets.Error
		if want != "" && (!errors.As(err, &e) || e.Retryable()) {
			t.Errorf("%s: %v, want an error that is not retryable", source, err)
			continue
		}
		checkError(t, err, want)
	}
}

// binary answers with bytes instead of text.
type binary struct{}

func (binary) GetSecretValue(context.Context, *secretsmanager.GetSecretValueInput, ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	return &secretsmanager.GetSecretValueOutput{SecretBinary: []byte(`{"zoho":"hush-hush-hush-hush"}`)}, nil
}

func TestASecretOfBytes(t *testing.T) {
	s := secrets.New(secrets.Config{Client: binary{}, WebhookSecretID: "untag/webhooks"})
	if got, err := s.WebhookSecrets(t.Context(), "zoho"); err != nil || len(got) != 1 || got[0] != "hush-hush-hush-hush" {
		t.Errorf("WebhookSecrets = %v, %v", got, err)
	}
}
