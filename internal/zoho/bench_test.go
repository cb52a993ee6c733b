package zoho_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"

	"untag/internal/zoho"
)

const (
	// sizeOfAnswer is a third of what is read of an answer about a hundred records.
	sizeOfAnswer = 2 << 20
	// removalsLimit and recordsLimit are how many bytes may be allocated for each byte of
	// an answer: an answer to remove_tags is kept only as far as it concerns the call, and of
	// records the requested fields, or all.
	removalsLimit, fieldsLimit, recordsLimit = 5, 5, 20
)

// filled returns a text of the size of an answer, with as many parts as fit.
func filled(before, part, after string) string {
	return before + strings.TrimSuffix(strings.Repeat(part, (sizeOfAnswer-len(before)-len(after))/len(part)), ",") + after
}

// hundred returns an answer with a hundred records of many short fields each.
func hundred() string {
	var fields strings.Builder
	for i := 0; fields.Len() < sizeOfAnswer/100; i++ {
		fmt.Fprintf(&fields, `,"Field_%d":"a value","Price_%d":12500.5`, i, i)
	}
	return inData(slices.Repeat([]string{`{"id":"1"` + fields.String() + `}`}, 100)...)
}

// BenchmarkLimitAnswer reads large answers in the shapes that need most memory.
func BenchmarkLimitAnswer(b *testing.B) {
	ids := make([]string, zoho.MaxIDs)
	for i := range ids {
		ids[i] = fmt.Sprint(5725767000000524000 + i)
	}
	removal := map[string]string{
		"empty elements":     filled(`{"data":[`, `{},`, `]}`),
		"elements, no ids":   filled(`{"data":[`, `{"code":"SUCCESS","details":{"tags":[]}},`, `]}`),
		"elements of one":    filled(`{"data":[`, success(ids[0], "[]")+",", `]}`),
		"tags of one":        filled(`{"data":[{"code":"SUCCESS","details":{"id":"`+ids[0]+`","tags":[`, `"",`, `]}}]}`),
		"tags, as objects":   filled(`{"data":[{"code":"SUCCESS","details":{"id":"`+ids[0]+`","tags":[`, `{"name":"VIP"},`, `]}}]}`),
		"errors of tags":     filled(`{"tags":[`, `{},`, `]}`),
		"a long message":     filled(`{"code":"NO_PERMISSION","message":"`, `x`, `"}`),
		"an escaped message": filled(`{"code":"NO_PERMISSION","message":"`, `\n`, `"}`),
		"details":            filled(`{"code":"NO_PERMISSION","details":{`, `"api_name":"x",`, `}}`),
		"permissions":        filled(`{"code":"NO_PERMISSION","details":{"permissions":[`, `"p",`, `]}}`),
		"unknown members":    filled(`{"code":"NO_PERMISSION",`, `"a":[],`, `}`),
		"nested lists":       strings.Repeat("[", sizeOfAnswer),
		"nested details":     `{"code":"x","details":` + strings.Repeat(`{"limit_due_to":`, sizeOfAnswer/17),
		"a page":             filled(`<html>`, `<br>`, `</html>`),
	}
	read := map[string]string{
		"a hundred":       hundred(),
		"fields, by one":  filled(`{"data":[{"id":"1",`, `"Amount":1,`, `}]}`),
		"a long text":     filled(`{"data":[{"id":"1","Text":"`, `x`, `"}]}`),
		"digits":          filled(`{"data":[{"id":"1","Text":[`, `1,`, `]}]}`),
		"objects":         filled(`{"data":[{"id":"1","Text":[`, `{},`, `]}]}`),
		"empty elements":  filled(`{"data":[`, `{},`, `]}`),
		"unknown members": filled(`{"data":[],`, `"a":[],`, `}`),
	}
	for name, body := range removal {
		limit(b, "removal, "+name, body, removalsLimit, func(c *zoho.Client) { _, _ = c.RemoveTags(b.Context(), "Deals", ids, []string{"x"}) })
	}
	for name, body := range read {
		limit(b, "one field, "+name, body, fieldsLimit, func(c *zoho.Client) { _, _ = c.Records(b.Context(), "Deals", ids, []string{"Other"}) })
		limit(b, "all fields, "+name, body, recordsLimit, func(c *zoho.Client) { _, _ = c.Records(b.Context(), "Deals", ids, nil) })
	}
}

// limit makes a call, and fails if it allocates more than so many times the answer's size.
func limit(b *testing.B, name, body string, most float64, call func(*zoho.Client)) {
	b.Run(name, func(b *testing.B) {
		transport := roundTrip(func(*http.Request) *http.Response {
			return &http.Response{StatusCode: 200, Header: http.Header{}, Body: io.NopCloser(strings.NewReader(body))}
		})
		c, err := zoho.New(zoho.Config{APIURL: "http://zoho.test", Tokens: &aToken{}, HTTP: &http.Client{Transport: transport}})
		if err != nil {
			b.Fatal(err)
		}
		var ratios []float64
		for b.Loop() {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			call(c)
			runtime.ReadMemStats(&after)
			ratios = append(ratios, float64(after.TotalAlloc-before.TotalAlloc)/float64(len(body)))
		}
		ratio := slices.Min(ratios)
		b.ReportMetric(ratio, "allocated/answer")
		if ratio > most {
			b.Errorf("an answer of %d bytes takes %.1f times its size, the limit is %.0f", len(body), ratio, most)
		}
	})
}
