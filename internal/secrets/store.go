package secrets

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

// keepFor is how long a secret that was read is used without asking again.
const keepFor = 5 * time.Minute

// reader is the one call of Secrets Manager that a Store makes.
type reader interface {
	GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// Config is what New needs.
type Config struct {
	Client reader
	// WebhookSecretID and ZohoSecretID are names or ARNs.
	WebhookSecretID string
	ZohoSecretID    string
}

// Store reads secrets and keeps them for five minutes. It is safe for concurrent use;
// those who ask for the same secret at once share one read.
type Store struct {
	webhook secret
	zoho    secret
}

// New returns a Store.
func New(c Config) *Store {
	return &Store{
		webhook: secret{client: c.Client, id: c.WebhookSecretID, slot: make(chan struct{}, 1)},
		zoho:    secret{client: c.Client, id: c.ZohoSecretID, slot: make(chan struct{}, 1)},
	}
}

// Prefetch reads the configured secrets in the background, so that they are there by
// the time the first event is. A read that fails is made again when it is needed.
func (s *Store) Prefetch(ctx context.Context) {
	go func() {
		// The first event needs the webhook secret first.
		for _, one := range []*secret{&s.webhook, &s.zoho} {
			if one.id != "" {
				_, _ = one.read(ctx)
			}
		}
	}()
}

// secret is one JSON object in Secrets Manager.
type secret struct {
	client reader
	id     string
	slot   chan struct{} // held while reading, so that waiting ends with the context

	mu    sync.Mutex
	keys  map[string]json.RawMessage
	until time.Time
}

// read gives the keys of the secret, as they are now or were within five minutes.
func (s *secret) read(ctx context.Context) (map[string]json.RawMessage, error) {
	if keys := s.fresh(); keys != nil {
		return keys, nil
	}
	select {
	case s.slot <- struct{}{}:
		defer func() { <-s.slot }()
	case <-ctx.Done():
		return nil, &Error{Secret: s.id, Reason: "not read in time", Err: ctx.Err()}
	}
	if keys := s.fresh(); keys != nil {
		return keys, nil
	}
	keys, err := s.fetch(ctx)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.keys, s.until = keys, time.Now().Add(keepFor)
	return keys, nil
}

func (s *secret) fresh() map[string]json.RawMessage {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.until) {
		return s.keys
	}
	return nil
}

func (s *secret) fetch(ctx context.Context) (map[string]json.RawMessage, error) {
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{
		SecretId: &s.id, VersionStage: aws.String("AWSCURRENT"),
	})
	if err != nil {
		return nil, &Error{Secret: s.id, Reason: "cannot be read", Err: err}
	}
	text := out.SecretBinary
	if out.SecretString != nil {
		text = []byte(*out.SecretString)
	}
	var keys map[string]json.RawMessage
	// The decoder's error quotes what it met, which is the secret.
	if json.Unmarshal(text, &keys) != nil || keys == nil {
		return nil, &Error{Secret: s.id, Reason: "not a JSON object"}
	}
	return keys, nil
}

// WebhookSecrets gives the secrets of one source, an empty list where it has none. The
// value is a string, or a list of strings while a secret is being replaced.
func (s *Store) WebhookSecrets(ctx context.Context, source string) ([]string, error) {
	keys, err := s.webhook.read(ctx)
	if err != nil {
		return nil, err
	}
	value, found := keys[source]
	if !found {
		return nil, nil
	}
	var several []string
	if json.Unmarshal(value, &several) != nil {
		several = make([]string, 1)
		if json.Unmarshal(value, &several[0]) != nil {
			return nil, &Error{Secret: s.webhook.id, Key: source, Reason: "neither a string nor a list of strings"}
		}
	}
	for _, one := range several {
		if one == "" {
			return nil, &Error{Secret: s.webhook.id, Key: source, Reason: "an empty string is no secret"}
		}
	}
	return several, nil
}

// Zoho is the credential of a Zoho account.
type Zoho struct {
	ClientID, ClientSecret, RefreshToken, DataCenter string
}

// ZohoCredentials gives the Zoho credential: four strings, all of which have to be
// there.
func (s *Store) ZohoCredentials(ctx context.Context) (Zoho, error) {
	keys, err := s.zoho.read(ctx)
	if err != nil {
		return Zoho{}, err
	}
	var z Zoho
	for _, field := range []struct {
		key  string
		into *string
	}{
		{"client_id", &z.ClientID}, {"client_secret", &z.ClientSecret},
		{"refresh_token", &z.RefreshToken}, {"data_center", &z.DataCenter},
	} {
		value, found := keys[field.key]
		if !found {
			return Zoho{}, &Error{Secret: s.zoho.id, Key: field.key, Reason: "missing"}
		}
		if json.Unmarshal(value, field.into) != nil || *field.into == "" {
			return Zoho{}, &Error{Secret: s.zoho.id, Key: field.key, Reason: "not a string with something in it"}
		}
	}
	return z, nil
}
