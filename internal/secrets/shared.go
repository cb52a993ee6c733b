package secrets

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	"untag/internal/zohoauth"
)

const (
	// lookAgain is how often an instance whose token is about to expire looks for the next.
	lookAgain = 5 * time.Second
	// failedFor is how long a failed read of the secret is reported to those who waited for
	// it, without another read.
	failedFor = time.Second
)

// SharedConfig is what NewShared needs.
type SharedConfig struct {
	Client client
	// SecretID is the name or ARN of the secret that holds the token. The secret must
	// exist; it may be empty.
	SecretID string
	// Mint makes a new token. Its errors may have the methods Retryable and RetryAfter; they
	// are passed on unchanged.
	Mint func(ctx context.Context) (zohoauth.Token, error)
	// Placed, if set, returns a token that was read from the secret with the address that is
	// configured now. An error means that the token must not be used: a new one is then
	// minted, as if Zoho had refused it.
	Placed func(ctx context.Context, t zohoauth.Token) (zohoauth.Token, error)
	// Report, if set, is called with faults that do no harm yet, such as a token that could
	// not be stored, or not renewed while the old one is still good.
	Report func(error)
}

// Shared keeps one access token for all instances in a secret. It is safe for
// concurrent use.
//
// A token is replaced ten minutes before it expires, or when Zoho refuses it. Exactly one
// instance then mints the next: the one whose claim Secrets Manager accepts first. While
// the old token is good, the others use it; otherwise they wait. A winner that delivers no
// token is replaced a minute later. A refresh that Zoho refuses is recorded, and no
// instance asks again for a minute; repeated refusals extend this to up to 45 minutes. To
// try a new credential at once, put {} into the secret.
type Shared struct {
	vault  vault
	mint   func(ctx context.Context) (zohoauth.Token, error)
	placed func(ctx context.Context, t zohoauth.Token) (zohoauth.Token, error)
	report func(error)
	slot   chan struct{} // held while the secret is read or a token is minted

	mu      sync.Mutex
	kept    zohoauth.Kept
	refused string   // the access token that Zoho refused last
	unsaved *unsaved // guarded by slot
}

// unsaved is a token that was minted but could not be stored yet.
type unsaved struct {
	won     *won
	content content
}

// NewShared returns a Shared.
func NewShared(c SharedConfig) *Shared {
	return &Shared{
		vault: vault{client: c.Client, id: c.SecretID}, mint: c.Mint, placed: c.Placed, report: c.Report,
		slot: make(chan struct{}, 1),
	}
}

// Token returns a token that is good for a while. It stops waiting when ctx ends. An *Error
// is about the secret; any other error is Mint's.
func (s *Shared) Token(ctx context.Context) (zohoauth.Token, error) {
	if token, err, known := s.known(); known {
		return token, err
	}
	select {
	case s.slot <- struct{}{}:
	default:
		if token, ok := s.serving(); ok {
			return token, nil
		}
		select {
		case s.slot <- struct{}{}:
		case <-ctx.Done():
			return zohoauth.Token{}, s.late(ctx)
		}
	}
	defer func() { <-s.slot }()
	if token, err, known := s.known(); known {
		return token, err
	}
	token, err := s.obtain(ctx)
	if err == nil {
		return token, nil
	}
	return s.fail(ctx, err)
}

// Refused records that Zoho refused a token: if it is the current one, the next caller
// looks for another.
func (s *Shared) Refused(_ context.Context, token zohoauth.Token) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if token.AccessToken != "" && s.kept.Token.AccessToken == token.AccessToken {
		s.refused, s.kept.Token = token.AccessToken, zohoauth.Token{}
	}
}

// known returns the current token, or the last fault while it is recent.
func (s *Shared) known() (zohoauth.Token, error, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.Answer(time.Now())
}

// serving returns the current token, and whether it can still be used.
func (s *Shared) serving() (zohoauth.Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.kept.Token, s.kept.Alive(time.Now())
}

// adopt keeps the token of a version, unless it has expired or was refused, and reports
// whether it does not need to be replaced yet.
func (s *Shared) adopt(c content, now time.Time) (zohoauth.Token, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	left := c.remaining(now)
	if left <= 0 || c.AccessToken == s.refused {
		return zohoauth.Token{}, false
	}
	// This includes Go's monotonic clock, which keeps running when someone sets the time of day.
	here := time.Now()
	s.kept.Token = zohoauth.Token{AccessToken: c.AccessToken, Expiry: here.Add(left), APIDomain: c.APIDomain, DataCenter: c.DataCenter}
	fresh := left > c.margin()
	if fresh {
		s.kept.Renew, s.kept.Failed = here.Add(left-c.margin()), nil
	} else {
		s.kept.Renew = here.Add(jitter(lookAgain))
	}
	return s.kept.Token, fresh
}

// adoptMinted keeps a new token, even if it equals the one that was refused.
func (s *Shared) adoptMinted(c content, now time.Time) zohoauth.Token {
	s.mu.Lock()
	s.refused = ""
	s.mu.Unlock()
	token, _ := s.adopt(c, now)
	return token
}

// fail remembers a fault. While the old token is good, it is only reported.
func (s *Shared) fail(ctx context.Context, err error) (zohoauth.Token, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	alive := s.kept.Alive(now)
	if ctx.Err() == nil { // otherwise only this caller's time ran out
		stands := failedFor
		if alive {
			stands = jitter(lookAgain)
		}
		if e, ok := err.(interface{ RetryAfter() time.Duration }); ok {
			stands = max(stands, min(e.RetryAfter(), maxBackOff))
		}
		// Another instance may end a back-off early, so look again now and then.
		s.kept.Failed, s.kept.Until = err, now.Add(min(stands, 10*lookAgain))
	}
	if !alive {
		return zohoauth.Token{}, err
	}
	s.tell(err)
	return s.kept.Token, nil
}

func (s *Shared) tell(err error) {
	if s.report != nil {
		s.report(err)
	}
}

func (s *Shared) late(ctx context.Context) error {
	return &Error{Secret: s.vault.id, Reason: "no access token in time: another instance is still requesting it", Err: ctx.Err()}
}

// jitter returns a time around d, so that instances that started together spread out.
func jitter(d time.Duration) time.Duration {
	return d/2 + rand.N(d)
}
