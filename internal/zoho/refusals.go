package zoho

import (
	"sync"
	"time"
)

const (
	// noTokenFor is how long no other access token is minted for a kind of call that a new
	// one did not help: as long as Zoho counts access tokens for.
	noTokenFor = 10 * time.Minute
	// maxRefusals is how many kinds of calls are remembered; the name of a module may come
	// from an event.
	maxRefusals = 1000
)

// refusals remembers the kinds of calls for which Zoho refused a new access token as well. A
// call that is refused whatever its token must not have a token minted each time, as all
// other calls would soon have none. The zero refusals remembers nothing.
type refusals struct {
	mu    sync.Mutex
	kinds map[string]attempt
}

// attempt is the token that was new, and when another may be tried.
type attempt struct {
	token string
	until time.Time
}

func (v *refusals) note(kind string, t Token) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kinds == nil || len(v.kinds) >= maxRefusals {
		v.kinds = make(map[string]attempt)
	}
	v.kinds[kind] = attempt{t.AccessToken, time.Now().Add(noTokenFor)}
}

// noted reports whether this token is the new one that did not help.
func (v *refusals) noted(kind string, t Token) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	a, known := v.kinds[kind]
	return known && a.token == t.AccessToken && time.Now().Before(a.until)
}

func (v *refusals) forget(kind string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.kinds, kind)
}
