package zoho

import (
	"sync"
	"time"

	"untag/internal/zohoauth"
)

const (
	// noTokenFor is how long no further access token is minted for a kind of call that a
	// new one did not help. If Zoho has accepted that token for no other call, the token may
	// be at fault, and another is tried after retryTokenAfter.
	noTokenFor      = earlyLife + time.Minute // the token is then no longer refused early
	retryTokenAfter = 30 * time.Second
	// maxRefusals is how many kinds of calls are remembered; the name of a module may come
	// from an event.
	maxRefusals = 1000
)

// refusals remembers the kinds of calls for which Zoho refused a new access token as well. A
// call that is refused with every token must not cause a new one each time, or all other
// calls would soon have none. The zero value remembers nothing.
type refusals struct {
	mu sync.Mutex
	// since is when a new token was refused, for each kind of call.
	since map[string]time.Time
	// accepted is the token that Zoho accepted last, for any kind of call.
	accepted string
}

// refused records that a new token did not help.
func (r *refusals) refused(kind string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.since == nil || len(r.since) >= maxRefusals {
		r.since = make(map[string]time.Time)
	}
	r.since[kind] = time.Now()
}

// accept records that Zoho accepted a token.
func (r *refusals) accept(kind string, t zohoauth.Token) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.accepted = t.AccessToken
	delete(r.since, kind)
}

// hopeless reports whether another token instead of this one would be refused as well.
func (r *refusals) hopeless(kind string, t zohoauth.Token) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	since, known := r.since[kind]
	if !known {
		return false
	}
	passed := time.Since(since)
	return passed < retryTokenAfter || passed < noTokenFor && r.accepted == t.AccessToken
}
