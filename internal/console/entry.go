package console

import (
	"time"

	"untag/internal/pipeline"
	"untag/internal/rules"
)

// The outcomes of an entry, besides those of package pipeline.
const (
	OutcomeRefused = "refused" // not accepted, for Reason
	OutcomeAnswer  = "answer"  // answered without an event, such as a handshake
)

// Outcomes lists all outcomes, the ones that need a look first.
func Outcomes() []string {
	return []string{pipeline.OutcomeFailed, OutcomeRefused, pipeline.OutcomeRemoved, pipeline.OutcomeNothing, OutcomeAnswer}
}

// Entry is a request, or another invocation of the function, that was answered. It must not be
// changed once it is kept.
type Entry struct {
	// ID is its number, from 1, which Kept assigns.
	ID   int64
	At   time.Time
	Took time.Duration
	// Method and Path are those of the request, "" for another invocation.
	Method, Path string
	// Source is the one that the request names, "" if it names none.
	Source string
	// Status is that of the answer, 0 if it has none.
	Status int
	// Outcome is the worst of those of its events, or one of this package.
	Outcome string
	// Reason is why it was refused, as the log has it.
	Reason string
	// Details say in a few words what was done.
	Details []string
	// Payload is the invocation as the function got it, from which its events are read again
	// for a page that shows them: as values they take many times the memory.
	Payload []byte
	// Answer is the body of the answer.
	Answer []byte
	// Outcomes are those of its events, in order.
	Outcomes []pipeline.Outcome
	// Exchanges are the calls to Zoho, in the order in which they ended.
	Exchanges []Exchange
	// Touched are the records that tags were to be removed from.
	Touched []Touched
	// Rules are those that decided.
	Rules *rules.Rules
}

// Exchange is a call to Zoho's API and its answer, without the headers: one of them is the
// access token.
type Exchange struct {
	At          time.Time
	Took        time.Duration
	Method, URL string
	Body        string
	// Status is that of the answer, 0 if there was none, for the reason in Answer.
	Status int
	Answer string
	// Cut says that Body or Answer were longer than what is kept of them.
	Cut bool
}

// Touched is a record with the tags that it had before the function's calls and after.
type Touched struct {
	Module, ID    string
	Before, After []string
}

// Rule reports whether a rule did something, or failed, for an event of the entry.
func (e *Entry) Rule(name string) bool {
	for _, o := range e.Outcomes {
		for _, r := range o.Removed {
			if r.Rule == name {
				return true
			}
		}
		for _, r := range o.Failed {
			if r.Rule == name {
				return true
			}
		}
		for _, r := range o.Observed {
			if r.Rule == name {
				return true
			}
		}
		for _, r := range o.Skipped {
			if r.Rule == name {
				return true
			}
		}
		for _, r := range o.Errors {
			if r.Rule == name {
				return true
			}
		}
	}
	return false
}

// perItem is about what a removal, a rule's error and the like take in memory, in bytes.
const perItem = 256

// size is about what the entry takes in memory, in bytes.
func (e *Entry) size() int {
	size := 512 + len(e.Payload) + len(e.Answer) + len(e.Reason) + len(e.Path)
	for _, o := range e.Outcomes {
		size += perItem * (1 + len(o.Removed) + len(o.Failed) + len(o.Skipped) + len(o.Observed) + len(o.Errors))
	}
	for _, x := range e.Exchanges {
		size += perItem + len(x.URL) + len(x.Body) + len(x.Answer)
	}
	for _, t := range e.Touched {
		size += perItem * (1 + (len(t.Before)+len(t.After))/8)
	}
	return size
}
