package webhook_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"untag/internal/event"
	"untag/internal/webhook"
)

// unprovenBodies are bodies of 1 MiB that are meant to take long to read.
func unprovenBodies() map[string][2]string {
	const size = 1<<20 - 1000
	proof := `"signature":{"signature":"` + strings.Repeat("0", 64) + `","timestamp":"1795608000","token":"t"},"token":"x","sig":"00",` +
		`"event":{"event_hash":"` + strings.Repeat("0", 64) + `","event_time":"1795608000","event_type":"t"},"proof":{"at":"1795608000","sig":"` + strings.Repeat("A", 43) + `="}`
	item := `{"NotificationRequestItem":{"a":[` + strings.Repeat(`"b",`, 230) + `1],"additionalData":{"hmacSignature":"` + strings.Repeat("A", 43) + `="}}}`
	var many strings.Builder
	for i := 0; many.Len() < size; i++ {
		fmt.Fprintf(&many, `"%x":1,`, i)
	}
	var fields strings.Builder
	for i := 0; fields.Len() < size; i++ {
		fmt.Fprintf(&fields, "%x=&", (i*7919)%1_000_003)
	}
	return map[string][2]string{
		"objects":   {jsonType, `{"a":[` + strings.Repeat(`{"a":1},`, size/8) + `1],` + proof + `}`},
		"members":   {jsonType, `{` + many.String() + proof + `}`},
		"numbers":   {jsonType, `{"a":[` + strings.Repeat("1,", size/2) + `1],` + proof + `}`},
		"strings":   {jsonType, `{"a":[` + strings.Repeat(`"",`, size/3) + `1],` + proof + `}`},
		"escapes":   {jsonType, `{` + strings.Repeat(`"\u0061":1,`, size/11) + proof + `}`},
		"nesting":   {jsonType, `{"a":` + strings.Repeat("[", size/2) + strings.Repeat("]", size/2) + `,` + proof + `}`},
		"a list":    {jsonType, `[` + strings.Repeat(`{},`, size/3) + `{}]`},
		"a value":   {jsonType, `{"value":[` + strings.Repeat(`{"clientState":"x"},`, 999) + `{"clientState":"x"}],` + strings.Repeat(" ", size-25_000) + `"z":1}`},
		"items":     {jsonType, `{"notificationItems":[` + strings.Repeat(item+",", 999) + item + `]}`},
		"fields":    {formType, fields.String()},
		"one field": {formType, "a=" + strings.Repeat("%41", size/3)},
		"a JSON":    {formType, "json=%7B" + strings.ReplaceAll(proof, `"`, "%22") + "%7D&b=" + strings.Repeat("+", size)},
		"parts":     {"multipart/form-data; boundary=b", strings.Repeat("--b\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n\r\n", size/56) + "--b--\r\n"},
		"plain":     {"", strings.Repeat("x", size)},
	}
}

// BenchmarkUnprovenLimit checks that a request that nobody signed costs no more than a few times
// the HMAC of a body of its size, with any body, and for any place of the signature.
func BenchmarkUnprovenLimit(b *testing.B) {
	const limit = 10
	sources := everySource(b)
	r := webhook.New(webhook.Config{Sources: sources, Secrets: guardedBy(sources)})
	bodies := unprovenBodies()
	for b.Loop() {
		for _, from := range sources {
			for name, body := range bodies {
				text := []byte(body[1])
				attack := func() {
					sent := sentBy(from, anySignature(from), "X", "")
					sent.Set("Content-Type", body[0])
					got, err := r.Receive(b.Context(), webhook.Request{
						Source: from.Name, Method: http.MethodPost, URL: "https://h/?sig=00", RawQuery: "sig=00", Header: sent, Body: webhook.Bytes(text), ReceivedAt: signedAt,
					})
					if err == nil && got.Reply == nil {
						b.Fatalf("%s, %s: accepted", from.Name, name)
					}
				}
				bare := func() {
					mac := hmac.New(sha256.New, []byte("a key"))
					mac.Write(text)
					mac.Sum(nil)
				}
				took, least := time.Hour, time.Hour
				for range 20 {
					start := time.Now()
					attack()
					took = min(took, time.Since(start))
					start = time.Now()
					bare()
					if least = min(least, time.Since(start)); took <= limit*least {
						break
					}
				}
				if took > limit*least {
					b.Errorf("%s, %s: refused in %v, but an HMAC takes %v", from.Name, name, took, least)
				}
			}
		}
	}
}

// anySignature returns a text that could be a signature of this sender.
func anySignature(from event.Source) string {
	v := from.Verify[0].Verify
	if v == nil || v.HMAC == nil {
		return strings.Repeat("A", 86) + "=="
	}
	size := map[string]int{"sha1": 20, "sha256": 32, "sha512": 64}[v.HMAC.Hash]
	text := hex.EncodeToString(make([]byte, size))
	if v.HMAC.Encoding == "base64" {
		text = base64.StdEncoding.EncodeToString(make([]byte, size))
	}
	at := v.Signature
	if at.Key != "" {
		separator := at.Separator
		if separator == "" {
			separator = "="
		}
		text = at.Key + separator + text
	}
	if t := v.Timestamp; t.Key != "" {
		separator := t.Separator
		if separator == "" {
			separator = "="
		}
		value := strconv.FormatInt(signedAt.Unix(), 10)
		if t.Unit == "ms" {
			value = strconv.FormatInt(signedAt.UnixMilli(), 10)
		}
		text = t.Key + separator + value + t.List + text
	}
	if at.Scheme != "" {
		text = at.Scheme + " " + text
	}
	return at.Prefix + text
}
