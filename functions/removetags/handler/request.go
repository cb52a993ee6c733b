package handler

import (
	"encoding/base64"
	"errors"
	"net/http"
	"net/url"
	"time"

	"untag/internal/jsonvalue"
	"untag/internal/webhook"
)

// target is what says where a request goes to.
type target struct{ method, path, stage string }

// form is how a kind of gateway writes a request into its envelope. The target is read
// first: what goes nowhere costs no more than that.
type form struct {
	target  func(envelope) target
	request func(envelope) *webhook.Request
}

// formOf returns the form of an HTTP request of one of three kinds.
func formOf(k kind) form {
	switch k {
	case kindHTTPAPI:
		return form{targetV2, requestV2}
	case kindRESTAPI:
		return form{targetV1, requestV1}
	default:
		return form{targetV1, requestALB}
	}
}

// targetV2 is that of an HTTP API (payload 2.0) or a function URL, which share a form.
func targetV2(e envelope) target {
	return target{e.context.object("http").text("method"), e.text("rawPath"), e.context.text("stage")}
}

func requestV2(e envelope) *webhook.Request {
	return e.webhook(webhook.Request{
		RawQuery: e.text("rawQueryString"), AWS: authorizedV2(e.context), ReceivedAt: epoch(e.context.number("timeEpoch")),
	})
}

// targetV1 is that of a REST API, or an HTTP API with payload 1.0, or a load balancer.
func targetV1(e envelope) target {
	return target{e.text("httpMethod"), e.text("path"), e.context.text("stage")}
}

func requestV1(e envelope) *webhook.Request {
	return e.webhook(webhook.Request{
		RawQuery: e.query().Encode(), AWS: authorizedV1(e.context), ReceivedAt: epoch(e.context.number("requestTimeEpoch")),
	})
}

// requestALB is that of a load balancer, which leaves the query as the client escaped it.
func requestALB(e envelope) *webhook.Request {
	return e.webhook(webhook.Request{RawQuery: escapedQuery(e.query())})
}

// webhook completes a request by what the forms have in common.
func (e envelope) webhook(r webhook.Request) *webhook.Request {
	b := body{text: e.members["body"], base64: e.flag("isBase64Encoded")}
	size, ok := b.size()
	*e.fault = *e.fault || !ok && e.has("body")
	r.Header, r.Size, r.Body = e.header(), size, b.read
	return &r
}

// multi is the name of the member that holds a kind of values, each in a list or by
// itself: a gateway that sends both sends all of them in the lists.
func (e envelope) multi(single, multi string) string {
	if len(e.object(multi).members) > 0 {
		return multi
	}
	return single
}

// header joins the spellings of each name under its canonical one.
func (e envelope) header() http.Header {
	header := make(http.Header)
	e.values(e.multi("headers", "multiValueHeaders"), header.Add)
	return header
}

func (e envelope) query() url.Values {
	values := make(url.Values)
	e.values(e.multi("queryStringParameters", "multiValueQueryStringParameters"), values.Add)
	return values
}

// escapedQuery writes a query whose names and values are escaped already.
func escapedQuery(values url.Values) string {
	unescaped := make(url.Values, len(values))
	for name, list := range values {
		for _, value := range list {
			unescaped.Add(unescape(name), unescape(value))
		}
	}
	return unescaped.Encode()
}

func unescape(s string) string {
	plain, err := url.QueryUnescape(s)
	if err != nil {
		return s
	}
	return plain
}

// epoch is a time in milliseconds; none is zero.
func epoch(milliseconds int64) time.Time {
	if milliseconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds)
}

// body is the body of a request where it lies in the envelope.
type body struct {
	text   jsonvalue.Raw
	base64 bool
}

// size is a length that the body has at least, as its text tells without being decoded;
// false where it is not a text.
func (b body) size() (int, bool) {
	if !b.base64 {
		return b.text.LeastTextSize(webhook.MaxBody)
	}
	const quotes, padding = 2, 2
	size, ok := b.text.LeastTextSize(base64.StdEncoding.EncodedLen(webhook.MaxBody) + padding)
	// What stands as an escape in a base64 text may be a line break, which says nothing;
	// there are no more of them than bytes that the escapes take beyond what they say.
	// The last four characters may end in two of padding.
	escapes := max(len(b.text)-quotes, 0) - size
	return max(base64.StdEncoding.DecodedLen(size-escapes)-padding, 0), ok
}

// read returns the body as the sender sent it.
func (b body) read() ([]byte, error) {
	text, _ := b.text.Text()
	if !b.base64 {
		return text, nil
	}
	decoded, err := base64.StdEncoding.AppendDecode(nil, text)
	if err != nil {
		return nil, errors.New("the body is marked as base64 and is not")
	}
	return decoded, nil
}
