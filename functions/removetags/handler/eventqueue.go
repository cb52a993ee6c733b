package handler

import (
	"errors"
	"fmt"
)

// errNoQueue is returned by a function that accepts no batches.
var errNoQueue = errors.New("EVENT_QUEUE_ARN is not set: this function accepts no batches from SQS")

// fromEventQueue returns why a batch is refused, as a whole: a message does not come from this
// function's queue. Events in that queue were verified before they were stored, so they are
// trusted. In an invocation that only looks like a batch, anything could be in them.
func (h *Handler) fromEventQueue(messages []stored) error {
	if h.eventQueueARN == "" {
		return errNoQueue
	}
	for _, m := range messages {
		if arn := text(m.arn); arn != h.eventQueueARN || text(m.source) != eventSourceSQS {
			return fmt.Errorf("a message of the batch comes from `%s`, not from the queue that EVENT_QUEUE_ARN names", brief(arn, longestARN))
		}
	}
	return nil
}

const (
	eventSourceSQS = "aws:sqs"
	// longestARN is the length of the ARN of a queue with the longest name.
	longestARN = 150
)
