package awstest

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	awsmiddleware "github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"
	smithymiddleware "github.com/aws/smithy-go/middleware"
	smithyhttp "github.com/aws/smithy-go/transport/http"
)

// callTime is how long each call takes.
const callTime = 20 * time.Millisecond

// Throttled returns the error with which AWS refuses too many calls. Its text must not
// appear in a log.
func Throttled() error {
	return &smithy.GenericAPIError{Code: "ThrottlingException", Message: "slow down, hush"}
}

// Forbidden returns the error with which AWS refuses a caller that lacks permission.
func Forbidden() error { return &smithy.GenericAPIError{Code: "AccessDeniedException"} }

// Secret is one secret of Secrets Manager with its versions: a version's id is accepted
// once, a label is on one version, and the first version is current even without that
// label. It answers every call, no matter which secret the call names; see Secrets for
// several secrets. Set the fields before the first call.
type Secret struct {
	// GetErr and PutErr may refuse the n-th call, counted from 1.
	GetErr, PutErr func(n int) error
	// Ahead is how far the clock of Secrets Manager is ahead of the one here.
	Ahead time.Duration

	mu       sync.Mutex
	contents map[string]string
	created  map[string]time.Time
	labels   map[string]string
	gets     int
	tried    int
	puts     []string
}

// NewSecret returns a Secret that holds a value, or has no version yet if value is "".
func NewSecret(value string) *Secret {
	s := &Secret{contents: map[string]string{}, created: map[string]time.Time{}, labels: map[string]string{}}
	if value != "" {
		s.set("v0", value, "AWSCURRENT")
	}
	return s
}

func (s *Secret) set(id, value string, stages ...string) {
	if len(s.contents) == 0 && !slices.Contains(stages, "AWSCURRENT") {
		stages = append(stages, "AWSCURRENT")
	}
	s.contents[id], s.created[id] = value, s.now()
	for _, stage := range stages {
		s.labels[stage] = id
	}
}

func (s *Secret) now() time.Time { return time.Now().Add(s.Ahead) }

// Replace stores a new current value, as an administrator would.
func (s *Secret) Replace(id, value string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.set(id, value, "AWSCURRENT")
}

// Current returns the value of the current version.
func (s *Secret) Current() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.contents[s.labels["AWSCURRENT"]]
}

// Written returns the number of versions that calls have written.
func (s *Secret) Written() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.puts)
}

// Read returns the number of reads.
func (s *Secret) Read() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.gets
}

// pause waits for the time that a call takes, or until the caller gives up.
func pause(ctx context.Context) error {
	select {
	case <-time.After(callTime):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// GetSecretValue returns the version with a label.
func (s *Secret) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	if err := pause(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.gets++
	if s.GetErr != nil {
		if err := s.GetErr(s.gets); err != nil {
			return nil, err
		}
	}
	id, found := s.labels[*in.VersionStage]
	if !found {
		return nil, &types.ResourceNotFoundException{}
	}
	value, created := s.contents[id], s.created[id]
	return &secretsmanager.GetSecretValueOutput{
		SecretString: &value, VersionId: &id, CreatedDate: &created, ResultMetadata: s.metadata(ctx),
	}, nil
}

// metadata returns metadata that holds the time of the answer, in whole seconds, where the
// SDK stores the Date header. Only the SDK's own middleware can set it.
func (s *Secret) metadata(ctx context.Context) smithymiddleware.Metadata {
	answered := smithymiddleware.DeserializeHandlerFunc(func(context.Context, smithymiddleware.DeserializeInput) (smithymiddleware.DeserializeOutput, smithymiddleware.Metadata, error) {
		date := http.Header{"Date": {s.now().UTC().Format(http.TimeFormat)}}
		return smithymiddleware.DeserializeOutput{RawResponse: &smithyhttp.Response{Response: &http.Response{Header: date}}}, smithymiddleware.Metadata{}, nil
	})
	_, m, _ := awsmiddleware.RecordResponseTiming{}.HandleDeserialize(ctx, smithymiddleware.DeserializeInput{}, answered)
	return m
}

// PutSecretValue stores a version; its request token is the version's id.
func (s *Secret) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	if err := pause(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried++
	if s.PutErr != nil {
		if err := s.PutErr(s.tried); err != nil {
			return nil, err
		}
	}
	id := *in.ClientRequestToken
	if n := len(id); n < 32 || n > 64 {
		return nil, errors.New("awstest: a request token must have 32 to 64 characters")
	}
	if old, taken := s.contents[id]; taken {
		if old == *in.SecretString {
			return &secretsmanager.PutSecretValueOutput{VersionId: &id}, nil
		}
		return nil, &types.ResourceExistsException{}
	}
	s.set(id, *in.SecretString, in.VersionStages...)
	s.puts = append(s.puts, *in.SecretString)
	return &secretsmanager.PutSecretValueOutput{VersionId: &id}, nil
}

// Secrets holds several secrets by name.
type Secrets map[string]*Secret

// GetSecretValue returns a version of the named secret.
func (s Secrets) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	if one, found := s[*in.SecretId]; found {
		return one.GetSecretValue(ctx, in, o...)
	}
	return nil, &types.ResourceNotFoundException{}
}

// PutSecretValue stores a version of the named secret.
func (s Secrets) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, o ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	if one, found := s[*in.SecretId]; found {
		return one.PutSecretValue(ctx, in, o...)
	}
	return nil, &types.ResourceNotFoundException{}
}
