package handler

import (
	"errors"
	"fmt"

	"untag/internal/jsonvalue"
)

// errNoQueue is what a function answers to a batch that takes none.
var errNoQueue = errors.New("EVENT_QUEUE_ARN is not set: this function takes no batches from SQS")

// fromEventQueue returns the messages of a batch, or why it is refused as a whole: a
// message does not come from the queue of this function. What is in a message was verified
// before it was stored, so it is believed; in an invocation that only looks like a batch,
// anything could pose as stored.
func (h *Handler) fromEventQueue(records []jsonvalue.Raw) ([]stored, error) {
	if h.eventQueueARN == "" {
		return nil, errNoQueue
	}
	messages := make([]stored, len(records))
	for i, record := range records {
		m := storedOf(record)
		if arn := text(m.arn); arn != h.eventQueueARN || text(m.source) != eventSourceSQS {
			return nil, fmt.Errorf("a message of the batch comes from `%s`, not from the queue that EVENT_QUEUE_ARN names", brief(arn, longestARN))
		}
		messages[i] = m
	}
	return messages, nil
}

const (
	eventSourceSQS = "aws:sqs"
	// longestARN is that of a queue with the longest name.
	longestARN = 150
)
