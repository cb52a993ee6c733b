package handler

import (
	"fmt"

	"untag/internal/event"
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

// Read returns the events of a recorded invocation of any kind, as the Handler reads them,
// without acting on them. Unlike the Handler, it refuses a batch with a message that it cannot
// read. Its results share the payload's memory. It is for explaining and testing rules.
func Read(set *rules.Rules, payload []byte) ([]Recorded, error) {
	in, err := read(set, payload)
	if err != nil {
		return nil, err
	}
	if in.kind != kindSQS {
		request, err := in.request()
		if err != nil {
			return nil, err
		}
		return []Recorded{{Request: request, DeliveryID: in.deliveryID}}, nil
	}
	list := make([]Recorded, len(in.messages))
	for i, m := range in.messages {
		delivery, err := m.delivery()
		if err != nil {
			return nil, fmt.Errorf("message %s: %w", text(m.id), err)
		}
		list[i].Stored = &delivery
	}
	return list, nil
}
