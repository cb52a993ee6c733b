package webhook_test

import (
	"net/http"
	"strings"
	"testing"

	"untag/internal/webhook"
)

func TestDeliveryID(t *testing.T) {
	r := webhook.New(webhook.Config{Sources: sources})
	tests := map[string]struct {
		header http.Header
		want   string
	}{
		"none":              {nil, ""},
		"Standard Webhooks": {http.Header{"webhook-id": {"msg_1"}}, "msg_1"},
		"Svix":              {http.Header{"svix-id": {"msg_2"}}, "msg_2"},
		"GitHub":            {http.Header{"X-GitHub-Delivery": {"72d3162e"}}, "72d3162e"},
		"Shopify":           {http.Header{"X-Shopify-Webhook-Id": {"b54557e4"}}, "b54557e4"},
		"too long":          {http.Header{"Webhook-Id": {strings.Repeat("x", 256)}}, ""},
		"a control":         {http.Header{"Webhook-Id": {"a\x1b[1m"}}, ""},
		"broken UTF-8":      {http.Header{"Webhook-Id": {"\xff"}}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			d, err := r.Verify(t.Context(), webhook.Request{Source: "aws", Header: tt.header, AWS: true})
			if err != nil || d.DeliveryID != tt.want {
				t.Errorf("Verify = delivery id %q, %v, want %q", d.DeliveryID, err, tt.want)
			}
		})
	}
}
