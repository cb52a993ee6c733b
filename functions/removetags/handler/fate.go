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
// own codes, and RECEIVED_TOO_OFTEN for events that SQS itself moved there.
const (
	// CodeRuleError: a rule could not be evaluated. Send the event again after you have
	// corrected the rule.
	CodeRuleError = "RULE_ERROR"
	// CodeUnreadable: the message does not come from untag, or its event cannot be read.
	CodeUnreadable = "UNREADABLE"
	// CodeUnknownSource: the worker's rules do not declare the event's source.
	CodeUnknownSource = "UNKNOWN_SOURCE"
)

// fate is what happens to the messages of one event. With the zero fate, they leave the
// queue.
type fate struct {
	// again: they return to the queue and are received again after atLeast or longer. If due
	// is set, the delay does not grow with the number of times they were received.
	again   bool
	atLeast time.Duration
	due     bool
	// done is the part of the event that is already done, if any.
	done string
	// reason is why they go to the dead-letter queue; nil if they do not.
	reason *queue.Reason
}

func fateOf(o pipeline.Outcome) fate {
	if o.Retryable() {
		return fate{again: true, atLeast: o.RetryAfter(), due: o.Due(), done: o.Done}
	}
	return fate{reason: reasonOf(o)}
}

// reasonOf returns why retrying an event does not help, nil if nothing is left to do. If a
// record is gone, there is nothing left to do for it.
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

// sort decides what to do with the messages of a batch.
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

// rank orders the entries as they arrived, but hopeless ones before all others.
func (e *entry) rank() int {
	if e.hopeless {
		return e.number - maxBatch
	}
	return e.number
}

// delay returns the messages of an event to the queue for later.
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
