package main

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// source does what Lambda does between a queue and one instance of a function: it gathers a
// batch, invokes the function, and deletes the messages that were not reported as failed.
type source struct {
	cloud    *cloud
	progress *progress
	most     int // messages in a batch
}

const (
	// window is how long a batch is gathered.
	window = 2 * time.Second
	// timeout is the function's timeout for a batch.
	timeout = 10 * time.Second
	// tenEach is the maximum number of messages in one call to SQS.
	tenEach = 10
)

// pump does that once. An error means that the process must be replaced.
func (s *source) pump(ctx context.Context, i instance) error {
	batch := s.gather(ctx)
	if len(batch) == 0 {
		return nil
	}
	payload, err := json.Marshal(events.SQSEvent{Records: batch})
	if err != nil {
		return err
	}
	invoking, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	text, err := i.invoke(invoking, payload)
	if err != nil {
		s.progress.repeat()
		return err
	}
	var answer events.SQSEventResponse
	if err := json.Unmarshal(text, &answer); err != nil {
		return err
	}
	failed := make(map[string]bool)
	for _, item := range answer.BatchItemFailures {
		failed[item.ItemIdentifier] = true
	}
	done := slices.DeleteFunc(batch, func(m events.SQSMessage) bool { return failed[m.MessageId] })
	var names []string
	for _, m := range done {
		names = append(names, nameOf(m.Body))
	}
	s.progress.answer(names)
	return s.remove(ctx, done)
}

func (s *source) gather(ctx context.Context) []events.SQSMessage {
	var batch []events.SQSMessage
	for end := time.Now().Add(window); len(batch) < s.most && time.Now().Before(end) && ctx.Err() == nil; {
		out, err := s.cloud.queues.ReceiveMessage(ctx, &sqs.ReceiveMessageInput{
			QueueUrl: &s.cloud.queue, MaxNumberOfMessages: tenEach,
			MessageSystemAttributeNames: []types.MessageSystemAttributeName{"All"},
		})
		if err != nil {
			continue
		}
		for _, m := range out.Messages {
			batch = append(batch, events.SQSMessage{
				MessageId: *m.MessageId, ReceiptHandle: *m.ReceiptHandle, Body: *m.Body, Attributes: m.Attributes,
				EventSource: "aws:sqs", EventSourceARN: s.cloud.arn, AWSRegion: region,
			})
		}
		// Do not poll a nearly empty queue all the time.
		if len(out.Messages) < tenEach && !pause(ctx, window/10) {
			break
		}
	}
	return batch
}

func (s *source) remove(ctx context.Context, done []events.SQSMessage) error {
	for chunk := range slices.Chunk(done, tenEach) {
		in := &sqs.DeleteMessageBatchInput{QueueUrl: &s.cloud.queue}
		for i, m := range chunk {
			in.Entries = append(in.Entries, types.DeleteMessageBatchRequestEntry{Id: aws.String(strconv.Itoa(i)), ReceiptHandle: &m.ReceiptHandle})
		}
		out, err := s.cloud.queues.DeleteMessageBatch(ctx, in)
		if err != nil {
			return err
		}
		for _, one := range out.Successful {
			if i, err := strconv.Atoi(*one.Id); err == nil {
				s.progress.finish(nameOf(chunk[i].Body))
			}
		}
	}
	return nil
}
