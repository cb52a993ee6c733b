package awstest

import (
	"context"
	"fmt"
	"maps"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/sqs/types"
	"github.com/aws/smithy-go"
)

const (
	// maxMessage is the largest message, in bytes, its attributes included.
	maxMessage = 1 << 20
	// maxHidden is how long a message can stay hidden after it was received.
	maxHidden = 12 * time.Hour
	// maxBatch is how many messages one call can send or return.
	maxBatch = 10
)

// QueueConfig is one standard queue.
type QueueConfig struct {
	URL string
	// Visibility is how long a message stays hidden after it was received.
	Visibility time.Duration
	// Retention is how long a message is kept after it was sent, including its time in an
	// earlier queue. After that it is lost.
	Retention time.Duration
	// DeadLetterURL and MaxReceiveCount are the redrive policy: a message that was
	// received MaxReceiveCount times moves there instead of being received again.
	DeadLetterURL   string
	MaxReceiveCount int
}

// Message is a message in a queue.
type Message struct {
	ID   string
	Body string
	// Attributes holds the attributes of type String.
	Attributes map[string]string
	// Sent is when it was first sent.
	Sent time.Time
	// Received is how often it has been received from this queue.
	Received int
}

// SQS is a simulated Amazon SQS. It is safe for concurrent use.
type SQS struct {
	mu       sync.Mutex
	queues   map[string]*queue
	refuse   func(operation, url string) error
	again    func(m Message) bool
	lost     []Message
	most     int
	sequence int
	changed  chan struct{} // closed when a message may have become visible
}

// queue is one queue. The messages that can be received come first.
type queue struct {
	QueueConfig
	messages  waiting
	byReceipt map[string]*message
}

// message is a message with what SQS knows about it.
type message struct {
	Message
	attributes map[string]types.MessageAttributeValue
	receipt    string    // the receipt handle of the last receive
	at         time.Time // the time of the last receive
	visible    time.Time // when it can be received again
	sequence   int
	index      int // in waiting
}

// NewSQS returns an SQS with these queues.
func NewSQS(queues ...QueueConfig) *SQS {
	s := &SQS{queues: make(map[string]*queue), changed: make(chan struct{})}
	for _, c := range queues {
		s.queues[c.URL] = &queue{QueueConfig: c, byReceipt: make(map[string]*message)}
	}
	return s
}

// Refuse makes calls fail with the error that f returns; nil lets the call proceed. The
// operation is the name of the call.
func (s *SQS) Refuse(f func(operation, url string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = f
}

// Again makes SQS deliver a message again right after it was received if f returns true, as
// a standard queue may.
func (s *SQS) Again(f func(m Message) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.again = f
}

// Messages returns the messages of a queue, whether or not they can be received now.
func (s *SQS) Messages(url string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Message
	for _, m := range s.queues[url].messages {
		list = append(list, m.shown())
	}
	return list
}

// Lost returns the messages that are gone because their retention period was over.
func (s *SQS) Lost() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.lost...)
}

// MostReceived returns the highest receive count of any message.
func (s *SQS) MostReceived() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.most
}

func (m *message) shown() Message {
	shown := m.Message
	shown.Attributes = maps.Clone(m.Attributes)
	return shown
}

// begin waits for the time of a call and finds its queue. If it returns a queue, it holds
// the lock.
func (s *SQS) begin(ctx context.Context, operation string, url *string) (*queue, error) {
	if err := pause(ctx); err != nil {
		return nil, err
	}
	s.mu.Lock()
	if s.refuse != nil {
		if err := s.refuse(operation, *url); err != nil {
			s.mu.Unlock()
			return nil, err
		}
	}
	q, found := s.queues[*url]
	if !found {
		s.mu.Unlock()
		return nil, &types.QueueDoesNotExist{}
	}
	return q, nil
}

// id returns an id that no message and no receipt has had before.
func (s *SQS) id(kind string) string {
	s.sequence++
	return fmt.Sprintf("%s-%08d", kind, s.sequence)
}

// tell wakes the calls that wait for messages.
func (s *SQS) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// invalid returns the error with which SQS refuses a parameter.
func invalid(format string, args ...any) error {
	return &smithy.GenericAPIError{Code: "InvalidParameterValue", Message: fmt.Sprintf(format, args...)}
}
