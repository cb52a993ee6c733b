package zoho_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/crmname"
	"untag/internal/zoho"
)

func TestRecords(t *testing.T) {
	e := serving(t, says(200, `{"data":[{"id":"`+one+`","Amount":5725767000000524157,"Tag":[{"name":"VIP","id":"1"},"old"]}],"info":{"more_records":false}}`))
	got, err := client(t, e, "v2", &aToken{}).Records(t.Context(), "Deals", []string{one, two}, []string{"Tag", "Amount"})
	if err != nil || len(got) != 1 {
		t.Fatalf("Records = %v, %v", got, err)
	}
	if got[0].ID() != one || got[0]["Amount"] != 5725767000000524157 {
		t.Errorf("record = %v", got[0])
	}
	tags := []any{map[string]any{"name": "VIP", "id": "1"}, "old"}
	if diff := cmp.Diff(any(tags), got[0]["Tag"]); diff != "" {
		t.Errorf("tags: -want +got\n%s", diff)
	}
	if want := "GET /base/crm/v2/Deals?ids=" + one + "," + two + "&fields=Tag,Amount"; e.asked()[0] != want {
		t.Errorf("asked %s, want %s", e.asked()[0], want)
	}
}

func TestReadingFails(t *testing.T) {
	tests := map[string]struct {
		status int
		body   string
		code   string
		retry  bool
	}{
		"no permission":     {403, flat("NO_PERMISSION"), "NO_PERMISSION", false},
		"an error in data":  {400, `{"data":[` + flat("INVALID_DATA") + `]}`, "INVALID_DATA", false},
		"HTML":              {200, "<html>", zoho.CodeUnreadable, true},
		"no data":           {200, "{}", zoho.CodeUnreadable, true},
		"no id":             {200, `{"data":[{"a":1}]}`, zoho.CodeUnreadable, true},
		"a 200 that fails":  {200, flat("INVALID_QUERY"), "INVALID_QUERY", true},
		"an error in 200":   {200, `{"data":[` + flat("INVALID_DATA") + `]}`, "INVALID_DATA", false},
		"a list with 400":   {400, `{"data":[{"id":"1"}]}`, "", false},
		"half a body":       {200, `{"data":[{"id":"1"},`, zoho.CodeUnreadable, true},
		"something follows": {200, `{"data":[]}x`, zoho.CodeUnreadable, true},
		"nothing":           {200, "", zoho.CodeUnreadable, true},
		"304":               {304, "", "", false},
		"429":               {429, "", "", true},
		"an id of letters":  {200, `{"data":[{"id":"x"}]}`, zoho.CodeUnreadable, true},
		"500":               {500, "", zoho.CodeUnreadable, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(tt.status, tt.body))
			_, err := client(t, e, "v2", &aToken{}).Records(t.Context(), "Deals", []string{one}, nil)
			var z *zoho.Error
			if !errors.As(err, &z) || z.Code != tt.code || z.Retryable() != tt.retry {
				t.Errorf("Records = %v, want %s, retryable %v", err, tt.code, tt.retry)
			}
		})
	}
}

func TestRecordsAreExact(t *testing.T) {
	e := serving(t, says(200, `{"data":[
		{"id":`+one+`,"Amount":0.1,"Big":123456789012345678901234567890,"Owner":{"id":"7","name":"A"},"Tag":[],"Cut":"a\ud83d","Flag":true,"None":null},
		{"id":"999","Amount":1}],"info":{"more_records":true}}`))
	got, err := client(t, e, "v8", &aToken{}).Records(t.Context(), "deals", []string{one, one}, nil)
	want := []zoho.Record{{
		"id": one, "Amount": 0.1, "Big": "123456789012345678901234567890", "Owner": map[string]any{"id": "7", "name": "A"},
		"Tag": []any{}, "Cut": "a\ufffd", "Flag": true, "None": nil,
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Records: -want +got\n%s %v", diff, err)
	}
	if want := "GET /base/crm/v8/Deals?ids=" + one; e.asked()[0] != want {
		t.Errorf("asked %s, want %s", e.asked()[0], want)
	}
}

func TestRecordsRefusesBeforeAsking(t *testing.T) {
	for name, ids := range map[string][]string{"none": nil, "101": slices.Collect(func(yield func(string) bool) {
		for i := range 101 {
			if !yield(fmt.Sprint(i)) {
				return
			}
		}
	}), "no id": {"1,2"}, "a path": {"../.."}} {
		e := serving(t, says(204, ""))
		_, err := client(t, e, "v2", &aToken{}).Records(t.Context(), "Deals", ids, nil)
		var z *zoho.Error
		if !errors.As(err, &z) || z.Retryable() || len(e.asked()) > 0 {
			t.Errorf("%s: Records = %v with %v asked, want it refused", name, err, e.asked())
		}
	}
	e := serving(t, says(204, ""))
	if _, err := client(t, e, "v2", &aToken{}).Records(t.Context(), "a/b", []string{one}, nil); err == nil || len(e.asked()) > 0 {
		t.Errorf("Records of no module = %v with %v asked, want it refused", err, e.asked())
	}
	if got, err := client(t, e, "v2", &aToken{}).Records(t.Context(), "Deals", []string{one}, nil); err != nil || len(got) != 0 {
		t.Errorf("Records with 204 = %v, %v, want none", got, err)
	}
}

func FuzzRecords(f *testing.F) {
	for _, seed := range []string{`{"data":[{"id":"1","Tag":[{"name":"x"}]}],"info":{"more_records":true}}`, `{"data":[null]}`, `{"data":{}}`, `{"data":[{"id":1e3}]}`, flat("INVALID_DATA"), "<html>", ""} {
		f.Add(200, []byte(seed))
		f.Add(400, []byte(seed))
	}
	var status int
	var body []byte
	transport := roundTrip(func(*http.Request) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(bytes.NewReader(body))}
	})
	c, err := zoho.New(zoho.Config{APIURL: "http://zoho.test", Tokens: &aToken{}, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s int, b []byte) {
		status, body = 100+(s&0x1ff)%500, b
		got, err := c.Search(t.Context(), "Deals", zoho.Search{Email: "a@example.com"})
		if err != nil && (status == 204 || len(got.Records) > 0) {
			t.Fatalf("Search = %v, %v with %d", got, err, status)
		}
		for _, r := range got.Records {
			if crmname.CheckID(r.ID()) != nil {
				t.Fatalf("a record with the id %q out of %q", r.ID(), b)
			}
		}
	})
}
