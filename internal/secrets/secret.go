package secrets

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"

	"untag/internal/stack"
)

const (
	// keepFor is how long a secret is used before it is read again.
	keepFor = 5 * time.Minute
	// staleFor is how much longer it is used while it cannot be read again.
	staleFor = time.Hour
	// staleAgain is how long after such a failed read the next one is tried.
	staleAgain = 30 * time.Second
	// readTimeout bounds a read, rereadTimeout one where an old value can still be used.
	readTimeout, rereadTimeout = 15 * time.Second, 3 * time.Second
)

// reader is the one call of Secrets Manager that a Store makes.
type reader interface {
	GetSecretValue(ctx context.Context, in *secretsmanager.GetSecretValueInput, options ...func(*secretsmanager.Options)) (*secretsmanager.GetSecretValueOutput, error)
}

// secret is one JSON object in Secrets Manager.
type secret struct {
	client reader
	id     string
	report func(error)
	// told says that the caller that gets an error logs it, so that it need not be reported.
	told bool
	// examine, if set, is called with the result of each read.
	examine func(map[string]json.RawMessage)

	mu      sync.Mutex
	keys    map[string]json.RawMessage
	stale   time.Time // when keys become too old to use, even if they cannot be read again
	until   time.Time // when to read them again
	running *reading
}

// reading is one read, shared by all callers that ask while it runs.
type reading struct {
	done chan struct{}
	keys map[string]json.RawMessage
	err  error
}

// read returns the keys of the secret, at most five minutes old.
func (s *secret) read(ctx context.Context) (map[string]json.RawMessage, error) {
	keys, r := s.current(ctx)
	if r == nil {
		return keys, nil
	}
	select {
	case <-r.done:
		return r.keys, r.err
	case <-ctx.Done():
		return nil, &Error{Secret: s.id, Reason: "not read in time", Err: ctx.Err()}
	}
}

// current returns fresh keys, or the read to wait for, which it starts unless one is
// running. The read continues when the caller that started it gives up: others may be
// waiting for it.
func (s *secret) current(ctx context.Context) (map[string]json.RawMessage, *reading) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Now().Before(s.until) {
		return s.keys, nil
	}
	if s.running == nil {
		timeout := readTimeout
		if s.keys != nil {
			timeout = rereadTimeout
		}
		r := &reading{done: make(chan struct{})}
		s.running = r
		go func() {
			stack.Grow()
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
			defer cancel()
			s.finish(ctx, r)
		}()
	}
	return nil, s.running
}

// finish reads the secret and passes the result to all waiting callers.
func (s *secret) finish(ctx context.Context, r *reading) {
	keys, err := s.fetch(ctx)
	if err == nil && s.examine != nil {
		s.examine(keys)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	switch {
	case err == nil:
		s.keys, s.until, s.stale = keys, now.Add(keepFor), now.Add(keepFor+staleFor)
	case s.keys != nil && now.Before(s.stale) && (err.Retryable() || err.Err == nil):
		// The old value is used while the secret is half written or out of reach, but not
		// once it was deleted or access to it was denied: someone did that on purpose.
		s.tell(err)
		s.until, err = now.Add(staleAgain), nil
	case !s.told:
		s.tell(err)
	}
	r.keys = s.keys
	if err != nil {
		r.keys, r.err = nil, err
	}
	s.running = nil
	close(r.done)
}

func (s *secret) tell(err *Error) {
	if s.report != nil {
		s.report(err)
	}
}

func (s *secret) fetch(ctx context.Context) (map[string]json.RawMessage, *Error) {
	stage := stageCurrent
	out, err := s.client.GetSecretValue(ctx, &secretsmanager.GetSecretValueInput{SecretId: &s.id, VersionStage: &stage})
	if err != nil {
		return nil, &Error{Secret: s.id, Reason: "cannot be read", Err: said{err}}
	}
	var keys map[string]json.RawMessage
	// Some editors write a byte order mark. The decoder's error is dropped because it quotes
	// its input, which is the secret.
	if json.Unmarshal(bytes.TrimPrefix(value(out), []byte("\xef\xbb\xbf")), &keys) != nil || keys == nil {
		return nil, &Error{Secret: s.id, Reason: "not a JSON object"}
	}
	return keys, nil
}

// value returns what a secret holds, stored as text or as bytes.
func value(out *secretsmanager.GetSecretValueOutput) []byte {
	if out.SecretString != nil {
		return []byte(*out.SecretString)
	}
	return out.SecretBinary
}
