package jsonvalue_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

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
