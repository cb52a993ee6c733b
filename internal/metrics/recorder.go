package metrics

import (
	"io"
	"strconv"
	"sync"
	"time"
)

// These are the names of the metrics.
const (
	// Received counts events that were verified and read, Refused the requests that were not.
	Received = "Received"
	Refused  = "Refused" // also by Reason
	// Matched counts the events for which a rule asked for something, once nothing is left to
	// retry.
	Matched = "Matched" // only by Rule
	// Removed counts the records whose tags a rule removed, Observed those whose tags it would
	// have removed, and FailedRemovals those that failed, each time.
	Removed        = "Removed"
	Observed       = "Observed"
	FailedRemovals = "FailedRemovals" // also by Code
	// EventAge is how long after an event was received nothing was left to do for it.
	EventAge = "EventAge"
	// ZohoCalls counts requests to the CRM, ZohoFailures those that failed or could not be
	// made, and requests for an access token that failed.
	ZohoCalls    = "ZohoCalls"
	ZohoFailures = "ZohoFailures" // also by Code
	// RecordsPerCall has the records of each call that changes tags.
	RecordsPerCall = "RecordsPerCall"
	// TokenMints counts requests for an access token.
	TokenMints = "TokenMints"
	// CreditsLeft is how many credits Zoho says are left; it says so only once half are used.
	CreditsLeft = "CreditsLeft"
)

// These are the dimensions. Each metric has at most one.
const (
	byReason = "Reason"
	byRule   = "Rule"
	byCode   = "Code"
)

// MaxRules is how many rules have a value of their own: the first of the file.
const MaxRules = 50

// Other is the value of the rules beyond MaxRules, and of all codes that are not known.
const Other = "other"

// Config is what New needs.
type Config struct {
	// Namespace is that of the metrics. If it is "", there are none.
	Namespace string
	// Out is the log.
	Out io.Writer
	// KnownCode reports whether a code may be the value of a dimension; nil for none.
	KnownCode func(code string) bool
}

// Recorder collects what happens until Flush writes it. A nil Recorder does nothing. It is
// safe for concurrent use.
type Recorder struct {
	namespace string
	out       io.Writer
	knownCode func(string) bool

	mu sync.Mutex
	// counts are by the key of a metric and a value of its dimension; see join. The values are
	// numbers as JSON.
	counts map[string]int
	values map[string][]string
}

// New returns a Recorder, nil if there is no namespace.
func New(c Config) *Recorder {
	if c.Namespace == "" || c.Out == nil {
		return nil
	}
	return &Recorder{
		namespace: c.Namespace, out: c.Out, knownCode: c.KnownCode,
		counts: make(map[string]int), values: make(map[string][]string),
	}
}

// Received counts events that were verified and read.
func (r *Recorder) Received(n int) { r.count(n, join("", "", Received)) }

// Refused counts a request that was refused. The reason must be one of a few.
func (r *Recorder) Refused(reason string) {
	r.count(1, join("", "", Refused), join(byReason, reason, Refused))
}

// Matched counts an event for which a rule asked for something.
func (r *Recorder) Matched(rule string) { r.count(1, join(byRule, rule, Matched)) }

// Removed counts records whose tags were removed.
func (r *Recorder) Removed(n int) { r.count(n, join("", "", Removed)) }

// Observed counts records whose tags would have been removed.
func (r *Recorder) Observed(n int) { r.count(n, join("", "", Observed)) }

// FailedRemoval counts a record whose tags could not be removed.
func (r *Recorder) FailedRemoval(code string) {
	r.count(1, join("", "", FailedRemovals), join(byCode, r.code(code), FailedRemovals))
}

// EventAge notes how old an event was when nothing was left to do for it.
func (r *Recorder) EventAge(age time.Duration) {
	r.note(EventAge, strconv.FormatFloat(age.Seconds(), 'f', 3, 64))
}

// ZohoCall counts a request to the CRM. It changes the tags of so many records, none if it
// only reads.
func (r *Recorder) ZohoCall(records int) {
	r.count(1, join("", "", ZohoCalls))
	if records > 0 {
		r.note(RecordsPerCall, strconv.Itoa(records))
	}
}

// ZohoFailure counts a call that failed.
func (r *Recorder) ZohoFailure(code string) {
	r.count(1, join("", "", ZohoFailures), join(byCode, r.code(code), ZohoFailures))
}

// TokenMint counts a request for an access token.
func (r *Recorder) TokenMint() { r.count(1, join("", "", TokenMints)) }

// CreditsLeft notes how many credits Zoho says are left.
func (r *Recorder) CreditsLeft(n int) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counts[join("", "", CreditsLeft)] = n
}

func (r *Recorder) code(code string) string {
	if r != nil && r.knownCode != nil && r.knownCode(code) {
		return code
	}
	return Other
}

func (r *Recorder) count(n int, keys ...string) {
	if r == nil || n == 0 {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, key := range keys {
		r.counts[key] += n
	}
}

func (r *Recorder) note(metric, value string) {
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.values[metric] = append(r.values[metric], value)
}
