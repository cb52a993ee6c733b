package handler_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
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
