package secrets

import (
	"cmp"
	"context"
	"net/url"
	"time"

	"untag/internal/zohoauth"
)

// place sets the address of a token that was read from the secret to the one that is
// configured. Anyone who may write the secret could put any address there, and the
// configuration may have changed since. A token that must not be used counts as refused.
func (s *Shared) place(ctx context.Context, c *content, now time.Time) {
	left := c.remaining(now)
	if s.placed == nil || left <= 0 || s.isRefused(c.AccessToken) {
		return
	}
	t, err := s.placed(ctx, zohoauth.Token{
		AccessToken: c.AccessToken, Expiry: time.Now().Add(left), APIDomain: c.APIDomain, DataCenter: c.DataCenter,
	})
	if err == nil {
		c.APIDomain, c.DataCenter = t.APIDomain, t.DataCenter
		return
	}
	s.mu.Lock()
	s.refused = c.AccessToken
	if s.kept.Token.AccessToken == c.AccessToken {
		s.kept.Token = zohoauth.Token{}
	}
	s.mu.Unlock()
	s.tell(&Error{Secret: s.vault.id, Reason: "the access token stored in it is not used, and untag requests a new one", Err: err})
}

func (s *Shared) isRefused(token string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.refused == token
}

// refusedBy returns the host that a token is for, to name in an error.
func (c content) refusedBy() string {
	u, err := url.Parse(c.APIDomain)
	if err != nil {
		return "Zoho"
	}
	return cmp.Or(u.Host, "Zoho")
}
