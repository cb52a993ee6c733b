package handler

import (
	"errors"
	"fmt"

	"untag/internal/jsonvalue"
)

// errNoQueue is what a function answers to a batch that takes none.
var errNoQueue = errors.New("EVENT_QUEUE_ARN is not set: this function takes no batches from SQS")

// fromEventQueue returns why a batch is refused as a whole, nil where every message comes
// from the queue of this function. What is in a message was verified before it was
// stored, so it is believed; in an invocation that only looks like a batch, anything
// could pose as stored.
func (h *Handler) fromEventQueue(records []jsonvalue.Raw) error {
	if h.eventQueueARN == "" {
		return errNoQueue
	}
	for _, record := range records {
		members, _ := record.Object()
		if arn := text(members["eventSourceARN"]); arn != h.eventQueueARN || text(members["eventSource"]) != eventSourceSQS {
			return fmt.Errorf("a message of the batch comes from `%s`, not from the queue that EVENT_QUEUE_ARN names", brief(arn, longestARN))
		}
	}
	return nil
}

const (
	eventSourceSQS = "aws:sqs"
	// longestARN is that of a queue with the longest name.
	longestARN = 150
)
