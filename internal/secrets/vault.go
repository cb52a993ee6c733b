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
	// stageClaim labels the latest claim. The token stays where it is meanwhile: while
	// it is good, everybody goes on using it.
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
	claim   version // the latest; it may be one to another successor
	// ahead is how far the clock of Secrets Manager is ahead of ours. All instances go
	// by that clock, as their own may be wrong.
	ahead time.Duration
}

func (s state) now() time.Time { return time.Now().Add(s.ahead) }

// pending is the latest claim to the successor of the current version.
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

// unchanged is errAnother where a claim has run out and yet brought its token: it may
// have come after the current version was read and before the claim was, and an answer
// takes seconds when Secrets Manager is slow. A claim that ran out brings none later.
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

// get reads the version with a label. A version that is not there is no error: so it
// is before the first token. A secret that is not there at all shows when it is
// written.
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

// put writes a version under an id that follows from what it is about, and reports
// whether it is the first to do so.
func (v vault) put(ctx context.Context, id, stage string, c content) (bool, error) {
	text, err := json.Marshal(c)
	if err != nil {
		return false, &Error{Secret: v.id, Reason: "cannot be written: a time that JSON does not know"}
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

// ahead is how far the clock that answered is ahead of ours, 0 where it did not say.
// Answers tell whole seconds, so a difference of that size is none.
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
