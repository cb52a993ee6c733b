package handler

import (
	"errors"
	"fmt"

	"untag/internal/jsonvalue"
)

// errNoQueue is returned by a function that accepts no batches.
var errNoQueue = errors.New("EVENT_QUEUE_ARN is not set: this function accepts no batches from SQS")

// fromEventQueue returns the messages of a batch. The batch is refused as a whole if a
// message does not come from this function's queue. Events in that queue were verified
// before they were stored, so they are trusted. In an invocation that only looks like a
// batch, anything could be in them.
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
	// longestARN is the length of the ARN of a queue with the longest name.
	longestARN = 150
)
