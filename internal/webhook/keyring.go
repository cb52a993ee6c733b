package webhook

import (
	"context"
	"crypto"
	"errors"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	// keyLifetime is how long a set of keys is used before it is fetched again.
	keyLifetime = time.Hour
	// keyPause is the minimum time between two requests for the same set, so that tokens with
	// made-up keys cause none.
	keyPause = time.Minute
	// keyRetry is the minimum time between two requests for a set that there is none of yet.
	keyRetry = 5 * time.Second
)

// keyring has the public keys of senders, which it fetches when a token first needs them. It
// is safe for concurrent use.
type keyring struct {
	client *http.Client // nil: there are no keys
	mu     sync.Mutex
	sets   map[string]*keySet
}

// keySet is a set of keys as it was last fetched.
type keySet struct {
	url string
	// turn is held while the set is fetched: one request serves all that wait.
	turn chan struct{}

	mu      sync.Mutex
	keys    []publicJWK
	fetched time.Time
	// tried is when it was last requested, and failed is what came of it.
	tried  time.Time
	failed error
}

// newKeyring returns a keyring that requests keys with a client, which must be restricted.
func newKeyring(client *http.Client) *keyring {
	return &keyring{client: client, sets: make(map[string]*keySet)}
}

func (k *keyring) set(url string) *keySet {
	k.mu.Lock()
	defer k.mu.Unlock()
	s := k.sets[url]
	if s == nil {
		s = &keySet{url: url, turn: make(chan struct{}, 1)}
		k.sets[url] = s
	}
	return s
}

// find returns the keys of a set with an identifier that fit an algorithm; all that fit if
// the identifier is "". It returns an error if the set could not be fetched and so is unknown
// or may be too old to have the key. Old keys count until there are new ones.
func (k *keyring) find(ctx context.Context, url, id, algorithm string) ([]crypto.PublicKey, error) {
	if k.client == nil {
		return nil, errors.New("this program has no HTTP client for it")
	}
	s := k.set(url)
	if !s.isDue(id, algorithm) {
		return s.matching(id, algorithm)
	}
	select {
	case s.turn <- struct{}{}:
		defer func() { <-s.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	if s.isDue(id, algorithm) { // another request may have fetched it meanwhile
		keys, err := fetchKeys(ctx, k.client, url)
		if err != nil && ctx.Err() != nil {
			return nil, ctx.Err() // says nothing about the sender
		}
		s.store(keys, err)
	}
	return s.matching(id, algorithm)
}

// isDue reports whether the set must be fetched before a key is looked up.
func (s *keySet) isDue(id, algorithm string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	since := time.Since(s.tried)
	switch {
	case s.fetched.IsZero():
		return s.tried.IsZero() || since >= keyRetry
	case time.Since(s.fetched) >= keyLifetime, len(s.lookup(id, algorithm)) == 0:
		return since >= keyPause
	}
	return false
}

func (s *keySet) matching(id, algorithm string) ([]crypto.PublicKey, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := s.lookup(id, algorithm)
	if len(found) == 0 && s.failed != nil {
		return nil, s.failed
	}
	return found, nil
}

func (s *keySet) lookup(id, algorithm string) (found []crypto.PublicKey) {
	for _, k := range s.keys {
		if (id == "" || k.id == id) && (k.algorithm == "" || k.algorithm == algorithm) && fits(k.key, algorithm) {
			found = append(found, k.key)
		}
	}
	return found
}

// store notes what came of a request for the set.
func (s *keySet) store(keys []publicJWK, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.tried, s.failed = time.Now(), err
	if err == nil {
		s.keys, s.fetched = keys, s.tried
	}
}

// fetchKeys requests a set of keys. Its errors quote nothing of the answer.
func fetchKeys(ctx context.Context, client *http.Client, url string) ([]publicJWK, error) {
	if !strings.HasPrefix(url, "https://") {
		return nil, errors.New("it is not an https URL")
	}
	text, err := fetch(ctx, client, url)
	if err != nil {
		return nil, err
	}
	return parseKeys(text)
}
