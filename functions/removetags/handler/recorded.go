package handler

import (
	"fmt"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// Recorded is one request or stored event of a recorded invocation, before it is verified.
type Recorded struct {
	// Request is what must be verified; nil for a delivery from a queue, which was verified
	// before it was stored.
	Request *webhook.Request
	// Stored is a delivery from a queue.
	Stored *event.Delivery
	// Single means that the Request holds one event and is no handshake, whatever its source
	// says: it did not come over HTTP.
	Single bool
	// DeliveryID is the sender's id, if the envelope has one.
	DeliveryID string
}

// At returns the request as one to the public address that PublicURL names, if it is not "" and
// the request came over HTTP.
func (r Recorded) At(publicAddress string) Recorded {
	if publicAddress == "" || r.Request == nil || r.Single {
		return r
	}
	request := *r.Request
	request.URL = publicURL(publicAddress, request.Source, request.RawQuery)
	r.Request = &request
	return r
}

// Read returns what is in a recorded invocation of any kind, as the Handler reads them,
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
		request.Method = in.to.method
		return []Recorded{{Request: request, Single: !in.kind.http(), DeliveryID: in.deliveryID}}, nil
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
