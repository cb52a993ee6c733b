package secrets

import (
	"context"
	"encoding/json"
	"log/slog"
	"strconv"
)

// Config is what New needs.
type Config struct {
	Client reader
	// WebhookSecretID and ZohoSecretID are names or ARNs.
	WebhookSecretID string
	ZohoSecretID    string
	// Report, where it is set, is called with the *Error of every read that fails: one
	// that fails while the value from before still serves is seen nowhere else.
	Report func(error)
}

// Store reads secrets and keeps them for five minutes. A secret that then cannot be
// reached, or is malformed, serves as it was for another hour. It is safe for
// concurrent use; those who ask for the same secret at once share one read.
type Store struct {
	webhook secret
	zoho    secret
}

// New returns a Store.
func New(c Config) *Store {
	return &Store{
		webhook: secret{client: c.Client, id: c.WebhookSecretID, report: c.Report},
		zoho:    secret{client: c.Client, id: c.ZohoSecretID, report: c.Report},
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

// WebhookSecrets gives the secrets of one source, an empty list where it has none. The
// value is a string, or a list of strings while a secret is being replaced. A fault in
// the value of one source is that source's alone.
func (s *Store) WebhookSecrets(ctx context.Context, source string) ([]string, error) {
	keys, err := s.webhook.read(ctx)
	if err != nil {
		return nil, err
	}
	text, found := keys[source]
	if !found {
		return nil, nil
	}
	var several []string
	if json.Unmarshal(text, &several) != nil || several == nil {
		var one *string
		if json.Unmarshal(text, &one) != nil || one == nil {
			return nil, &Error{Secret: s.webhook.id, Key: source, Reason: "neither a string nor a list of strings"}
		}
		several = []string{*one}
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

// String hides the credential.
func (z Zoho) String() string { return "Zoho credential of data center " + strconv.Quote(z.DataCenter) }

// GoString hides the credential.
func (z Zoho) GoString() string { return z.String() }

// LogValue hides the credential.
func (z Zoho) LogValue() slog.Value { return slog.StringValue(z.String()) }

// ZohoCredentials gives the Zoho credential: four strings, all of which have to be
// there. Further keys are nobody's business.
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
		text, found := keys[field.key]
		if !found {
			return Zoho{}, &Error{Secret: s.zoho.id, Key: field.key, Reason: "missing"}
		}
		if json.Unmarshal(text, field.into) != nil || *field.into == "" {
			return Zoho{}, &Error{Secret: s.zoho.id, Key: field.key, Reason: "not a string with something in it"}
		}
	}
	return z, nil
}
