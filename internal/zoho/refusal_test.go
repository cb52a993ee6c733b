package zoho_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/zoho"
)

const three = "2445013000000999007"

// inData returns an answer with these elements.
func inData(elements ...string) string { return `{"data":[` + strings.Join(elements, ",") + `]}` }

// problem returns an element that is an error.
func problem(code, message, details string) string {
	return fmt.Sprintf(`{"code":%q,"message":%q,"details":%s,"status":"error"}`, code, message, details)
}

// TestWhoseErrorItIs lists what an answer about three records says about each of them. A
// code that ends in + is Unsettled, in ? Unsure, and in ! Gone.
func TestWhoseErrorItIs(t *testing.T) {
	const bad = "the id given seems to be invalid"
	path := func(p string) string { return problem("INVALID_DATA", "invalid data", `{"json_path":"`+p+`"}`) }
	index := func(i string) string {
		return problem("INVALID_DATA", "invalid data", `{"resource_path_index":`+i+`}`)
	}
	locked := problem("RECORD_LOCKED", "locked", `{"id":"`+two+`"}`)
	anonymous := problem("NO_PERMISSION", "permission denied", `{}`)
	done := []string{success(one, "[]"), success(two, "[]"), success(three, "[]")}
	const nothing = zoho.CodeMissingInAnswer
	tests := map[string]struct {
		body  string
		whole string // the error of the whole call; ^ in front if it is OneOfSeveral
		want  [3]string
	}{
		"without an id":                  {inData(problem("INVALID_MODULE", "x", `{}`)), "INVALID_MODULE", [3]string{}},
		"without an id, the whole twice": {inData(anonymous, anonymous), "NO_PERMISSION", [3]string{}},
		"an object instead of a list":    {`{"data":` + anonymous + `}`, "NO_PERMISSION", [3]string{}},
		"of a module, by its place":      {inData(problem("INVALID_MODULE", "x", `{"resource_path_index":0}`)), "INVALID_MODULE", [3]string{}},
		"an invalid id, not said which":  {inData(problem("INVALID_DATA", bad, `{}`)), "^INVALID_DATA", [3]string{}},
		"the ids, not said which":        {inData(problem("INVALID_DATA", "invalid data", `{"api_name":"ids"}`)), "^INVALID_DATA", [3]string{}},
		"the ids, flat":                  {problem("INVALID_DATA", "invalid data", `{"api_name":"id","expected_data_type":"bigint"}`), "^INVALID_DATA", [3]string{}},
		"the ids, beside a success":      {inData(done[0], problem("INVALID_DATA", "invalid data", `{"api_name":"ids"}`)), "", [3]string{"", nothing + "+", nothing + "+"}},
		"another field":                  {inData(problem("INVALID_DATA", "invalid data", `{"api_name":"tags"}`)), "INVALID_DATA", [3]string{}},
		"a path":                         {inData(path("$.ids[1]")), "", [3]string{nothing + "+", "INVALID_DATA", nothing + "+"}},
		"a path of a flat error":         {path("$.ids[2]"), "", [3]string{nothing + "+", nothing + "+", "INVALID_DATA"}},
		"a path of an only element":      {`{"data":` + path("$.ids[0]") + `}`, "", [3]string{"INVALID_DATA", nothing + "+", nothing + "+"}},
		"a path to the data":             {inData(path("$.data[1]")), "", [3]string{nothing + "+", "INVALID_DATA", nothing + "+"}},
		"a path in brackets":             {inData(path("$['ids'][1]")), "", [3]string{nothing + "+", "INVALID_DATA", nothing + "+"}},
		"a path without a root":          {inData(path("ids[1]")), "", [3]string{nothing + "+", "INVALID_DATA", nothing + "+"}},
		"a path that goes on":            {inData(path("$.data[1].tags[0]")), "", [3]string{nothing + "+", "INVALID_DATA", nothing + "+"}},
		"two paths":                      {inData(path("$.ids[0]"), path("$.ids[2]")), "", [3]string{"INVALID_DATA", nothing + "+", "INVALID_DATA"}},
		"a path to all ids":              {inData(path("$.ids")), "INVALID_DATA", [3]string{}},
		"a path to a tag":                {inData(path("$.tags[1].name")), "INVALID_DATA", [3]string{}},
		"a path beyond the ids":          {inData(path("$.ids[3]")), "INVALID_DATA", [3]string{}},
		"a path without a number":        {inData(path("$.ids[-1]")), "INVALID_DATA", [3]string{}},
		"an index alone":                 {inData(path("$[1]")), "INVALID_DATA", [3]string{}},
		"a number":                       {inData(index("1")), "", [3]string{nothing + "+", "INVALID_DATA?", nothing + "+"}},
		"a number as a text":             {inData(index(`"1"`)), "", [3]string{nothing + "+", "INVALID_DATA?", nothing + "+"}},
		"a number beyond the ids":        {inData(index("3")), "INVALID_DATA", [3]string{}},
		"not a number":                   {inData(index(`"x"`)), "INVALID_DATA", [3]string{}},
		"a number, the others named":     {inData(done[0], index("1"), done[2]), "", [3]string{"", "INVALID_DATA", ""}},
		"a path, the others named":       {inData(done[0], path("$.ids[1]"), done[2]), "", [3]string{"", "INVALID_DATA", ""}},
		"a path to an id that is gone": {inData(done[0], done[1], problem("INVALID_DATA", bad, `{"api_name":"ids","json_path":"$.ids[2]"}`)), "",
			[3]string{"", "", "INVALID_DATA!"}},
		"a number that is not sure is not gone": {inData(problem("INVALID_DATA", bad, `{"resource_path_index":1}`)), "",
			[3]string{nothing + "+", "INVALID_DATA?", nothing + "+"}},
		"an id before a path":       {inData(problem("INVALID_DATA", bad, `{"id":"`+one+`","json_path":"$.ids[1]"}`)), "", [3]string{"INVALID_DATA!", nothing + "+", nothing + "+"}},
		"one named, others not":     {inData(locked), "", [3]string{nothing + "+", "RECORD_LOCKED", nothing + "+"}},
		"successes, one not named":  {inData(done[0], done[2]), "", [3]string{"", nothing, ""}},
		"the one not named":         {inData(done[0], done[2], problem("INVALID_DATA", bad, `{}`)), "", [3]string{"", "INVALID_DATA!", ""}},
		"those not named":           {inData(done[0], anonymous), "", [3]string{"", "NO_PERMISSION", "NO_PERMISSION"}},
		"one of those not named":    {inData(done[0], problem("INVALID_DATA", bad, `{}`)), "", [3]string{"", nothing + "+", nothing + "+"}},
		"all named, and an error":   {inData(append(done, anonymous)...), "", [3]string{"", "", ""}},
		"no record named, all well": {inData(`{"code":"SUCCESS"}`, `{"code":"SUCCESS"}`, `{"code":"SUCCESS"}`), "", [3]string{nothing, nothing, nothing}},
		"no record named, one not":  {inData(`{"code":"SUCCESS"}`, anonymous, `{"code":"SUCCESS"}`), "^NO_PERMISSION", [3]string{}},
		"none named, two errors":    {inData(problem("RECORD_LOCKED", "x", `{}`), anonymous), "^NO_PERMISSION", [3]string{}},
		"a success and an error":    {inData(`{"code":"SUCCESS","status":"error","details":{"id":"`+one+`"}}`, done[1], done[2]), "", [3]string{zoho.CodeUnreadable, "", ""}},
		"another record's error":    {inData(append(done, problem("NO_PERMISSION", "x", `{"id":"7"}`))...), "", [3]string{"", "", ""}},
		"elements that say nothing": {inData("null", "7", `"SUCCESS"`, "[]", "{}"), "", [3]string{nothing, nothing, nothing}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, status := range []int{200, 207, 400} {
				e := serving(t, says(status, tt.body))
				got, err := client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one, two, three}, []string{"x"})
				if whole := wholeCode(err); whole != tt.whole {
					t.Fatalf("%d: RemoveTags = %+v, %v, want the error %q", status, got, err, tt.whole)
				}
				var codes [3]string
				for i, r := range got {
					codes[i] = codeOf(r)
				}
				if diff := cmp.Diff(tt.want, codes); diff != "" {
					t.Errorf("%d: codes: -want +got\n%s", status, diff)
				}
			}
		})
	}
}

func wholeCode(err error) string {
	z, ok := errors.AsType[*zoho.Error](err)
	switch {
	case !ok:
		return ""
	case z.OneOfSeveral():
		return "^" + z.Code
	}
	return z.Code
}

func codeOf(r zoho.Removal) string {
	switch {
	case r.Err == nil:
		return ""
	case r.Err.Unsettled():
		return r.Err.Code + "+"
	case r.Err.Unsure():
		return r.Err.Code + "?"
	case r.Err.Gone():
		return r.Err.Code + "!"
	}
	return r.Err.Code
}

// TestAnOverloadedZohoIsNotAskedAgain: with these statuses, what an answer says about other
// records makes no difference.
func TestAnOverloadedZohoIsNotAskedAgain(t *testing.T) {
	for _, status := range []int{408, 429, 500, 503} {
		e := serving(t, says(status, inData(problem("INVALID_DATA", "x", `{"json_path":"$.ids[0]"}`))))
		got, err := client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one, two}, []string{"x"})
		if err != nil || got[1].Err == nil || got[1].Err.Unsettled() || !got[0].Err.Retryable() || !got[1].Err.Retryable() {
			t.Errorf("%d: RemoveTags = %+v, %v, want both to be tried later", status, got, err)
		}
	}
}

// TestOneRecordIsMeant: the element of a call about one record is about that record, no
// matter which position it names.
func TestOneRecordIsMeant(t *testing.T) {
	for _, details := range []string{`{}`, `{"json_path":"$.ids[7]"}`, `{"resource_path_index":1}`, `[]`, `"x"`, `null`, `7`, `[{"id":"7"}]`} {
		e := serving(t, says(400, inData(problem("NO_PERMISSION", "x", details))))
		got, err := client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
		if err != nil || codeOf(got[0]) != "NO_PERMISSION" || got[0].Err.Record != one {
			t.Errorf("%s: RemoveTags = %+v, %v, want NO_PERMISSION for it", details, got, err)
		}
	}
}

// TestWhoLacksTheRight: an error about rights that names the record is about that record. If
// it names none, every such call may be refused, however many records it is about.
func TestWhoLacksTheRight(t *testing.T) {
	for _, code := range []string{"NO_PERMISSION", "AUTHORIZATION_FAILED", "FEATURE_NOT_SUPPORTED"} {
		for details, want := range map[string]zoho.Cause{
			`{}`: zoho.CauseRights, `{"permissions":["edit"]}`: zoho.CauseRights,
			`{"id":"` + one + `"}`: zoho.CauseCall, `{"json_path":"$.ids[0]"}`: zoho.CauseCall,
		} {
			for _, status := range []int{200, 400, 403} {
				e := serving(t, says(status, inData(problem(code, "x", details))))
				got, err := client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
				if err != nil || got[0].Err == nil || got[0].Err.Cause() != want {
					t.Errorf("%d %s %s: RemoveTags = %+v, %v, want the cause %v", status, code, details, got, err, want)
				}
			}
		}
	}
}

// TestATemporaryErrorWithAStatusOfRights: an answer that breaks off, or that names a reason
// that passes, does not say that the user lacks a right, whatever its status is.
func TestATemporaryErrorWithAStatusOfRights(t *testing.T) {
	half := func(status int, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			says(status, body)(w, nil)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		}
	}
	for _, status := range []int{402, 403, 404} {
		for name, answer := range map[string]http.HandlerFunc{
			"the connection breaks":            half(status, `{"data":[{"code":"NO_PERM`),
			"the connection breaks at once":    half(status, ""),
			"the answer is cut off":            says(status, `{"data":[{"code":"NO_PERM`),
			"the record is locked":             says(status, flat("RECORD_LOCKED")),
			"too many calls":                   says(status, flat("RATE_LIMIT_EXCEEDED")),
			"a fault inside Zoho":              says(status, flat("INTERNAL_ERROR")),
			"in data, without a record":        says(status, inData(problem("INTERNAL_ERROR", "x", `{}`))),
			"a code that asks for fewer calls": says(status, inData(problem("TOO_MANY_REQUESTS", "x", `{}`))),
		} {
			e := serving(t, answer)
			for _, ids := range [][]string{{one}, {one, two}} {
				got, err := client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", ids, []string{"x"})
				var z *zoho.Error
				if !errors.As(err, &z) && len(got) > 0 {
					z = got[0].Err
				}
				if z == nil || z.Cause() != zoho.CauseCall || !z.Retryable() {
					t.Errorf("%d, %s, %d records: RemoveTags = %+v, %v, want it to be retryable and to say nothing about rights", status, name, len(ids), got, err)
				}
			}
		}
	}
}

func TestOddMembers(t *testing.T) {
	tests := map[string]struct{ body, code string }{
		"a number as the code":       {`{"code":4001,"message":"x","details":{}}`, "4001"},
		"a number in quotes":         {`{"code":"4001"}`, "4001"},
		"a number in data":           {inData(`{"code":4001,"details":{"id":"` + one + `"}}`), "4001"},
		"a fraction":                 {`{"code":40.01}`, ""},
		"null as the code":           {`{"code":null,"message":"x"}`, ""},
		"an object as the code":      {`{"code":{"a":1}}`, ""},
		"a number as the message":    {`{"code":"NO_PERMISSION","message":7}`, "NO_PERMISSION"},
		"an object as the message":   {`{"code":"NO_PERMISSION","message":{"code":"x"}}`, "NO_PERMISSION"},
		"a list as the details":      {`{"code":"NO_PERMISSION","details":[{"id":"7"},"x"]}`, "NO_PERMISSION"},
		"a text as the details":      {`{"code":"NO_PERMISSION","details":"x"}`, "NO_PERMISSION"},
		"a text as the data":         {`{"code":"NO_PERMISSION","data":"x"}`, "NO_PERMISSION"},
		"null as data and tags":      {`{"code":"NO_PERMISSION","data":null,"tags":null}`, "NO_PERMISSION"},
		"a text as the tags":         {`{"code":"NO_PERMISSION","tags":"[{\"code\":\"x\"}]"}`, "NO_PERMISSION"},
		"an object as the tags":      {`{"tags":` + problem("INVALID_DATA", "x", `{}`) + `}`, "INVALID_DATA"},
		"a number as the status":     {`{"code":"NO_PERMISSION","status":7}`, "NO_PERMISSION"},
		"a code that comes twice":    {`{"code":"x","code":"NO_PERMISSION"}`, "NO_PERMISSION"},
		"an escaped name":            {`{"c\u006fde":"NO_PERMISSION"}`, "NO_PERMISSION"},
		"half a surrogate pair":      {`{"code":"NO_PERMISSION","message":"\ud83d"}`, "NO_PERMISSION"},
		"broken UTF-8":               {"{\"code\":\"NO_PERMISSION\",\"message\":\"\xff\"}", "NO_PERMISSION"},
		"unknown members everywhere": {`{"a":[[{}]],"code":"NO_PERMISSION","b":{"code":"x"},"details":{"c":[{"id":7}]}}`, "NO_PERMISSION"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			e := serving(t, says(400, tt.body))
			got, err := client(t, e, "v8", &aToken{}).RemoveTags(t.Context(), "Deals", []string{one}, []string{"x"})
			if err == nil {
				err = got[0].Err
			}
			z, ok := errors.AsType[*zoho.Error](err)
			if !ok || z.Code != tt.code || z.Retryable() {
				t.Errorf("RemoveTags = %+v, %v, want the final %q", got, err, tt.code)
			}
		})
	}
}

// TestEveryStatusAndShape: an answer that is not a success never counts as a removal, and
// every status except 401 takes one request.
func TestEveryStatusAndShape(t *testing.T) {
	shapes := map[string]string{
		"nothing": "", "a page": "<html>", "null": "null", "a list": "[]", "an empty object": "{}", "flat": flat("NO_PERMISSION"),
		"flat, a number": `{"code":7}`, "no elements": inData(), "an element": inData(problem("NO_PERMISSION", "x", `{}`)),
		"a tag": `{"tags":[` + problem("INVALID_DATA", "x", `{}`) + `]}`, "half": `{"data":[`,
		"of a record": inData(problem("NO_PERMISSION", "x", `{"id":"`+one+`"}`)),
	}
	for name, body := range shapes {
		for _, status := range []int{200, 201, 202, 204, 207, 302, 304, 400, 401, 403, 404, 405, 408, 409, 413, 429, 500, 502, 503, 504} {
			for _, ids := range [][]string{{one}, {one, two}} {
				t.Run(fmt.Sprint(name, " ", status, " ", len(ids)), func(t *testing.T) {
					requests := 0
					transport := roundTrip(func(*http.Request) *http.Response {
						requests++
						return &http.Response{StatusCode: status, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
					})
					c, err := zoho.New(zoho.Config{APIURL: "http://zoho.test", Tokens: &aToken{}, HTTP: &http.Client{Transport: transport}})
					if err != nil {
						t.Fatal(err)
					}
					got, err := c.RemoveTags(t.Context(), "Deals", ids, []string{"x"})
					want := 1
					if status == 401 {
						want = 2
					}
					if requests != want {
						t.Errorf("%d requests, want %d", requests, want)
					}
					if err == nil && len(got) != len(ids) {
						t.Fatalf("%d removals, want %d", len(got), len(ids))
					}
					for _, r := range got {
						if r.Err == nil {
							t.Errorf("%s counts as removed", r.ID)
						}
						err = errors.Join(err, r.Err)
					}
					wantRetry(t, err, status)
				})
			}
		}
	}
}

// wantRetry requires what the status decides, with any code.
func wantRetry(t *testing.T, err error, status int) {
	t.Helper()
	z, ok := errors.AsType[*zoho.Error](err)
	if !ok || z.Status != status {
		t.Fatalf("error %v, want one of HTTP %d", err, status)
	}
	if (status == 408 || status == 429 || status >= 500) && !z.Retryable() {
		t.Errorf("%v is final", z)
	}
}
