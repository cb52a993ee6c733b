package sandbox

import (
	"slices"
	"time"
)

// Entry is one change: the tags that one call, or an edit such as AddTag, removed from one record
// or added to it.
type Entry struct {
	Time   time.Time `json:"time"`
	Module string    `json:"module"`
	ID     string    `json:"id"`
	// Tags are the removed tags; there is at least one, unless tags were added.
	Tags []string `json:"tags"`
	// Added are the added tags.
	Added []string `json:"added,omitempty"`
	// Version is the API version of the call, such as "v2"; "" for an edit, which has no
	// token and no call either.
	Version string `json:"version"`
	// Token identifies the access token without revealing it: the start of its hash,
	// in hexadecimal.
	Token string `json:"token"`
	// Call is the number of the CRM call, in order of arrival, from 1. The removals
	// of one call share it.
	Call uint64 `json:"call"`
}

// Requests counts the requests to the Sandbox.
type Requests struct {
	// TokenRequests counts the requests to the accounts server, TokensMinted those
	// that returned an access token, TokensRefused those refused for being too many.
	// TokensRevoked counts the tokens that Config.Faults ended early.
	TokenRequests int `json:"token_requests"`
	TokensMinted  int `json:"tokens_minted"`
	TokensRefused int `json:"tokens_refused"`
	TokensRevoked int `json:"tokens_revoked"`
	// CRM counts every call under /crm/. RemoveTags, AddTags, Reads and Searches count the
	// calls of that kind, whether or not they succeeded.
	CRM        int `json:"crm"`
	RemoveTags int `json:"remove_tags"`
	AddTags    int `json:"add_tags"`
	Reads      int `json:"reads"`
	Searches   int `json:"searches"`
	// Throttled counts the calls refused for exceeding Config.Concurrency,
	// Unauthorized those refused for their token, Faulty those with a fault of
	// Config.Faults (except locked records and slow answers).
	Throttled    int `json:"throttled"`
	Unauthorized int `json:"unauthorized"`
	Faulty       int `json:"faulty"`
	// MostAtOnce is the highest number of CRM calls served at the same time.
	MostAtOnce int `json:"most_at_once"`
}

// Journal returns every change since New or the last Reset, oldest first. It does not contain calls
// that changed nothing.
func (sb *Sandbox) Journal() []Entry {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return slices.Clone(sb.journal)
}

// Requests returns the counts so far.
func (sb *Sandbox) Requests() Requests {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	return sb.requests
}

func (sb *Sandbox) count(add func(*Requests)) {
	sb.mu.Lock()
	defer sb.mu.Unlock()
	add(&sb.requests)
}

// record adds an entry to the journal. The caller must hold the lock.
func (sb *Sandbox) record(e Entry) {
	sb.journal = append(sb.journal, e)
	if sb.config.OnRemove != nil && len(e.Tags) > 0 {
		e.Tags = slices.Clone(e.Tags)
		sb.config.OnRemove(e)
	}
}
