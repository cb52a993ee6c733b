package webhook_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

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
		"JSON":                       {"application/json; charset=utf-8", `{"id":5725767000000524157}`, "", nil, map[string]any{"id": 5725767000000524157}},
		"JSON of a vendor":           {"application/vnd.api+json", `{"a":1}`, "", nil, map[string]any{"a": 1}},
		"JSON without a type":        {"", ` {"a":1}`, "", nil, map[string]any{"a": 1}},
		"JSON as text":               {"text/plain", `{"a":1}`, "", nil, map[string]any{"a": 1}},
		"JSON that says form":        {"application/x-www-form-urlencoded", `{"a":"x=y&z"}`, "", nil, map[string]any{"a": "x=y&z"}},
		"a form that says JSON":      {"application/json", `a=1&b=x+y`, "", nil, map[string]any{"a": "1", "b": "x y"}},
		"a form":                     {"application/x-www-form-urlencoded", "a=1&b=%C3%A4&a=2&c", "", nil, map[string]any{"a": []any{"1", "2"}, "b": "ä", "c": ""}},
		"three of a name":            {"application/x-www-form-urlencoded", "a=1&a=2&a=3", "", nil, map[string]any{"a": []any{"1", "2", "3"}}},
		"multipart":                  {"multipart/form-data; boundary=b", multipartBody, "", nil, map[string]any{"id": "5725767000000524157", "tag": []any{"a", "b"}}},
		"nothing":                    {"", "", "", nil, map[string]any{}},
		"nothing that says JSON":     {"application/json", "", "", nil, map[string]any{}},
		"a broken parameter":         {"application/x-www-form-urlencoded; charset", "flag", "", nil, map[string]any{"flag": ""}},
		"no type that there is":      {";;", `{"a":1}`, "", nil, map[string]any{"a": 1}},
		"a type in capitals":         {"Application/JSON", `{"a":1}`, "", nil, map[string]any{"a": 1}},
		"JSON after a mark":          {"application/json", "\xef\xbb\xbf \r\n{\"a\":1}\r\n", "", nil, map[string]any{"a": 1}},
		"a form after a mark":        {"application/x-www-form-urlencoded", "\xef\xbb\xbfa=1\r\n", "", nil, map[string]any{"a": "1"}},
		"a form without a type":      {"", "id=5725767000000524157&stage=Closed%20Won", "", nil, map[string]any{"id": "5725767000000524157", "stage": "Closed Won"}},
		"a form with blanks":         {"application/x-www-form-urlencoded", "a=b c", "", nil, map[string]any{"a": "b c"}},
		"a form with brackets":       {"application/x-www-form-urlencoded", "[a]=1&[b]=2", "", nil, map[string]any{"[a]": "1", "[b]": "2"}},
		"a form with a semicolon":    {"application/x-www-form-urlencoded", "a=1;b=2", "", nil, map[string]any{"a": "1;b=2"}},
		"a form with empty parts":    {"application/x-www-form-urlencoded", "&a=1&&=2&", "", nil, map[string]any{"a": "1", "": "2"}},
		"JSON that says XML":         {"text/xml", `{"a":1}`, "", nil, map[string]any{"a": 1}},
		"a form that begins as XML":  {"application/x-www-form-urlencoded", "<b>=1", "", nil, map[string]any{"<b>": "1"}},
		"half a surrogate pair":      {"application/json", `{"a":"cut \ud83d"}`, "", nil, map[string]any{"a": "cut \ufffd"}},
		"JSON's type and the query":  {"application/json", "", "id=1", nil, map[string]any{"id": "1"}},
		"blanks that say form":       {"application/x-www-form-urlencoded", "\r\n\t ", "id=1", nil, map[string]any{"id": "1"}},
		"blanks that say parts":      {"multipart/form-data; boundary=b", "\r\n", "id=1", nil, map[string]any{"id": "1"}},
		"XML":                        {"application/xml", "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x --><deal no=\"1\"><id> 5725767000000524157\n</id><tag>a</tag><tag>b &amp; c</tag><empty/><n x=\"1\">t</n></deal>\n", "", nil, map[string]any{"deal": map[string]any{"@no": "1", "id": "5725767000000524157", "tag": []any{"a", "b & c"}, "empty": "", "n": map[string]any{"@x": "1", "#text": "t"}}}},
		"XML with prefixes":          {"application/soap+xml", `<s:Envelope xmlns:s="urn:s" xmlns="urn:d"><s:Body>1</s:Body></s:Envelope>`, "", nil, map[string]any{"Envelope": map[string]any{"Body": "1"}}},
		"XML without a type":         {"", "\n<d><![CDATA[<1>]]></d>", "", nil, map[string]any{"d": "<1>"}},
		"XML that says form":         {"application/x-www-form-urlencoded", "<a b=\"x=y\">1</a>\n", "", nil, map[string]any{"a": map[string]any{"@b": "x=y", "#text": "1"}}},
		"XML in latin1":              {"text/xml; charset=iso-8859-1", "<d>\xe4</d>", "", nil, map[string]any{"d": "ä"}},
		"XML that declares latin1":   {"text/xml", "<?xml version='1.0' encoding='iso-8859-1'?><d>\xe4</d>", "", nil, map[string]any{"d": "ä"}},
		"XML that misdeclares UTF-8": {"text/xml", "<?xml version='1.0' encoding='utf-16'?><d>ä</d>", "", nil, map[string]any{"d": "ä"}},
		"blanks that say XML":        {"text/xml", "\n", "id=1", nil, map[string]any{"id": "1"}},
		"a mark alone":               {"application/json", "\xef\xbb\xbf", "id=1", nil, map[string]any{"id": "1"}},
		"blanks alone":               {"application/json", " \r\n", "a=1", nil, map[string]any{"a": "1"}},
		"multipart without parts":    {"multipart/form-data; boundary=b", "--b--\r\n", "", nil, map[string]any{}},
		"multipart in quotes":        {`multipart/form-data; boundary="b"`, multipartBody, "", nil, map[string]any{"id": "5725767000000524157", "tag": []any{"a", "b"}}},
		"nothing that says parts":    {"multipart/form-data; boundary=b", "", "", nil, map[string]any{}},
		"a repeated parameter":       {"", "", "a=1&a=2", nil, map[string]any{"a": []any{"1", "2"}}},
		"payload of another sender":  {"application/x-www-form-urlencoded", "payload=%7B%7D", "", nil, map[string]any{"payload": "{}"}},
		"a number too large":         {"application/json", `{"id":92233720368547758080}`, "", nil, map[string]any{"id": "92233720368547758080"}},
		"the query alone":            {"", "", "module=Deals&id=1", nil, map[string]any{"module": "Deals", "id": "1"}},
		"the body before the query":  {"application/json", `{"id":2}`, "module=Deals&id=1", nil, map[string]any{"module": "Deals", "id": 2}},
		"null before the query":      {"application/json", `{"id":null}`, "id=1", nil, map[string]any{"id": nil}},
		"github's form":              {"application/x-www-form-urlencoded", "payload=%7B%22action%22%3A%22closed%22%7D", "", map[string]string{"x-github-event": "issues"}, map[string]any{"action": "closed"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			ev, err := webhook.Parse(event.Delivery{
				ID: "e", Source: "zoho", Proof: "token", ContentType: tt.contentType, Body: []byte(tt.body), RawQuery: tt.query, Headers: tt.headers,
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

func TestNestedFields(t *testing.T) {
	type object = map[string]any
	tests := map[string]struct {
		body string
		want object
	}{
		"an object":                  {"type=unsubscribe&data[email]=a%40b.example&data[merges][FNAME]=Ann", object{"type": "unsubscribe", "data": object{"email": "a@b.example", "merges": object{"FNAME": "Ann"}}}},
		"escaped brackets":           {"data%5Bemail%5D=a", object{"data": object{"email": "a"}}},
		"a list":                     {"tag[]=a&tag[]=b", object{"tag": []any{"a", "b"}}},
		"a list of one":              {"tag[]=a", object{"tag": []any{"a"}}},
		"a numbered list":            {"item[1]=b&item[0]=a", object{"item": []any{"a", "b"}}},
		"objects in a list":          {"item[0][id]=1&item[1][id]=2", object{"item": []any{object{"id": "1"}, object{"id": "2"}}}},
		"numbers with a gap":         {"item[0]=a&item[2]=c", object{"item": object{"0": "a", "2": "c"}}},
		"numbers that are names":     {"item[01]=a", object{"item": object{"01": "a"}}},
		"a list in an object":        {"data[tags][]=a&data[tags][]=b", object{"data": object{"tags": []any{"a", "b"}}}},
		"a field twice":              {"data[a]=1&data[a]=2", object{"data": object{"a": []any{"1", "2"}}}},
		"a field in its way":         {"a=1&a[b]=2", object{"a": "1", "a[b]": "2"}},
		"a nested field in its way":  {"a[b]=1&a[b][c]=2", object{"a": object{"b": "1"}, "a[b][c]": "2"}},
		"an item in the way":         {"a[]=1&a[b]=2", object{"a": []any{"1"}, "a[b]": "2"}},
		"an item of an object":       {"a[%21]=1&a[]=2&a[b]=3", object{"a": object{"!": "1", "b": "3"}, "a[]": "2"}},
		"lists of objects unordered": {"a[][b]=1&a[][c]=2", object{"a[][b]": "1", "a[][c]": "2"}},
		"no name":                    {"[a]=1", object{"[a]": "1"}},
		"broken brackets":            {"a[b=1&a]b]=2&a[b]c=3&a[[b]]=4&a[b]]=5", object{"a[b": "1", "a]b]": "2", "a[b]c": "3", "a[[b]]": "4", "a[b]]": "5"}},
		"deep":                       {"a" + strings.Repeat("[b]", 40) + "=1", object{"a" + strings.Repeat("[b]", 40): "1"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for kind, body := range map[string]string{"application/x-www-form-urlencoded": tt.body, "multipart/form-data; boundary=b": multipartOf(tt.body)} {
				ev, err := webhook.Parse(event.Delivery{ID: "e", Source: "zoho", ContentType: kind, Body: []byte(body)})
				if err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(tt.want, ev.Fields); diff != "" {
					t.Errorf("%s: -want +got\n%s", kind, diff)
				}
			}
		})
	}
}

// multipartOf writes a form as a multipart one with the boundary b.
func multipartOf(form string) string {
	var out strings.Builder
	for pair := range strings.SplitSeq(form, "&") {
		name, value, _ := strings.Cut(pair, "=")
		name, _ = url.QueryUnescape(name)
		value, _ = url.QueryUnescape(value)
		fmt.Fprintf(&out, "--b\r\nContent-Disposition: form-data; name=%q\r\n\r\n%s\r\n", name, value)
	}
	return out.String() + "--b--\r\n"
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
		"null":                        {"application/json", "null", "", "expected a JSON object, found null"},
		"an array":                    {"application/json", `[{"a":1}]`, "", "expected a JSON object, found an array"},
		"a string":                    {"application/json", `"hush"`, "", "expected a JSON object, found a string"},
		"a number":                    {"application/json", `4711`, "", "expected a JSON object, found a number"},
		"cut off":                     {"application/json", "{\n  \"a\": \"hush", "", "line 2"},
		"a quote too many":            {"application/json", `{"name":"Ada "hush" L"}`, "", "line 1, column 15"},
		"a name twice":                {"application/json", `{"a":1,"a":2}`, "", "a name occurs twice"},
		"broken UTF-8":                {"application/json", "{\"a\":\"\xc3\"}", "", "broken UTF-8"},
		"text":                        {"text/plain", "hush", "", "line 1, column 1: neither a JSON object nor a form nor XML"},
		"HTML":                        {"text/html", "<html><p>hush</p></html>", "", "neither a JSON object nor a form nor XML"},
		"HTML without a type":         {"", "<html><p>hush</p></html>", "", "line 1, column 7: this is HTML"},
		"XML cut off":                 {"application/xml", "<deal>\n<id>hush</id>", "", "line 2, column 14: the XML ends too early"},
		"XML closed wrongly":          {"application/xml", "<deal>\n <hush>1</deal>\n</hush>", "", "line 2, column 16: an element is closed by the wrong tag"},
		"XML with a document type":    {"application/xml", "<!DOCTYPE d [<!ENTITY hush 'x'>]><d>&hush;</d>", "", "a document type (<!DOCTYPE …>) is not accepted"},
		"XML with an entity":          {"application/xml", "<d>&hush;</d>", "", "line 1, column 10: an & that begins no entity"},
		"XML with two roots":          {"application/xml", "<d>hush</d><d/>", "", "a second outermost element"},
		"XML without an element":      {"application/xml", "<!-- hush -->", "", "this XML has no element"},
		"XML 10,000 deep":             {"application/xml", strings.Repeat("<hush>", 10_000) + "</hush>", "", "elements nest deeper than 100 levels"},
		"XML in an unknown charset":   {"application/xml", "<?xml version='1.0' encoding='koi8-r'?><a>\xc1</a>", "", "cannot be read in its charset"},
		"a broken escape":             {"application/x-www-form-urlencoded", "a=1&b=%zzhush", "", "field 2: a broken % escape in the value"},
		"a form's UTF-8":              {"application/x-www-form-urlencoded", "a=%ff", "", "field 1: broken UTF-8"},
		"a broken query":              {"", "", "a=%zz", "the query: line 1, column 1: field 1: a broken % escape in the value"},
		"no boundary":                 {"multipart/form-data", multipartBody, "", "no boundary"},
		"another boundary":            {"multipart/form-data; boundary=c", multipartBody, "", "part 1"},
		"a part cut off":              {"multipart/form-data; boundary=b", multipartBody[:80], "", "part"},
		"a part's UTF-8":              {"multipart/form-data; boundary=b", strings.Replace(multipartBody, "5725767000000524157", "\xff", 1), "", "part 1 of the multipart form: broken UTF-8"},
		"a form array that says JSON": {"application/json", `["a=1"]`, "", "expected a JSON object, found an array"},
		"a JSON array that says form": {"application/x-www-form-urlencoded", ` [{"a":1}]`, "", "line 1, column 2: expected a JSON object, found an array"},
		"a boolean":                   {"application/json", " true", "", "line 1, column 2: expected a JSON object, found a boolean"},
		"a number of digits":          {"application/json", "47114711471147114711", "", "expected a JSON object, found a string or a number"},
		"base64":                      {"", "aHVzaA==", "", "neither a JSON object nor a form nor XML"},
		"a form as XML":               {"application/xml", "a=hush", "", "neither a JSON object nor a form nor XML"},
		"XML that says JSON":          {"application/json", "<hush/>", "", "this is XML or HTML, not JSON"},
		"a comma in a number":         {"application/json", "{\n\"a\": 4,711}", "", "line 2, column 7: a thousands separator in a number"},
		"an empty value":              {"", "{\"hush\":}", "", "line 1, column 9: a missing value"},
		"two JSON values":             {"application/json", "{}\n{\"hush\":1}", "", "line 2, column 1: something follows"},
		"JSON says form, cut":         {"application/x-www-form-urlencoded", `{"a":1`, "", "line 1, column 7: the JSON ends too early"},
		"a query's UTF-8":             {"", "", "a=1&b=%C3", "the query: line 1, column 5: field 2: broken UTF-8"},
		"a query's name":              {"", "", "%E4=1", "the query: line 1, column 1: field 1: broken UTF-8"},
		"too many fields":             {"application/x-www-form-urlencoded", strings.Repeat("a&", 200_000), "", "more than 100000 fields"},
		"a part without name":         {"multipart/form-data; boundary=b", "--b\r\nContent-Disposition: form-data\r\n\r\nhush\r\n--b--", "", "part 1 of the multipart form has no name"},
		"1,001 levels":                {"application/json", strings.Repeat(`{"a":`, 1001) + "1" + strings.Repeat("}", 1001), "", "nested deeper"},
		"nested 10,000 deep":          {"application/json", strings.Repeat(`{"a":`, 10_000), "", "nested deeper"},
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

// A form that was cut off anywhere is not mistaken for one with fewer fields.
func TestMultipartCutOff(t *testing.T) {
	whole := strings.LastIndex(multipartBody, "--b--") + len("--b--")
	for i := 1; i < whole; i++ {
		ev, err := webhook.Parse(event.Delivery{ContentType: "multipart/form-data; boundary=b", Body: []byte(multipartBody[:i])})
		if err == nil {
			t.Errorf("Parse(%q) = %v, want it malformed", multipartBody[:i], ev.Fields)
		}
	}
}

func TestMalformedPayloadOfGitHub(t *testing.T) {
	tests := map[string]struct{ body, want string }{
		"no payload":    {"a=1", "must have one field `payload`"},
		"two of them":   {"payload=%7B%7D&payload=%7B%7D", "must have one field `payload`"},
		"not an object": {"payload=null", "payload: line 1, column 1: expected a JSON object, found null"},
		"not JSON":      {"payload=%7Bhush", "payload: line 1, column 2: a name without quotation marks"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			_, err := webhook.Parse(event.Delivery{
				ContentType: "application/x-www-form-urlencoded", Body: []byte(tt.body), Headers: map[string]string{"x-github-event": "issues"},
			})
			var e *webhook.Error
			if !errors.As(err, &e) || e.Kind != webhook.Malformed || !strings.Contains(e.Public(), tt.want) || strings.Contains(e.Error(), "hush") {
				t.Errorf("Parse(%s) = %v, want it malformed with %q", tt.body, err, tt.want)
			}
		})
	}
}

func TestMalformedHasThePlace(t *testing.T) {
	_, err := webhook.Parse(event.Delivery{Source: "zoho", ContentType: "application/json", Body: []byte("{\n \"ä\": x}")})
	var e *webhook.Error
	if !errors.As(err, &e) || e.Line != 2 || e.Column != 7 || e.Source != "zoho" {
		t.Errorf("Parse = %+v, want the place 2:7", e)
	}
}

func TestParseKeepsTheDelivery(t *testing.T) {
	d := event.Delivery{
		ID: "e", DeliveryID: "d", Source: "zoho", Proof: "token", Time: time.Unix(1, 0), Headers: map[string]string{"x": "y", "stripe-signature": "t=1"},
		RawQuery: "q=1", ContentType: "application/json", Body: []byte(`{"id":"evt_1"}`),
	}
	got, err := webhook.Parse(d)
	if err != nil {
		t.Fatal(err)
	}
	want := event.Event{
		ID: "e", DeliveryID: "d", Source: "zoho", Time: d.Time, Headers: d.Headers,
		Query: map[string]any{"q": "1"}, Fields: map[string]any{"id": "evt_1", "q": "1"},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("event: -want +got\n%s", diff)
	}
}

func TestOnlyStripesIDIsTaken(t *testing.T) {
	tests := map[string]event.Delivery{
		"another sender": {Body: []byte(`{"id":"evt_1"}`)},
		"a number":       {Body: []byte(`{"id":1}`), Headers: map[string]string{"stripe-signature": "t=1"}},
		"of the query":   {RawQuery: "id=evt_1", Headers: map[string]string{"stripe-signature": "t=1"}},
		"very long":      {Body: []byte(`{"id":"` + strings.Repeat("x", 256) + `"}`), Headers: map[string]string{"stripe-signature": "t=1"}},
		"two lines":      {Body: []byte(`{"id":"a\nb"}`), Headers: map[string]string{"stripe-signature": "t=1"}},
	}
	for name, d := range tests {
		t.Run(name, func(t *testing.T) {
			if ev, err := webhook.Parse(d); err != nil || ev.DeliveryID != "" {
				t.Errorf("Parse = delivery id %q, %v, want none", ev.DeliveryID, err)
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
