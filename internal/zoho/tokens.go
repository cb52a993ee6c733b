package zoho

import (
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// renewBefore is how long before its end a token is replaced.
	renewBefore = time.Minute
	// backOff is how long a refused refresh is not tried again, so that a wrong or
	// throttled credential is not tried by every event.
	backOff          = 5 * time.Second
	backOffThrottled = 30 * time.Second
)

// minter makes a new access token.
type minter interface {
	Mint(ctx context.Context) (Token, error)
}

// Tokens keeps the access token of one process: one refresh at a time, for all who
// wait. It is safe for concurrent use.
type Tokens struct {
	minter minter
	slot   chan struct{} // held while refreshing, so that waiting ends with the context

	mu      sync.Mutex
	token   Token
	refused error
	until   time.Time
}

// NewTokens returns Tokens that come from a minter.
func NewTokens(m minter) *Tokens {
	return &Tokens{minter: m, slot: make(chan struct{}, 1)}
}

// Token gives a token that is good for another minute at least. Waiting for another
// caller's refresh ends with ctx.
func (t *Tokens) Token(ctx context.Context) (Token, error) {
	if token, err, known := t.known(); known {
		return token, err
	}
	select {
	case t.slot <- struct{}{}:
		defer func() { <-t.slot }()
	case <-ctx.Done():
		return Token{}, &Error{Operation: mint, Code: CodeNoAnswer, Err: ctx.Err()}
	}
	if token, err, known := t.known(); known {
		return token, err
	}
	token, err := t.minter.Mint(ctx)
	t.keep(token, err)
	return token, err
}

// Refused says that Zoho did not take a token: if it is the one that is kept, the
// next caller gets a new one.
func (t *Tokens) Refused(_ context.Context, token Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.token.AccessToken == token.AccessToken {
		t.token = Token{}
	}
}

// known gives the token that is kept, or the refusal that is still fresh.
func (t *Tokens) known() (Token, error, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if t.token.AccessToken != "" && now.Before(t.token.Expiry.Add(-renewBefore)) {
		return t.token, nil, true
	}
	if t.refused != nil && now.Before(t.until) {
		return Token{}, t.refused, true
	}
	return Token{}, nil, false
}

func (t *Tokens) keep(token Token, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.refused = nil
	if err == nil {
		t.token = token
		return
	}
	var z *Error
	if !errors.As(err, &z) || z.Status == 0 {
		return // no answer: nothing was refused
	}
	t.refused, t.until = err, time.Now().Add(backOff)
	if z.Code == "ACCESS_DENIED_THROTTLED" {
		t.until = time.Now().Add(backOffThrottled)
	}
}
