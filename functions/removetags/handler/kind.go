package handler

import (
	"encoding/json"
	"errors"
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

// envelope is the fields by which the kinds of invocation differ. A type of one
// kind decodes the payload of another without an error, into zero fields, so the
// kind is told apart before anything is decoded whole.
type envelope struct {
	Version        string `json:"version"`
	HTTPMethod     string `json:"httpMethod"`
	RequestContext *struct {
		HTTP json.RawMessage `json:"http"`
		ELB  json.RawMessage `json:"elb"`
	} `json:"requestContext"`
	Records []struct {
		EventSource string `json:"eventSource"`
	} `json:"Records"`
	DetailType *string         `json:"detail-type"`
	Source     string          `json:"source"`
	Event      json.RawMessage `json:"event"`
}

var errUnknownKind = errors.New(`unknown kind of invocation: expected an HTTP API, REST API, function URL, ALB, SQS or EventBridge event, or {"source": …, "event": {…}}`)

func kindOf(payload []byte) (kind, error) {
	var e envelope
	if err := json.Unmarshal(payload, &e); err != nil {
		// The JSON error may quote the payload.
		return 0, errUnknownKind
	}
	switch {
	case e.RequestContext != nil && e.RequestContext.ELB != nil:
		return kindALB, nil
	case e.RequestContext != nil && e.RequestContext.HTTP != nil && e.Version == "2.0":
		return kindHTTPAPI, nil
	case e.RequestContext != nil && e.HTTPMethod != "":
		return kindRESTAPI, nil
	case len(e.Records) > 0 && e.Records[0].EventSource == "aws:sqs":
		return kindSQS, nil
	case e.DetailType != nil:
		return kindEventBridge, nil
	case e.Source != "" && e.Event != nil:
		return kindDirect, nil
	}
	return 0, errUnknownKind
}
