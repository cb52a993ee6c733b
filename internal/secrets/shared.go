package secrets

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	// renewBefore is how long before its end a token is replaced.
	renewBefore = 10 * time.Minute
	// backOff is how long all instances wait after Zoho refused to mint.
	backOff = 2 * time.Minute
	// pollEvery is about how often a waiting instance looks for the new token.
	pollEvery = 500 * time.Millisecond
)

// ErrRefused says that minting was refused a moment ago, here or elsewhere.
var ErrRefused = errors.New("secrets: a new access token was refused a moment ago; all instances wait")

// SharedConfig is what NewShared needs.
type SharedConfig struct {
	Client api
	// SecretID is the secret that holds the token.
	SecretID string
	// Mint makes a new token. Its error is final for now if it is Refusal.
	Mint func(ctx context.Context) (Token, error)
	// Refusal reports whether an error of Mint means that trying again at once, from
	// anywhere, makes it worse.
	Refusal func(error) bool
}

// Shared is the access token that all instances use: together they mint one where each
// alone would mint its own. It is safe for concurrent use.
//
// When the token is about to end, or was refused, the instance that first writes a
// claim for the current version and minute mints the next; the others go on with the
// old one while it is good, or wait. A winner that dies is replaced a minute later.
type Shared struct {
	secret  tokenSecret
	mint    func(ctx context.Context) (Token, error)
	refusal func(error) bool
	slot    chan struct{}

	mu      sync.Mutex
	token   Token
	refused string // the access token that Zoho did not take
}

// NewShared returns a Shared.
func NewShared(c SharedConfig) *Shared {
	if c.Refusal == nil {
		c.Refusal = func(error) bool { return false }
	}
	return &Shared{
		secret: tokenSecret{c.Client, c.SecretID}, mint: c.Mint, refusal: c.Refusal, slot: make(chan struct{}, 1),
	}
}

// Token gives a token that is good. One caller of a process asks at a time; waiting
// ends with ctx.
func (s *Shared) Token(ctx context.Context) (Token, error) {
	if t, fresh := s.known(renewBefore); fresh {
		return t, nil
	}
	select {
	case s.slot <- struct{}{}:
		defer func() { <-s.slot }()
	case <-ctx.Done():
		return Token{}, &Error{Secret: s.secret.id, Reason: "not read in time", Err: ctx.Err()}
	}
	for {
		t, done, err := s.step(ctx)
		if done || err != nil {
			return t, err
		}
		if err := pause(ctx, pollEvery/2+rand.N(pollEvery)); err != nil {
			return Token{}, &Error{Secret: s.secret.id, Reason: "no new token in time", Err: err}
		}
	}
}

// Refused says that Zoho did not take a token.
func (s *Shared) Refused(_ context.Context, t Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refused = t.AccessToken
}

// known is the token of this process, if it is good for so long.
func (s *Shared) known(margin time.Duration) (Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.token, s.usable(s.token, margin)
}

// usable: there is one, Zoho has not refused it, and it is good for so long. A clock
// that has jumped cannot make a token live longer than its hour.
func (s *Shared) usable(t Token, margin time.Duration) bool {
	left := time.Until(t.Expiry)
	return t.AccessToken != "" && t.AccessToken != s.refused && left > margin && left <= 65*time.Minute
}

// step looks once: at the shared token, at who is minting, and mints if it is our turn.
func (s *Shared) step(ctx context.Context) (t Token, done bool, err error) {
	if t, fresh := s.known(renewBefore); fresh {
		return t, true, nil
	}
	current, version, err := s.secret.current(ctx)
	if err != nil {
		// While the old token is good, a Secrets Manager that is not does no harm.
		t, good := s.known(0)
		if good {
			return t, true, nil
		}
		return Token{}, false, err
	}
	s.mu.Lock()
	if s.usable(current, 0) {
		s.token = current
	}
	fresh, good := s.usable(current, renewBefore), s.usable(current, 0)
	s.mu.Unlock()
	if fresh {
		return current, true, nil
	}
	next, minted, err := s.turn(ctx, version)
	switch {
	case minted:
		return next, true, nil
	case good:
		// Somebody else is minting, or it was refused: the old one does for now.
		return current, true, nil
	}
	return Token{}, false, err
}

// turn mints if nobody else is about to.
func (s *Shared) turn(ctx context.Context, version string) (Token, bool, error) {
	now := time.Now()
	last, err := s.secret.claimed(ctx)
	switch {
	case err != nil:
		return Token{}, false, err
	case now.Before(last.RefusedUntil) && last.RefusedUntil.Sub(now) <= backOff:
		return Token{}, false, ErrRefused
	case last.Base == version && last.RefusedUntil.IsZero() && now.Sub(last.At).Abs() < claimFor:
		return Token{}, false, nil // its owner is minting
	}
	won, err := s.secret.claim(ctx, version, now)
	if err != nil || !won {
		return Token{}, false, err
	}
	// Between the reading and the claim the token may have come.
	if current, latest, err := s.secret.current(ctx); err == nil && latest != version && s.take(current) {
		return current, true, nil
	}
	return s.mintNext(ctx, version)
}

func (s *Shared) mintNext(ctx context.Context, version string) (Token, bool, error) {
	t, err := s.mint(ctx)
	if err != nil {
		if s.refusal(err) {
			now := time.Now()
			// Where this cannot be written, each instance finds out by itself.
			err = errors.Join(err, s.secret.refused(context.WithoutCancel(ctx), version, now, now.Add(backOff)))
		}
		return Token{}, false, err
	}
	// The token is minted whatever becomes of the deadline: others need it.
	if err := s.secret.keep(context.WithoutCancel(ctx), version, t); err != nil {
		s.take(t)
		return t, true, nil
	}
	s.take(t)
	return t, true, nil
}

// take makes a token that of this process, if it is good.
func (s *Shared) take(t Token) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.usable(t, 0) {
		return false
	}
	s.token = t
	return true
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
