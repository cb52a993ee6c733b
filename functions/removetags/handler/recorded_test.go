package handler_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
	"untag/internal/event"
	"untag/internal/queue"
	"untag/internal/rules"
)

// FuzzRead: what a gateway writes with AWS's own types is read as it was sent.
func FuzzRead(f *testing.F) {
	f.Add("X-A", "b", "k=1&k=2&l", "{\"a\":\"\\\"é\u2028\"}", false)
	f.Add("x-webhook-token", "t\u0000\"", "a=%20+&=", "\xff\x00", true)
	f.Add("Content-Type", "", "", "", true)
	f.Add("K", "v", "%zz=%9b&a=𝄞", "a\\u0041\r\n\t\b\f/", false)
	for _, body := range []string{
		`{"token":"x"}`, "\ufeff \n\t{\"token\": 1}", `{"\u0074oken":"x"}`, `{"a":{"token":1}}`, `{"a":"token"}`, strings.Repeat(" ", 99) + `{"token":null}`, "\r\n[]",
	} {
		f.Add("K", "v", "", body, false)
		f.Add("K", "v", "", body, true)
	}
	set, faults := rules.Load([]byte(testRules))
	if set == nil {
		f.Fatal(faults)
	}
	at := time.UnixMilli(1772446530123)
	f.Fuzz(func(t *testing.T, name, value, query, sent string, encoded bool) {
		if !utf8.ValidString(name) || !utf8.ValidString(value) || strings.ContainsAny(name, " \t\r\n") || name == "" {
			return // no header
		}
		if !encoded && !utf8.ValidString(sent) {
			return // a gateway sends it in base64
		}
		body := sent
		if encoded {
			body = base64.StdEncoding.EncodeToString([]byte(sent))
		}
		values, err := url.ParseQuery(query)
		for name, list := range values {
			if err != nil || !utf8.ValidString(name) || !utf8.ValidString(strings.Join(list, "&")) {
				values = url.Values{}
			}
		}
		headers, multi := map[string]string{name: value}, map[string][]string{name: {value}}
		want := http.Header{}
		want.Add(name, value)
		for kind, payload := range map[string]any{
			"HTTP API": events.APIGatewayV2HTTPRequest{
				Version: "2.0", RawPath: "/webhooks/zoho", RawQueryString: values.Encode(), Headers: headers, Body: body, IsBase64Encoded: encoded,
				RequestContext: events.APIGatewayV2HTTPRequestContext{TimeEpoch: at.UnixMilli(), HTTP: events.APIGatewayV2HTTPRequestContextHTTPDescription{Method: "POST"}},
			},
			"REST API": events.APIGatewayProxyRequest{
				HTTPMethod: "POST", Path: "/webhooks/zoho", MultiValueQueryStringParameters: values, Headers: headers, MultiValueHeaders: multi,
				Body: body, IsBase64Encoded: encoded, RequestContext: events.APIGatewayProxyRequestContext{RequestTimeEpoch: at.UnixMilli()},
			},
			"load balancer": map[string]any{
				"httpMethod": "POST", "path": "/webhooks/zoho", "multiValueQueryStringParameters": escaped(values), "multiValueHeaders": multi,
				"body": body, "isBase64Encoded": encoded, "requestContext": map[string]any{"elb": map[string]any{}},
			},
		} {
			text, err := json.Marshal(payload)
			if err != nil {
				t.Fatal(err)
			}
			list, err := handler.Read(set, text)
			if err != nil || len(list) != 1 || list[0].Request == nil {
				t.Fatalf("%s: Read(%s) = %v, %v", kind, text, list, err)
			}
			got := list[0].Request
			if diff := cmp.Diff(want, got.Header); diff != "" || got.RawQuery != values.Encode() || got.AWS || got.Source != "zoho" {
				t.Errorf("%s: Read(%s) = %+v, headers -want +got\n%s", kind, text, got, diff)
			}
			if kind != "load balancer" && !got.ReceivedAt.Equal(at) {
				t.Errorf("%s: received at %v, want %v", kind, got.ReceivedAt, at)
			}
			var members map[string]json.RawMessage
			json.Unmarshal([]byte(strings.TrimPrefix(sent, "\ufeff")), &members)
			if got.Excludes("token") && members["token"] != nil {
				t.Errorf("%s: %s is said to have no token", kind, text)
			}
			if read, err := got.Body(); err != nil || string(read) != sent || got.Size > len(sent) {
				t.Errorf("%s: the body of %s is %q, %v, of at least %d, want %q", kind, text, read, err, got.Size, sent)
			}
		}
	})
}

// TestRead: each kind of invocation is read as far as the handler would verify it, and what
// the handler would refuse before that is an error.
func TestRead(t *testing.T) {
	set, faults := rules.Load([]byte(testRules))
	if set == nil {
		t.Fatal(faults)
	}
	batch := func(bodies ...string) any {
		var e events.SQSEvent
		for i, body := range bodies {
			e.Records = append(e.Records, events.SQSMessage{MessageId: "m" + strconv.Itoa(i), EventSource: "aws:sqs", Body: body})
		}
		return e
	}
	message, err := queue.Encode(event.Delivery{ID: "e", Source: "zoho", Body: []byte("{}")})
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		payload any
		// want is the source, the delivery id and the body of each event.
		want [][3]string
		err  string
	}{
		"HTTP":                   {post("zoho", "{}", nil), [][3]string{{"zoho", "", "{}"}}, ""},
		"an unknown source":      {post("nobody", "{", nil), [][3]string{{"nobody", "", "{"}}, ""},
		"direct":                 {map[string]any{"source": "web", "event": []int{1}}, [][3]string{{"web", "", "[1]"}}, ""},
		"EventBridge":            {bus("com.example.crm", "{}"), [][3]string{{"bus", "6a7e8feb-b491-4cf7-a9f1-bf3703467718", "{}"}}, ""},
		"a batch":                {batch(message, message), [][3]string{{"zoho", "", "{}"}, {"zoho", "", "{}"}}, ""},
		"a batch with a fault":   {batch(message, "{", "["), nil, "message m1: "},
		"an unknown bus":         {bus("com.example.other", "{}"), nil, "com.example.other"},
		"health":                 {at("GET", "/health"), nil, "does not go to /webhooks/{source}"},
		"no route":               {at("POST", "/elsewhere"), nil, "does not go to /webhooks/{source}"},
		"a path of another type": {with(at("POST", ""), map[string]any{"rawPath": 1}), nil, "unknown kind"},
		"a body of another type": {with(at("POST", "/webhooks/zoho"), map[string]any{"body": 1}), nil, "unknown kind"},
		"a time of another type": {with(bus("com.example.crm", "{}"), map[string]any{"time": 1}), nil, "unknown kind"},
		"something else":         {map[string]any{}, nil, "unknown kind"},
	} {
		t.Run(name, func(t *testing.T) {
			payload, err := json.Marshal(tt.payload)
			if err != nil {
				t.Fatal(err)
			}
			list, err := handler.Read(set, payload)
			if tt.err != "" && (err == nil || !strings.Contains(err.Error(), tt.err)) || tt.err == "" && err != nil {
				t.Fatalf("Read(%s) = %v, want error %q", payload, err, tt.err)
			}
			var got [][3]string
			for _, one := range list {
				if d := one.Stored; d != nil {
					got = append(got, [3]string{d.Source, d.DeliveryID, string(d.Body)})
					continue
				}
				body, err := one.Request.Body()
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, [3]string{one.Request.Source, one.DeliveryID, string(body)})
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("Read(%s): -want +got\n%s", payload, diff)
			}
		})
	}
}

// escaped returns a query as a load balancer passes it on.
func escaped(values url.Values) url.Values {
	all := make(url.Values)
	for name, list := range values {
		for _, value := range list {
			all.Add(url.QueryEscape(name), url.QueryEscape(value))
		}
	}
	return all
}
