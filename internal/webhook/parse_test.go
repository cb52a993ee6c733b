package webhook_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/webhook"
)

const multipartBody = "--b\r\nContent-Disposition: form-data; name=\"id\"\r\n\r\n5725767000000524157\r\n" +
	"--b\r\nContent-Disposition: form-data; name=\"file\"; filename=\"x.pdf\"\r\nContent-Type: application/pdf\r\n\r\n\x00\xff\r\n" +
	"--b\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\na\r\n--b\r\nContent-Disposition: form-data; name=\"tag\"\r\n\r\nb\r\n--b--\r\n"

func TestParse(t *testing.T) {
	tests := map[string]struct {
		contentType, body, query string
		headers                  map[string]string
		want                     map[string]any
	}{
		"JSON":                      {"application/json; charset=utf-8", `{"id":5725767000000524157}`, "", nil, map[string]any{"id": 5725767000000524157}},
		"JSON of a vendor":          {"application/vnd.api+json", `{"a":1}`, "", nil, map[string]any{"a": 1}},
		"JSON without a type":       {"", ` {"a":1}`, "", nil, map[string]any{"a": 1}},
		"JSON as text":              {"text/plain", `{"a":1}`, "", nil, map[string]any{"a": 1}},
		"JSON that says form":       {"application/x-www-form-urlencoded", `{"a":"x=y&z"}`, "", nil, map[string]any{"a": "x=y&z"}},
		"a form that says JSON":     {"application/json", `a=1&b=x+y`, "", nil, map[string]any{"a": "1", "b": "x y"}},
		"a form":                    {"application/x-www-form-urlencoded", "a=1&b=%C3%A4&a=2&c", "", nil, map[string]any{"a": []any{"1", "2"}, "b": "ä", "c": ""}},
		"three of a name":           {"application/x-www-form-urlencoded", "a=1&a=2&a=3", "", nil, map[string]any{"a": []any{"1", "2", "3"}}},
		"multipart":                 {"multipart/form-data; boundary=b", multipartBody, "", nil, map[string]any{"id": "5725767000000524157", "tag": []any{"a", "b"}}},
		"nothing":                   {"", "", "", nil, map[string]any{}},
		"nothing that says JSON":    {"application/json", "", "", nil, map[string]any{}},
		"the query alone":           {"", "", "module=Deals&id=1", nil, map[string]any{"module": "Deals", "id": "1"}},
		"the body before the query": {"application/json", `{"id":2}`, "module=Deals&id=1", nil, map[string]any{"module": "Deals", "id": 2}},
		"null before the query":     {"application/json", `{"id":null}`, "id=1", nil, map[string]any{"id": nil}},
		"github's form":             {"application/x-www-form-urlencoded", "payload=%7B%22action%22%3A%22closed%22%7D", "", map[string]string{"x-github-event": "issues"}, map[string]any{"action": "closed"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ev, err := webhook.Parse(event.Delivery{
				ID: "e", Source: "zoho", ContentType: tt.contentType, Body: []byte(tt.body), RawQuery: tt.query, Headers: tt.headers,
			})
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, ev.Fields); diff != "" {
				t.Errorf("fields: -want +got\n%s", diff)
			}
		})
	}
}

func TestParseManyKeysAndLevels(t *testing.T) {
	var body strings.Builder
	body.WriteString(`{"":0,"a.b":1,"__proto__":2`)
	for i := range 10_000 {
		fmt.Fprintf(&body, `,"k%d":%d`, i, i)
	}
	body.WriteString(`,"deep":` + strings.Repeat(`{"x":`, 200) + "1" + strings.Repeat("}", 201))
	ev, err := webhook.Parse(event.Delivery{Source: "zoho", ContentType: "application/json", Body: []byte(body.String())})
	if err != nil || len(ev.Fields) != 10_004 || ev.Fields["a.b"] != 1 {
		t.Errorf("Parse = %d fields, %v, want 10004", len(ev.Fields), err)
	}
}

func TestMalformed(t *testing.T) {
	tests := map[string]struct{ contentType, body, query, want string }{
		"null":               {"application/json", "null", "", "expected a JSON object, found null"},
		"an array":           {"application/json", `[{"a":1}]`, "", "expected a JSON object, found an array"},
		"a string":           {"application/json", `"hush"`, "", "expected a JSON object, found a string"},
		"a number":           {"application/json", `4711`, "", "expected a JSON object, found a number"},
		"cut off":            {"application/json", "{\n  \"a\": \"hush", "", "line 2"},
		"a quote too many":   {"application/json", `{"name":"Ada "hush" L"}`, "", "line 1, column 15"},
		"a name twice":       {"application/json", `{"a":1,"a":2}`, "", "a name occurs twice"},
		"broken UTF-8":       {"application/json", "{\"a\":\"\xc3\"}", "", "broken UTF-8"},
		"text":               {"text/plain", "hush", "", "unexpected character"},
		"XML":                {"application/xml", "<deal><id>1</id></deal>", "", "unexpected character"},
		"a broken escape":    {"application/x-www-form-urlencoded", "a=1&b=%zzhush", "", "field 2: a broken % escape in the value"},
		"a form's UTF-8":     {"application/x-www-form-urlencoded", "a=%ff", "", "field 1: broken UTF-8"},
		"a broken query":     {"", "", "a=%zz", "the query: field 1"},
		"no boundary":        {"multipart/form-data", multipartBody, "", "no boundary"},
		"another boundary":   {"multipart/form-data; boundary=c", multipartBody, "", "part 1"},
		"a part cut off":     {"multipart/form-data; boundary=b", multipartBody[:80], "", "part"},
		"a part's UTF-8":     {"multipart/form-data; boundary=b", strings.Replace(multipartBody, "5725767000000524157", "\xff", 1), "", "part 1 of the multipart form: broken UTF-8"},
		"nested 10,000 deep": {"application/json", strings.Repeat(`{"a":`, 10_000), "", "nested deeper"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ev, err := webhook.Parse(event.Delivery{Source: "zoho", ContentType: tt.contentType, Body: []byte(tt.body), RawQuery: tt.query})
			var e *webhook.Error
			if !errors.As(err, &e) || e.Kind != webhook.Malformed || !strings.Contains(e.Public(), tt.want) {
				t.Fatalf("Parse = %+v, %v, want it malformed with %q", ev.Fields, err, tt.want)
			}
			if strings.Contains(e.Error(), "hush") || strings.Contains(e.Error(), "4711") {
				t.Errorf("error %v quotes the body", e)
			}
		})
	}
}

func TestStripesOwnID(t *testing.T) {
	ev, err := webhook.Parse(event.Delivery{
		Source: "stripe", ContentType: "application/json", Body: []byte(`{"id":"evt_1"}`), Headers: map[string]string{"stripe-signature": "t=1"},
	})
	if err != nil || ev.DeliveryID != "evt_1" {
		t.Errorf("Parse = %+v, %v, want the delivery id evt_1", ev, err)
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []struct{ contentType, body, query string }{
		{"application/json", `{"a":[1,"x"]}`, "b=1"}, {"application/x-www-form-urlencoded", "a=1&a=2", ""},
		{"multipart/form-data; boundary=b", multipartBody, ""}, {"", "a=b", "%"}, {"text/plain", "[", "&&="},
	} {
		f.Add(seed.contentType, []byte(seed.body), seed.query)
	}
	f.Fuzz(func(t *testing.T, contentType string, body []byte, query string) {
		ev, err := webhook.Parse(event.Delivery{Source: "zoho", ContentType: contentType, Body: body, RawQuery: query})
		var e *webhook.Error
		if err != nil && (!errors.As(err, &e) || e.Kind != webhook.Malformed) {
			t.Fatalf("Parse error %v is not of kind Malformed", err)
		}
		if err == nil && ev.Fields == nil {
			t.Fatal("an event without fields is nil")
		}
	})
}
