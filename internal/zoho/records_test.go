package zoho_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
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
	got, err := client(t, e, "v2", &aToken{}).Records(t.Context(), "deals", []string{one, one}, nil)
	want := []zoho.Record{{
		"id": one, "Amount": 0.1, "Big": "123456789012345678901234567890", "Owner": map[string]any{"id": "7", "name": "A"},
		"Tag": []any{}, "Cut": "a\ufffd", "Flag": true, "None": nil,
	}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil {
		t.Errorf("Records: -want +got\n%s %v", diff, err)
	}
	if want := "GET /base/crm/v2/Deals?ids=" + one; e.asked()[0] != want {
		t.Errorf("asked %s, want %s", e.asked()[0], want)
	}
}

// TestRecordsFromV3: only a record's own address returns all fields, and a list takes at
// most 50 names.
func TestRecordsFromV3(t *testing.T) {
	e := serving(t, func(w http.ResponseWriter, r *http.Request) {
		switch {
		case strings.HasSuffix(r.URL.Path, "/"+two):
			says(400, `{"code":"INVALID_DATA","details":{"id":"`+two+`"},"message":"the id given seems to be invalid","status":"error"}`)(w, r)
		case strings.HasSuffix(r.URL.Path, "/"+one):
			says(200, `{"data":[{"id":"`+one+`","Stage":"Won"}]}`)(w, r)
		case strings.HasSuffix(r.URL.Path, "/9"):
			says(204, "")(w, r)
		default:
			name, _, _ := strings.Cut(r.URL.Query().Get("fields"), ",")
			data := `{"id":"` + one + `","` + name + `":1},{"id":"` + two + `","` + name + `":2}`
			if name == "F50" {
				data = `{"id":"` + two + `","` + name + `":2}` // one is deleted in between
			}
			says(200, `{"data":[`+data+`]}`)(w, r)
		}
	})
	c := client(t, e, "v8", &aToken{})
	got, err := c.Records(t.Context(), "Deals", []string{one, two, "9", one}, nil)
	if diff := cmp.Diff([]zoho.Record{{"id": one, "Stage": "Won"}}, got); diff != "" || err != nil {
		t.Errorf("Records with all fields: -want +got\n%s %v", diff, err)
	}
	if diff := cmp.Diff([]string{"GET /base/crm/v8/Deals/" + one, "GET /base/crm/v8/Deals/" + two, "GET /base/crm/v8/Deals/9"}, e.asked()); diff != "" {
		t.Errorf("asked: -want +got\n%s", diff)
	}
	var fields []string
	for i := range 70 {
		fields = append(fields, fmt.Sprintf("F%d", i), "F0")
	}
	got, err = c.Records(t.Context(), "Deals", []string{one, two}, fields)
	if diff := cmp.Diff([]zoho.Record{{"id": two, "F0": 2, "F50": 2}}, got); diff != "" || err != nil {
		t.Errorf("Records with 70 fields: -want +got\n%s %v", diff, err)
	}
	if n := len(e.asked()); n != 5 {
		t.Errorf("%d requests, want two for the 70 fields", n-3)
	}
	for version, want := range map[string]int{"v2": zoho.MaxIDs, "v2.1": zoho.MaxIDs, "v3": 1, "v8": 1} {
		if got := client(t, e, version, &aToken{}).RecordsAtOnce(nil); got != want {
			t.Errorf("%s: RecordsAtOnce = %d, want %d", version, got, want)
		}
	}
	e = serving(t, says(500, ""))
	if got, err := client(t, e, "v8", &aToken{}).Records(t.Context(), "Deals", []string{one, two}, nil); err == nil || got != nil || len(e.asked()) != 1 {
		t.Errorf("Records of a Zoho that fails = %v, %v after %d requests, want the error of the first", got, err, len(e.asked()))
	}
}

// TestActivities: v3 removed the module.
func TestActivities(t *testing.T) {
	for version, ok := range map[string]bool{"v2": true, "v2.1": true, "v3": false, "v8": false} {
		e := serving(t, says(204, ""))
		c := client(t, e, version, &aToken{})
		_, err := c.Records(t.Context(), "Activities", []string{one}, []string{"Tag"})
		_, err2 := c.Search(t.Context(), "activities", zoho.Search{Email: "a@example.com"})
		_, err3 := c.RemoveTags(t.Context(), "Activities", []string{one}, []string{"x"})
		if asked := len(e.asked()) > 0; asked != ok || (err == nil) != ok || (err2 == nil) != ok {
			t.Errorf("%s: asked %v, %v, %v", version, e.asked(), err, err2)
		}
		if !ok && !strings.Contains(fmt.Sprint(err3), version+" of Zoho's API does not have the module Activities") {
			t.Errorf("%s: RemoveTags = %v, want the version named", version, err3)
		}
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
