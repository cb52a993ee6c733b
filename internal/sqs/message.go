package sqs

import (
	"context"
	"crypto/md5"
	"encoding/hex"
	"errors"
	"fmt"
)

// errChecksum reports a message that is not the same on both sides.
var errChecksum = errors.New("the checksum of SQS is not that of the message")

// Attribute is a message attribute of type String.
type Attribute struct {
	DataType    string
	StringValue string
}

// Text returns an Attribute. SQS accepts no empty one.
func Text(value string) Attribute { return Attribute{DataType: "String", StringValue: value} }

// Outgoing is a message to send.
type Outgoing struct {
	QueueURL string `json:"QueueUrl"`
	Body     string `json:"MessageBody"`
	// DelaySeconds is how long it stays hidden, at most 900; 0 for the queue's own delay.
	DelaySeconds int                  `json:",omitempty"`
	Attributes   map[string]Attribute `json:"MessageAttributes,omitempty"`
}

// SendMessage stores a message and returns its id. See
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html.
func (c *Client) SendMessage(ctx context.Context, m Outgoing) (id string, err error) {
	var out struct{ MessageId, MD5OfMessageBody string }
	if err := c.call(ctx, "SendMessage", m.QueueURL, m, &out); err != nil {
		return "", err
	}
	return out.MessageId, compare(out.MessageId, m.Body, out.MD5OfMessageBody)
}

// Message is a message that was received.
type Message struct {
	ID            string `json:"MessageId"`
	ReceiptHandle string
	Body          string
	// Attributes are those of SQS, such as SentTimestamp, MessageAttributes those of the sender.
	Attributes        map[string]string
	MessageAttributes map[string]Attribute
	MD5OfBody         string
}

// Receive says what to receive.
type Receive struct {
	QueueURL string `json:"QueueUrl"`
	// Most is how many messages to receive, 1 to 10.
	Most int `json:"MaxNumberOfMessages"`
	// HideSeconds is how long they are hidden from others, WaitSeconds how long to wait for
	// the first.
	HideSeconds int `json:"VisibilityTimeout,omitempty"`
	WaitSeconds int `json:"WaitTimeSeconds,omitempty"`
	// SystemAttributes and Attributes name the attributes to receive; All names all of them.
	SystemAttributes []string `json:"MessageSystemAttributeNames,omitempty"`
	Attributes       []string `json:"MessageAttributeNames,omitempty"`
}

// ReceiveMessage receives messages. See
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ReceiveMessage.html.
func (c *Client) ReceiveMessage(ctx context.Context, in Receive) ([]Message, error) {
	var out struct{ Messages []Message }
	if err := c.call(ctx, "ReceiveMessage", in.QueueURL, in, &out); err != nil {
		return nil, err
	}
	for _, m := range out.Messages {
		if err := compare(m.ID, m.Body, m.MD5OfBody); err != nil {
			return nil, err
		}
	}
	return out.Messages, nil
}

// DeleteMessage deletes a message that was received. See
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_DeleteMessage.html.
func (c *Client) DeleteMessage(ctx context.Context, queueURL, receipt string) error {
	in := struct{ QueueUrl, ReceiptHandle string }{queueURL, receipt}
	return c.call(ctx, "DeleteMessage", queueURL, in, nil)
}

// Visibility says for how many seconds, from now, a message that was received stays hidden.
type Visibility struct {
	ID            string `json:"Id"`
	ReceiptHandle string
	Seconds       int `json:"VisibilityTimeout"`
}

// ChangeMessageVisibilityBatch changes up to ten messages of a queue, and returns how many SQS
// refused to change. See
// https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_ChangeMessageVisibilityBatch.html.
func (c *Client) ChangeMessageVisibilityBatch(ctx context.Context, queueURL string, list []Visibility) (refused int, err error) {
	in := struct {
		QueueUrl string
		Entries  []Visibility
	}{queueURL, list}
	var out struct{ Failed []struct{} }
	err = c.call(ctx, "ChangeMessageVisibilityBatch", queueURL, in, &out)
	return len(out.Failed), err
}

// compare compares the body of a message with the checksum that SQS answered, if it did.
func compare(id, body, checksum string) error {
	sum := md5.Sum([]byte(body))
	if checksum != "" && checksum != hex.EncodeToString(sum[:]) {
		return fmt.Errorf("message %s: %w", id, errChecksum)
	}
	return nil
}
