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
	// claimLife is how long the first claims stand. An instance that has not delivered a
	// token by then is presumed dead.
	claimLife = time.Minute
	// mintTime bounds minting, mintAndPut minting and storing the result; both end before
	// the claim does.
	mintTime, mintAndPut = 35 * time.Second, 50 * time.Second
	// maxBackOff is the longest time without a request to Zoho. A refresh that keeps failing
	// writes two versions each time, and Secrets Manager keeps a hundred versions for a day.
	maxBackOff = 45 * time.Minute
)

// backOff returns how long the n-th claim in a row, or its refusal, stands: a minute for the
// first three, then twice as long each time.
func backOff(n int) time.Duration {
	d := claimLife
	for ; n > 3 && d < maxBackOff; n-- {
		d *= 2
	}
	return min(d, maxBackOff)
}

// requestToken derives the id of a version from what the version is about. Secrets Manager
// accepts one version for each id: the first that is written.
func requestToken(about ...string) string {
	h := sha256.New()
	for _, a := range about {
		h.Write([]byte(a))
		h.Write([]byte{0})
	}
	return hex.EncodeToString(h.Sum(nil))
}

// nextClaim returns the id under which the successor of the current version is claimed. It
// depends on that version and on the previous claim, which has expired by now. If it
// depended on a clock's minute instead, two instances could see different minutes around
// the turn of one, and both would win.
func (s state) nextClaim() (id string, attempt int) {
	before, attempt := "", 1
	if c, ok := s.pending(); ok {
		before, attempt = c.id, c.Claim.Attempt+1
	}
	return requestToken("claim", s.current.base(), before), attempt
}

// held returns how long the claim to the successor, or the refusal received under it, still
// stands.
func (s state) held() (left time.Duration, refused bool) {
	c, ok := s.pending()
	if !ok {
		return 0, false
	}
	if !c.Claim.RefusedUntil.IsZero() {
		// A wrong clock may have written any time: never wait longer than the longest back-off.
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

// claimNext claims the successor of the current version. It returns nil when another
// instance was first.
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

// giveUp records that Zoho issued no token, so that the other instances do not ask as well,
// and returns how long none of them will.
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
