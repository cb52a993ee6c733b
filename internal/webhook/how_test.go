package webhook_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// For every sender that untag can sign as: where the proof is, over what, and how old the time
// of signing is. No word has the secret or the signature.
func TestHowOfEverySender(t *testing.T) {
	for _, from := range everySource(t) {
		v := from.Verify[0].Verify
		if v == nil {
			continue
		}
		stored, sign, known := keysOf(v, 7)
		if !known {
			continue
		}
		bodies, kind := bodiesOf(from)
		switch from.Name {
		case "each":
			bodies[0] = []byte(`{"items":[{"of":[{"id":"1","at":"2026-11-25T12:00:00Z"}]}]}`)
		case "json-tokens":
			bodies[0] = []byte(`[{"id":"1"}]`)
		}
		signed, err := webhook.Sign(from, sign, webhook.Outgoing{
			URL: "https://hooks.example.com/webhooks/" + from.Name, Header: http.Header{"Content-Type": {kind}}, Body: bodies[0], ID: "delivery-7", At: signedAt,
		})
		if err != nil {
			t.Errorf("%s: %v", from.Name, err)
			continue
		}
		_, query, _ := strings.Cut(signed.URL, "?")
		got := webhook.Describe(t.Context(), receiverFor(from, stored), webhook.Request{
			Source: from.Name, Method: signed.Method, URL: signed.URL, RawQuery: query, Header: signed.Header, Body: webhook.Bytes(signed.Body), ReceivedAt: signedAt.Add(time.Minute),
		})
		if got.Way != from.Verify[0].Kind || !got.Carried || got.Place == "" || got.Place == "place" || got.Method == "" || got.Covers == "" || got.Handshake != "" {
			t.Errorf("%s: %+v", from.Name, got)
		}
		if (got.Over == "") != (v.Compare != "") || strings.Contains(got.Over, "place") {
			t.Errorf("%s: over %q of %q", from.Name, got.Over, v.Signed)
		}
		if !v.Timestamp.IsZero() && (!got.Signed.Equal(signedAt) || got.Age != time.Minute) {
			t.Errorf("%s: signed at %v, age %v", from.Name, got.Signed, got.Age)
		}
		text := fmt.Sprintf("%+v", got)
		for _, header := range signed.Header {
			if len(header[0]) > 30 && strings.Contains(text, header[0]) {
				t.Errorf("%s: a header in %s", from.Name, text)
			}
		}
		if strings.Contains(text, stored) || strings.Contains(text, sign) {
			t.Errorf("%s: the secret in %s", from.Name, text)
		}
	}
}

func TestHow(t *testing.T) {
	loaded := func(name string) event.Source {
		row, found := rules.LoadSender(name)
		if !found {
			t.Fatal(name)
		}
		return row.Source
	}
	of := func(schemes ...event.Scheme) event.Source { return event.Source{Name: "s", Verify: schemes} }
	token := event.Scheme{Kind: "token", Header: "X-Token", Query: "token"}
	hmac := event.Scheme{Kind: "hmac", Header: "X-Signature", Algorithm: "sha512", Encoding: "base64"}
	const compared, secret = "the token is compared with the stored secret", "shared-secret-of-tests"
	const basic = "HTTP basic authentication: the user and the password are compared with the stored ones"
	const aws = "AWS IAM or a Lambda authorizer let the request in before it reached untag"
	asks := "the sender asks whether the URL is yours"
	paypalHeaders := http.Header{"Paypal-Transmission-Sig": {"AAAA"}, "Paypal-Transmission-Time": {signedAt.Format(time.RFC3339)}}
	for name, test := range map[string]struct {
		from event.Source
		req  webhook.Request
		want webhook.How
	}{
		"token in a header":   {of(token), webhook.Request{Header: http.Header{"X-Token": {"wrong"}}}, webhook.How{Way: "token", Carried: true, Place: "header X-Token", Method: compared, Covers: "sender"}},
		"token in the query":  {of(token), webhook.Request{RawQuery: "token=wrong"}, webhook.How{Way: "token", Carried: true, Place: "query parameter token", Method: compared, Covers: "sender"}},
		"no token":            {of(event.Scheme{Kind: "token", Header: "X-Token"}), webhook.Request{}, webhook.How{Way: "token", Place: "header X-Token", Method: compared, Covers: "sender"}},
		"basic":               {of(event.Scheme{Kind: "basic"}), webhook.Request{Header: http.Header{"Authorization": {"Basic Og=="}}}, webhook.How{Way: "basic", Carried: true, Place: "header Authorization", Method: basic, Covers: "sender"}},
		"a notification":      {of(event.Scheme{Kind: "zoho-notification"}), webhook.Request{Body: webhook.Bytes([]byte(`{"token":"x"}`))}, webhook.How{Way: "zoho-notification", Carried: true, Place: "`token` in the body", Method: compared, Covers: "sender"}},
		"an hmac":             {of(hmac), webhook.Request{}, webhook.How{Way: "hmac", Place: "header X-Signature", Over: "the body", Template: "{body}", Method: "HMAC-SHA512 in base64, made with the stored secret", Covers: "body"}},
		"an authorizer":       {of(event.Scheme{Kind: "aws"}, token), webhook.Request{AWS: true}, webhook.How{Way: "aws", Carried: true, Method: aws, Covers: "body"}},
		"only an authorizer":  {of(event.Scheme{Kind: "aws"}), webhook.Request{}, webhook.How{Way: "aws", Method: aws, Covers: "body"}},
		"no way":              {event.Source{Name: "s"}, webhook.Request{}, webhook.How{}},
		"another source":      {of(token), webhook.Request{Source: "other"}, webhook.How{}},
		"the second of two":   {of(hmac, token), webhook.Request{Header: http.Header{"X-Signature": {"AAAA"}, "X-Token": {secret}}}, webhook.How{Way: "token", Carried: true, Place: "header X-Token", Method: compared, Covers: "sender"}},
		"none of two":         {of(hmac, token), webhook.Request{}, webhook.How{Way: "token", Place: "query parameter token", Method: compared, Covers: "sender"}},
		"GitHub":              {loaded("github"), webhook.Request{}, webhook.How{Way: "github", Place: "header X-Hub-Signature-256", Over: "the body", Template: "{body}", Method: "HMAC-SHA256 in hex, made with the stored secret", Covers: "body"}},
		"PayPal":              {loaded("paypal"), webhook.Request{Header: paypalHeaders}, webhook.How{Way: "paypal", Carried: true, Place: "header PAYPAL-TRANSMISSION-SIG", Over: "the id and the time of the transmission, the id of the webhook, and a CRC-32 of the body", Template: "{id}|{timestamp}|webhook id|CRC-32 of {body}", Method: "RSA with SHA-256 in base64, checked with the certificate that the request names", Covers: "body", Signed: signedAt, Age: time.Hour, Tolerance: 96 * time.Hour}},
		"Braintree":           {loaded("braintree"), webhook.Request{Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, Body: webhook.Bytes([]byte("bt_signature=a|b&bt_payload=c"))}, webhook.How{Way: "braintree", Carried: true, Place: "form field bt_signature", Over: "form field bt_payload", Template: "{form bt_payload}", Method: "HMAC-SHA1 in hex, made with the stored private key", Covers: "body"}},
		"Braintree's test":    {loaded("braintree"), webhook.Request{Method: "GET", RawQuery: "bt_challenge=20f9f8ed05f77439fe955c977e4c8a53"}, webhook.How{Way: "braintree", Handshake: asks, Method: "nothing: anyone may ask; the answer is an HMAC of the challenge, made with the stored private key"}},
		"a verify token":      {loaded("meta"), webhook.Request{Method: "GET", RawQuery: "hub.mode=subscribe&hub.challenge=1&hub.verify_token=x"}, webhook.How{Handshake: asks, Carried: true, Place: "query parameter hub.verify_token", Method: "it is compared with the stored verify_token", Covers: "sender"}},
		"an unsigned request": {loaded("graph"), webhook.Request{Method: "POST", RawQuery: "validationToken=abc"}, webhook.How{Handshake: asks, Method: "nothing: anyone may ask"}},
	} {
		req := test.req
		if req.Source == "" {
			req.Source = test.from.Name
		}
		req.ReceivedAt = signedAt.Add(time.Hour)
		if diff := cmp.Diff(test.want, webhook.Describe(t.Context(), receiverFor(test.from, secret), req)); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}

// What is signed is said in words that name each value once.
func TestHowNamesWhatIsSigned(t *testing.T) {
	want := map[string]string{
		"slack": "the time of signing and the body", "stripe": "the time of signing and the body", "standard": "the id of the delivery, the time of signing and the body",
		"twilio": "the URL and the fields of the form, sorted; and with it the body, whose SHA256 is in query parameter bodySHA256",
		"query":  "the method, the URL and the body", "form": "the time of signing and form field id",
		"each": "the time of signing and `id` in the body, in each element of `items[].of[]`", "params": "the URL and the parameters of the query and of the form, sorted",
	}
	for _, from := range everySource(t) {
		got := webhook.Describe(t.Context(), receiverFor(from, "x"), webhook.Request{Source: from.Name})
		if over, named := want[from.Name]; named && got.Over != over {
			t.Errorf("%s: over %q, want %q", from.Name, got.Over, over)
		}
	}
}

// A JWT says itself when it was issued, and until when it is valid.
func TestHowOfAToken(t *testing.T) {
	v := shared()
	from := event.Source{Name: "s", Verify: []event.Scheme{{Kind: "jwt", Verify: v}}}
	issued := time.Now().Truncate(time.Second)
	token := rawToken(`{"alg":"HS256"}`, fmt.Sprintf(`{"iat":%d,"exp":%d}`, issued.Unix(), issued.Add(time.Hour).Unix()), "x")
	got := webhook.Describe(t.Context(), receiverFor(from, "x"), webhook.Request{Source: "s", Header: bearer(token), ReceivedAt: issued.Add(time.Second)})
	if !got.Signed.Equal(issued) || got.Age != time.Second || !got.Expires.Equal(issued.Add(time.Hour)) || got.Place != "header Authorization" || !strings.HasPrefix(got.Method, "a JWT signed with HS") || !got.Carried {
		t.Errorf("How = %+v", got)
	}
	for _, odd := range []string{"", "a", "a.b.c", "..", strings.Repeat("x", 1<<17), token + ".x", rawToken(`{"alg":"HS256"}`, `{"iat":"x"}`, "x")} {
		if got := webhook.Describe(t.Context(), receiverFor(from, "x"), webhook.Request{Source: "s", Header: bearer(odd)}); !got.Expires.IsZero() || got.Covers != v.Covers {
			t.Errorf("How of %.20q = %+v", odd, got)
		}
	}
}

// SNS asks to confirm a subscription with a message that it signs.
func TestHowOfASubscription(t *testing.T) {
	row, _ := rules.LoadSender("sns")
	for kind, handshake := range map[string]string{
		"Notification": "", "SubscriptionConfirmation": "SNS asks to confirm the subscription to the topic", "UnsubscribeConfirmation": "SNS says that the subscription has ended",
	} {
		body := `{"Type":"` + kind + `","Signature":"AAAA","Timestamp":"2026-11-25T12:00:00.655Z"}`
		got := webhook.Describe(t.Context(), receiverFor(row.Source, snsTopic), webhook.Request{Source: "sns", Method: "POST", Body: webhook.Bytes([]byte(body)), ReceivedAt: signedAt})
		if got.Handshake != handshake || got.Way != "sns" || !got.Carried || got.Place != "`Signature` in the body" || got.Over != "the fields of the message" || got.Signed.IsZero() {
			t.Errorf("%s: %+v", kind, got)
		}
	}
}
