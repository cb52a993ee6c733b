package webhook_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/webhook"
)

var notified = []event.Scheme{{Kind: "zoho-notification"}}

func TestNotification(t *testing.T) {
	tests := map[string]struct{ body, want string }{
		"as Zoho sends it":      {`{"module":"Deals","ids":["1"],"token":"` + good + `"}`, ""},
		"first":                 {`{"token":"` + good + `","module":"Deals"}`, ""},
		"with white space":      {"\r\n{ \"token\" :\t\"" + good + "\" } \n", ""},
		"after a mark":          {"\xef\xbb\xbf" + `{"token":"` + good + `"}`, ""},
		"escaped":               {`{"tok\u0065n":"\u0061` + good[1:] + `"}`, ""},
		"below another":         {`{"a":{"token":"x"},"b":[{"token":"y"},"token"],"token":"` + good + `","c":"\"token\":\""}`, ""},
		"a backslash in front":  {`{"a":"C:\\","b":"\\\"","token":"` + good + `"}`, ""},
		"a wrong one":           {`{"token":"wrong"}`, "the token is not the stored one"},
		"another case":          {`{"token":"` + strings.ToUpper(good) + `"}`, "the token differs from the stored secret in upper and lower case"},
		"only below":            {`{"a":{"token":"` + good + `"},"b":["token","` + good + `"]}`, "the body has no `token`"},
		"in a text":             {`{"a":"\"token\":\"` + good + `\""}`, "the body has no `token`"},
		"as a value":            {`{"a":"token","b":"` + good + `"}`, "the body has no `token`"},
		"another name":          {`{"Token":"` + good + `"}`, "the body has no `token`"},
		"null":                  {`{"token":null}`, "the `token` in the body is null: the subscription has no token"},
		"absent":                {`{"module":"Deals"}`, "the body has no `token`"},
		"a number":              {`{"token":4711}`, "the `token` in the body is not text"},
		"a list":                {`{"token":["` + good + `"]}`, "the `token` in the body is not text"},
		"an object":             {`{"token":{"token":"` + good + `"}}`, "the `token` in the body is not text"},
		"true":                  {`{"token":true}`, "the `token` in the body is not text"},
		"empty":                 {`{"token":""}`, "the `token` in the body is empty"},
		"twice":                 {`{"token":"` + good + `","a":1,"token":"` + good + `"}`, "the body has more than one `token`"},
		"twice, the last wrong": {`{"token":"` + good + `","token":"wrong"}`, "the body has more than one `token`"},
		"twice, one escaped":    {`{"token":"` + good + `","\u0074oken":"` + good + `"}`, "the body has more than one `token`"},
		"twice, the first null": {`{"token":null,"token":"` + good + `"}`, "the body has more than one `token`"},
		"no body":               {"", "the body is not a JSON object"},
		"a form":                {"token=" + good, "the body is not a JSON object"},
		"a list of them":        {`[{"token":"` + good + `"}]`, "the body is not a JSON object"},
		"a text":                {`"` + good + `"`, "the body is not a JSON object"},
		"cut off":               {`{"token":"` + good + `"`, "the body cannot be read"},
		"cut off before":        {`{"token":"` + good, "the body has no `token`"},
		"broken behind":         {`{"token":"` + good + `", "a":}`, "the body cannot be read: line 1, column 39: "},
		"something behind":      {`{"token":"` + good + `"} {}`, "the body cannot be read"},
		"another name twice":    {`{"token":"` + good + `","a":1,"a":2}`, "the body cannot be read"},
		"broken UTF-8":          {"{\"token\":\"" + good + "\",\"a\":\"\xff\"}", "the body cannot be read"},
		"nested too deep":       {`{"token":"` + good + `","a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "}", "the body cannot be read"},
		"a stray bracket":       {`{"a":1}],"token":"` + good + `"}`, "the body"},
		"a bracket in front":    {`{]"token":"` + good + `"}`, "the body"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := refusedFor(t, notified, []string{"another-secret-of-them", good}, webhook.Request{Body: webhook.Bytes([]byte(tt.body))})
			if !strings.HasPrefix(got, tt.want) || (got == "") != (tt.want == "") {
				t.Errorf("refused for %q, want %q", got, tt.want)
			}
		})
	}
}

// TestNotificationOfAnUnreadableBody checks that the answer is 401 for any fault in the body.
func TestNotificationOfAnUnreadableBody(t *testing.T) {
	unreadable := func() ([]byte, error) { return nil, errors.New("the body is marked as base64 but is not") }
	if got := refusedFor(t, notified, []string{good}, webhook.Request{Body: unreadable}); got != "the body is marked as base64 but is not" {
		t.Errorf("refused for %q", got)
	}
}

func TestNotificationThatIsCompressed(t *testing.T) {
	const body = `{"token":"` + good + `","id":"7"}`
	for name, encoding := range map[string][]string{"gzip": {"gzip"}, "unknown": {"br"}, "in two lines": {"identity", "gzip"}} {
		req := webhook.Request{Header: http.Header{"Content-Encoding": encoding}, Body: webhook.Bytes([]byte(gzipped(t, body)))}
		if got := refusedFor(t, notified, []string{good}, req); !strings.HasPrefix(got, "the body is compressed") {
			t.Errorf("%s: refused for %q", name, got)
		}
		req.Body = webhook.Bytes([]byte(body)) // not compressed, although its header says so
		if got := refusedFor(t, notified, []string{good}, req); !strings.HasPrefix(got, "the body is compressed") {
			t.Errorf("%s, but not compressed: refused for %q", name, got)
		}
	}
	if got := refusedFor(t, notified, []string{good}, webhook.Request{Header: http.Header{"Content-Encoding": {"identity"}}, Body: webhook.Bytes([]byte(body))}); got != "" {
		t.Errorf("identity: refused for %q", got)
	}
	both := event.Source{Name: "s", Verify: []event.Scheme{{Kind: "zoho-notification"}, {Kind: "token", Header: "X-Webhook-Token"}}}
	r := webhook.New(webhook.Config{Sources: []event.Source{both}, Secrets: stored{"s": {good}}})
	d, err := r.Verify(t.Context(), webhook.Request{
		Source: "s", Header: http.Header{"X-Webhook-Token": {good}, "Content-Encoding": {"gzip"}}, Body: webhook.Bytes([]byte(gzipped(t, body))),
	})
	if err != nil {
		t.Fatal(err)
	}
	ev, err := webhook.Parse(d)
	if diff := cmp.Diff(map[string]any{"id": "7"}, ev.Fields); err != nil || diff != "" {
		t.Errorf("Parse of a compressed body: %v, fields -want +got\n%s", err, diff)
	}
}

// TestTheTokenOfABodyGoesNoFurther checks that no delivery holds the token of its body, no
// matter which scheme proved the request.
func TestTheTokenOfABodyGoesNoFurther(t *testing.T) {
	source := event.Source{Name: "s", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token", Query: "key"}, {Kind: "zoho-notification"}, {Kind: "aws"}}}
	other := event.Source{Name: "other", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}}}
	r := webhook.New(webhook.Config{Sources: []event.Source{source, other}, Secrets: stored{"s": {good}, "other": {good}}})
	const body = `{"module":"Deals", "token":"` + good + `", "ids":["1"]}`
	want := map[string]any{"module": "Deals", "ids": []any{"1"}}
	tests := map[string]struct {
		request webhook.Request
		proof   string
	}{
		"the body": {webhook.Request{Source: "s", RawQuery: "token=x&id=2"}, "zoho-notification"},
		"a header": {webhook.Request{Source: "s", Header: http.Header{"X-Webhook-Token": {good}}}, "token"},
		"IAM":      {webhook.Request{Source: "s", AWS: true}, "aws"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.request.Body = webhook.Bytes([]byte(body))
			d, err := r.Verify(t.Context(), tt.request)
			if err != nil || d.Proof != tt.proof {
				t.Fatalf("Verify = proof %q, %v, want %q", d.Proof, err, tt.proof)
			}
			assumed, err := r.Assume(tt.request)
			if err != nil || assumed.Proof != tt.proof {
				t.Fatalf("Assume = proof %q, %v, want %q", assumed.Proof, err, tt.proof)
			}
			for _, one := range []event.Delivery{d, assumed} {
				if strings.Contains(string(one.Body), good) {
					t.Errorf("body %s holds the token", one.Body)
				}
				ev, err := webhook.Parse(one)
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, ev.Fields); diff != "" {
					t.Errorf("fields: -want +got\n%s", diff)
				}
			}
		})
	}
	d, err := r.Verify(t.Context(), webhook.Request{Source: "other", Header: http.Header{"X-Webhook-Token": {good}}, Body: webhook.Bytes([]byte(body))})
	if err != nil || string(d.Body) != body {
		t.Errorf("the body for a source without notifications is %s, %v", d.Body, err)
	}
}

// FuzzNotification checks that a body is proven by its token if it is valid JSON with exactly
// one token, and only then.
func FuzzNotification(f *testing.F) {
	for _, body := range []string{
		`{"token":"` + good + `"}`, `{"a":[{"token":1}],"tok\u0065n":"` + good + `"}`, `{"token":"` + good + `","token":1}`,
		`{"token":null}`, `{"a":"\\\"","token":"` + good + `"`, `[]`, `{"token":{"token":"` + good + `"}}`,
	} {
		f.Add([]byte(body))
	}
	r := webhook.New(webhook.Config{Sources: []event.Source{{Name: "s", Verify: notified}}, Secrets: stored{"s": {good}}})
	f.Fuzz(func(t *testing.T, body []byte) {
		value, err := jsonvalue.Decode(body)
		object, _ := value.(map[string]any)
		proves := err == nil && object["token"] == good
		d, err := r.Verify(t.Context(), webhook.Request{Source: "s", Body: webhook.Bytes(body)})
		if (err == nil) != proves {
			t.Fatalf("Verify(%q) = %v, want it verified: %v", body, err, proves)
		}
		if err != nil {
			return
		}
		var left map[string]json.RawMessage
		if err := json.Unmarshal(d.Body, &left); err != nil || left["token"] != nil || len(left) != len(object)-1 {
			t.Fatalf("Verify(%q) leaves %q: %v", body, d.Body, err)
		}
	})
}
