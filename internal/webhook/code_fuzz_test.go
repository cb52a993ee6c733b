package webhook_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/webhook"
)

// FuzzCertificates: nothing but what PayPal and SNS have signed is accepted, nothing is fetched
// from elsewhere, and nothing panics.
func FuzzCertificates(f *testing.F) {
	p, s := newPayPal(f), newSNS(f, "SubscriptionConfirmation")
	for address, page := range s.web.pages {
		p.web.pages[address] = page
	}
	message, _ := json.Marshal(s.fields)
	header := p.sent(f, paypalWebhook)
	r := webhook.New(webhook.Config{
		Sources: []event.Source{{Name: "pay", Verify: []event.Scheme{rowOf("paypal")}}, {Name: "topic", Verify: []event.Scheme{rowOf("sns")}}},
		Secrets: stored{"pay": {paypalWebhook}, "topic": {snsTopic}}, HTTP: &http.Client{Transport: p.web}, Roots: p.roots,
	})
	const id, at = "PAYPAL-TRANSMISSION-ID", "PAYPAL-TRANSMISSION-TIME"
	f.Add(paypalBody, header.Get(id), header.Get(at), paypalCert, header.Get("PAYPAL-TRANSMISSION-SIG"))
	f.Add(string(message), "a|b", "2026-11-25T12:00:00Z", "https://api.paypal.com@evil.example/v1/notifications/certs/a", "AAAA")
	f.Fuzz(func(t *testing.T, body, sentID, sentAt, address, signature string) {
		sent := header.Clone()
		sent.Set(id, sentID)
		sent.Set(at, sentAt)
		sent.Set("PAYPAL-CERT-URL", address)
		sent.Set("PAYPAL-TRANSMISSION-SIG", signature)
		got, err := r.Receive(t.Context(), webhook.Request{Source: "pay", Header: sent, Body: webhook.Bytes([]byte(body)), ReceivedAt: signedAt})
		if err == nil && (body != paypalBody || sentID != header.Get(id) || sentAt != header.Get(at)) {
			t.Errorf("accepted: %+v", got)
		}
		got, err = r.Receive(t.Context(), webhook.Request{Source: "topic", Header: sent, Body: webhook.Bytes([]byte(body)), ReceivedAt: signedAt})
		if err == nil && (got.Reply == nil || len(got.Reply.Body) > webhook.MaxReply || !strings.Contains(body, s.fields["Signature"].(string)[:20])) {
			t.Errorf("accepted: %+v", got)
		}
		for _, asked := range p.web.asked {
			if !strings.HasPrefix(asked, "GET https://api.paypal.com/v1/notifications/certs/") && !strings.HasPrefix(asked, "GET https://api.sandbox.paypal.com/v1/notifications/certs/") &&
				!strings.HasPrefix(asked, "GET https://sns.") {
				t.Errorf("fetched %q", asked)
			}
		}
		p.web.asked = nil
	})
}
