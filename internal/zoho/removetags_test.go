package zoho_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/zoho"
)

// aToken is a token that never ends, and counts refusals.
type aToken struct{ refused int }

func (a *aToken) Token(context.Context) (zoho.Token, error) {
	return zoho.Token{AccessToken: fmt.Sprintf("hush-%d", a.refused)}, nil
}

func (a *aToken) Refused(context.Context, zoho.Token) { a.refused++ }

// exchange is a server that answers one thing and remembers what it was asked. It is
// mounted below a path, so that a wrong relative URL shows.
type exchange struct {
	*httptest.Server
	asked []string
	auth  []string
}

func serving(t *testing.T, answer http.HandlerFunc) *exchange {
	e := &exchange{}
	e.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		e.asked = append(e.asked, strings.TrimSpace(r.Method+" "+r.RequestURI+" "+string(body)))
		e.auth = append(e.auth, r.Header.Get("Authorization"))
		answer(w, r)
	}))
	t.Cleanup(e.Close)
	return e
}

func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i+1 < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}
}

func client(t *testing.T, e *exchange, version string, tokens *aToken) *zoho.Client {
	t.Helper()
	c, err := zoho.New(zoho.Config{APIURL: e.URL + "/base", Version: version, Tokens: tokens})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

const (
	one = "2445013000000402006"
	two = "2445013000000141005"
)

func success(id, tags string) string {
	return `{"code":"SUCCESS","details":{"id":"` + id + `","tags":` + tags + `},"message":"tags updated successfully","status":"success"}`
}

func TestRemoveTagsRequests(t *testing.T) {
	tests := map[string]struct {
		version, module string
		ids, tags       []string
		want            string
	}{
		"several records": {"v2", "Contacts", []string{one, two}, []string{"From Email", "In progress"},
			"POST /base/crm/v2/Contacts/actions/remove_tags?ids=" + one + "," + two + "&tag_names=From+Email,In+progress"},
		"one record":      {"", "Deals", []string{one}, []string{"In progress"}, "POST /base/crm/v2/Deals/" + one + "/actions/remove_tags?tag_names=In+progress"},
		"odd characters":  {"v2.1", "Deals", []string{one}, []string{"a&b=c?d%#+/ü"}, "POST /base/crm/v2.1/Deals/" + one + "/actions/remove_tags?tag_names=a%26b%3Dc%3Fd%25%23%2B%2F%C3%BC"},
		"a display name":  {"v2", "Price Books", []string{one}, []string{"x"}, "POST /base/crm/v2/Price_Books/" + one + "/actions/remove_tags?tag_names=x"},
		"a custom module": {"v2", "CustomModule12", []string{one}, []string{"x"}, "POST /base/crm/v2/CustomModule12/" + one + "/actions/remove_tags?tag_names=x"},
		"v8, several":     {"v8", "Deals", []string{one, two}, []string{"x", "y"}, `POST /base/crm/v8/Deals/actions/remove_tags {"tags":[{"name":"x"},{"name":"y"}],"ids":["` + one + `","` + two + `"]}`},
		"v8, one":         {"v8", "Deals", []string{one}, []string{"x"}, `POST /base/crm/v8/Deals/` + one + `/actions/remove_tags {"tags":[{"name":"x"}]}`},
		"v3, one":         {"v3", "Deals", []string{one}, []string{"x"}, `POST /base/crm/v3/Deals/` + one + `/actions/remove_tags {"tags":[{"name":"x"}]}`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(200, `{"data":[`+success(one, "[]")+`,`+success(two, "[]")+`]}`))
			if _, err := client(t, e, tt.version, &aToken{}).RemoveTags(t.Context(), tt.module, tt.ids, tt.tags); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff([]string{tt.want}, e.asked); diff != "" {
				t.Errorf("asked: -want +got\n%s", diff)
			}
			if e.auth[0] != "Zoho-oauthtoken hush-0" {
				t.Errorf("Authorization = %q", e.auth[0])
			}
		})
	}
}

func TestRemoveTagsRefusesBeforeAsking(t *testing.T) {
	many := make([]string, 101)
	for i := range many {
		many[i] = fmt.Sprint(1000 + i)
	}
	tests := map[string]struct {
		module    string
		ids, tags []string
	}{
		"no module name":        {"../Deals", []string{one}, []string{"x"}},
		"an empty module":       {"", []string{one}, []string{"x"}},
		"a module with a slash": {"Deals/1", []string{one}, []string{"x"}},
		"no ids":                {"Deals", nil, []string{"x"}},
		"101 ids":               {"Deals", many, []string{"x"}},
		"an id that climbs":     {"Deals", []string{"../.."}, []string{"x"}},
		"an id twice":           {"Deals", []string{one, one}, []string{"x"}},
		"no tags":               {"Deals", []string{one}, nil},
		"11 tags":               {"Deals", []string{one}, strings.Split("a b c d e f g h i j k", " ")},
		"a tag of 26":           {"Deals", []string{one}, []string{strings.Repeat("x", 26)}},
		"a comma":               {"Deals", []string{one}, []string{"a,b"}},
		"an emoji":              {"Deals", []string{one}, []string{"\U0001F600"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(200, ""))
			_, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), tt.module, tt.ids, tt.tags)
			var z *zoho.Error
			if !errors.As(err, &z) || z.Retryable() || len(e.asked) > 0 {
				t.Errorf("RemoveTags = %v with %v asked, want it refused", err, e.asked)
			}
		})
	}
}

func TestRemoveTagsAnswers(t *testing.T) {
	e := serving(t, says(200, `{"data":[`+
		success(two, `["From Webforms",{"name":"VIP","id":"1","color_code":null}]`)+`,`+success("999", "[]")+
		`,{"code":"RECORD_LOCKED","details":{"id":"1"},"message":"locked","status":"error"}],"locked_count":1}`))
	got, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one, two, "1"}, []string{"x"})
	if err != nil || len(got) != 3 {
		t.Fatalf("RemoveTags = %+v, %v, want three", got, err)
	}
	if got[0].ID != one || got[0].Err == nil || got[0].Err.Code != zoho.CodeMissingInAnswer || !got[0].Err.Retryable() {
		t.Errorf("a record the answer leaves out = %+v", got[0])
	}
	if diff := cmp.Diff([]string{"From Webforms", "VIP"}, got[1].Tags); diff != "" || got[1].Err != nil {
		t.Errorf("a success: -want +got\n%s %v", diff, got[1].Err)
	}
	if got[2].Err == nil || got[2].Err.Code != "RECORD_LOCKED" || got[2].Err.Record != "1" || !got[2].Err.Retryable() {
		t.Errorf("a locked record = %+v", got[2])
	}
}

func flat(code string) string {
	return `{"code":"` + code + `","details":{},"message":"a message","status":"error"}`
}

func TestEveryCode(t *testing.T) {
	tests := []struct {
		status int
		code   string
		retry  bool
	}{
		{404, "INVALID_URL_PATTERN", false}, {401, "OAUTH_SCOPE_MISMATCH", false}, {403, "NO_PERMISSION", false},
		{500, "INTERNAL_ERROR", true}, {400, "INVALID_REQUEST_METHOD", false}, {400, "AUTHORIZATION_FAILED", false},
		{400, "INVALID_MODULE", false}, {400, "INVALID_DATA", false}, {400, "RECORD_LOCKED", true}, {400, "FAILURE", false},
		{400, "MANDATORY_NOT_FOUND", false}, {400, "REQUIRED_PARAM_MISSING", false}, {400, "EXPECTED_FIELD_MISSING", false},
		{400, "LIMIT_EXCEEDED", false}, {400, "NOT_ALLOWED", false}, {401, "INVALID_TOKEN", true}, {401, "INVALID_OAUTHTOKEN", true},
		{401, "AUTHENTICATION_FAILURE", true}, {429, "TOO_MANY_REQUESTS", true}, {429, "RATE_LIMIT_EXCEEDED", true},
		{429, "A_CODE_OF_TOMORROW", true}, {503, "A_CODE_OF_TOMORROW", true}, {400, "A_CODE_OF_TOMORROW", false},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprint(tt.status, " ", tt.code), func(t *testing.T) {
			shapes := map[string]string{
				"flat": flat(tt.code), "per record": `{"data":[{"code":"` + tt.code + `","details":{"id":"` + one + `"},"message":"a message","status":"error"}]}`,
				"per tag": `{"tags":[{"code":"` + tt.code + `","details":{"api_name":"name","maximum_length":25},"message":"a message","status":"error"}]}`,
			}
			for shape, body := range shapes {
				e := serving(t, says(tt.status, body))
				got, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
				var z *zoho.Error
				if shape == "per record" && err == nil {
					z = got[0].Err
				} else if !errors.As(err, &z) {
					t.Fatalf("%s: RemoveTags = %+v, %v", shape, got, err)
				}
				if z.Status != tt.status || z.Code != tt.code || z.Message != "a message" || z.Record != one || z.Retryable() != tt.retry {
					t.Errorf("%s: error %+v, retryable %v, want %v", shape, z, z.Retryable(), tt.retry)
				}
			}
		})
	}
}

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
		"a redirect":            {says(302, "", "Location", "https://example.com/"), false},
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
			if z.Retryable() != tt.retry || len(e.asked) != 1 || strings.Contains(z.Error(), "html") {
				t.Errorf("error %v, retryable %v, want %v, after %d requests", z, z.Retryable(), tt.retry, len(e.asked))
			}
		})
	}
}

func TestATokenThatZohoRefuses(t *testing.T) {
	e := serving(t, says(401, flat("INVALID_TOKEN")))
	tokens := &aToken{}
	_, err := client(t, e, "v2", tokens).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
	if err == nil || strings.Join(e.auth, " ") != "Zoho-oauthtoken hush-0 Zoho-oauthtoken hush-1" {
		t.Errorf("RemoveTags = %v after %v, want one retry with a new token", err, e.auth)
	}
	e = serving(t, says(401, flat("OAUTH_SCOPE_MISMATCH")))
	tokens = &aToken{}
	_, err = client(t, e, "v2", tokens).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
	if err == nil || len(e.auth) != 1 || tokens.refused != 0 {
		t.Errorf("RemoveTags = %v after %v, want no retry", err, e.auth)
	}
}

func TestRetryAfter(t *testing.T) {
	tests := map[string]struct {
		answer http.HandlerFunc
		want   time.Duration
	}{
		"none":         {says(429, flat("TOO_MANY_REQUESTS")), 0},
		"seconds":      {says(429, flat("TOO_MANY_REQUESTS"), "Retry-After", "7"), 7 * time.Second},
		"details":      {says(429, `{"code":"TOO_MANY_REQUESTS","details":{"retry_after":"9"},"message":"","status":"error"}`), 9 * time.Second},
		"too long":     {says(429, flat("TOO_MANY_REQUESTS"), "Retry-After", "80000"), time.Hour},
		"nonsense":     {says(429, flat("TOO_MANY_REQUESTS"), "Retry-After", "soon"), 0},
		"negative":     {says(429, flat("TOO_MANY_REQUESTS"), "Retry-After", "-5"), 0},
		"on HTML":      {says(503, "<html>", "Retry-After", "11"), 11 * time.Second},
		"a past date":  {says(429, flat("TOO_MANY_REQUESTS"), "Retry-After", "Mon, 02 Jan 2006 15:04:05 GMT"), 0},
		"not a number": {says(429, flat("TOO_MANY_REQUESTS"), "Retry-After", "NaN"), 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, tt.answer)
			_, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
			var z *zoho.Error
			if !errors.As(err, &z) || z.RetryAfter() != tt.want {
				t.Errorf("RetryAfter = %v, want %v", z.RetryAfter(), tt.want)
			}
		})
	}
}

func TestGone(t *testing.T) {
	for body, want := range map[string]bool{
		`{"data":[{"code":"INVALID_DATA","details":{"id":"` + one + `"},"message":"the id given seems to be invalid","status":"error"}]}`: true,
		`{"data":[{"code":"INVALID_DATA","details":{"id":"` + one + `","api_name":"name"},"message":"invalid data","status":"error"}]}`:   false,
		`{"data":[{"code":"NO_PERMISSION","details":{"id":"` + one + `"},"message":"permission denied","status":"error"}]}`:               false,
	} {
		e := serving(t, says(200, body))
		got, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
		if err != nil || got[0].Err.Gone() != want {
			t.Errorf("%s: Gone = %v, %v, want %v", body, got[0].Err.Gone(), err, want)
		}
	}
}

func TestDeadline(t *testing.T) {
	e := serving(t, func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := client(t, e, "v2", &aToken{}).RemoveTags(ctx, "Deals", []string{one}, []string{"x"})
	var z *zoho.Error
	if !errors.As(err, &z) || !z.Retryable() || !errors.Is(err, context.DeadlineExceeded) || strings.Contains(err.Error(), one) {
		t.Errorf("RemoveTags = %v, want the deadline, retryable, without the URL", err)
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
			t.Fatalf("RemoveTags gave %d removals for two ids", len(got))
		}
		for _, r := range got {
			if r.Err == nil && !strings.Contains(string(b), "SUCCESS") {
				t.Fatalf("a success out of %q", b)
			}
		}
	})
}

type roundTrip func(*http.Request) *http.Response

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r), nil }
