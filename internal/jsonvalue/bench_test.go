package jsonvalue_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"untag/internal/jsonvalue"
)

// eventOf1KiB returns a body like those a CRM sends.
func eventOf1KiB() []byte {
	var b strings.Builder
	b.WriteString(`{"module":"Deals","id":5725767000000524157,"Stage":"Closed Won","Amount":1250.50,"owner":{"name":"Zoë","email":"zoe@example.com"},"lines":[`)
	for i := 0; b.Len() < 960; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"sku":"A-%d","quantity":%d,"paid":true,"note":"line \"%d\""}`, i, i, i)
	}
	b.WriteString(`]}`)
	return []byte(b.String())
}

func BenchmarkDecode(b *testing.B) {
	body := eventOf1KiB()
	b.Run("jsonvalue", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := jsonvalue.Decode(body); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encoding_json", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var value any
			if err := json.Unmarshal(body, &value); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkFaultLimit checks that finding a fault and its cause costs at most a few times
// as much as decoding the same text without the fault, no matter what comes before it.
func BenchmarkFaultLimit(b *testing.B) {
	const size = 1 << 20
	texts := map[string]struct{ before, good, bad string }{
		"strings":         {"[" + strings.Repeat(`"",`, size/3), `""]`, `"" ""]`},
		"members":         {`{"x":[` + strings.Repeat(`{"a":"b"},`, size/10), "{}]}", "{}],}"},
		"lists":           {"[" + strings.Repeat(strings.Repeat("[", 900)+strings.Repeat("]", 900)+",", size/1801), "1]", "]"},
		"digits":          {`{"a":` + strings.Repeat("1", size), "}", ""},
		"groups":          {`{"b":[` + strings.Repeat("111,", size/4) + `1],"a":1`, "}", strings.Repeat(",111", 1000) + ",1111}"},
		"commas":          {"[" + strings.Repeat("1,", size/2), "1]", "]"},
		"blanks":          {`{"a":1` + strings.Repeat(" ", size), "}", "x"},
		"backslashes":     {`{"a":"` + strings.Repeat(`\\`, size/2), `"}`, ""},
		"a bare word":     {`["` + strings.Repeat("x", size), `"]`, `" ` + strings.Repeat("x", size) + "]"},
		"quotation marks": {`["` + strings.Repeat("x", size), `"]`, `""` + strings.Repeat("x", size) + `"]`},
	}
	for b.Loop() {
		for name, text := range texts {
			good := fastest(func() {
				if _, err := jsonvalue.Decode([]byte(text.before + text.good)); err != nil {
					b.Fatalf("%s: %v", name, err)
				}
			})
			bad := fastest(func() {
				if _, err := jsonvalue.Decode([]byte(text.before + text.bad)); err == nil || len(err.Error()) > 250 {
					b.Fatalf("%s: %v, want a fault", name, err)
				}
			})
			if ratio := float64(bad) / float64(good); ratio > 20 {
				b.Errorf("%s: %s, %.1f times the cost without the fault (%s), want at most 20", name, bad, ratio, good)
			}
			b.ReportMetric(float64(bad)/float64(good), strings.ReplaceAll(name, " ", "-")+"-ratio")
		}
	}
}

// fastest returns the shortest time of several runs, the one that other work on the machine
// disturbed least.
func fastest(run func()) time.Duration {
	least := time.Hour
	for range 5 {
		start := time.Now()
		run()
		least = min(least, time.Since(start))
	}
	return least
}
