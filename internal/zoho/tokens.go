package zoho

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"untag/internal/zohoauth"
)

const (
	// renewBefore is how long before it expires a token is replaced; one that lives less
	// than ten times as long is replaced in the last tenth of its life.
	renewBefore = time.Minute
	// backOff is how long a refused refresh is not retried, so that not every event tries a
	// wrong or throttled credential.
	backOff          = 5 * time.Second
	backOffThrottled = 30 * time.Second
	// maxBackOff is the period in which Zoho counts access tokens.
	maxBackOff = 10 * time.Minute
	// A token that Zoho refuses before it is earlyLife old was refused early. After
	// maxEarly of them in a row something else is wrong, and the next is not minted at
	// once: Zoho would soon lock the account out.
	earlyLife = 10 * time.Minute
	maxEarly  = 3
)

// minter makes a new access token.
type minter interface {
	Mint(ctx context.Context) (zohoauth.Token, error)
}

// Tokens keeps the access token of one process. It refreshes the token once for all waiting
// callers. It is safe for concurrent use.
type Tokens struct {
	minter minter
	slot   chan struct{} // held while refreshing, so that waiting ends with the context

	mu     sync.Mutex
	kept   zohoauth.Kept
	minted time.Time // when the token was minted
	early  int       // how many tokens in a row were refused early
}

// NewTokens returns Tokens that a minter makes.
func NewTokens(m minter) *Tokens {
	return &Tokens{minter: m, slot: make(chan struct{}, 1)}
}

// Token returns a token that is good for another minute, or for less if Zoho refuses a new
// one. It stops waiting for another caller's refresh when ctx ends. A refused refresh is not
// retried for a few seconds; Token then returns the same error.
func (t *Tokens) Token(ctx context.Context) (zohoauth.Token, error) {
	if token, err, known := t.known(); known {
		return token, err
	}
	select {
	case t.slot <- struct{}{}:
		defer func() { <-t.slot }()
	case <-ctx.Done():
		return zohoauth.Token{}, &Error{Operation: mint, Code: CodeNoAnswer, Err: ctx.Err()}
	}
	if token, err, known := t.known(); known {
		return token, err
	}
	token, err := t.minter.Mint(ctx)
	return t.keep(token, err)
}

// Refused records that Zoho refused a token: if it is the current one, the next caller gets
// a new one.
func (t *Tokens) Refused(_ context.Context, token zohoauth.Token) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if token.AccessToken == "" || t.kept.Token.AccessToken != token.AccessToken {
		return
	}
	host := hostOf(t.kept.Token.APIDomain)
	t.kept.Token = zohoauth.Token{}
	now := time.Now()
	if now.Sub(t.minted) >= earlyLife {
		t.early = 0
		return
	}
	if t.early++; t.early >= maxEarly {
		wait := min(backOffThrottled<<min(t.early-maxEarly, 10), maxBackOff)
		t.kept.Until = now.Add(wait)
		t.kept.Failed = &Error{
			Operation: mint, Code: CodeThrottled, retryAfter: wait,
			Message: cmp.Or(host, "Zoho") + " refuses every new access token, and untag does not request another yet; " + whyRefused,
		}
	}
}

// known returns the current token, or the last refusal while it is recent.
func (t *Tokens) known() (zohoauth.Token, error, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.kept.Answer(time.Now())
}

// keep stores the result of a refresh. While the old token is good, a failed refresh does no
// harm.
func (t *Tokens) keep(token zohoauth.Token, err error) (zohoauth.Token, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	now := time.Now()
	t.kept.Failed = nil
	if err == nil {
		if t.kept.Token.AccessToken != "" && now.Sub(t.minted) >= earlyLife {
			t.early = 0 // the previous token was not refused early
		}
		t.kept.Token, t.minted = token, now
		t.kept.Renew = token.Expiry.Add(-min(renewBefore, token.Expiry.Sub(now)/10))
		return token, nil
	}
	if z, ok := errors.AsType[*Error](err); ok && z.Status != 0 { // without an answer nothing was refused
		t.kept.Failed, t.kept.Until = err, now.Add(max(backOff, min(z.RetryAfter(), maxBackOff)))
		if z.Code == CodeThrottled {
			t.kept.Until = now.Add(max(backOffThrottled, min(z.RetryAfter(), maxBackOff)))
		}
	}
	if t.kept.Alive(now) {
		return t.kept.Token, nil
	}
	return zohoauth.Token{}, err
}
