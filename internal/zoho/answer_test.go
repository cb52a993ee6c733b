package zoho_test

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	"untag/internal/zoho"
)

func TestUnreadableAnswers(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		retry  bool
	}{
		"an HTML page":          {says(502, "<html>"), true},
		"an HTML page with 200": {says(200, "<html>"), true},
		"an HTML page with 403": {says(403, "<html>"), false},
		"nothing":               {says(200, ""), true},
		"204":                   {says(204, ""), true},
		"half a body":           {says(200, `{"data":[{"co`), true},
		"half a body with 400":  {says(400, `{"code":"RECORD_LO`), true},
		"an HTML page with 429": {says(429, "<html>"), true},
		"an HTML page with 408": {says(408, "<html>"), true},
		"null":                  {says(200, "null"), true},
		"data as an object":     {says(200, `{"data":{}}`), true},
		"no code with 400":      {says(400, `{}`), false},
		"over the limit":        {says(200, `{"data":[`+strings.Repeat(" ", 64<<10)+`]}`), true},
		"over the limit, 403":   {says(403, `<html>`+strings.Repeat(" ", 64<<10)), false},
		"something follows":     {says(200, `{"data":[`+success(one, "[]")+`]} {}`), true},
		"a number":              {says(200, "7"), true},
		"deep nesting":          {says(200, strings.Repeat(`{"data":[`, 20000)), true},
		"a reset connection": {func(w http.ResponseWriter, _ *http.Request) {
			panic(http.ErrAbortHandler)
		}, true},
		"a redirect": {says(302, "", "Location", "https://example.com/"), false},
		"a cut connection": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "1000")
			_, _ = io.WriteString(w, `{"data":[`)
		}, true},
		"a list":        {says(200, "[]"), true},
		"an empty list": {says(200, `{"data":[]}`), true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, tt.answer)
			got, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
			var z *zoho.Error
			if err == nil {
				z = got[0].Err
			}
			if z == nil && !errors.As(err, &z) {
				t.Fatalf("RemoveTags = %+v, %v, want an error", got, err)
			}
			if z.Retryable() != tt.retry || len(e.asked()) != 1 || strings.Contains(z.Error(), "html") {
				t.Errorf("error %v, retryable %v, want %v, after %d requests", z, z.Retryable(), tt.retry, len(e.asked()))
			}
		})
	}
}

func FuzzAnswers(f *testing.F) {
	for _, seed := range []string{success(one, "[]"), flat("NO_PERMISSION"), `{"data":[null]}`, `{"tags":[{}]}`, `{"data":[{"details":[]}]}`, "<html>"} {
		f.Add(200, []byte(seed))
		f.Add(400, []byte(`{"data":[`+seed+`]}`))
	}
	var status int
	var body []byte
	transport := roundTrip(func(*http.Request) *http.Response {
		return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(string(body)))}
	})
	c, err := zoho.New(zoho.Config{APIURL: "http://zoho.test", Tokens: &aToken{}, HTTP: &http.Client{Transport: transport}})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, s int, b []byte) {
		status, body = 100+(s&0x1ff)%500, b
		got, err := c.RemoveTags(t.Context(), "Deals", []string{one, two}, []string{"x"})
		if err == nil && len(got) != 2 {
			t.Fatalf("RemoveTags returned %d removals for two ids", len(got))
		}
		for _, r := range got {
			if r.Err == nil && !strings.Contains(string(b), "SUCCESS") {
				t.Fatalf("a success out of %q", b)
			}
		}
	})
}

// TestHowMuchIsRead: at most 64 KiB for each record of the call.
func TestHowMuchIsRead(t *testing.T) {
	spaces := func(n int) string { return strings.Repeat(" ", n) }
	answer := inData(success(one, "[]"), success(two, "[]"))
	room := 128<<10 - len(answer)
	for name, tt := range map[string]struct {
		body string
		ok   bool
	}{
		"two at the limit":   {spaces(room) + answer, true},
		"two over the limit": {spaces(room+1) + answer, false},
		"spaces at the end":  {answer + spaces(room+1), false},
		"a long text":        {`{"message":"` + spaces(128<<10) + `"}`, false},
	} {
		e := serving(t, says(200, tt.body))
		got, err := client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one, two}, []string{"x"})
		if ok := err == nil && got[0].Err == nil && got[1].Err == nil; ok != tt.ok {
			t.Errorf("%s: RemoveTags = %+v, %v", name, got, err)
		}
		if z, ok := errors.AsType[*zoho.Error](err); !tt.ok && (!ok || z.Code != zoho.CodeUnreadable || !strings.Contains(z.Message, "too large: more than the 128 KiB")) {
			t.Errorf("%s: error %v, want that it is too large", name, err)
		}
	}
	for name, body := range map[string]string{
		"too large":                `{"data":[{"id":"1","Text":"` + spaces(256<<10) + `"}]}`,
		"too large: a list":        `{"data":[{"id":"1","List":[` + strings.Repeat("1,", 100<<10) + `1]}]}`,
		"more records than were":   inData(`{"id":"1"}`, `{"id":"1"}`, `{"id":"1"}`, `{"id":"1"}`, `{"id":"1"}`),
		"the answer is malformed ": `{"data":[{"id":"1","Deep":` + strings.Repeat("[", 2000) + strings.Repeat("]", 2000) + `}]}`,
	} {
		e := serving(t, says(200, body))
		_, err := client(t, e, "v2", &aToken{}).Records(t.Context(), "Deals", []string{"1"}, nil)
		if what, _, _ := strings.Cut(name, ":"); err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: Records = %v, want an error that says so", name, err)
		}
	}
}
