package secrets

import (
	"context"
	"encoding/json"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	smithy "github.com/aws/smithy-go/middleware"
)

const (
	stageCurrent = "AWSCURRENT"
	// stageClaim labels the latest claim. The token keeps its own label meanwhile: while it
	// is good, all instances go on using it.
	stageClaim = "UNTAG_CLAIM"
)

// client is the two calls of Secrets Manager that a shared token needs.
type client interface {
	reader
	PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error)
}

// vault reads and writes the versions of the shared secret.
type vault struct {
	client client
	id     string
}

// state is the shared secret at one time.
type state struct {
	current version
	claim   version // the latest; it may be for another successor
	// ahead is how far the clock of Secrets Manager is ahead of the local one. All instances
	// use that clock, as their own may be wrong.
	ahead time.Duration
}

func (s state) now() time.Time { return time.Now().Add(s.ahead) }

// pending returns the latest claim to the successor of the current version.
func (s state) pending() (version, bool) {
	c := s.claim.Claim
	return s.claim, c != nil && c.Replaces == s.current.base()
}

// load reads the current version.
func (v vault) load(ctx context.Context) (state, error) {
	var s state
	var err error
	s.current, s.ahead, err = v.get(ctx, stageCurrent)
	return s, err
}

// withClaim reads the latest claim as well.
func (v vault) withClaim(ctx context.Context, s state) (state, error) {
	claim, ahead, err := v.get(ctx, stageClaim)
	switch {
	case claim.id != "":
		s.claim, s.ahead = claim, ahead
	case s.current.Claim != nil:
		s.claim = s.current
	}
	return s, err
}

// unchanged returns errAnother if a claim has expired but its token was delivered: that may
// have happened after the current version was read and before the claim was, as answers
// take seconds when Secrets Manager is slow. A claim delivers nothing after it has expired.
func (v vault) unchanged(ctx context.Context, s state) error {
	if _, claimed := s.pending(); !claimed {
		return nil
	}
	now, err := v.load(ctx)
	if err == nil && now.current.id != s.current.id {
		return errAnother
	}
	return err
}

// get reads the version with a label. A missing version is not an error: there is none
// before the first token. A missing secret shows when it is written.
func (v vault) get(ctx context.Context, stage string) (version, time.Duration, error) {
	out, err := v.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &v.id, VersionStage: &stage})
	if hasCode(err, "ResourceNotFoundException") {
		return version{}, 0, nil
	}
	if err != nil {
		return version{}, 0, &Error{Secret: v.id, Reason: "cannot be read", Err: err}
	}
	got := version{content: parse(value(out))}
	if out.VersionId != nil {
		got.id = *out.VersionId
	}
	if out.CreatedDate != nil {
		got.created = *out.CreatedDate
	}
	return got, ahead(out.ResultMetadata), nil
}

// put writes a version under an id derived from what the version is about, and reports
// whether it was the first with that id.
func (v vault) put(ctx context.Context, id, stage string, c content) (bool, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return false, &Error{Secret: v.id, Reason: "cannot be written: it contains a time that JSON cannot represent"}
	}
	value := string(text)
	_, err = v.client.PutSecretValue(ctx, &secretsmanager.PutSecretValueInput{
		SecretId: &v.id, ClientRequestToken: &id, SecretString: &value, VersionStages: []string{stage},
	})
	switch {
	case err == nil:
		return true, nil
	case hasCode(err, "ResourceExistsException"):
		return false, nil
	}
	return false, &Error{Secret: v.id, Reason: "cannot be written", Err: quiet{err}}
}

// ahead returns how far the clock of the answering server is ahead of the local one, 0 if
// the answer does not say. Answers carry whole seconds, so a difference that small counts
// as none.
func ahead(metadata smithy.Metadata) time.Duration {
	server, ok := middleware.GetServerTime(metadata)
	if !ok || server.IsZero() {
		return 0
	}
	if d := time.Until(server); d.Abs() > 2*time.Second {
		return d
	}
	return 0
}
