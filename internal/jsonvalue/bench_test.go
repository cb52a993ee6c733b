package jsonvalue_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"untag/internal/jsonvalue"
)

// eventOf1KiB is a body such as a CRM sends.
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

// BenchmarkFaultLimit: to find a fault and its cause costs at most a few times what a text of
// that size costs without a fault, whatever stands before it.
func BenchmarkFaultLimit(b *testing.B) {
	const size = 1 << 20
	good := []byte(`["` + strings.Repeat(`","`, size/3) + `"]`)
	texts := map[string]string{
		"quotation marks": "[" + strings.Repeat(`"" "" x`, size/7),
		"members":         "{" + strings.Repeat(`"a":"b",`, size/8) + "}",
		"lists":           "[" + strings.Repeat(strings.Repeat("[", 900)+strings.Repeat("]", 900)+",", size/1801) + "]",
		"digits":          `{"a":` + strings.Repeat("1", size),
		"groups":          `{"a":1` + strings.Repeat(",111", size/4),
		"commas":          "[" + strings.Repeat("1,", size/2) + "]",
		"blanks":          `{"a":1` + strings.Repeat(" ", size) + "x",
		"backslashes":     `{"a":"` + strings.Repeat(`\\`, size/2),
		"broken UTF-8":    `["` + strings.Repeat("\xff", size),
		"a bare word":     "[" + strings.Repeat("x", size),
	}
	for b.Loop() {
		base := fastest(func() { _, _ = jsonvalue.Decode(good) })
		for name, text := range texts {
			took := fastest(func() {
				if _, err := jsonvalue.Decode([]byte(text)); err == nil || len(err.Error()) > 250 {
					b.Fatalf("%s: %v", name, err)
				}
			})
			if ratio := float64(took) / float64(base); ratio > 4 {
				b.Errorf("%s: %s, %.1f times a text without a fault (%s), want at most 4", name, took, ratio, base)
			}
		}
	}
}

// fastest is the least time of some runs, which other work on the machine disturbs least.
func fastest(run func()) time.Duration {
	least := time.Hour
	for range 5 {
		start := time.Now()
		run()
		least = min(least, time.Since(start))
	}
	return least
}
