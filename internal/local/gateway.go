package local

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/uuid"

	"untag/internal/localhttp"
)

// maxRequest is the largest body that API Gateway accepts, in bytes.
const MaxRequest = 10 << 20

// gatewayTimeout is how long API Gateway waits for a function.
const gatewayTimeout = 29 * time.Second

// invoker is the Lambda function.
type invoker interface {
	Invoke(ctx context.Context, payload []byte) ([]byte, error)
}

// gateway does what API Gateway does: it passes an HTTP request to the function as a
// payload of an HTTP API, and answers with what the function returns.
type gateway struct {
	function invoker
	// own are the deliveries that this program makes itself; nil for none.
	own *deliveries
	// keep keeps every request with its answer; it may be nil.
	keep func(s *served, a reply, began time.Time)
	// served is called for every request that is shown, before it is answered; it may be nil.
	served func(served)
	// recordings writes every request that is shown and that verifies; nil for none.
	recordings *recordings
}

// reply is the answer to a request.
type reply struct {
	status int
	header http.Header
	body   []byte
	// reason is why the gateway itself refused, "" if the function answered.
	reason string
	// payload is what was passed to the function; nil if nothing was.
	payload *events.APIGatewayV2HTTPRequest
	// raw is the payload as the function got it.
	raw []byte
}

// ServeHTTP answers 413 to a body over 10 MiB, and 500 if the function's answer is not an
// HTTP response.
func (g gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	t := g.own.take(r)
	own := t != nil && !t.shown
	if t == nil {
		t = new(trace)
	}
	began := time.Now()
	a := g.ask(w, r, t)
	s := newServed(r, a, t)
	if g.keep != nil {
		g.keep(&s, a, began)
		t.keptAs(s.entry)
	}
	if !own && g.served != nil {
		g.served(s)
	}
	if !own && a.payload != nil {
		g.recordings.add(answered{payload: *a.payload, source: sourceOf(r.URL), done: len(t.read().outcomes) > 0})
	}
	for name, values := range a.header {
		w.Header()[name] = values
	}
	w.WriteHeader(a.status)
	// A client that has gone away does not change what was done.
	_, _ = w.Write(a.body)
}

func (g gateway) ask(w http.ResponseWriter, r *http.Request, t *trace) reply {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxRequest))
	if err != nil {
		var tooLarge *http.MaxBytesError
		switch {
		case errors.As(err, &tooLarge):
			return refuse(http.StatusRequestEntityTooLarge, "the body is over 10 MiB")
		case errors.Is(err, localhttp.ErrStalled):
			return refuse(http.StatusRequestTimeout, err.Error())
		}
		return refuse(http.StatusBadRequest, "the body could not be read to its end")
	}
	request := payloadOf(r, body, time.Now())
	payload, err := json.Marshal(request)
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	// As in AWS, a function goes on when the sender has hung up.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), gatewayTimeout)
	defer cancel()
	answer, err := g.function.Invoke(traced(ctx, t), payload)
	if err != nil {
		return refuse(http.StatusInternalServerError, err.Error())
	}
	a, ok := replyOf(answer)
	if !ok {
		return refuse(http.StatusInternalServerError, "the function's answer is not an HTTP response")
	}
	a.payload, a.raw = &request, payload
	return a
}

// replyOf reads the function's answer; false if it is not an HTTP response.
func replyOf(answer []byte) (reply, bool) {
	var response events.APIGatewayV2HTTPResponse
	if json.Unmarshal(answer, &response) != nil || response.StatusCode < 200 || response.StatusCode > 599 {
		return reply{}, false
	}
	a := reply{status: response.StatusCode, header: http.Header{}, body: []byte(response.Body)}
	if response.IsBase64Encoded {
		decoded, err := base64.StdEncoding.DecodeString(response.Body)
		if err != nil {
			return reply{}, false
		}
		a.body = decoded
	}
	for name, value := range response.Headers {
		a.header.Set(name, value)
	}
	for _, cookie := range response.Cookies {
		a.header.Add("Set-Cookie", cookie)
	}
	return a, true
}

// refuse answers in the form of API Gateway's own errors, which do not say why.
func refuse(status int, reason string) reply {
	return reply{
		status: status, header: http.Header{"Content-Type": {"application/json"}},
		body: []byte(`{"message":"` + http.StatusText(status) + `"}`), reason: reason,
	}
}

// payloadOf returns a request as an HTTP API passes it to a function, format 2.0. See
// https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html.
func payloadOf(r *http.Request, body []byte, now time.Time) events.APIGatewayV2HTTPRequest {
	text, encoded := string(body), false
	if !utf8.Valid(body) {
		text, encoded = base64.StdEncoding.EncodeToString(body), true
	}
	headers, cookies := headersOf(r)
	sourceIP, _, _ := net.SplitHostPort(r.RemoteAddr)
	return events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "$default", RawPath: r.URL.EscapedPath(), RawQueryString: r.URL.RawQuery,
		Headers: headers, Cookies: cookies, QueryStringParameters: joined(r.URL.Query()),
		Body: text, IsBase64Encoded: encoded,
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: "$default", Stage: "$default", RequestID: uuid.NewString(), DomainName: r.Host,
			Time: now.UTC().Format("02/Jan/2006:15:04:05 -0700"), TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: r.Method, Path: r.URL.Path, Protocol: r.Proto, SourceIP: sourceIP, UserAgent: r.UserAgent(),
			},
		},
	}
}

// headersOf returns the headers under lower-case names, and the cookies separately.
func headersOf(r *http.Request) (headers map[string]string, cookies []string) {
	headers = map[string]string{}
	for name, value := range joined(r.Header) {
		headers[strings.ToLower(name)] = value
	}
	delete(headers, "cookie")
	headers["host"] = r.Host
	for _, line := range r.Header.Values("Cookie") {
		for cookie := range strings.SplitSeq(line, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				cookies = append(cookies, cookie)
			}
		}
	}
	return headers, cookies
}

// joined joins the values of each name with commas.
func joined(values map[string][]string) map[string]string {
	if len(values) == 0 {
		return nil
	}
	one := make(map[string]string, len(values))
	for name, list := range values {
		one[name] = strings.Join(list, ",")
	}
	return one
}
