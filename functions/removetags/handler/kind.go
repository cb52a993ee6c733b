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
)

// envelope is what an invocation is, and the records of a batch.
type envelope struct {
	kind    kind
	records []jsonvalue.Raw
}

var errUnknownKind = errors.New(`unknown kind of invocation: expected an HTTP API, REST API, function URL, ALB, SQS or EventBridge event, or {"source": …, "event": {…}}`)

// open tells by the fields in which the kinds of invocation differ. A type of one kind
// decodes the payload of another without an error, into zero fields, so the kind is
// told apart before anything is decoded whole. Its error quotes nothing of the payload.
func open(payload []byte) (envelope, error) {
	fields, err := jsonvalue.Raw(payload).Object()
	if err != nil {
		return envelope{}, errUnknownKind
	}
	request, _ := fields["requestContext"].Object()
	records, _ := fields["Records"].List()
	_, detailed := fields["detail-type"].Text()
	switch {
	case request["elb"] != nil:
		return envelope{kind: kindALB}, nil
	case request["http"] != nil && text(fields["version"]) == "2.0":
		return envelope{kind: kindHTTPAPI}, nil
	case request != nil && text(fields["httpMethod"]) != "":
		return envelope{kind: kindRESTAPI}, nil
	case len(records) > 0 && eventSource(records[0]) == "aws:sqs":
		return envelope{kindSQS, records}, nil
	case detailed:
		return envelope{kind: kindEventBridge}, nil
	case text(fields["source"]) != "" && fields["event"] != nil:
		return envelope{kind: kindDirect}, nil
	}
	return envelope{}, errUnknownKind
}

func eventSource(record jsonvalue.Raw) string {
	members, _ := record.Object()
	return text(members["eventSource"])
}

// text is a string, "" where there is none.
func text(value jsonvalue.Raw) string {
	text, _ := value.Text()
	return string(text)
}
