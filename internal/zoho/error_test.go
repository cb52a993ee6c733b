package zoho_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

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
		{429, "LIMIT_EXCEEDED", true}, {408, "A_CODE_OF_TOMORROW", true}, {502, "INVALID_DATA", true}, {200, "A_CODE_OF_TOMORROW", true},
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
				if z.Status != tt.status || z.Code != tt.code || !strings.HasPrefix(z.Message, "a message") || z.Record != one || z.Retryable() != tt.retry {
					t.Errorf("%s: error %+v, retryable %v, want %v", shape, z, z.Retryable(), tt.retry)
				}
			}
		})
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
		"far too long": {says(429, flat("TOO_MANY_REQUESTS"), "Retry-After", "1e300"), time.Hour},
		"a far date":   {says(429, flat("TOO_MANY_REQUESTS"), "Retry-After", "Fri, 31 Dec 9999 23:59:59 GMT"), time.Hour},
		"a number":     {says(429, `{"code":"TOO_MANY_REQUESTS","details":{"retry_after":9}}`), 9 * time.Second},
		"the longer":   {says(429, `{"code":"TOO_MANY_REQUESTS","details":{"retry_after":9}}`, "Retry-After", "12"), 12 * time.Second},
		"no details":   {says(429, `{"code":"TOO_MANY_REQUESTS","details":[]}`, "Retry-After", "12"), 12 * time.Second},
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

// sharedRefusal is the error of the source of shared tokens, and wraps Zoho's own.
type sharedRefusal struct {
	error
	wait time.Duration
}

func (s sharedRefusal) Unwrap() error             { return s.error }
func (s sharedRefusal) RetryAfter() time.Duration { return s.wait }

type noTokens struct{ err error }

func (n noTokens) Token(context.Context) (zohoauth.Token, error) { return zohoauth.Token{}, n.err }
func (noTokens) Refused(context.Context, zohoauth.Token)         {}

func TestTokenAfter(t *testing.T) {
	denied := &zoho.Error{Status: 400, Code: zoho.CodeThrottled}
	tests := map[string]struct {
		err  error
		want time.Duration
	}{
		"the next is due":     {sharedRefusal{denied, 40 * time.Minute}, 40 * time.Minute},
		"wrapped":             {fmt.Errorf("secrets: %w", sharedRefusal{denied, time.Minute}), time.Minute},
		"not known":           {errors.New("throttled"), 0},
		"Zoho's own word":     {denied, 0},
		"another is about it": {sharedRefusal{context.DeadlineExceeded, 0}, 0},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			c, err := zoho.New(zoho.Config{APIURL: "https://www.zohoapis.eu", Tokens: noTokens{tt.err}})
			if err != nil {
				t.Fatal(err)
			}
			_, err = c.RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
			var z *zoho.Error
			if !errors.As(err, &z) || z.TokenAfter() != tt.want || z.RetryAfter() < tt.want {
				t.Errorf("RemoveTags = %v, TokenAfter %v, RetryAfter %v, want %v", err, z.TokenAfter(), z.RetryAfter(), tt.want)
			}
		})
	}
}

func TestGone(t *testing.T) {
	inData := func(code, details, message string) string {
		return `{"data":[{"code":"` + code + `","details":` + details + `,"message":"` + message + `","status":"error"}]}`
	}
	const invalid = "the id given seems to be invalid"
	tests := map[string]struct {
		body string
		ids  []string
		want bool
	}{
		"the id of the record":     {inData("INVALID_DATA", `{"id":"`+one+`"}`, invalid), []string{one}, true},
		"of one among several":     {inData("INVALID_DATA", `{"id":"`+one+`"}`, invalid), []string{one, two}, true},
		"the field is the id":      {inData("INVALID_DATA", `{"id":"`+one+`","api_name":"id"}`, invalid), []string{one}, true},
		"flat, of the record":      {`{"code":"INVALID_DATA","details":{"resource_path_index":1},"message":"` + invalid + `"}`, []string{one}, true},
		"flat, of one of several":  {`{"code":"INVALID_DATA","details":{},"message":"` + invalid + `"}`, []string{one, two}, false},
		"another field":            {inData("INVALID_DATA", `{"id":"`+one+`","api_name":"name"}`, "invalid data"), []string{one}, false},
		"something about the tag":  {inData("INVALID_DATA", `{"id":"`+one+`"}`, "the tag is not on the record"), []string{one}, false},
		"a tag, in an error of it": {`{"tags":[{"code":"INVALID_DATA","details":{},"message":"the tag id is invalid"}]}`, []string{one}, false},
		"no permission":            {inData("NO_PERMISSION", `{"id":"`+one+`"}`, "permission denied for this id"), []string{one}, false},
		"locked":                   {inData("RECORD_LOCKED", `{"id":"`+one+`"}`, "record id is locked"), []string{one}, false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(400, tt.body))
			got, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", tt.ids, []string{"x"})
			var z *zoho.Error
			if err == nil {
				z = got[0].Err
			}
			if z == nil && !errors.As(err, &z) {
				t.Fatalf("RemoveTags = %+v, %v, want an error", got, err)
			}
			if z.Gone() != tt.want {
				t.Errorf("%v: Gone = %v, want %v", z, z.Gone(), tt.want)
			}
		})
	}
}

func TestErrorSaysWhatHappened(t *testing.T) {
	refusal := &zoho.Error{Operation: "refresh the access token", Status: 200, Code: "invalid_code", Message: "the refresh token is wrong"}
	tests := map[string]struct {
		err  *zoho.Error
		want string
	}{
		"of a record": {&zoho.Error{Operation: "remove tags", Status: 400, Code: "RECORD_LOCKED", Message: "locked", Record: "7"}, "zoho: remove tags: record 7: HTTP 400: RECORD_LOCKED: locked"},
		"of a token":  {&zoho.Error{Operation: "remove tags", Err: refusal}, "zoho: remove tags: refresh the access token: HTTP 200: invalid_code: the refresh token is wrong"},
	}
	for name, tt := range tests {
		if got := tt.err.Error(); got != tt.want {
			t.Errorf("%s: Error() = %s, want %s", name, got, tt.want)
		}
	}
	if (&zoho.Error{Operation: "remove tags", Err: refusal}).Retryable() {
		t.Error("a call without a token is retryable though the credential is wrong")
	}
}

func TestWhatZohoSaysStaysOnOneShortLine(t *testing.T) {
	e := serving(t, says(400, `{"code":"NO_PERMISSION","message":"a\nb\u001b[31m\u202e`+strings.Repeat("x", 5000)+`"}`))
	_, err := client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
	if err == nil || len(err.Error()) > 400 || strings.ContainsAny(err.Error(), "\n\x1b\u202e") {
		t.Errorf("RemoveTags = %q", err)
	}
	e = serving(t, says(400, `{"code":"<b>hm</b>","message":"x"}`))
	_, err = client(t, e, "v2", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
	if err == nil || strings.Contains(err.Error(), "<b>") {
		t.Errorf("RemoveTags = %q", err)
	}
}
