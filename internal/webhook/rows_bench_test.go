package webhook_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/json"
	"fmt"
	"hash"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/webhook"
)

// rowBody is the length of the bodies of BenchmarkRowsLimit, at least.
const rowBody = 10 << 10

// largeBody returns a body of a sender that has 10 KiB, and its content type.
func largeBody(source event.Source) (body []byte, kind string) {
	v := source.Verify[0].Verify
	var b strings.Builder
	object := func(i int) string {
		return fmt.Sprintf(`{"id":"evt_%d","email":"zoe%d@example.com","amount":{"value":%d,"currency":"EUR"},"note":"paid in full, line %d","done":true}`, i, i, i*100, i)
	}
	switch {
	case v.Each != nil: // Adyen, which sends one item in a request
		b.WriteString(`{"live":"false","notificationItems":[{"NotificationRequestItem":{"amount":{"currency":"EUR","value":1000},"eventCode":"AUTHORISATION","additionalData":{`)
		for i := 0; b.Len() < rowBody; i++ {
			fmt.Fprintf(&b, `"metadata.field%d":"%s",`, i, strings.Repeat("a value of the shop, ", 15))
		}
		b.WriteString(`"cardSummary":"1111"},"merchantAccountCode":"Shop","merchantReference":"7","pspReference":"8","success":"true"}}]}`)
		return []byte(b.String()), "application/json"
	case strings.Contains(v.Signed.String(), "{params}"):
		form := url.Values{}
		if source.Events.Form != "" {
			list := "["
			for i := 0; len(list) < 9*rowBody/16; i++ {
				list += object(i) + ","
			}
			form.Set(source.Events.Form, list+"{}]")
		}
		for i := 0; len(form.Encode()) < rowBody; i++ {
			form.Set(fmt.Sprintf("Field%d", i), strings.Repeat("a value, ", 10))
		}
		return []byte(form.Encode()), "application/x-www-form-urlencoded"
	}
	b.WriteString(`{"type":"paid","lines":[`)
	for i := 0; b.Len() < rowBody; i++ {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(object(i))
	}
	b.WriteString(`]}`)
	return []byte(b.String()), "application/json"
}

// BenchmarkRowsLimit checks that verifying a request of 10 KiB costs at most 1.5 times the bare
// HMAC of its body, for every row with an HMAC.
//
// Some rows sign what has to be read first, and reading costs more than an HMAC with the
// processor's instructions for SHA. There the HMAC is taken together with one pass of the
// library that reads it: over the form for rows that sign its fields, and over the JSON for
// rows whose signature is in there. All of that JSON must be valid and without repeated names,
// even if only a few bytes of it are signed. Where each element has its own signature (Adyen),
// finding the list, its elements and their parts are passes of their own, and so is taking the
// signatures out: there it is 3.5 times.
func BenchmarkRowsLimit(b *testing.B) {
	for b.Loop() {
		for _, name := range sender.Names() {
			row, _ := rules.LoadSender(name)
			if row.Source.Verify[0].Verify.HMAC == nil {
				continue
			}
			limit := 1.5
			if row.Source.Verify[0].Verify.Each != nil {
				limit = 3.5
			}
			verify, bare := rowCosts(b, name, row.Source)
			least := [2]time.Duration{time.Hour, time.Hour}
			ratio := 0.0
			// Other programs can only make it slower.
			for start := time.Now(); time.Since(start) < 10*time.Second; {
				least[0], least[1] = min(least[0], perRun(verify)), min(least[1], perRun(bare))
				if ratio = float64(least[0]) / float64(least[1]); ratio <= limit && time.Since(start) > 20*time.Millisecond {
					break
				}
			}
			b.Logf("%-14s %8v, %.2f times %v", name, least[0], ratio, least[1])
			if ratio > limit {
				b.Errorf("%s: verified in %v, %.2f times the bare cost of %v", name, least[0], ratio, least[1])
			}
		}
	}
}

// perRun returns the time of one of a few runs.
func perRun(run func()) time.Duration {
	const runs = 5
	start := time.Now()
	for range runs {
		run()
	}
	return time.Since(start) / runs
}

// rowCosts returns what verifies a request of a sender, and what is the least that it takes.
func rowCosts(b *testing.B, name string, source event.Source) (verify, bare func()) {
	v := source.Verify[0].Verify
	store, key, _ := keysOf(v, 1)
	body, kind := largeBody(source)
	out, err := webhook.Sign(source, key, webhook.Outgoing{
		URL:    "https://hooks.example.com:8443/prod/webhooks/x?a=%3A%2Fb%7E&c=d",
		Header: http.Header{"Content-Type": {kind}, "User-Agent": {"a sender"}}, Body: body, ID: "delivery-7", At: signedAt,
	})
	if err != nil {
		b.Fatal(name, err)
	}
	if v.Signature.JSON != nil && v.Each == nil && source.Events.Form == "" {
		// Senders write what proves a request first.
		var members map[string]json.RawMessage
		if err := json.Unmarshal(out.Body, &members); err != nil {
			b.Fatal(err)
		}
		first := v.Signature.JSON[0].Member
		text := fmt.Sprintf("{%q:%s", first, members[first])
		delete(members, first)
		for _, other := range slices.Sorted(maps.Keys(members)) {
			text += fmt.Sprintf(",%q:%s", other, members[other])
		}
		out.Body = []byte(text + "}")
	}
	r := webhook.New(webhook.Config{Sources: []event.Source{source}, Secrets: stored{name: {store}}})
	verify = func() {
		if _, err := r.Verify(b.Context(), requestOf(name, out, signedAt)); err != nil {
			b.Fatal(name, err)
		}
	}
	algorithm := map[string]func() hash.Hash{"sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}[v.HMAC.Hash]
	want := sign(algorithm, key, string(out.Body))
	bare = func() {
		mac := hmac.New(algorithm, []byte(key))
		mac.Write(out.Body)
		if !hmac.Equal(mac.Sum(nil), want) {
			b.Fatal("the signatures differ")
		}
		text := out.Body
		if v.Signed.Has("params") || source.Events.Form != "" {
			form, err := url.ParseQuery(string(text))
			if err != nil {
				b.Fatal(err)
			}
			text = []byte(form.Get(source.Events.Form))
		}
		if v.Signature.JSON != nil {
			if _, err := jsontext.NewDecoder(bytes.NewBuffer(text)).ReadValue(); err != nil {
				b.Fatal(err)
			}
		}
	}
	return verify, bare
}
