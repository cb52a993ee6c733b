package secrets

import (
	"context"
	"encoding/json"
	"maps"
	"slices"

	"untag/internal/sharedsecret"
	"untag/internal/zohoauth"
)

// Config is what New needs.
type Config struct {
	Client reader
	// WebhookSecretID and ZohoSecretID are names or ARNs.
	WebhookSecretID string
	ZohoSecretID    string
	// Report, if set, is called with the *Error of each read that failed while the old value
	// is still used, which shows nowhere else, and of each read of the Zoho credential that
	// failed. It is also called after each read, once for every webhook secret that is not
	// used or should be replaced. It must not block.
	Report func(error)
}

// Store reads secrets and keeps them for five minutes. If a secret then cannot be reached,
// or is malformed, its old value is used for another hour. Store is safe for concurrent
// use; concurrent callers share one read of a secret.
type Store struct {
	webhook secret
	zoho    secret
}

// New returns a Store.
func New(c Config) *Store {
	s := &Store{
		webhook: secret{client: c.Client, id: c.WebhookSecretID, report: c.Report, told: true},
		zoho:    secret{client: c.Client, id: c.ZohoSecretID, report: c.Report},
	}
	if c.Report != nil {
		s.webhook.examine = s.examine
	}
	return s
}

// Prefetch reads the configured secrets in the background, so that they are there when the
// first event arrives. A failed read is repeated when the secret is needed.
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

// WebhookSecrets returns the usable secrets of one source, an empty list if none is stored.
// The value is a string, or a list of strings while a secret is being replaced. A fault in
// the value of one source, or an unusable secret, affects that source alone. An unusable
// secret next to a usable one is skipped.
func (s *Store) WebhookSecrets(ctx context.Context, source string) ([]string, error) {
	return s.WebhookSecret(ctx, source, sharedsecret.SecretKey)
}

// WebhookSecret returns the usable values of one source that are stored under a name, such as
// verify_token: {"secret": …, "verify_token": …}. A value that is not an object is the secret.
func (s *Store) WebhookSecret(ctx context.Context, source, name string) ([]string, error) {
	keys, err := s.webhook.read(ctx)
	if err != nil {
		return nil, err
	}
	text, found := keys[source]
	if !found {
		return nil, nil
	}
	stored, ok := sharedsecret.Values(text, name)
	if !ok {
		return nil, &Error{Secret: s.webhook.id, Key: source, Reason: sharedsecret.NotValues}
	}
	usable, findings := sharedsecret.Examine(source, stored)
	if len(stored) > 0 && len(usable) == 0 {
		return nil, s.found(findings[0])
	}
	return usable, nil
}

// examine reports the webhook secrets that are not used, or should be replaced.
func (s *Store) examine(keys map[string]json.RawMessage) {
	for _, source := range slices.Sorted(maps.Keys(keys)) {
		for _, name := range []string{sharedsecret.SecretKey, sharedsecret.VerifyTokenKey} {
			stored, _ := sharedsecret.Values(keys[source], name)
			_, findings := sharedsecret.Examine(source, stored)
			for _, f := range findings {
				s.webhook.report(s.found(f))
			}
		}
	}
}

// found returns what is wrong with a stored secret, as an error.
func (s *Store) found(f sharedsecret.Finding) *Error {
	reason := f.Subject() + " " + f.Reason
	if f.Refused {
		reason += ", and is not used"
	}
	return &Error{Secret: s.webhook.id, Key: f.Source, Reason: reason}
}

// ZohoCredentials returns the Zoho credential: four strings, all required, and the
// environment, which is optional. Other keys are ignored.
func (s *Store) ZohoCredentials(ctx context.Context) (zohoauth.Credentials, error) {
	keys, err := s.zoho.read(ctx)
	if err != nil {
		return zohoauth.Credentials{}, err
	}
	var z zohoauth.Credentials
	for _, field := range []struct {
		key      string
		into     *string
		optional bool
	}{
		{"client_id", &z.ClientID, false}, {"client_secret", &z.ClientSecret, false},
		{"refresh_token", &z.RefreshToken, false}, {"data_center", &z.DataCenter, false},
		{"environment", &z.Environment, true},
	} {
		text, found := keys[field.key]
		if !found && field.optional {
			continue
		}
		if !found {
			return zohoauth.Credentials{}, &Error{Secret: s.zoho.id, Key: field.key, Reason: "missing"}
		}
		if json.Unmarshal(text, field.into) != nil || *field.into == "" && !field.optional {
			return zohoauth.Credentials{}, &Error{Secret: s.zoho.id, Key: field.key, Reason: "must be a string that is not empty"}
		}
	}
	return z, nil
}
