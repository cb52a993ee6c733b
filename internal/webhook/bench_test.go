package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/event"
	"untag/internal/webhook"
)

// bodyOf1KiB returns a body like those a CRM sends.
func bodyOf1KiB() []byte {
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

// BenchmarkLine measures what a request costs before any rule is evaluated, next to the
// minimum, HMAC and json.Unmarshal.
func BenchmarkLine(b *testing.B) {
	body := bodyOf1KiB()
	want := sign(sha256.New, "github-key", string(body))
	header := http.Header{"Content-Type": {"application/json"}, "X-Hub-Signature-256": {"sha256=" + hex.EncodeToString(want)}}
	for _, name := range []string{
		"Accept", "Accept-Encoding", "Content-Length", "Host", "User-Agent", "X-Amzn-Trace-Id",
		"X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Github-Delivery", "X-Github-Event",
	} {
		header.Set(name, "a value")
	}
	r := webhook.New(webhook.Config{Sources: sources, Secrets: secrets})
	b.Run("verify_and_parse", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d, err := r.Verify(b.Context(), webhook.Request{Source: "github", Header: header, Body: webhook.Bytes(body)})
			if err != nil {
				b.Fatal(err)
			}
			if _, err := webhook.Parse(d); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hmac_and_unmarshal", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			mac := hmac.New(sha256.New, []byte("github-key"))
			mac.Write(body)
			if !hmac.Equal(mac.Sum(nil), want) {
				b.Fatal("the signatures differ")
			}
			var value any
			if err := json.Unmarshal(body, &value); err != nil {
				b.Fatal(err)
			}
		}
	})
}

// BenchmarkBombLimit checks that a body that decompresses without end is refused in the time
// and memory of a few bodies of the maximum size, no matter how it was made.
func BenchmarkBombLimit(b *testing.B) {
	plain := `{"id":"7","text":"` + strings.Repeat("a b c d e f ", 80_000) + `"}`
	endless := gzipped(b, strings.Repeat("\x00", 256<<20))
	bombs := map[string]struct{ encoding, body string }{
		"gzip":          {"gzip", endless},
		"gzip in gzip":  {"gzip, gzip", gzipped(b, endless)},
		"deflate":       {"deflate", deflated(b, strings.Repeat("\x00", 256<<20))},
		"empty members": {"gzip", strings.Repeat(gzipped(b, ""), 43_000)},
		"small members": {"gzip", strings.Repeat(gzipped(b, strings.Repeat("abcdefghij", 5)), 24_000)},
	}
	for b.Loop() {
		for name, bomb := range bombs {
			atLeastOnce(b, func() string {
				base, baseBytes := cost(func() { _, _ = parseEncoded("", plain) })
				took, bytes := cost(func() { _, _ = parseEncoded(bomb.encoding, bomb.body) })
				// Tens of thousands of empty members, the worst, take 16 to 21 times as long.
				if took > 25*base || bytes > 4*baseBytes {
					return fmt.Sprintf("%s: %s and %d bytes, want at most 25 times %s and 4 times %d bytes", name, took, bytes, base, baseBytes)
				}
				return ""
			})
		}
	}
}

// BenchmarkNotificationLimit checks that a notification with a wrong token, or without one,
// is refused in the time of a few passes of the JSON library over its body, for any body.
func BenchmarkNotificationLimit(b *testing.B) {
	const size = 1<<20 - 200
	wrong := `"token":"another-token-of-the-tests"`
	bodies := map[string]string{
		"objects":     `{"a":[` + strings.Repeat(`{"a":1,"b":"x"},`, size/16) + "1]," + wrong + "}",
		"members":     `{` + strings.Repeat(`"abcdef":"ghijkl",`, size/18) + wrong + "}",
		"numbers":     `{"a":[` + strings.Repeat("1,", size/2) + "1]," + wrong + "}",
		"strings":     `{"a":[` + strings.Repeat(`"",`, size/3) + "1]," + wrong + "}",
		"backslashes": `{"a":"` + strings.Repeat(`\\`, size/2) + `",` + wrong + "}",
		"marks":       `{"a":"` + strings.Repeat(`\"`, size/2) + `",` + wrong + "}",
		"lists":       `{"a":` + strings.Repeat("[", 5000) + strings.Repeat("]", 5000) + "," + wrong + "}",
		"blanks":      `{` + strings.Repeat(" ", size) + wrong + "}",
		"escapes":     `{` + strings.Repeat(`"\u0074oke":1,`, size/14) + wrong + "}",
		"no token":    `{"a":"` + strings.Repeat("x", size) + `"}`,
		"a long one":  `{"token":"` + strings.Repeat("x", size) + `"}`,
	}
	r := webhook.New(webhook.Config{Sources: []event.Source{{Name: "s", Verify: notified}}, Secrets: stored{"s": {good}}})
	for b.Loop() {
		for name, body := range bodies {
			atLeastOnce(b, func() string {
				pass, _ := cost(func() {
					d := jsontext.NewDecoder(strings.NewReader(body), jsontext.AllowDuplicateNames(true))
					for {
						if _, err := d.ReadToken(); err != nil {
							break
						}
					}
				})
				took, _ := cost(func() {
					if _, err := r.Verify(b.Context(), webhook.Request{Source: "s", Body: webhook.Bytes([]byte(body))}); err == nil {
						b.Fatalf("%s: verified", name)
					}
				})
				if took > 3*pass {
					return fmt.Sprintf("%s: refused in %v, but one pass over the body takes %v", name, took, pass)
				}
				return ""
			})
		}
	}
}

// atLeastOnce fails if a comparison fails each time: other work on the machine makes it fail now
// and then.
func atLeastOnce(b *testing.B, compare func() (fault string)) {
	b.Helper()
	const tries = 5
	fault := ""
	for range tries {
		if fault = compare(); fault == "" {
			return
		}
	}
	b.Error(fault)
}

// cost returns the least time and the fewest allocated bytes of several runs.
func cost(run func()) (took time.Duration, bytes uint64) {
	took, bytes = time.Hour, math.MaxUint64
	for range 5 {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		start := time.Now()
		run()
		took = min(took, time.Since(start))
		runtime.ReadMemStats(&after)
		bytes = min(bytes, after.TotalAlloc-before.TotalAlloc)
	}
	return took, bytes
}
