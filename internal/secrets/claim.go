package secrets

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"time"
)

const (
	// claimLife is how long the first claims stand; whoever made one and has brought no
	// token by then is taken for dead.
	claimLife = time.Minute
	// mintTime is how long minting may take, and mintAndPut until its result is
	// written; both end before the claim does.
	mintTime, mintAndPut = 35 * time.Second, 50 * time.Second
	// maxBackOff bounds how long nobody asks Zoho. A refresh that keeps failing writes
	// two versions each time, and Secrets Manager keeps a hundred for a day.
	maxBackOff = 45 * time.Minute
)

// backOff is how long the n-th claim in a row stands, or its refusal: a minute for the
// first three, then twice as long each time.
func backOff(n int) time.Duration {
	d := claimLife
	for ; n > 3 && d < maxBackOff; n-- {
		d *= 2
	}
	return min(d, maxBackOff)
}

// requestToken makes the id of a version of what the version is about. Secrets Manager
// takes one version of an id: of all who write it, the first.
func requestToken(about ...string) string {
	h := sha256.New()
	for _, a := range about {
		h.Write([]byte(a))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// nextClaim is the id under which the successor of the current version is claimed. It
// follows from that version and from the claim before, which has run out by now. The
// minute of a clock in its place would differ between two instances around the turn of
// the minute, and both would win.
func (s state) nextClaim() (id string, attempt int) {
	before, attempt := "", 1
	if c, ok := s.pending(); ok {
		before, attempt = c.id, c.Claim.Attempt+1
	}
	return requestToken("claim", s.current.base(), before), attempt
}

// held is how long the claim to the successor still stands, or the refusal that was
// met under it.
func (s state) held() (left time.Duration, refused bool) {
	c, ok := s.pending()
	if !ok {
		return 0, false
	}
	if !c.Claim.RefusedUntil.IsZero() {
		// Whatever a clock wrote, nobody waits longer than the longest wait.
		return max(0, min(c.Claim.RefusedUntil.Sub(s.now()), maxBackOff)), true
	}
	stands := backOff(c.Claim.Attempt)
	return max(0, min(c.created.Add(stands).Sub(s.now()), stands)), false
}

// won is a claim that this instance made before all others.
type won struct {
	id    string
	state state
	claim claim
}

// claimNext claims the successor of the current version; nil when another was first.
func (v vault) claimNext(ctx context.Context, s state) (*won, error) {
	id, attempt := s.nextClaim()
	c := claim{Replaces: s.current.base(), Owner: rand.Text(), Attempt: attempt}
	first, err := v.put(ctx, id, stageClaim, content{Claim: &c})
	if err != nil || !first {
		return nil, err
	}
	return &won{id: id, state: s, claim: c}, nil
}

// deliver makes a token the current version.
func (v vault) deliver(ctx context.Context, w *won, c content) error {
	_, err := v.put(ctx, requestToken("token", w.id), stageCurrent, c)
	return err
}

// giveUp leaves word that Zoho gave no token, so that the others do not ask as well,
// and says how long nobody will.
func (v vault) giveUp(ctx context.Context, w *won, refusal error) (time.Duration, error) {
	wait := backOff(w.claim.Attempt)
	var asked interface{ RetryAfter() time.Duration }
	if errors.As(refusal, &asked) {
		wait = max(wait, min(asked.RetryAfter(), maxBackOff))
	}
	var e interface{ Retryable() bool }
	c := w.claim
	c.Final = errors.As(refusal, &e) && !e.Retryable()
	c.RefusedUntil = w.state.now().Add(wait).UTC()
	_, err := v.put(ctx, requestToken("refused", w.id), stageClaim, content{Claim: &c})
	return wait, err
}
