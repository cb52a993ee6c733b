package secrets

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
)

// claimStage is the label of the version in which an instance says that it is minting,
// or that minting was refused. The token itself keeps AWSCURRENT.
const claimStage = "UNTAG_CLAIM"

// claimFor is how long a claim holds: a winner that dies is replaced after it.
const claimFor = time.Minute

// Token is the access token that all instances share.
type Token struct {
	AccessToken string
	Expiry      time.Time
	APIDomain   string
}

// storedToken is what the secret holds: never the refresh token.
type storedToken struct {
	AccessToken string    `json:"access_token"`
	Expiry      time.Time `json:"expires_at"`
	APIDomain   string    `json:"api_domain"`
}

// claim is what an instance says before it mints, and after it was refused.
type claim struct {
	Owner string    `json:"owner"`
	Base  string    `json:"base_version"`
	At    time.Time `json:"claimed_at"`
	// RefusedUntil is set where Zoho refused to mint.
	RefusedUntil time.Time `json:"refused_until,omitzero"`
}

// tokenSecret is the secret with the shared token.
type tokenSecret struct {
	client api
	id     string
}

// api is what sharing a token needs of Secrets Manager.
type api interface {
	reader
	PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
}

// current reads the token and its version. A secret that is empty, half written or not
// a token is no token: it is what the first deployment finds.
func (s tokenSecret) current(ctx context.Context) (Token, string, error) {
	text, version, err := s.get(ctx, "AWSCURRENT")
	if err != nil {
		return Token{}, "", err
	}
	var stored storedToken
	if json.Unmarshal(text, &stored) != nil {
		stored = storedToken{}
	}
	return Token(stored), version, nil
}

// claimed reads the latest claim; the zero claim where there is none.
func (s tokenSecret) claimed(ctx context.Context) (claim, error) {
	text, _, err := s.get(ctx, claimStage)
	var c claim
	if err == nil && json.Unmarshal(text, &c) != nil {
		c = claim{}
	}
	return c, err
}

// get reads one version; none is no error.
func (s tokenSecret) get(ctx context.Context, stage string) ([]byte, string, error) {
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.id, VersionStage: &stage})
	var absent *types.ResourceNotFoundException
	switch {
	case errors.As(err, &absent):
		return nil, "", nil
	case err != nil:
		return nil, "", &Error{Secret: s.id, Reason: "cannot be read", Err: err}
	case out.SecretString == nil:
		return nil, aws.ToString(out.VersionId), nil
	}
	return []byte(*out.SecretString), aws.ToString(out.VersionId), nil
}

// claim tries to become the one that mints from a version: the request token follows
// from the version and the minute, and Secrets Manager takes one content for it.
func (s tokenSecret) claim(ctx context.Context, base string, now time.Time) (won bool, err error) {
	c := claim{Owner: rand.Text(), Base: base, At: now}
	err = s.put(ctx, requestToken("claim", base, now.UTC().Truncate(claimFor).Format(time.RFC3339)), claimStage, c)
	var taken *types.ResourceExistsException
	if errors.As(err, &taken) {
		return false, nil
	}
	return err == nil, err
}

// refused tells the other instances until when minting need not be tried.
func (s tokenSecret) refused(ctx context.Context, base string, now, until time.Time) error {
	c := claim{Owner: rand.Text(), Base: base, At: now, RefusedUntil: until}
	return s.put(ctx, requestToken("refused", base, c.Owner), claimStage, c)
}

// keep makes a token the current one.
func (s tokenSecret) keep(ctx context.Context, base string, t Token) error {
	return s.put(ctx, requestToken("token", base, t.AccessToken), "AWSCURRENT", storedToken(t))
}

func (s tokenSecret) put(ctx context.Context, token, stage string, value any) error {
	text, err := json.Marshal(value)
	if err != nil {
		return &Error{Secret: s.id, Reason: "cannot be written", Err: err}
	}
	_, err = s.client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &s.id, ClientRequestToken: &token, SecretString: aws.String(string(text)), VersionStages: []string{stage},
	})
	if err != nil {
		return &Error{Secret: s.id, Reason: "cannot be written", Err: err}
	}
	return nil
}

// requestToken is a ClientRequestToken: 32 to 64 characters.
func requestToken(parts ...string) string {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))[:64]
}
