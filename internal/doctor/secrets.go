package doctor

import (
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"strings"

	"github.com/aws/smithy-go"

	"untag/internal/rules"
	"untag/internal/sharedsecret"
	"untag/internal/userfile"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

// read reads a secret, and reports why it cannot.
func (s Setup) read(ctx context.Context, r *Report, check, id, do string) ([]byte, bool) {
	if s.Secrets == nil {
		r.fault(check, LogIn, "%s, so the secret %s cannot be read", s.NoAWS, id)
		return nil, false
	}
	text, err := s.Secrets(ctx, id)
	switch code := codeOf(err); {
	case err == nil && len(strings.TrimSpace(string(text))) > 0:
		return text, true
	case err == nil:
		r.fault(check, do, "the secret %s is empty", id)
	case code == "ResourceNotFoundException":
		r.fault(check, do, "there is no secret %s here, or nothing is stored in it", id)
	case code == "AccessDeniedException":
		r.fault(check, "grant secretsmanager:GetSecretValue on it, and kms:Decrypt if it has a key of its own", "the secret %s may not be read", id)
	default:
		found, do := Problem(err, "secretsmanager:GetSecretValue", "check the region and the secret itself")
		r.fault(check, do, "the secret %s cannot be read: %s", id, found)
	}
	return nil, false
}

func codeOf(err error) string {
	if api, ok := errors.AsType[smithy.APIError](err); ok {
		return api.ErrorCode()
	}
	return ""
}

func (s Setup) webhookSecrets(ctx context.Context, r *Report) {
	const check, do = "webhook secrets", "store one for each source: docs/deploy.md, Webhook secrets"
	needed := 0
	for _, source := range s.Rules.Sources() {
		if source.Secrets() {
			needed++
		}
	}
	var stored userfile.Secrets
	var err error
	switch {
	case s.WebhookFile != "":
		stored, err = userfile.ReadSecrets(s.WebhookFile)
	case s.WebhookSecretID != "":
		text, ok := s.read(ctx, r, check, s.WebhookSecretID, do)
		if !ok {
			return
		}
		stored, err = userfile.ParseSecrets("the secret "+s.WebhookSecretID, text)
	case needed == 0:
		r.ok(check, "no source needs one")
		return
	default:
		r.fault(check, "name them: --secrets FILE, or the secret in WEBHOOK_SECRET_ID, or --stack NAME", "the secrets are not named, and %s of the rules file must have one", plural(needed, "source"))
		return
	}
	if _, unread := errors.AsType[*fs.PathError](err); unread {
		r.fault(check, "name a file that you can read", "%v", err)
		return
	}
	if err != nil {
		r.fault(check, "store a JSON object such as {\"zoho\": \"…\"}; untag check --secrets FILE checks one", "%v", err)
		return
	}
	bad := 0
	for _, source := range s.Rules.Sources() {
		if source.Secrets() && len(stored[source.Name].Secrets) == 0 {
			bad++
			r.fault(check, "store "+userfile.ToStore(source), "source %s: no secret is stored for it, so every request to it is refused", source.Name)
		}
	}
	for _, f := range stored.Faults(s.Rules) {
		if source, found := s.Rules.Source(f.Source); found && source.Secrets() && len(stored[f.Source].Secrets) == 0 && !strings.Contains(f.Message, sharedsecret.VerifyTokenKey) {
			continue // reported above
		}
		bad++
		status, what, do := Warning, "source "+f.Source+": "+f.Message, "store another, and give it to the sender"
		if _, found := s.Rules.Source(f.Source); !found {
			do = "correct its name, or remove it"
		}
		if f.Severity == rules.SeverityError {
			status = Fault
		}
		r.add(status, check, do, "%s", what)
	}
	if bad == 0 {
		r.ok(check, "there is a usable one for %s", plural(needed, "source"))
	}
}

// credential returns the Zoho credential, if there is a complete one.
func (s Setup) credential(ctx context.Context, r *Report) (c zohoauth.Credentials, ok bool) {
	const check, do = "Zoho credential", "run untag auth"
	where := "the environment"
	if c = s.Credentials; s.ZohoSecretID != "" {
		text, read := s.read(ctx, r, check, s.ZohoSecretID, do+" --secret-id "+s.ZohoSecretID)
		if !read {
			return c, false
		}
		where = "the secret " + s.ZohoSecretID
		var stored map[string]json.RawMessage
		if json.Unmarshal([]byte(strings.TrimPrefix(string(text), "\ufeff")), &stored) != nil || stored == nil {
			r.fault(check, do, "%s is not a JSON object", where)
			return c, false
		}
		c = zohoauth.Credentials{}
		for name, into := range map[string]*string{
			"client_id": &c.ClientID, "client_secret": &c.ClientSecret, "refresh_token": &c.RefreshToken, "data_center": &c.DataCenter, "environment": &c.Environment,
		} {
			if value := stored[name]; value != nil && json.Unmarshal(value, into) != nil {
				r.fault(check, do, "%s: %s is not a string", where, name)
				return c, false
			}
		}
	} else if c == (zohoauth.Credentials{}) {
		r.fault(check, "name the secret in ZOHO_SECRET_ID, or with --stack; untag auth makes a credential", "none is named")
		return c, false
	}
	var missing []string
	for _, part := range []struct{ name, value string }{
		{"client_id", c.ClientID}, {"client_secret", c.ClientSecret}, {"refresh_token", c.RefreshToken}, {"data_center", c.DataCenter},
	} {
		if part.value == "" {
			missing = append(missing, part.name)
		}
	}
	if len(missing) > 0 {
		r.fault(check, do, "%s lacks %s", where, strings.Join(missing, ", "))
		return c, false
	}
	if _, err := zoho.LookupDataCenter(c.DataCenter); err != nil {
		r.fault(check, "store the data center that the address of your CRM has: crm.zoho.eu is eu", "data_center: %v", err)
		return c, false
	}
	if err := zoho.CheckEnvironment(c.Environment); err != nil {
		r.fault(check, "store another environment, or none", "environment: %v", err)
		return c, false
	}
	r.ok(check, "%s has one, of data center %s", where, c.DataCenter)
	return c, true
}

// tokenSecret checks the secret in which the functions share an access token.
func (s Setup) tokenSecret(ctx context.Context, r *Report) {
	const check = "shared access token"
	if s.TokenSecretID == "" {
		return
	}
	text, ok := s.read(ctx, r, check, s.TokenSecretID, "store {} in it: aws secretsmanager put-secret-value --secret-id "+s.TokenSecretID+" --secret-string '{}'")
	if !ok {
		return
	}
	var content map[string]any
	if json.Unmarshal(text, &content) != nil {
		r.warn(check, "store {} in it; the functions then write a new token", "the secret %s is not a JSON object", s.TokenSecretID)
		return
	}
	r.ok(check, "its secret can be read")
}
