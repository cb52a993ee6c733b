package awstest

import (
	"container/heap"
	"context"
	"strconv"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sqs"
	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
)

// SendMessage stores a message; it can be received at once, or after its delay.
func (s *SQS) SendMessage(ctx context.Context, in *sqs.SendMessageInput, _ ...func(*sqs.Options)) (*sqs.SendMessageOutput, error) {
	q, err := s.begin(ctx, "SendMessage", in.QueueUrl)
	if err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	m := &message{
		Message:    Message{ID: s.id("message"), Body: aws.ToString(in.MessageBody), Sent: time.Now()},
		attributes: in.MessageAttributes,
	}
	size := len(m.Body)
	for name, value := range in.MessageAttributes {
		text := aws.ToString(value.StringValue)
		if text == "" {
			return nil, invalid("the attribute %s is empty", name)
		}
		if m.Attributes == nil {
			m.Attributes = make(map[string]string)
		}
		m.Attributes[name] = text
		size += len(name) + len(aws.ToString(value.DataType)) + len(text)
	}
	if m.Body == "" || size > maxMessage {
		return nil, invalid("a message must have 1 byte to 1 MiB, not %d bytes", size)
	}
	s.put(q, m, time.Duration(in.DelaySeconds)*time.Second)
	return &sqs.SendMessageOutput{MessageId: aws.String(m.ID)}, nil
}

// put adds a message to a queue; it can be received after a delay.
func (s *SQS) put(q *queue, m *message, delay time.Duration) {
	s.sequence++
	m.sequence, m.visible = s.sequence, time.Now().Add(delay)
	heap.Push(&q.messages, m)
	s.tell()
}

// ReceiveMessage returns up to ten messages. It waits up to WaitTimeSeconds for the first.
func (s *SQS) ReceiveMessage(ctx context.Context, in *sqs.ReceiveMessageInput, _ ...func(*sqs.Options)) (*sqs.ReceiveMessageOutput, error) {
	q, err := s.begin(ctx, "ReceiveMessage", in.QueueUrl)
	if err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	hidden := q.Visibility
	if in.VisibilityTimeout > 0 {
		hidden = time.Duration(in.VisibilityTimeout) * time.Second
	}
	end := time.Now().Add(time.Duration(in.WaitTimeSeconds) * time.Second)
	for {
		if list := s.take(q, int(max(1, min(in.MaxNumberOfMessages, maxBatch))), hidden); len(list) > 0 {
			return &sqs.ReceiveMessageOutput{Messages: list}, nil
		}
		if !time.Now().Before(end) {
			return &sqs.ReceiveMessageOutput{}, nil
		}
		if err := s.wait(ctx, q, end); err != nil {
			return nil, err
		}
	}
}

// wait releases the lock until a message may be visible or the time is over.
func (s *SQS) wait(ctx context.Context, q *queue, end time.Time) error {
	if len(q.messages) > 0 && q.messages[0].visible.Before(end) {
		end = q.messages[0].visible
	}
	changed := s.changed
	s.mu.Unlock()
	defer s.mu.Lock()
	timer := time.NewTimer(time.Until(end))
	defer timer.Stop()
	select {
	case <-changed:
	case <-timer.C:
	case <-ctx.Done():
		return ctx.Err()
	}
	return nil
}

// take receives up to most messages. A message older than the retention period is lost, one
// that was received too often moves to the dead-letter queue.
func (s *SQS) take(q *queue, most int, hidden time.Duration) []types.Message {
	now := time.Now()
	var taken []*message
	for len(taken) < most && len(q.messages) > 0 && !q.messages[0].visible.After(now) {
		m := heap.Pop(&q.messages).(*message)
		delete(q.byReceipt, m.receipt)
		switch dead := s.queues[q.DeadLetterURL]; {
		case now.Sub(m.Sent) > q.Retention:
			s.lost = append(s.lost, m.shown())
		case dead != nil && m.Received >= q.MaxReceiveCount:
			m.Received = 0
			s.put(dead, m, 0)
		default:
			m.Received++
			s.most = max(s.most, m.Received)
			m.receipt, m.at, m.visible = s.id("receipt"), now, now.Add(hidden)
			taken = append(taken, m)
		}
	}
	list := make([]types.Message, len(taken))
	twice := false
	for i, m := range taken {
		list[i] = m.received()
		q.byReceipt[m.receipt] = m
		if s.again != nil && s.again(m.shown()) {
			m.visible, twice = now, true
		}
		heap.Push(&q.messages, m)
	}
	if twice {
		s.tell()
	}
	return list
}

// received returns the message as ReceiveMessage does, with all its attributes.
func (m *message) received() types.Message {
	return types.Message{
		MessageId: aws.String(m.ID), ReceiptHandle: aws.String(m.receipt), Body: aws.String(m.Body),
		MessageAttributes: m.attributes,
		Attributes: map[string]string{
			"ApproximateReceiveCount": strconv.Itoa(m.Received),
			"SentTimestamp":           strconv.FormatInt(m.Sent.UnixMilli(), 10),
		},
	}
}

// DeleteMessageBatch deletes messages. An entry for a message that was received again since
// then, or no longer exists, is ignored without an error.
func (s *SQS) DeleteMessageBatch(ctx context.Context, in *sqs.DeleteMessageBatchInput, _ ...func(*sqs.Options)) (*sqs.DeleteMessageBatchOutput, error) {
	q, err := s.begin(ctx, "DeleteMessageBatch", in.QueueUrl)
	if err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if n := len(in.Entries); n < 1 || n > maxBatch {
		return nil, invalid("a batch must have 1 to %d entries, not %d", maxBatch, n)
	}
	out := &sqs.DeleteMessageBatchOutput{}
	for _, e := range in.Entries {
		if m, found := q.byReceipt[*e.ReceiptHandle]; found {
			delete(q.byReceipt, m.receipt)
			heap.Remove(&q.messages, m.index)
		}
		out.Successful = append(out.Successful, types.DeleteMessageBatchResultEntry{Id: e.Id})
	}
	return out, nil
}

// ChangeMessageVisibilityBatch hides messages for a time that begins now. A receipt handle
// is valid until its message can be received again.
func (s *SQS) ChangeMessageVisibilityBatch(ctx context.Context, in *sqs.ChangeMessageVisibilityBatchInput, _ ...func(*sqs.Options)) (*sqs.ChangeMessageVisibilityBatchOutput, error) {
	q, err := s.begin(ctx, "ChangeMessageVisibilityBatch", in.QueueUrl)
	if err != nil {
		return nil, err
	}
	defer s.mu.Unlock()
	if n := len(in.Entries); n < 1 || n > maxBatch {
		return nil, invalid("a batch must have 1 to %d entries, not %d", maxBatch, n)
	}
	out, now := &sqs.ChangeMessageVisibilityBatchOutput{}, time.Now()
	for _, e := range in.Entries {
		hidden := time.Duration(e.VisibilityTimeout) * time.Second
		m, found := q.byReceipt[*e.ReceiptHandle]
		code := ""
		switch {
		case !found:
			code = "ReceiptHandleIsInvalid"
		case !m.visible.After(now):
			code = "MessageNotInflight"
		case hidden < 0, now.Add(hidden).Sub(m.at) > maxHidden:
			code = "InvalidParameterValue"
		}
		if code != "" {
			out.Failed = append(out.Failed, types.BatchResultErrorEntry{Id: e.Id, Code: aws.String(code), SenderFault: true})
			continue
		}
		m.visible = now.Add(hidden)
		heap.Fix(&q.messages, m.index)
		out.Successful = append(out.Successful, types.ChangeMessageVisibilityBatchResultEntry{Id: e.Id})
	}
	s.tell()
	return out, nil
}
