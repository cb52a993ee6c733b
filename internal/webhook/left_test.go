package webhook_test

import (
	"fmt"
	"regexp"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/webhook"
)

// TestNoSignatureIsLeft: for every sender, nothing that was added to prove a request is left in
// what rules read, or in what the queue stores.
func TestNoSignatureIsLeft(t *testing.T) {
	proofs := regexp.MustCompile(`[0-9A-Za-z+/_-]{27,}=*`)
	tried := 0
	for _, name := range sender.Names() {
		row, _ := rules.LoadSender(name)
		store, key, known := keysOf(row.Source.Verify[0].Verify, 1)
		if !known || row.Source.Verify[0].Verify.JWT != nil {
			continue // have tests of their own
		}
		all, kind := bodiesOf(row.Source)
		for _, body := range all[:min(len(all), 3)] {
			out := signRow(t, row.Source, key, body, kind)
			r := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{name: {store}}})
			got, err := r.Receive(t.Context(), requestOf(name, out, signedAt))
			if err != nil && !strings.Contains(err.Error(), "the body: ") {
				t.Errorf("%s: %v", name, err)
			}
			added := proofs.FindAllString(fmt.Sprint(out.Header, string(out.Body), strings.TrimPrefix(out.URL, "https://hooks.example.com")), -1)
			for _, d := range got.Deliveries {
				ev, _ := webhook.Parse(d)
				shown := fmt.Sprint(d.Headers, string(d.Body), d.RawQuery, ev.Fields, ev.Query)
				for _, text := range added {
					isHash := strings.Contains(out.URL, "bodySHA256="+text) // no secret
					if !isHash && !strings.Contains(string(body), text) && strings.Contains(shown, text) {
						t.Errorf("%s: %s is left in %s", name, text, shown)
					}
					tried++
				}
			}
		}
	}
	if tried < 100 {
		t.Errorf("only %d signatures were tried", tried)
	}
}
