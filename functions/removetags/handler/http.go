package handler

import (
	"context"
	"fmt"
	"net/http"

	"github.com/aws/aws-lambda-go/events"
)

// http answers an HTTP request in the form of its envelope.
func (h *Handler) http(ctx context.Context, in invocation) (any, error) {
	a, err := h.serve(ctx, in)
	if err != nil {
		return nil, err
	}
	switch in.kind {
	case kindHTTPAPI:
		return events.APIGatewayV2HTTPResponse{StatusCode: a.status, Headers: a.headers(), Body: a.body}, nil
	case kindRESTAPI:
		return events.APIGatewayProxyResponse{StatusCode: a.status, Headers: a.headers(), Body: a.body}, nil
	default:
		return albResponse(a, in.has("multiValueHeaders")), nil
	}
}

// albResponse has multi-value headers if the load balancer sent them.
func albResponse(a answer, multi bool) events.ALBTargetGroupResponse {
	out := events.ALBTargetGroupResponse{
		StatusCode: a.status, StatusDescription: fmt.Sprintf("%d %s", a.status, http.StatusText(a.status)), Body: a.body,
	}
	if !multi {
		out.Headers = a.headers()
		return out
	}
	out.MultiValueHeaders = make(map[string][]string)
	for name, value := range a.headers() {
		out.MultiValueHeaders[name] = []string{value}
	}
	return out
}

// serve answers one HTTP request of any kind. The route, the source and the method come
// first, so that a request that they refuse costs only finding them. Its error is
// errUnknownKind.
func (h *Handler) serve(ctx context.Context, in invocation) (answer, error) {
	a, passed := answer{}, false
	if h.unready {
		a = h.refuse(ctx, "", errNoRules)
	} else {
		a, passed = h.route(ctx, in)
	}
	if passed {
		// Later requests reuse the memory: requests that anyone can send should leave no garbage.
		if used, _ := h.buffers.Get().(*[]byte); used != nil {
			in.buffer = used
		}
		defer h.buffers.Put(in.buffer)
		request, err := in.request()
		if err != nil {
			return answer{}, err
		}
		if h.publicURL != "" {
			request.URL = publicURL(h.publicURL, request.Source, request.RawQuery)
		}
		a = h.receive(ctx, *request)
	}
	if in.to.method == http.MethodHead {
		a.body = ""
	}
	return a, nil
}
