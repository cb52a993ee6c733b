package rules_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sender"
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
	stripe, _ := rules.LoadSender("stripe")
	longer := *stripe.Source.Verify[0].Verify
	longer.Timestamp.Tolerance = 10 * time.Minute
	anyTime := longer
	anyTime.Timestamp.Tolerance = 0
	acme := &sender.Verify{
		HMAC:      &sender.HMAC{Hash: "sha512", Encoding: "base64", Secret: "hex"},
		Signature: sender.Place{Headers: []string{"X-Acme-Signature"}, List: ",", Key: "v1", Separator: "="},
		Timestamp: sender.Timestamp{Place: sender.Place{Headers: []string{"X-Acme-Signature"}, List: ",", Key: "t", Separator: "="}, Unit: "ms", Tolerance: 5 * time.Minute},
		Signed:    sender.Template{{Value: "id", Place: sender.Place{Headers: []string{"X-Acme-Delivery"}}}, {Literal: ":"}, {Value: "timestamp"}, {Literal: "."}, {Value: "body"}},
		Covers:    "body",
	}
	for name, more := range map[string]struct {
		source string
		want   []event.Scheme
	}{
		"a sender":            {"{verify: stripe}", stripe.Source.Verify},
		"a sender or a token": {"{verify: [stripe, token]}", append(slices.Clone(stripe.Source.Verify), event.Scheme{Kind: "token", Header: "X-Webhook-Token"})},
		"another tolerance":   {"{verify: {as: stripe, tolerance: 10m}}", []event.Scheme{{Kind: "stripe", Verify: &longer}}},
		"no tolerance":        {"{verify: [{as: stripe, tolerance: none}]}", []event.Scheme{{Kind: "stripe", Verify: &anyTime}}},
		"how a sender signs":  {`{verify: {hmac: {hash: sha512, encoding: base64, secret: hex}, signature: {header: X-Acme-Signature, list: ",", key: v1}, timestamp: {header: X-Acme-Signature, list: ",", key: t, unit: ms}, signed: "{id}:{timestamp}.{body}"}, id: header X-Acme-Delivery}`, []event.Scheme{{Kind: "hmac", Verify: acme}}},
		"the least": {`{verify: {hmac: {hash: sha256}, signature: {header: X-Sig}}}`, []event.Scheme{{Kind: "hmac", Verify: &sender.Verify{
			HMAC: &sender.HMAC{Hash: "sha256", Encoding: "hex", Secret: "text"}, Signature: sender.Place{Headers: []string{"X-Sig"}}, Signed: sender.Template{{Value: "body"}}, Covers: "body",
		}}}},
	} {
		tests[name] = more
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

// TestEverySendersRow: each row can be read, and says what people need to know.
func TestEverySendersRow(t *testing.T) {
	if len(sender.Names()) < 30 {
		t.Errorf("%d senders", len(sender.Names()))
	}
	for _, name := range sender.Names() {
		if s, ok := rules.LoadSender(name); !ok || s.Title == "" || s.Store == "" || len(s.Source.Verify) != 1 {
			t.Errorf("LoadSender(%q) = %+v, %t", name, s, ok)
		} else if full := name == "github" || strings.HasPrefix(name, "zoho-"); s.Source.Answer.Brief == full {
			t.Errorf("%s is told the tags of the CRM: %t", name, full)
		}
	}
	for _, name := range []string{"", "..", "../stripe", "nobody", "Stripe"} {
		if _, ok := rules.LoadSender(name); ok {
			t.Errorf("LoadSender(%q) found a row", name)
		}
	}
}

// TestSendersThatWant200: they take 202, the answer for an event in the queue, for a failure.
func TestSendersThatWant200(t *testing.T) {
	want := []string{"dropbox-sign", "mailgun", "mandrill", "meta", "xero", "zoho-desk"}
	var got []string
	for _, name := range sender.Names() {
		if s, _ := rules.LoadSender(name); s.Source.Answer.Queued == 200 {
			got = append(got, name)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
