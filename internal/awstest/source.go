package awstest

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// Instance is one instance of a Lambda function.
type Instance interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// SourceConfig is an event source between a queue and a function.
type SourceConfig struct {
	SQS *SQS
	// URL and ARN are those of the queue.
	URL, ARN string
	// Concurrency is the maximum number of instances, each with one batch at a time.
	Concurrency int
	// BatchSize is the maximum number of messages in a batch, and Window how long to wait
	// for more after the first.
	BatchSize int
	Window    time.Duration
	// Timeout is the function's timeout.
	Timeout time.Duration
	// Start starts an instance; a new one replaces an instance that died.
	Start func() Instance
}

// Invocation is the result of one batch.
type Invocation struct {
	Instance Instance
	// Messages holds the ids of the messages in the batch.
	Messages   []string
	Start, End time.Time
	// Failed is the number of messages reported as failed.
	Failed int
	// Died means that the instance was killed, TimedOut that the function's timeout was
	// over: what was done is done, and every message is delivered again.
	Died, TimedOut bool
	// Err is the function's error, or what is wrong with its answer: every message is
	// delivered again.
	Err error
}

// Source passes the messages of a queue to a function in batches, with
// ReportBatchItemFailures: it deletes every message that is not reported as failed.
type Source struct {
	SourceConfig

	mu          sync.Mutex
	running     map[*Invocation]context.CancelFunc
	invocations []Invocation
	overlaps    int
}

// NewSource returns a Source.
func NewSource(c SourceConfig) *Source {
	return &Source{SourceConfig: c, running: make(map[*Invocation]context.CancelFunc)}
}

// Run polls the queue until ctx ends, then waits for the batches in progress.
func (s *Source) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for range s.Concurrency {
		wg.Go(func() { s.poll(ctx) })
	}
	wg.Wait()
}

// Kill kills an instance in the middle of its batch, and reports whether there was one.
func (s *Source) Kill() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, kill := range s.running {
		i.Died = true
		kill()
		return true
	}
	return false
}

// Invocations returns the finished invocations.
func (s *Source) Invocations() []Invocation {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.invocations)
}

// Overlaps returns the number of batches with a message that was in another running batch.
func (s *Source) Overlaps() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.overlaps
}

// poll keeps one instance busy.
func (s *Source) poll(ctx context.Context) {
	var instance Instance
	for ctx.Err() == nil {
		batch := s.gather(ctx)
		if len(batch) == 0 {
			continue
		}
		if instance == nil {
			instance = s.Start()
		}
		if i := s.invoke(instance, batch); i.Died || i.TimedOut {
			instance = nil
		}
	}
}

// gather receives messages until the batch is full or its window is over.
func (s *Source) gather(ctx context.Context) []types.Message {
	var batch []types.Message
	var end time.Time
	for len(batch) < s.BatchSize && (end.IsZero() || time.Now().Before(end)) {
		in := &sqs.ReceiveMessageInput{QueueUrl: &s.URL, MaxNumberOfMessages: int32(min(maxBatch, s.BatchSize-len(batch))), WaitTimeSeconds: 20}
		if !end.IsZero() {
			in.WaitTimeSeconds = 1
		}
		out, err := s.SQS.ReceiveMessage(ctx, in)
		if err != nil || len(out.Messages) == 0 {
			return batch
		}
		if end.IsZero() {
			end = time.Now().Add(s.Window)
		}
		batch = append(batch, out.Messages...)
	}
	return batch
}

// invoke passes a batch to an instance, and deletes what it does not report as failed. An
// instance whose context has ended is dead: the simulated AWS accepts no further call from
// it, and its answer is ignored.
func (s *Source) invoke(instance Instance, batch []types.Message) Invocation {
	ctx, kill := context.WithTimeout(context.Background(), s.Timeout)
	defer kill()
	i := &Invocation{Instance: instance, Start: time.Now()}
	for _, m := range batch {
		i.Messages = append(i.Messages, *m.MessageId)
	}
	s.begin(i, kill)
	failed, err := s.answer(ctx, instance, batch)
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.running, i)
	i.End, i.Err, i.Failed = time.Now(), err, len(failed)
	i.TimedOut = ctx.Err() != nil && !i.Died
	s.invocations = append(s.invocations, *i)
	if i.Err == nil && !i.Died && !i.TimedOut {
		s.mu.Unlock()
		s.remove(batch, failed)
		s.mu.Lock()
	}
	return *i
}

func (s *Source) begin(i *Invocation, kill context.CancelFunc) {
	s.mu.Lock()
	defer s.mu.Unlock()
	elsewhere := make(map[string]bool)
	for other := range s.running {
		for _, id := range other.Messages {
			elsewhere[id] = true
		}
	}
	if slices.ContainsFunc(i.Messages, func(id string) bool { return elsewhere[id] }) {
		s.overlaps++
	}
	s.running[i] = kill
}

// answer returns the messages that the instance reports as failed.
func (s *Source) answer(ctx context.Context, instance Instance, batch []types.Message) (map[string]bool, error) {
	known := make(map[string]bool)
	var e events.SQSEvent
	for _, m := range batch {
		known[*m.MessageId] = true
		e.Records = append(e.Records, events.SQSMessage{
			MessageId: *m.MessageId, ReceiptHandle: *m.ReceiptHandle, Body: *m.Body, Attributes: m.Attributes,
			EventSource: "aws:sqs", EventSourceARN: s.ARN, AWSRegion: "eu-central-1",
		})
	}
	payload, err := json.Marshal(e)
	if err != nil {
		return nil, err
	}
	answer, err := instance.Invoke(ctx, payload)
	if err != nil {
		return nil, err
	}
	var r events.SQSEventResponse
	if err := json.Unmarshal(answer, &r); err != nil {
		return nil, err
	}
	failed := make(map[string]bool)
	for _, f := range r.BatchItemFailures {
		if !known[f.ItemIdentifier] {
			return nil, fmt.Errorf("awstest: %q was reported as failed but is not in the batch", f.ItemIdentifier)
		}
		failed[f.ItemIdentifier] = true
	}
	return failed, nil
}

// remove deletes the messages that were not reported as failed.
func (s *Source) remove(batch []types.Message, failed map[string]bool) {
	var entries []types.DeleteMessageBatchRequestEntry
	for _, m := range batch {
		if !failed[*m.MessageId] {
			entries = append(entries, types.DeleteMessageBatchRequestEntry{Id: m.MessageId, ReceiptHandle: m.ReceiptHandle})
		}
	}
	for chunk := range slices.Chunk(entries, maxBatch) {
		// A message that cannot be deleted is delivered again, as with AWS Lambda.
		_, _ = s.SQS.DeleteMessageBatch(context.Background(), &sqs.DeleteMessageBatchInput{QueueUrl: aws.String(s.URL), Entries: chunk})
	}
}
