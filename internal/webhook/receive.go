package webhook

import (
	"context"
	"net/http"

	"untag/internal/event"
)

// Received is what a request is: either a handshake with its Reply, or its deliveries.
type Received struct {
	// ID is untag's own identifier of the request. Each delivery has its own.
	ID string
	// Deliveries has one for each event of the request. It may be empty: some senders send
	// a list without elements.
	Deliveries []event.Delivery
	// Reply is the answer to a handshake; nil if the request is not one.
	Reply *Reply
	// Source is the source of the request, for what its sender is told.
	Source event.Source
	// Echo are headers that a successful answer repeats, under their names in lower case; nil
	// for none.
	Echo map[string]string
}

// Receive answers a handshake of the request's source, or verifies the request and returns
// a delivery for each of its events. Its errors are of type *Error.
//
// A handshake that the sender does not sign is answered before anything is verified, and so
// says nothing about the sender. It carries no event: a POST whose body has one is verified
// like any other request.
func (r *Receiver) Receive(ctx context.Context, req Request) (Received, error) {
	from, err := r.source(&req)
	var got Received
	if from.Source != nil {
		got.Source = *from.Source
	}
	if err != nil {
		return got, err
	}
	if got.Reply, err = r.handshake(ctx, from, req, false); err != nil || got.Reply != nil {
		return got, err
	}
	if got.Reply, err = r.challenge(ctx, from, req); err != nil || got.Reply != nil {
		return got, err
	}
	proof, err := r.prove(ctx, from, req)
	if err != nil {
		return got, err
	}
	if got.Reply, err = r.handshake(ctx, from, req, true); err != nil || got.Reply != nil {
		return got, err
	}
	if got.Reply, err = r.confirm(ctx, from, req, proof); err != nil || got.Reply != nil {
		return got, err
	}
	if got.Echo, err = echoed(from, req); err != nil {
		return got, err
	}
	d, err := delivery(from, req, proof)
	if err != nil {
		return got, err
	}
	return got.with(from, req, d)
}

// with adds the events of the request's delivery.
func (got Received) with(from source, req Request, d event.Delivery) (Received, error) {
	got.ID = d.ID
	if asks(req.Method, d) {
		return got, nil
	}
	var err error
	got.Deliveries, err = split(*from.Source, from.credentials, d)
	return got, err
}

// asks reports whether a sender only asks whether the URL exists: a GET that says nothing.
func asks(method string, d event.Delivery) bool {
	says := len(d.Body) > 0 || d.RawQuery != "" && event.CoversQuery(d.Proof)
	return (method == http.MethodGet || method == http.MethodHead) && !says
}

// Split returns a delivery for each event that a delivery of this source holds. Its errors
// are of type *Error.
func (r *Receiver) Split(d event.Delivery) ([]event.Delivery, error) {
	from, known := r.sources[d.Source]
	if !known {
		from.Source = &event.Source{}
	}
	return split(*from.Source, from.credentials, d)
}
