package handler

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/webhook"
)

// httpRequest is what the four HTTP kinds have in common.
type httpRequest struct {
	method   string
	path     string
	stage    string
	rawQuery string
	header   http.Header
	body     string
	base64   bool
	// authorized says that an authorizer or IAM let the request through.
	authorized bool
	// at is when the gateway took it, zero where it does not say.
	at time.Time
}

// webhook is the request as the webhook package takes it.
func (r httpRequest) webhook(source string) *webhook.Request {
	size := len(r.body)
	if r.base64 {
		// What it is padded with is two bytes at most.
		size = base64.StdEncoding.DecodedLen(size) - 2
	}
	return &webhook.Request{
		Source: source, Header: r.header, RawQuery: r.rawQuery,
		Size: size, Body: r.decoded, AWS: r.authorized, ReceivedAt: r.at,
	}
}

// decoded is the body as the sender sent it.
func (r httpRequest) decoded() ([]byte, error) {
	if !r.base64 {
		return []byte(r.body), nil
	}
	decoded, err := base64.StdEncoding.DecodeString(r.body)
	if err != nil {
		return nil, errors.New("the body is marked as base64 and is not")
	}
	return decoded, nil
}

// epoch is a time in milliseconds; none is zero.
func epoch(milliseconds int64) time.Time {
	if milliseconds == 0 {
		return time.Time{}
	}
	return time.UnixMilli(milliseconds)
}

// httpAPI answers an HTTP API (payload 2.0) and a function URL, which share a form.
func (h *Handler) httpAPI(ctx context.Context, payload []byte) (any, error) {
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, errUnknownKind
	}
	a := h.serve(ctx, requestV2(e))
	return events.APIGatewayV2HTTPResponse{StatusCode: a.status, Headers: a.headers(), Body: a.body}, nil
}

func requestV2(e events.APIGatewayV2HTTPRequest) httpRequest {
	return httpRequest{
		method: e.RequestContext.HTTP.Method, path: e.RawPath, stage: e.RequestContext.Stage,
		rawQuery: e.RawQueryString, header: headers(e.Headers, nil),
		body: e.Body, base64: e.IsBase64Encoded,
		authorized: authorizedV2(e.RequestContext.Authorizer), at: epoch(e.RequestContext.TimeEpoch),
	}
}

func authorizedV2(a *events.APIGatewayV2HTTPRequestContextAuthorizerDescription) bool {
	return a != nil && (a.IAM != nil || a.JWT != nil || len(a.Lambda) > 0)
}

// restAPI answers a REST API (payload 1.0).
func (h *Handler) restAPI(ctx context.Context, payload []byte) (any, error) {
	var e events.APIGatewayProxyRequest
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, errUnknownKind
	}
	a := h.serve(ctx, requestV1(e))
	return events.APIGatewayProxyResponse{StatusCode: a.status, Headers: a.headers(), Body: a.body}, nil
}

func requestV1(e events.APIGatewayProxyRequest) httpRequest {
	return httpRequest{
		method: e.HTTPMethod, path: e.Path, stage: e.RequestContext.Stage,
		rawQuery: query(e.QueryStringParameters, e.MultiValueQueryStringParameters).Encode(),
		header:   headers(e.Headers, e.MultiValueHeaders),
		body:     e.Body, base64: e.IsBase64Encoded,
		authorized: len(e.RequestContext.Authorizer) > 0 || e.RequestContext.Identity.UserArn != "",
		at:         epoch(e.RequestContext.RequestTimeEpoch),
	}
}

// alb answers an Application Load Balancer, with multi-value headers where it sent
// them. A load balancer leaves the query as it was escaped by the client.
func (h *Handler) alb(ctx context.Context, payload []byte) (any, error) {
	var e events.ALBTargetGroupRequest
	if err := json.Unmarshal(payload, &e); err != nil {
		return nil, errUnknownKind
	}
	a := h.serve(ctx, requestALB(e))
	out := events.ALBTargetGroupResponse{
		StatusCode: a.status, StatusDescription: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), Body: a.body,
	}
	if e.MultiValueHeaders == nil {
		out.Headers = a.headers()
		return out, nil
	}
	out.MultiValueHeaders = make(map[string][]string)
	for name, value := range a.headers() {
		out.MultiValueHeaders[name] = []string{value}
	}
	return out, nil
}

func requestALB(e events.ALBTargetGroupRequest) httpRequest {
	return httpRequest{
		method: e.HTTPMethod, path: e.Path,
		rawQuery: escapedQuery(query(e.QueryStringParameters, e.MultiValueQueryStringParameters)),
		header:   headers(e.Headers, e.MultiValueHeaders),
		body:     e.Body, base64: e.IsBase64Encoded,
	}
}

// serve answers one HTTP request, of whatever kind.
func (h *Handler) serve(ctx context.Context, req httpRequest) answer {
	route, problem := routeOf(req.method, req.path, req.stage)
	if problem != nil {
		return *problem
	}
	if route.health {
		return answerOf(http.StatusOK, map[string]string{"status": "ok"})
	}
	return h.receive(ctx, *req.webhook(route.source))
}

// headers joins the single and the multi-value form under canonical names.
func headers(single map[string]string, multi map[string][]string) http.Header {
	header := make(http.Header, len(single)+len(multi))
	for name, values := range multi {
		for _, value := range values {
			header.Add(name, value)
		}
	}
	for name, value := range single {
		if len(multi) == 0 {
			header.Add(name, value)
		}
	}
	return header
}

func query(single map[string]string, multi map[string][]string) url.Values {
	values := make(url.Values, max(len(single), len(multi)))
	for name, list := range multi {
		values[name] = list
	}
	if len(multi) == 0 {
		for name, value := range single {
			values.Set(name, value)
		}
	}
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
