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
	// maxHidden is how long a message can be kept from others after it was received.
	maxHidden = 12 * time.Hour
	// maxBatch is how many messages one call takes or gives.
	maxBatch = 10
)

// QueueConfig is one standard queue.
type QueueConfig struct {
	URL string
	// Visibility is how long a message that was received is kept from others.
	Visibility time.Duration
	// Retention is how long a message is kept after it was sent, the time in a queue
	// before included; then it is lost.
	Retention time.Duration
	// DeadLetterURL and MaxReceiveCount are the redrive policy: a message that was
	// received so many times moves there in place of being received once more.
	DeadLetterURL   string
	MaxReceiveCount int
}

// Message is a message in a queue.
type Message struct {
	ID   string
	Body string
	// Attributes are those of type String.
	Attributes map[string]string
	// Sent is when it was sent first.
	Sent time.Time
	// Received is how often it has been received from this queue.
	Received int
}

// SQS is a pretend Amazon SQS. It is safe for concurrent use.
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

// queue is one queue. Messages that can be received come first.
type queue struct {
	QueueConfig
	messages  waiting
	byReceipt map[string]*message
}

// message is a message with what SQS knows of it.
type message struct {
	Message
	attributes map[string]types.MessageAttributeValue
	receipt    string    // that of the last time it was received
	at         time.Time // when that was
	visible    time.Time // from when on it can be received
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

// Refuse has calls refused with the error that f gives, nil for those that go on. The
// operation is the name of the call.
func (s *SQS) Refuse(f func(operation, url string) error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.refuse = f
}

// Again has a message that was just received delivered a second time at once where f
// says so, as a standard queue may.
func (s *SQS) Again(f func(m Message) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.again = f
}

// Messages are those in a queue, whether or not they can be received now.
func (s *SQS) Messages(url string) []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	var list []Message
	for _, m := range s.queues[url].messages {
		list = append(list, m.shown())
	}
	return list
}

// Lost are the messages that were kept for too long and are gone.
func (s *SQS) Lost() []Message {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Message(nil), s.lost...)
}

// MostReceived is how often the message that was received most often was.
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

// begin takes the time of a call and finds its queue; the lock is held when it gives one.
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

// id is one that no message and no receipt has had before.
func (s *SQS) id(kind string) string {
	s.sequence++
	return fmt.Sprintf("%s-%08d", kind, s.sequence)
}

// tell wakes those who wait for messages.
func (s *SQS) tell() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// invalid is how SQS refuses what a call asks for.
func invalid(format string, args ...any) error {
	return &smithy.GenericAPIError{Code: "InvalidParameterValue", Message: fmt.Sprintf(format, args...)}
}
