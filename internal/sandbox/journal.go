package sandbox

import (
	"slices"
	"time"
)

// Entry is one removal: the tags that one call took off one record.
type Entry struct {
	Time   time.Time `json:"time"`
	Module string    `json:"module"`
	ID     string    `json:"id"`
	// Tags came off; there is at least one.
	Tags []string `json:"tags"`
	// Version is the API version of the call, such as "v2".
	Version string `json:"version"`
	// Token tells access tokens apart without giving them away: the start of a
	// hash, in hexadecimal.
	Token string `json:"token"`
	// Call numbers the CRM calls in the order they arrived, from 1. Removals of
	// one call share it.
	Call uint64 `json:"call"`
}

// Requests counts what the Sandbox was asked.
type Requests struct {
	// TokenRequests were made of the accounts server, TokensMinted were
	// answered with an access token, TokensRefused for being too many. TokensRevoked
	// were ended early by Config.Faults.
	TokenRequests int `json:"token_requests"`
	TokensMinted  int `json:"tokens_minted"`
	TokensRefused int `json:"tokens_refused"`
	TokensRevoked int `json:"tokens_revoked"`
	// CRM counts every call under /crm/. RemoveTags, Reads and Searches are
	// those of them that asked for that, whether or not they succeeded.
	CRM        int `json:"crm"`
	RemoveTags int `json:"remove_tags"`
	Reads      int `json:"reads"`
	Searches   int `json:"searches"`
	// Throttled were refused for being over Config.Concurrency, Unauthorized for
	// their token, Faulty had a fault of Config.Faults (without locked records and
	// slow answers).
	Throttled    int `json:"throttled"`
	Unauthorized int `json:"unauthorized"`
	Faulty       int `json:"faulty"`
	// MostAtOnce is the highest number of CRM calls that were served side by side.
	MostAtOnce int `json:"most_at_once"`
}

// Journal returns every removal so far, oldest first. Calls that took nothing
// off are not in it.
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

// record writes the journal; the caller holds the lock.
func (sb *Sandbox) record(e Entry) {
	sb.journal = append(sb.journal, e)
	if sb.config.OnRemove != nil {
		e.Tags = slices.Clone(e.Tags)
		sb.config.OnRemove(e)
	}
}
