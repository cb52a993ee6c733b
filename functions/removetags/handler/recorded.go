package handler

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// Recorded is one event of a recorded invocation, before it is verified.
type Recorded struct {
	// Request is what must be verified; nil for a delivery from a queue, which was verified
	// before it was stored.
	Request *webhook.Request
	// Stored is a delivery from a queue.
	Stored *event.Delivery
	// DeliveryID is the sender's id, if the envelope has one.
	DeliveryID string
}

// Read returns the events of a recorded invocation of any kind, as the Handler would read
// them, without acting on them. Its results share the payload's memory. It is for explaining
// and testing rules.
func Read(set *rules.Rules, payload []byte) ([]Recorded, error) {
	e, err := open(payload)
	if err != nil {
		return nil, err
	}
	switch e.kind {
	case kindHTTPAPI, kindRESTAPI, kindALB:
		return readHTTP(e)
	case kindSQS:
		return readSQS(e.records)
	case kindEventBridge:
		return readEventBridge(set, payload)
	}
	return []Recorded{{Request: invokedRequest(e.text("source"), e.members["event"], time.Time{})}}, nil
}

func readHTTP(e envelope) ([]Recorded, error) {
	form := formOf(e.kind)
	source, _ := form.target(e).find()
	if source == "" {
		return nil, errors.New("the request does not go to /webhooks/{source}")
	}
	request := form.request(e)
	request.Source = source
	if err := e.err(); err != nil {
		return nil, err
	}
	return []Recorded{{Request: request}}, nil
}

func readSQS(records []jsonvalue.Raw) ([]Recorded, error) {
	var list []Recorded
	for _, record := range records {
		m := storedOf(record)
		delivery, err := m.delivery()
		if err != nil {
			return nil, fmt.Errorf("message %s: %w", m.message().MessageId, err)
		}
		list = append(list, Recorded{Stored: &delivery})
	}
	return list, nil
}

func readEventBridge(set *rules.Rules, payload []byte) ([]Recorded, error) {
	var e events.EventBridgeEvent
	if json.Unmarshal(payload, &e) != nil {
		return nil, errUnknownKind
	}
	source, ok := set.SourceForEventBridge(e.Source)
	if !ok {
		return nil, errNoBus(e.Source)
	}
	return []Recorded{{Request: invokedRequest(source, e.Detail, e.Time), DeliveryID: e.ID}}, nil
}

func errNoBus(source string) error {
	const most = 100
	return fmt.Errorf("no source of the rules file has `eventbridge: %s`", brief(source, most))
}

// invokedRequest returns the request for an event that IAM authorized.
func invokedRequest(source string, body []byte, at time.Time) *webhook.Request {
	return &webhook.Request{
		Source: source, Size: len(body), Body: webhook.Bytes(body), AWS: true, ReceivedAt: at,
		Header: http.Header{"Content-Type": {"application/json"}},
	}
}
