package handler

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/rules"
	"untag/internal/webhook"
)

// invocation is what an invocation of any kind carries, read before anything is verified: no
// body is decoded, and of an HTTP request only where it goes.
type invocation struct {
	envelope
	// to is where an HTTP request goes, and health says that it only asks for the health.
	to     target
	health bool
	// source is the name of an event's source. If it is "", noSource says why.
	source   string
	noSource error
	// detail is an event that IAM authorized. EventBridge adds its id and its time.
	detail     []byte
	deliveryID string
	at         time.Time
	// messages are those of a batch.
	messages []stored
}

var errNoRoute = errors.New("the request does not go to /webhooks/{source}")

func errNoBus(source string) error {
	const most = 100
	return fmt.Errorf("no source of the rules file has `eventbridge: %s`", brief(source, most))
}

// read reads an invocation of any kind. Its error is errUnknownKind.
func read(set *rules.Rules, payload []byte) (invocation, error) {
	e, err := open(payload)
	if err != nil {
		return invocation{}, err
	}
	in := invocation{envelope: e}
	switch {
	case e.kind.http():
		in.to = formOf(e.kind).target(e)
		in.source, in.health = in.to.find()
		in.noSource = errNoRoute
		return in, e.err()
	case e.kind == kindSQS:
		in.messages = make([]stored, len(e.records))
		for i, record := range e.records {
			in.messages[i] = storedOf(record)
		}
	case e.kind == kindValidation:
	case e.kind == kindEventBridge:
		var sent events.EventBridgeEvent
		if json.Unmarshal(payload, &sent) != nil {
			return invocation{}, errUnknownKind
		}
		var known bool
		if in.source, known = set.SourceForEventBridge(sent.Source); !known {
			in.noSource = errNoBus(sent.Source)
		}
		in.detail, in.deliveryID, in.at = sent.Detail, sent.ID, sent.Time
	default:
		in.source, in.detail = e.text("source"), e.members["event"]
	}
	return in, nil
}

// request returns what must be verified, with the rest of an HTTP request.
func (in invocation) request() (*webhook.Request, error) {
	switch {
	case in.source == "":
		return nil, in.noSource
	case in.kind.http():
		request := formOf(in.kind).request(in.envelope)
		request.Source = in.source
		return request, in.err()
	}
	return &webhook.Request{
		Source: in.source, Size: len(in.detail), Body: webhook.Bytes(in.detail), AWS: true, ReceivedAt: in.at,
		Header: http.Header{"Content-Type": {"application/json"}},
	}, nil
}
