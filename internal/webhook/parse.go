package webhook

import (
	"errors"

	"untag/internal/event"
)

const (
	githubEventHeader     = "x-github-event"
	stripeSignatureHeader = "stripe-signature"
)

// ParseHeaders returns the lower-case names of the headers that Parse reads. A delivery must
// be stored with them, so that it can be parsed again.
func ParseHeaders() []string { return []string{githubEventHeader, contentEncodingHeader} }

// Parse reads a verified delivery: JSON, a form (URL-encoded or multipart), or only a query,
// compressed or not. The event's fields are the body's and, if the proof covers the query,
// the query parameters that the body lacks. Its errors are of type *Error and Kind
// Malformed, with the place, or TooLarge for a body that exceeds MaxBody after
// decompression.
//
// A delivery from Stripe (it has the header Stripe-Signature) gets the event's `id` as its
// DeliveryID, and so does a CloudEvent that has its attributes in the body. The event shares its headers with the delivery.
func Parse(d event.Delivery) (event.Event, error) {
	query, err := parseForm(d.RawQuery, charset{})
	if err != nil {
		return event.Event{}, malformed(d.Source, "the query", err)
	}
	body, err := parseBody(d)
	switch {
	case errors.Is(err, errInflated):
		return event.Event{}, &Error{Kind: TooLarge, Source: d.Source, Reason: tooLarge, Err: err}
	case err != nil:
		return event.Event{}, malformed(d.Source, "the body", err)
	}
	fields := body.fields
	deliveryID := d.DeliveryID
	if id, ok := fields["id"].(string); ok && deliveryID == "" && (d.Headers[stripeSignatureHeader] != "" || isCloudEvent(d, fields)) {
		deliveryID = identifier(id)
	}
	if event.CoversQuery(d.Proof) {
		for name, value := range query {
			if _, has := fields[name]; !has {
				fields[name] = value
			}
		}
	}
	return event.Event{
		ID: d.ID, DeliveryID: deliveryID, Source: d.Source, Time: d.Time,
		Headers: d.Headers, Query: query, Fields: fields, PassedOver: body.passedOver,
	}, nil
}
