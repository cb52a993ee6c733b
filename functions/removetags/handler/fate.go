package handler

import (
	"cmp"
	"slices"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/pipeline"
	"untag/internal/queue"
)

// Codes of events in the dead-letter queue. There are also pipeline.CodeTooCostly, Zoho's
// own, and RECEIVED_TOO_OFTEN of what SQS itself moved there.
const (
	// CodeRuleError: some rule could not be evaluated. The event can be sent again once the
	// rule is right.
	CodeRuleError = "RULE_ERROR"
	// CodeUnreadable: the message is not one of untag's, or its event cannot be read.
	CodeUnreadable = "UNREADABLE"
	// CodeUnknownSource: the rules of the function that acts do not have the event's source.
	CodeUnknownSource = "UNKNOWN_SOURCE"
)

// fate is what becomes of the messages of one event. The zero fate is that they leave the
// queue.
type fate struct {
	// again: they go back for another try, after atLeast. Where due is set, that is when to
	// try again, however often it was tried.
	again   bool
	atLeast time.Duration
	due     bool
	// done is what need not be done again, where that is some of it.
	done string
	// reason sends them to the dead-letter queue.
	reason *queue.Reason
}

func fateOf(o pipeline.Outcome) fate {
	if o.Retryable() {
		return fate{again: true, atLeast: o.RetryAfter(), due: o.Due(), done: o.Done}
	}
	return fate{reason: reasonOf(o)}
}

// reasonOf is why an event cannot be acted on however often it is tried; nil when nothing
// is left to do. A record that is gone is nothing left to do.
func reasonOf(o pipeline.Outcome) *queue.Reason {
	for _, f := range o.Failed {
		if !f.Gone {
			return &queue.Reason{Code: f.Code, Rule: f.Rule, Message: f.Why(), Time: time.Now()}
		}
	}
	for _, e := range o.Errors {
		return &queue.Reason{Code: CodeRuleError, Rule: e.Rule, Message: e.Message, Time: time.Now()}
	}
	return nil
}

// sort says what has to be done with the messages of a batch.
func (b *batch) sort() {
	all := slices.Concat(b.foreign, b.entries)
	slices.SortFunc(all, func(a, b *entry) int { return cmp.Compare(a.rank(), b.rank()) })
	for _, e := range all {
		switch {
		case e.fate.again && e.fate.done != "":
			b.continued = append(b.continued, e)
		case e.fate.again:
			b.delay(e)
		case e.fate.reason != nil:
			for _, m := range e.messages {
				b.letters = append(b.letters, m.letter(*e.fate.reason))
			}
		}
	}
}

// rank orders the entries as they came, but what nothing can be made of before all others.
func (e *entry) rank() int {
	if e.hopeless {
		return e.number - maxBatch
	}
	return e.number
}

// delay has the messages of an event come back later.
func (b *batch) delay(e *entry) {
	for _, m := range e.messages {
		message := m.message()
		b.delayed = append(b.delayed, queue.Delayed{Message: message, AtLeast: e.fate.atLeast, Due: e.fate.due})
		b.failed(message)
	}
}

func (b *batch) failed(m events.SQSMessage) {
	b.response.BatchItemFailures = append(b.response.BatchItemFailures, events.SQSBatchItemFailure{ItemIdentifier: m.MessageId})
}
