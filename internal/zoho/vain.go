package zoho

import (
	"sync"
	"time"
)

const (
	// vainFor is how long a new access token is not tried again where one did not help:
	// as long as Zoho counts access tokens for.
	vainFor = 10 * time.Minute
	// maxVain is how many kinds of calls are remembered; a module's name may come from
	// an event.
	maxVain = 1000
)

// vain remembers the kinds of calls for which a new access token was refused like the one
// before. What is refused whatever its token must not have one minted for every call, and
// so use up the tokens of all other calls. The zero vain remembers nothing.
type vain struct {
	mu    sync.Mutex
	kinds map[string]attempt
}

// attempt is the token that was new, and when another may be tried.
type attempt struct {
	token string
	until time.Time
}

func (v *vain) note(kind string, t Token) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.kinds == nil || len(v.kinds) >= maxVain {
		v.kinds = make(map[string]attempt)
	}
	v.kinds[kind] = attempt{t.AccessToken, time.Now().Add(vainFor)}
}

// noted reports whether a token was a new one that did not help.
func (v *vain) noted(kind string, t Token) bool {
	v.mu.Lock()
	defer v.mu.Unlock()
	a, known := v.kinds[kind]
	return known && a.token == t.AccessToken && time.Now().Before(a.until)
}

func (v *vain) forget(kind string) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.kinds, kind)
}
