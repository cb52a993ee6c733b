package handler

import (
	"net/http"
	"net/url"
	"time"

	"untag/internal/webhook"
)

// target is the part of a request that says where it goes.
type target struct{ method, path, stage string }

// form is how a kind of gateway writes a request into its envelope. The target is read first,
// so that a request without a route costs only that.
type form struct {
	target  func(envelope) target
	request func(envelope) *webhook.Request
}

// formOf returns the form of one of the three kinds of HTTP requests.
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

// targetV2 reads the target from an HTTP API (payload 2.0) or a function URL.
func targetV2(e envelope) target {
	return target{e.context.object("http").text("method"), e.text("rawPath"), e.context.text("stage")}
}

func requestV2(e envelope) *webhook.Request {
	return e.webhook(webhook.Request{
		Method: targetV2(e).method, URL: e.url(e.text("rawPath"), e.text("rawQueryString")),
		RawQuery: e.text("rawQueryString"), AWS: authorizedV2(e.context), ReceivedAt: epoch(e.context.number("timeEpoch")),
	})
}

// targetV1 reads the target from a REST API, an HTTP API with payload 1.0 or a load balancer.
func targetV1(e envelope) target {
	return target{e.text("httpMethod"), e.text("path"), e.context.text("stage")}
}

func requestV1(e envelope) *webhook.Request {
	path, query := e.context.text("path"), e.query().Encode()
	if path == "" {
		path = e.text("path")
	}
	return e.webhook(webhook.Request{
		Method: targetV1(e).method, URL: e.url(path, query),
		RawQuery: query, AWS: authorizedV1(e.context), ReceivedAt: epoch(e.context.number("requestTimeEpoch")),
	})
}

// requestALB reads the request from a load balancer, which leaves the query escaped.
func requestALB(e envelope) *webhook.Request {
	return e.webhook(webhook.Request{Method: targetV1(e).method, RawQuery: escapedQuery(e.query())})
}

// webhook completes a request with what all forms have in common.
func (e envelope) webhook(r webhook.Request) *webhook.Request {
	b := body{text: e.members["body"], base64: e.flag("isBase64Encoded"), buffer: e.buffer}
	size, ok := b.size()
	*e.fault = *e.fault || !ok && e.has("body")
	r.Header, r.Size, r.Body, r.Excludes = e.header(), size, b.read, b.excludes
	return &r
}

// multi returns the name of the member that has the values: as lists, or one by one. A
// gateway that sends both has all values in the lists.
func (e envelope) multi(single, multi string) string {
	if len(e.object(multi).members) > 0 {
		return multi
	}
	return single
}

// header joins the different spellings of each name under the canonical one.
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

// escapedQuery writes a query whose names and values are already escaped.
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

// epoch returns the time of a timestamp in milliseconds; the zero time for 0.
func epoch(milliseconds int64) time.Time {
	if milliseconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds)
}
