package bench_test

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"untag/internal/rules"
	"untag/internal/webhook"
)

const (
	lineLimit = 3.0
	rounds    = 15
	secret    = "a-signing-secret"
)

type oneSecret struct{}

func (oneSecret) WebhookSecrets(context.Context, string) ([]string, error) {
	return []string{secret}, nil
}

// twentyRules returns rules on one source, each about a different module.
func twentyRules(b *testing.B) *rules.Rules {
	var file strings.Builder
	file.WriteString("version: 1\nsources: {acme: {verify: hmac, header: X-Signature}}\nrules:\n")
	for i := range 20 {
		fmt.Fprintf(&file, "  - name: r%d\n    on: acme\n    when: event.module == \"Module%d\" && event.Stage in [\"Closed Won\", \"Closed Lost\"] && event.Amount > %d\n"+
			"    record: {module: Deals, id: event.id}\n    remove: [In progress]\n", i, i, i)
	}
	set, faults := rules.Load([]byte(file.String()))
	if set == nil {
		b.Fatal(faults)
	}
	return set
}

// oneKiB returns a JSON event of about 1 KiB, as a CRM sends it.
func oneKiB() []byte {
	event := map[string]any{"module": "Module7", "id": "5725767000000524157", "Stage": "Closed Won", "Amount": 12500}
	for i := range 16 {
		event[fmt.Sprintf("Field_%02d", i)] = strings.Repeat("value ", 6)
	}
	event["Owner"] = map[string]any{"id": 5725767000000524001, "name": "Ada", "active": true, "teams": []any{"North", "South"}}
	text, _ := json.Marshal(event)
	return text
}

// perRound returns the time of one call, averaged over many.
func perRound(do func()) time.Duration {
	const calls = 2000
	start := time.Now()
	for range calls {
		do()
	}
	return time.Since(start) / calls
}

func BenchmarkLimitVerifyParseDecide(b *testing.B) {
	set, body := twentyRules(b), oneKiB()
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write(body)
	signature := mac.Sum(nil)
	request := webhook.Request{
		Source: "acme", Body: webhook.Bytes(body),
		Header: http.Header{"X-Signature": {hex.EncodeToString(signature)}, "Content-Type": {"application/json"}, "User-Agent": {"acme"}},
	}
	receiver := webhook.New(webhook.Config{Sources: set.Sources(), Secrets: oneSecret{}})
	line := func() {
		delivery, err := receiver.Verify(b.Context(), request)
		if err != nil {
			b.Fatal(err)
		}
		ev, err := webhook.Parse(delivery)
		if err != nil {
			b.Fatal(err)
		}
		if d := set.Decide(ev); len(d.Candidates) != 1 {
			b.Fatalf("Decide = %+v, want one rule to fire", d)
		}
	}
	least := func() {
		mac := hmac.New(sha256.New, []byte(secret))
		mac.Write(body)
		var event map[string]any
		if !hmac.Equal(signature, mac.Sum(nil)) || json.Unmarshal(body, &event) != nil {
			b.Fatal("the event does not verify or is not JSON")
		}
	}
	for b.Loop() {
		// The fastest of several rounds is the one that nothing disturbed.
		fastest, floor := time.Hour, time.Hour
		for range rounds {
			floor = min(floor, perRound(least))
			fastest = min(fastest, perRound(line))
		}
		ratio := float64(fastest) / float64(floor)
		b.ReportMetric(float64(len(body)), "body-bytes")
		b.ReportMetric(float64(floor.Nanoseconds()), "least-ns")
		b.ReportMetric(float64(fastest.Nanoseconds()), "line-ns")
		b.ReportMetric(ratio, "ratio")
		if ratio > lineLimit {
			b.Fatalf("verify, parse and decide cost %.2f times as much as HMAC and json.Unmarshal, the limit is %.1f", ratio, lineLimit)
		}
	}
}
