package pipeline

import (
	"time"

	"untag/internal/rules"
)

// These are the outcomes of an event.
const (
	OutcomeRemoved = "removed" // at least one removal, and none failed
	OutcomeNothing = "nothing" // no removal applies
	OutcomeFailed  = "failed"  // at least one removal failed
)

// Outcome is what happened to one event. Callers get its JSON form as the answer, in which
// long lists are shortened.
type Outcome struct {
	EventID string            `json:"event_id"`
	Outcome string            `json:"outcome"`
	Removed []Removed         `json:"removed"`
	Failed  []Failed          `json:"failed"`
	Errors  []rules.RuleError `json:"errors"`
	// Skipped are removals that a rule asked for but that do not apply to the live record.
	Skipped []Skipped `json:"skipped,omitempty"`
	// Observed is what rules with `mode: observe` would have removed.
	Observed []Observed `json:"observed,omitempty"`
	// More is set only in an answer that was shortened.
	More *More `json:"more,omitempty"`
	// Unreadable is why the event could not be read.
	Unreadable error `json:"-"`
	// Done is for the Job of the next attempt, if an event takes several calls and only some
	// of what it asks for is done; otherwise "".
	Done string `json:"-"`
}

// Removed is one rule's removal that Zoho confirmed.
type Removed struct {
	Rule      string   `json:"rule"`
	Module    string   `json:"module"`
	ID        string   `json:"id"`
	Tags      []string `json:"tags"`
	Remaining []string `json:"remaining"`
}

// Observed is what a rule that is only watched would have removed: tags that the record has.
type Observed struct {
	Rule   string   `json:"rule"`
	Module string   `json:"module"`
	ID     string   `json:"id"`
	Tags   []string `json:"tags"`
}

// Failed is one rule's removal that did not happen, or may not have happened, and why.
type Failed struct {
	Rule   string   `json:"rule"`
	Module string   `json:"module"`
	ID     string   `json:"id"`
	Tags   []string `json:"tags"`
	Problem
}

// Skipped is a removal that a rule asked for but that does not apply to the live record.
type Skipped struct {
	Rule   string   `json:"rule"`
	Module string   `json:"module"`
	ID     string   `json:"id,omitempty"`
	Tags   []string `json:"tags"`
	Reason string   `json:"reason"`
}

// Retryable reports whether retrying may help with some failure of the event.
func (o Outcome) Retryable() bool {
	for _, f := range o.Failed {
		if f.Retryable {
			return true
		}
	}
	return false
}

// RetryAfter returns the longest wait that Zoho asked for, 0 if it asked for none.
func (o Outcome) RetryAfter() time.Duration {
	var longest time.Duration
	for _, f := range o.Failed {
		if f.Retryable {
			longest = max(longest, f.RetryAfter)
		}
	}
	return longest
}

// Due reports whether RetryAfter is when to try again, regardless of how many attempts there
// were, and not only the least to wait.
func (o Outcome) Due() bool {
	due := false
	for _, f := range o.Failed {
		if f.Retryable && !f.Due {
			return false
		}
		due = due || f.Retryable
	}
	return due
}

// settle sets the name of the outcome from its content, and makes every list non-nil, so that
// its JSON form never has null.
func (o *Outcome) settle() {
	switch {
	case len(o.Failed) > 0:
		o.Outcome = OutcomeFailed
	case len(o.Removed) > 0:
		o.Outcome = OutcomeRemoved
	default:
		o.Outcome = OutcomeNothing
	}
	if o.Removed == nil {
		o.Removed = []Removed{}
	}
	if o.Failed == nil {
		o.Failed = []Failed{}
	}
	if o.Errors == nil {
		o.Errors = []rules.RuleError{}
	}
}

// Joined returns the outcome of a request with several events: the worst of theirs, with their
// lists joined in the order of the events.
func Joined(id string, outcomes ...Outcome) Outcome {
	all := Outcome{EventID: id}
	for _, o := range outcomes {
		all.Removed = append(all.Removed, o.Removed...)
		all.Failed = append(all.Failed, o.Failed...)
		all.Errors = append(all.Errors, o.Errors...)
		all.Skipped = append(all.Skipped, o.Skipped...)
		all.Observed = append(all.Observed, o.Observed...)
	}
	all.settle()
	return all
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
