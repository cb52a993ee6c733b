package handler

import (
	"errors"

	"untag/internal/jsonvalue"
)

type kind int

const (
	kindDirect kind = iota
	kindHTTPAPI
	kindRESTAPI
	kindALB
	kindSQS
	kindEventBridge
	kindRenewWatches
	kindValidation
)

// http reports whether it is an HTTP request.
func (k kind) http() bool { return k == kindHTTPAPI || k == kindRESTAPI || k == kindALB }

// envelope is the kind of an invocation, and its parts where they are in the payload. One
// pass finds them; they are copied or decoded only when they are needed.
type envelope struct {
	kind kind
	parts
	// context is the member requestContext of an HTTP request.
	context parts
	// records are those of a batch.
	records []jsonvalue.Raw
	// buffer is memory that the body of an HTTP request is decoded into.
	buffer *[]byte
}

var errUnknownKind = errors.New(`unknown kind of invocation: expected an HTTP API, REST API, function URL, ALB, SQS or EventBridge event, {"source": …, "event": {…}}, {"untag": "renew-watches"}, or AppConfig's request to validate rules`)

// open recognizes the kind of an invocation by the fields that only this kind has. The type
// of one kind would decode the payload of another without an error, into zero fields, so
// open checks the kind before anything is decoded. Its error quotes nothing of the payload.
func open(payload []byte) (envelope, error) {
	members, err := jsonvalue.Raw(payload).Object()
	if err != nil {
		return envelope{}, errUnknownKind
	}
	e := envelope{parts: partsOf(members), buffer: new([]byte)}
	request, _ := members["requestContext"].Object()
	e.context = parts{request, e.fault}
	e.records, _ = members["Records"].List()
	_, detailed := members["detail-type"].Text()
	switch {
	case request["elb"] != nil:
		e.kind = kindALB
	case request["http"] != nil && text(members["version"]) == "2.0":
		e.kind = kindHTTPAPI
	case request != nil && text(members["httpMethod"]) != "":
		e.kind = kindRESTAPI
	case len(e.records) > 0 && text(storedOf(e.records[0]).source) == eventSourceSQS:
		e.kind = kindSQS
	case detailed:
		e.kind = kindEventBridge
	case text(members["source"]) != "" && members["event"] != nil:
		e.kind = kindDirect
	case text(members["untag"]) == renewWatches:
		e.kind = kindRenewWatches
	case text(members["applicationId"]) != "" && members["content"] != nil && members["uri"] != nil:
		e.kind = kindValidation
	default:
		return envelope{}, errUnknownKind
	}
	return e, nil
}

// text returns a string, "" if the value is not one.
func text(value jsonvalue.Raw) string {
	text, _ := value.Text()
	return string(text)
}
