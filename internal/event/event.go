package event

import "time"

// Delivery is a request whose sender has been verified, before its body is
// parsed. It is what the queue stores.
type Delivery struct {
	// ID is untag's own identifier of this delivery, never empty.
	ID string
	// DeliveryID is the identifier that the sender set, or "". It identifies
	// repeats; signatures often do not cover it, so it proves nothing.
	DeliveryID string
	// Source is the name of the source in the rules file.
	Source string
	// Proof is the Kind of the scheme that proved where the delivery came from. If it is
	// "", as in deliveries stored by an older version of untag, only the body is proven.
	Proof string
	// Done says which part of the event is already done, if an earlier attempt did part of
	// it. It is "" in a delivery that comes from a sender.
	Done string
	// Time is when the delivery was received.
	Time time.Time
	// Headers has the first value of each header under its lower-case name,
	// without the headers that carried the sender's credential.
	Headers map[string]string
	// RawQuery is the query string, without the parameter that carried the
	// sender's credential.
	RawQuery string
	// ContentType is the Content-Type header as sent, "" if there was none.
	ContentType string
	// Body is the request body, after decoding any base64 of the envelope.
	Body []byte
}

// Event is a parsed delivery, over which conditions are evaluated.
//
// The values in Query and Fields are string, bool, int, float64, nil,
// []any and map[string]any. JSON numbers keep every digit: whole numbers that
// fit 64 bits are int; a number that neither int nor float64 can hold exactly as
// written is a string of its digits.
type Event struct {
	ID         string
	DeliveryID string
	Source     string
	Time       time.Time
	Headers    map[string]string
	// Query has a string for each query parameter, or a list of strings if it
	// is repeated.
	Query map[string]any
	// Fields are the body's fields, and the query parameters that the body lacks if the
	// proof covers the query.
	Fields map[string]any
	// PassedOver are the files of a multipart form that no rule can read.
	PassedOver PassedOver
}

// MaxFiles is how many files PassedOver lists.
const MaxFiles = 20

// PassedOver counts files, and lists the first MaxFiles of them.
type PassedOver struct {
	Count int
	Files []File
}

// File is a file of a multipart form.
type File struct {
	// Field is the name of the form's field.
	Field string
	// Type is the file's content type without parameters, "" if it has none.
	Type string
}
