package zoho

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"
)

const (
	// renewBefore is how long before its end a token is replaced; one that lives less
	// than ten times as long is replaced in the last tenth of its life.
	renewBefore = time.Minute
	// backOff is how long a refused refresh is not tried again, so that a wrong or
	// throttled credential is not tried by every event.
	backOff          = 5 * time.Second
	backOffThrottled = 30 * time.Second
	// maxBackOff is as long as Zoho counts access tokens for.
	maxBackOff = 10 * time.Minute
	// A token that Zoho refuses before it is earlyLife old was refused early. After
	// maxEarly of them in a row something else is wrong, and the next is not minted at
	// once: Zoho would soon lock the account out.
	earlyLife = 10 * time.Minute
	maxEarly  = 3
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
	minted  time.Time // when the token was
	renew   time.Time // when the token is to be replaced
	early   int       // tokens in a row that were refused early
	refused error     // of the last refresh
	until   time.Time // when it may be tried again
}

// NewTokens returns Tokens that come from a minter.
func NewTokens(m minter) *Tokens {
	return &Tokens{minter: m, slot: make(chan struct{}, 1)}
}

// Token gives a token that is good for another minute, or for less where Zoho refuses
// a new one. Waiting for another caller's refresh ends with ctx. A refused refresh is
// not tried again for a few seconds; its error is given again.
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
	return t.keep(token, err)
}

// Refused says that Zoho did not take a token: if it is the one that is kept, the
// next caller gets a new one.
func (t *Tokens) Refused(_ context.Context, token Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if token.AccessToken == "" || t.token.AccessToken != token.AccessToken {
		return
	}
	host := hostOf(t.token.APIDomain)
	t.token = Token{}
	now := time.Now()
	if now.Sub(t.minted) >= earlyLife {
		t.early = 0
		return
	}
	if t.early++; t.early >= maxEarly {
		wait := min(backOffThrottled<<min(t.early-maxEarly, 10), maxBackOff)
		t.until = now.Add(wait)
		t.refused = &Error{
			Operation: mint, Code: CodeThrottled, retryAfter: wait,
			Message: cmp.Or(host, "Zoho") + " refuses every new access token, and the next is not asked for yet; " + whyRefused,
		}
	}
}

// known gives the token that is kept, or the refusal that is still fresh.
func (t *Tokens) known() (Token, error, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	if t.alive(now) && now.Before(t.renew) {
		return t.token, nil, true
	}
	if t.refused != nil && now.Before(t.until) {
		if t.alive(now) {
			return t.token, nil, true
		}
		return Token{}, t.refused, true
	}
	return Token{}, nil, false
}

// alive: the token that is kept can still be used.
func (t *Tokens) alive(now time.Time) bool {
	return t.token.AccessToken != "" && now.Before(t.token.Expiry)
}

// keep takes what a refresh gave. While the old token lives, a refresh that went
// wrong harms nobody.
func (t *Tokens) keep(token Token, err error) (Token, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.refused = nil
	if err == nil {
		if t.token.AccessToken != "" && now.Sub(t.minted) >= earlyLife {
			t.early = 0 // the one before served to its end
		}
		t.token, t.minted = token, now
		t.renew = token.Expiry.Add(-min(renewBefore, token.Expiry.Sub(now)/10))
		return token, nil
	}
	if z, ok := errors.AsType[*Error](err); ok && z.Status != 0 { // without an answer nothing was refused
		t.refused, t.until = err, now.Add(max(backOff, min(z.RetryAfter(), maxBackOff)))
		if z.Code == CodeThrottled {
			t.until = now.Add(max(backOffThrottled, min(z.RetryAfter(), maxBackOff)))
		}
	}
	if t.alive(now) {
		return t.token, nil
	}
	return Token{}, err
}
