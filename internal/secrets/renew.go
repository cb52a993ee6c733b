package secrets

import (
	"context"
	"errors"
	"time"

	"untag/internal/zohoauth"
)

const (
	// maxFaults is how many faults of Secrets Manager in a row are retried, in addition to
	// its client's own retries.
	maxFaults = 5
	// firstPoll and maxPoll bound the time between two looks for the token.
	firstPoll, maxPoll = 200 * time.Millisecond, 2 * time.Second
	// A token that Zoho refuses before it is earlyLife old was refused early. After
	// maxEarly of them in a row the next is no longer minted at once, and a token must
	// last that much longer to end the row.
	earlyLife = 10 * time.Minute
	maxEarly  = 3
)

// errAnother says that another instance has the claim.
var errAnother = errors.New("another instance is minting the access token")

// obtain reads the token, mints it if it is this instance's turn, or waits for the
// instance whose turn it is. The caller holds the slot.
func (s *Shared) obtain(ctx context.Context) (zohoauth.Token, error) {
	poll, faults := firstPoll, 0
	for {
		token, err := s.step(ctx)
		if err == nil {
			return token, nil
		}
		if token, ok := s.serving(); ok && errors.Is(err, errAnother) {
			return token, nil
		} else if ok {
			return zohoauth.Token{}, err
		}
		switch e, ours := err.(*Error); {
		case errors.Is(err, errAnother):
			faults = 0
		case !ours, !e.Retryable(), e.wait > 0, faults == maxFaults:
			return zohoauth.Token{}, err
		default:
			faults++
		}
		select {
		case <-time.After(jitter(poll)):
			poll = min(poll*3/2, maxPoll)
		case <-ctx.Done():
			return zohoauth.Token{}, s.late(ctx)
		}
	}
}

// step looks at the secret once and takes the next step.
func (s *Shared) step(ctx context.Context) (zohoauth.Token, error) {
	state, err := s.vault.load(ctx)
	if err != nil {
		return zohoauth.Token{}, err
	}
	if token, done := s.save(ctx, state); done {
		return token, nil
	}
	s.place(ctx, &state.current.content, state.now())
	if token, fresh := s.adopt(state.current.content, state.now()); fresh {
		return token, nil
	}
	if state, err = s.vault.withClaim(ctx, state); err != nil {
		return zohoauth.Token{}, err
	}
	if left, refused := state.held(); left > 0 && refused {
		return zohoauth.Token{}, &Error{
			Secret: s.vault.id, Reason: "Zoho refused the last request for an access token, and untag does not ask again yet",
			passing: !state.claim.Claim.Final, wait: left,
		}
	} else if left > 0 {
		return zohoauth.Token{}, errAnother
	}
	if left := tooEarly(state); left > 0 {
		return zohoauth.Token{}, &Error{
			Secret: s.vault.id, Reason: state.current.refusedBy() + " refuses every new access token, and untag does not request another yet; " +
				"the usual causes are the wrong data center (`data_center` in the credential), and a sandbox or developer " +
				"organisation (`environment` in the credential, or ZOHO_ENVIRONMENT)",
			passing: true, wait: left,
		}
	}
	if err := s.vault.unchanged(ctx, state); err != nil {
		return zohoauth.Token{}, err
	}
	return s.renew(ctx, state)
}

// tooEarly returns how long to wait before minting the next token when Zoho refuses each one
// soon after it was minted: something else is wrong then.
func tooEarly(state state) time.Duration {
	c := state.current
	if c.Early < maxEarly || c.remaining(state.now()) <= 0 {
		return 0
	}
	stands := backOff(c.Early)
	return max(0, min(c.created.Add(stands).Sub(state.now()), stands))
}

// renew claims the next token and mints it.
func (s *Shared) renew(ctx context.Context, state state) (zohoauth.Token, error) {
	// The time counts from before the claim is made, so that an instance that is slow, or
	// was frozen meanwhile, gives up before another takes over.
	ctx, cancel := context.WithTimeout(ctx, mintAndPut)
	defer cancel()
	claim, err := s.vault.claimNext(ctx, state)
	if err != nil {
		return zohoauth.Token{}, err
	}
	if claim == nil {
		return zohoauth.Token{}, errAnother
	}
	minted, err := s.minted(ctx)
	if err != nil {
		wait, putErr := s.vault.giveUp(ctx, claim, err)
		if putErr != nil {
			s.tell(putErr)
		}
		return zohoauth.Token{}, refusal{err, wait}
	}
	now := state.now()
	c := content{
		AccessToken: minted.AccessToken, APIDomain: minted.APIDomain, DataCenter: minted.DataCenter,
		MintedAt: now.UTC(), ExpiresAt: now.Add(time.Until(minted.Expiry)).UTC(),
	}
	if before := state.current; before.remaining(now) > before.margin() && now.Sub(before.created) < earlyLife+backOff(before.Early) {
		c.Early = before.Early + 1
	}
	token := s.adoptMinted(c, now)
	if err := s.vault.deliver(ctx, claim, c); err != nil {
		// The token is good anyway; the next look stores it.
		s.unsaved = &unsaved{claim, c}
		s.lookSoon()
		s.tell(err)
	}
	return token, nil
}

// minted returns a new token that can be used.
func (s *Shared) minted(ctx context.Context) (zohoauth.Token, error) {
	ctx, cancel := context.WithTimeout(ctx, mintTime)
	defer cancel()
	token, err := s.mint(ctx)
	if err == nil && (token.AccessToken == "" || time.Until(token.Expiry) <= 0) {
		return zohoauth.Token{}, &Error{Secret: s.vault.id, Reason: "the access token that Zoho just issued has already expired", passing: true}
	}
	return token, err
}

// save stores the token that could not be stored before, unless another has been stored
// since or Zoho refused it.
func (s *Shared) save(ctx context.Context, state state) (zohoauth.Token, bool) {
	u := s.unsaved
	if u == nil {
		return zohoauth.Token{}, false
	}
	token, ok := s.serving()
	if !ok || token.AccessToken != u.content.AccessToken || state.current.base() != u.won.claim.Replaces {
		s.unsaved = nil
		return zohoauth.Token{}, false
	}
	if err := s.vault.deliver(ctx, u.won, u.content); err != nil {
		s.lookSoon()
		s.tell(err)
		return token, true
	}
	s.unsaved = nil
	return s.adopt(u.content, state.now())
}

func (s *Shared) lookSoon() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept.Renew = time.Now().Add(jitter(lookAgain))
}

// refusal is Mint's error, with how long no instance asks again.
type refusal struct {
	error
	wait time.Duration
}

func (r refusal) Unwrap() error             { return r.error }
func (r refusal) RetryAfter() time.Duration { return r.wait }
