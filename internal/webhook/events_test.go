package webhook_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// TestEventsOfSenders: the events of a request are what the sender documents, each with its own
// identifier, and without what proved it.
func TestEventsOfSenders(t *testing.T) {
	type one struct{ id, body string }
	tests := map[string]struct {
		sender, kind, body string
		want               []one
	}{
		"SendGrid's mixed array": {"sendgrid", "application/json", `[{"event":"bounce","sg_event_id":"a"},{"event":"open","sg_event_id":"b"}]`,
			[]one{{"a", `{"event":"bounce","sg_event_id":"a"}`}, {"b", `{"event":"open","sg_event_id":"b"}`}}},
		"HubSpot": {"hubspot", "application/json", `[{"eventId":100,"subscriptionType":"deal.propertyChange"}]`,
			[]one{{"100", `{"eventId":100,"subscriptionType":"deal.propertyChange"}`}}},
		"Mandrill's form": {"mandrill", "", `[{"_id":"a","msg":{"email":"x@example.com"}}]`, []one{{"a", `{"_id":"a","msg":{"email":"x@example.com"}}`}}},
		"GoCardless":      {"gocardless", "application/json", `{"events":[{"id":"EV1"},{"id":"EV2"}],"meta":{"webhook_id":"WB1"}}`, []one{{"EV1", `{"id":"EV1"}`}, {"EV2", `{"id":"EV2"}`}}},
		"Meta's lead ads": {"meta", "application/json", `{"object":"page","entry":[{"id":"1","changes":[{"field":"leadgen","value":{"leadgen_id":"7"}},{"field":"feed"}]}]}`,
			[]one{{"", `{"field":"leadgen","value":{"leadgen_id":"7"}}`}, {"", `{"field":"feed"}`}}},
		"Messenger": {"meta", "application/json", `{"object":"page","entry":[{"id":"1","messaging":[{"message":{"mid":"m"}}]},{"id":"2","standby":[{"a":1}]}]}`,
			[]one{{"", `{"message":{"mid":"m"}}`}, {"", `{"a":1}`}}},
		"Xero":                     {"xero", "application/json", `{"events":[{"resourceId":"r"}],"entropy":"x"}`, []one{{"", `{"resourceId":"r"}`}}},
		"Xero's intent to receive": {"xero", "application/json", `{"events":[],"entropy":"x"}`, nil},
		"PandaDoc":                 {"pandadoc", "application/json", `[{"event":"document_state_changed"}]`, []one{{"", `{"event":"document_state_changed"}`}}},
		"Square":                   {"square", "application/json", `{"event_id":"e-1","type":"invoice.paid"}`, []one{{"e-1", `{"event_id":"e-1","type":"invoice.paid"}`}}},
		"Stripe":                   {"stripe", "application/json", `{"id":"evt_1"}`, []one{{"evt_1", `{"id":"evt_1"}`}}},
		"Stripe, no object":        {"stripe", "text/plain", `hello`, []one{{"", `hello`}}},
		"Telnyx":                   {"telnyx", "application/json", `{"data":{"id":"d"}}`, []one{{"d", `{"data":{"id":"d"}}`}}},
		"Graph":                    {"graph", "application/json", `{"value":[{"id":"1","resource":"x"}]}`, []one{{"1", `{"id":"1","resource":"x"}`}}},
		"Adyen": {"adyen", "application/json", `{"live":"false","notificationItems":[{"NotificationRequestItem":{"pspReference":"7","additionalData":{"a":"b"}}}]}`,
			[]one{{"", `{"pspReference":"7","additionalData":{"a":"b"}}`}}},
		"Mailgun": {"mailgun", "application/json", `{"signature":{"token":"t"},"event-data":{"id":"m","event":"failed"}}`,
			[]one{{"m", `{"event-data":{"id":"m","event":"failed"},"signature":{"token":"t","timestamp":"1795608000"}}`}}},
		"Dropbox Sign's form": {"dropbox-sign", "", `{"event":{"event_type":"signature_request_signed"},"account_guid":"g"}`,
			[]one{{"", `{"account_guid":"g","event":{"event_type":"signature_request_signed","event_time":"1795608000"}}`}}},
		"Aircall": {"aircall", "application/json", `{"event":"call.ended","n":1.50}`, []one{{"", `{"event":"call.ended","n":1.50}`}}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			row, _ := rules.LoadSender(tt.sender)
			store, key, _ := keysOf(row.Source.Verify[0].Verify, 1)
			receiver := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{tt.sender: {store}}})
			got, err := receiver.Receive(t.Context(), requestOf(tt.sender, signRow(t, row.Source, key, []byte(tt.body), tt.kind), signedAt))
			if err != nil {
				t.Fatal(err)
			}
			var list []one
			for _, d := range got.Deliveries {
				list = append(list, one{d.DeliveryID, string(d.Body)})
			}
			if diff := cmp.Diff(tt.want, list, cmp.AllowUnexported(one{})); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// TestEventsThatAreNotThere: a request whose events are elsewhere is refused, so that its sender
// sends it again, and not taken for one without events.
func TestEventsThatAreNotThere(t *testing.T) {
	for name, tt := range map[string]struct{ sender, body string }{
		"no list":              {"gocardless", `{"event":{"id":"EV1"}}`},
		"an object":            {"sendgrid", `{"event":"bounce"}`},
		"an entry of its own":  {"meta", `{"entry":[{"changes":[{"field":"a"}]},{"id":"2"}]}`},
		"no object in a list":  {"pandadoc", `[1]`},
		"an element is hidden": {"gocardless", `{"events":[{"id":"EV1"}],"events":[]}`},
	} {
		t.Run(name, func(t *testing.T) {
			row, _ := rules.LoadSender(tt.sender)
			store, key, _ := keysOf(row.Source.Verify[0].Verify, 1)
			receiver := webhook.New(webhook.Config{Sources: []event.Source{row.Source}, Secrets: stored{tt.sender: {store}}})
			got, err := receiver.Receive(t.Context(), requestOf(tt.sender, signRow(t, row.Source, key, []byte(tt.body), "application/json"), signedAt))
			if err == nil {
				t.Errorf("Receive = %d deliveries, want an error", len(got.Deliveries))
			}
		})
	}
}
