package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/rules"
)

func TestSchemesOfASource(t *testing.T) {
	tests := map[string]struct {
		source string
		want   []event.Scheme
	}{
		"a token":            {"{verify: token}", []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}}},
		"in a header":        {"{verify: token, header: X-Key}", []event.Scheme{{Kind: "token", Header: "X-Key"}}},
		"in the query":       {"{verify: token, query: key}", []event.Scheme{{Kind: "token", Query: "key"}}},
		"in either":          {"{verify: token, header: X-Key, query: key}", []event.Scheme{{Kind: "token", Header: "X-Key", Query: "key"}}},
		"a bearer token":     {`{verify: token, header: Authorization, prefix: "Bearer "}`, []event.Scheme{{Kind: "token", Header: "Authorization", Prefix: "Bearer "}}},
		"a prefix by itself": {`{verify: token, prefix: "key="}`, []event.Scheme{{Kind: "token", Header: "X-Webhook-Token", Prefix: "key="}}},
		"basic":              {"{verify: basic}", []event.Scheme{{Kind: "basic"}}},
		"a notification":     {"{verify: zoho-notification}", []event.Scheme{{Kind: "zoho-notification"}}},
		"what Zoho sends": {"{verify: [token, zoho-notification, aws], query: key, header: X-Webhook-Token, eventbridge: crm}", []event.Scheme{
			{Kind: "token", Header: "X-Webhook-Token", Query: "key"}, {Kind: "zoho-notification"}, {Kind: "aws"},
		}},
		"a signature or a password": {`{verify: [hmac, basic, zoho-notification], header: X-Sig, prefix: "v1="}`, []event.Scheme{
			{Kind: "hmac", Header: "X-Sig", Prefix: "v1=", Algorithm: "sha256", Encoding: "hex"}, {Kind: "basic"}, {Kind: "zoho-notification"},
		}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			set, faults := rules.Load([]byte(strings.Replace(oneRule("true"), "{verify: token}", tt.source, 1)))
			if set == nil || len(faults) > 0 {
				t.Fatalf("Load: %v", faults)
			}
			if diff := cmp.Diff(tt.want, set.Sources()[0].Verify); diff != "" {
				t.Errorf("%s: -want +got\n%s", tt.source, diff)
			}
		})
	}
}
