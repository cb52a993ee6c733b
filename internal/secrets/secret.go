package secrets

import (
	"bytes"
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/secretsmanager"
)

const (
	// keepFor is how long a secret that was read is used without asking again.
	keepFor = 5 * time.Minute
	// staleFor is how much longer it is used while it cannot be read again.
	staleFor = time.Hour
	// staleAgain is how long after such a read the next one is tried.
	staleAgain = 30 * time.Second
	// readTimeout bounds a read; with an old value at hand there is less to wait for.
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
	// told: an error is logged by the caller that gets it, and need not be reported.
	told bool
	// examine, where it is set, is called with what a read brought.
	examine func(map[string]json.RawMessage)

	mu      sync.Mutex
	keys    map[string]json.RawMessage
	stale   time.Time // when keys are too old even if they cannot be read again
	until   time.Time // when they are to be read again
	running *reading
}

// reading is one read that everybody who asks meanwhile waits for.
type reading struct {
	done chan struct{}
	keys map[string]json.RawMessage
	err  error
}

// read gives the keys of the secret, as they are now or were within five minutes.
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

// current gives the keys that are fresh, or the read to wait for, which it starts
// unless it is under way. The read goes on when the one who started it gives up: others
// may be waiting for it.
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
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), timeout)
			defer cancel()
			s.finish(ctx, r)
		}()
	}
	return nil, s.running
}

// finish makes a read and hands its result to those who wait.
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
		// A secret that is half written or cannot be reached serves as it was. One that
		// was deleted or forbidden does not: that is somebody's wish.
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
	// Some editors write a byte order mark. The decoder's error quotes what it met, which is
	// the secret.
	if json.Unmarshal(bytes.TrimPrefix(value(out), []byte("\xef\xbb\xbf")), &keys) != nil || keys == nil {
		return nil, &Error{Secret: s.id, Reason: "not a JSON object"}
	}
	return keys, nil
}

// value is what a secret holds, as text or as bytes.
func value(out *secretsmanager.GetSecretValueOutput) []byte {
	if out.SecretString != nil {
		return []byte(*out.SecretString)
	}
	return out.SecretBinary
}
