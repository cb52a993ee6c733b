package secrets_test

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
	"github.com/aws/aws-sdk-go-v2/service/secretsmanager/types"
	"github.com/aws/smithy-go"
)

// fakeVersions is one secret of Secrets Manager with its versions: a version's id is
// taken once, a label is on one version, the first version is current whatever its
// labels. Each call takes 20 ms.
type fakeVersions struct {
	mu       sync.Mutex
	contents map[string]string
	created  map[string]time.Time
	labels   map[string]string
	gets     int
	puts     []string // the contents, in order
	getErr   func(n int) error
	putErr   func(n int) error
	tried    int
}

func newVersions(value string) *fakeVersions {
	f := &fakeVersions{contents: map[string]string{}, created: map[string]time.Time{}, labels: map[string]string{}}
	if value != "" {
		f.set("v0", value, "AWSCURRENT")
	}
	return f
}

func (f *fakeVersions) set(id, value string, stages ...string) {
	if len(f.contents) == 0 && !slices.Contains(stages, "AWSCURRENT") {
		stages = append(stages, "AWSCURRENT")
	}
	f.contents[id], f.created[id] = value, time.Now()
	for _, s := range stages {
		f.labels[s] = id
	}
}

// replace puts a value by hand.
func (f *fakeVersions) replace(id, value string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.set(id, value, "AWSCURRENT")
}

func (f *fakeVersions) current() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.contents[f.labels["AWSCURRENT"]]
}

func (f *fakeVersions) written() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return len(f.puts)
}

func (f *fakeVersions) read() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.gets
}

func pause(ctx context.Context) error {
	select {
	case <-time.After(20 * time.Millisecond):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (f *fakeVersions) GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error) {
	if err := pause(ctx); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.gets++
	if f.getErr != nil {
		if err := f.getErr(f.gets); err != nil {
			return nil, err
		}
	}
	id, found := f.labels[*in.VersionStage]
	if !found {
		return nil, &types.ResourceNotFoundException{}
	}
	value, created := f.contents[id], f.created[id]
	return &secretsmanager.GetSecretValueOutput{SecretString: &value, VersionId: &id, CreatedDate: &created}, nil
}

func (f *fakeVersions) PutSecretValue(ctx context.Context, in *secretsmanager.PutSecretValueInput, _ ...func(*secretsmanager.Options)) (*secretsmanager.PutSecretValueOutput, error) {
	if err := pause(ctx); err != nil {
		return nil, err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.tried++
	if f.putErr != nil {
		if err := f.putErr(f.tried); err != nil {
			return nil, err
		}
	}
	id := *in.ClientRequestToken
	if n := len(id); n < 32 || n > 64 {
		return nil, errors.New("a request token has 32 to 64 characters")
	}
	if old, taken := f.contents[id]; taken {
		if old == *in.SecretString {
			return &secretsmanager.PutSecretValueOutput{VersionId: &id}, nil
		}
		return nil, &types.ResourceExistsException{}
	}
	f.set(id, *in.SecretString, in.VersionStages...)
	f.puts = append(f.puts, *in.SecretString)
	return &secretsmanager.PutSecretValueOutput{VersionId: &id}, nil
}

var (
	errThrottled = &smithy.GenericAPIError{Code: "ThrottlingException", Message: "slow down, hush"}
	errForbidden = &smithy.GenericAPIError{Code: "AccessDeniedException"}
)
