package local

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/iotest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"untag/internal/localhttp"
)

// echo is a function that keeps the payload it received and answers as configured.
type echo struct {
	payload events.APIGatewayV2HTTPRequest
	answer  string
	err     error
	ctx     context.Context
}

func (e *echo) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	e.ctx = ctx
	if err := json.Unmarshal(payload, &e.payload); err != nil {
		return nil, err
	}
	return []byte(e.answer), e.err
}

const fine = `{"statusCode":200,"body":"ok"}`

func TestGatewayMakesThePayload(t *testing.T) {
	r := httptest.NewRequest("PUT", "/prod/webhooks/a%2Fb?x=1&x=2&y=%20", strings.NewReader("héllo"))
	r.Header = http.Header{
		"X-Tag": {"one", "two"}, "Content-Type": {"text/plain"}, "User-Agent": {"tester"},
		"Cookie": {"a=1; b=2", "c=3"},
	}
	now := time.Date(2026, 3, 2, 10, 15, 30, 0, time.FixedZone("", 3600))
	got := payloadOf(r, []byte("héllo"), now)
	if got.RequestContext.RequestID == "" {
		t.Error("no request id")
	}
	got.RequestContext.RequestID = ""
	want := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "$default", RawPath: "/prod/webhooks/a%2Fb", RawQueryString: "x=1&x=2&y=%20",
		Headers:               map[string]string{"x-tag": "one,two", "content-type": "text/plain", "user-agent": "tester", "host": "example.com"},
		Cookies:               []string{"a=1", "b=2", "c=3"},
		QueryStringParameters: map[string]string{"x": "1,2", "y": " "}, Body: "héllo",
		RequestContext: events.APIGatewayV2HTTPRequestContext{
			RouteKey: "$default", Stage: "$default", DomainName: "example.com",
			Time: "02/Mar/2026:09:15:30 +0000", TimeEpoch: now.UnixMilli(),
			HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{
				Method: "PUT", Path: "/prod/webhooks/a/b", Protocol: "HTTP/1.1", SourceIP: "192.0.2.1", UserAgent: "tester",
			},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("payloadOf differs (-want +got):\n%s", diff)
	}
}

func TestGatewayBodies(t *testing.T) {
	tests := map[string]struct {
		body    []byte
		status  int
		encoded bool
	}{
		"none":        {nil, 200, false},
		"text":        {[]byte(`{"a":1}`), 200, false},
		"binary":      {[]byte{0xff, 0, 0xfe, '\n'}, 200, true},
		"10 MiB":      {bytes.Repeat([]byte("x"), MaxRequest), 200, false},
		"over 10 MiB": {bytes.Repeat([]byte("x"), MaxRequest+1), 413, false},
	}
	for name, tt := range tests {
		for kind, body := range map[string]io.Reader{"with its length": bytes.NewReader(tt.body), "in chunks": io.MultiReader(bytes.NewReader(tt.body))} {
			t.Run(name+" "+kind, func(t *testing.T) {
				function := &echo{answer: fine}
				server := httptest.NewServer(gateway{function: function})
				defer server.Close()
				response, err := http.Post(server.URL+"/webhooks/zoho", "application/octet-stream", body)
				if err != nil {
					t.Fatal(err)
				}
				defer response.Body.Close()
				if response.StatusCode != tt.status {
					t.Fatalf("status %d, want %d", response.StatusCode, tt.status)
				}
				if tt.status != 200 {
					if function.ctx != nil || response.Header.Get("Content-Type") != "application/json" {
						t.Errorf("the function was invoked, or the answer is %q", response.Header.Get("Content-Type"))
					}
					return
				}
				got := []byte(function.payload.Body)
				if function.payload.IsBase64Encoded != tt.encoded {
					t.Errorf("isBase64Encoded = %t, want %t", !tt.encoded, tt.encoded)
				}
				if tt.encoded {
					got, _ = base64.StdEncoding.DecodeString(function.payload.Body)
				}
				if !bytes.Equal(got, tt.body) {
					t.Errorf("%d bytes arrived, want the %d that were sent", len(got), len(tt.body))
				}
			})
		}
	}
}

func TestGatewayAnswers(t *testing.T) {
	tests := map[string]struct {
		answer string
		err    error
		status int
		body   string
		header http.Header
	}{
		"text":            {fine, nil, 200, "ok", nil},
		"headers":         {`{"statusCode":503,"headers":{"retry-after":"30"},"cookies":["a=1","b=2"],"body":""}`, nil, 503, "", http.Header{"Retry-After": {"30"}, "Set-Cookie": {"a=1", "b=2"}}},
		"base64":          {`{"statusCode":200,"body":"/wA=","isBase64Encoded":true}`, nil, 200, "\xff\x00", nil},
		"bad base64":      {`{"statusCode":200,"body":"?","isBase64Encoded":true}`, nil, 500, `{"message":"Internal Server Error"}`, nil},
		"no status":       {`{"event_id":"1"}`, nil, 500, `{"message":"Internal Server Error"}`, nil},
		"no valid status": {`{"statusCode":42}`, nil, 500, `{"message":"Internal Server Error"}`, nil},
		"no JSON":         {`oops`, nil, 500, `{"message":"Internal Server Error"}`, nil},
		"null":            {`null`, nil, 500, `{"message":"Internal Server Error"}`, nil},
		"an error":        {"", errors.New("the secret is hush"), 500, `{"message":"Internal Server Error"}`, nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			w := httptest.NewRecorder()
			gateway{function: &echo{answer: tt.answer, err: tt.err}}.ServeHTTP(w, httptest.NewRequest("GET", "/health", nil))
			if w.Code != tt.status || w.Body.String() != tt.body {
				t.Errorf("answered %d %q, want %d %q", w.Code, w.Body, tt.status, tt.body)
			}
			for key, want := range tt.header {
				if diff := cmp.Diff(want, w.Header()[key]); diff != "" {
					t.Errorf("%s differs (-want +got):\n%s", key, diff)
				}
			}
		})
	}
}

// TestGatewayReportsRequests: requests of others are reported, with the gateway's own refusals.
func TestGatewayReportsRequests(t *testing.T) {
	tests := map[string]struct {
		body   io.Reader
		own    bool
		status int
		reason string
	}{
		"answered":        {strings.NewReader("{}"), false, 200, ""},
		"a stalled body":  {iotest.ErrReader(localhttp.ErrStalled), false, 408, "did not arrive in time"},
		"half a body":     {iotest.ErrReader(io.ErrUnexpectedEOF), false, 400, "could not be read to its end"},
		"an own delivery": {strings.NewReader("{}"), true, 200, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var told []served
			own, function := new(deliveries), &echo{answer: fine}
			r := httptest.NewRequest("POST", "/webhooks/zoho", tt.body)
			if tt.own {
				own.begin(r, new(trace))
			}
			again := r.Clone(t.Context())
			w := httptest.NewRecorder()
			g := gateway{function: function, own: own, served: func(s served) { told = append(told, s) }}
			g.ServeHTTP(w, r)
			if w.Code != tt.status || len(told) == 1 == tt.own {
				t.Fatalf("answered %d and reported %d, want %d, reported unless it is an own delivery", w.Code, len(told), tt.status)
			}
			if !tt.own {
				if s := told[0]; s.source != "zoho" || s.status != tt.status || !strings.Contains(s.reason, tt.reason) || (s.reason == "") != (tt.reason == "") {
					t.Errorf("reported %+v, want the source and %q", s, tt.reason)
				}
				return
			}
			if _, marked := function.payload.Headers[strings.ToLower(deliveryHeader)]; marked {
				t.Error("the function sees the mark of the delivery")
			}
			if g.ServeHTTP(w, again); len(told) != 1 {
				t.Error("a mark that was used before is taken for an own delivery again")
			}
		})
	}
}

func TestGatewayGoesOnWhenTheSenderHangsUp(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var met error
	function := invokerFunc(func(ctx context.Context) { met = ctx.Err() })
	gateway{function: function}.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", "/", nil))
	if met != nil {
		t.Errorf("the function's context has ended: %v", met)
	}
}

type invokerFunc func(context.Context)

func (f invokerFunc) Invoke(ctx context.Context, _ []byte) ([]byte, error) {
	f(ctx)
	return []byte(fine), nil
}
