package webhook_test

import (
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/webhook"
)

const (
	braintreeStored = "integration_public_key|integration_private_key"
	// braintreeVector and braintreeSigned are what the package braintree 3.40.0 makes for npm with
	// these keys.
	braintreeVector = "PG5vdGlmaWNhdGlvbj4KICAgIDx0aW1lc3RhbXAgdHlwZT0iZGF0ZXRpbWUiPjIwMjYtMTEtMjVUMTQ6Mzg6NDRaPC90aW1lc3RhbXA+CiAgICA8a2luZD5zdWJzY3JpcHRpb25fd2VudF9wYXN0X2R1ZTwva2luZD4KICAgIAogICAgPHN1YmplY3Q+PHN1YnNjcmlwdGlvbj4KICAgIDxpZD5teV9pZDwvaWQ+CiAgICA8dHJhbnNhY3Rpb25zIHR5cGU9ImFycmF5Ij48L3RyYW5zYWN0aW9ucz4KICAgIDxhZGRfb25zIHR5cGU9ImFycmF5Ij48L2FkZF9vbnM+CiAgICA8ZGlzY291bnRzIHR5cGU9ImFycmF5Ij48L2Rpc2NvdW50cz4KPC9zdWJzY3JpcHRpb24+PC9zdWJqZWN0Pgo8L25vdGlmaWNhdGlvbj4=\n"
	braintreeSigned = "integration_public_key|441cecf8410ac28a1995fd90d31496f8ebb550fe"
)

// braintreeSum returns a signature of Braintree.
func braintreeSum(private, text string) string {
	key := sha1.Sum([]byte(private))
	mac := hmac.New(sha1.New, key[:])
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func braintreeReceiver(secrets ...string) *webhook.Receiver {
	row, _ := rules.LoadSender("braintree")
	row.Source.Name = "bt"
	other, _ := rules.LoadSender("stripe")
	return webhook.New(webhook.Config{Sources: []event.Source{row.Source, other.Source}, Secrets: stored{"bt": secrets, "stripe": secrets}})
}

func braintreeForm(signature, payload string) webhook.Request {
	return webhook.Request{
		Source: "bt", Method: "POST", Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}, ReceivedAt: signedAt,
		Body: webhook.Bytes([]byte(url.Values{"bt_signature": {signature}, "bt_payload": {payload}}.Encode())),
	}
}

// TestBraintree: what Braintree signs is accepted, and each fault is refused.
func TestBraintree(t *testing.T) {
	const ok webhook.Kind = -1
	const mismatch = "does not match the payload"
	bare := strings.TrimSuffix(braintreeVector, "\n")
	sum := func(text string) string { return braintreeSum("integration_private_key", text) }
	encoded := func(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }
	body := func(body string) webhook.Request {
		req := braintreeForm("", "")
		req.Body = webhook.Bytes([]byte(body))
		return req
	}
	compressed := braintreeForm(braintreeSigned, braintreeVector)
	compressed.Header.Set("Content-Encoding", "gzip")
	json := braintreeForm(braintreeSigned, braintreeVector)
	json.Header.Set("Content-Type", "application/json")
	wrapped := strings.Join([]string{bare[:60], bare[60:120], bare[120:]}, "\n") + "\n"
	form := url.Values{"bt_signature": {braintreeSigned}, "bt_payload": {braintreeVector}}.Encode()
	tests := map[string]struct {
		req    webhook.Request
		stored []string
		want   webhook.Kind
		reason string
	}{
		"the package's sample":         {braintreeForm(braintreeSigned, braintreeVector), nil, ok, ""},
		"several lines":                {braintreeForm("integration_public_key|"+sum(wrapped), wrapped), nil, ok, ""},
		"signed with a line break":     {braintreeForm("integration_public_key|"+sum(bare+"\n"), bare), nil, ok, ""},
		"signed without one":           {braintreeForm("integration_public_key|"+sum(bare), bare), nil, ok, ""},
		"several public keys":          {braintreeForm("another_key|"+sum("x")+"&"+braintreeSigned, braintreeVector), nil, ok, ""},
		"upper case":                   {braintreeForm("integration_public_key|"+strings.ToUpper(sum(bare)), bare), nil, ok, ""},
		"several stored keys":          {braintreeForm(braintreeSigned, braintreeVector), []string{"new_public_key|new_private_key", braintreeStored}, ok, ""},
		"another payload":              {braintreeForm(braintreeSigned, encoded("<a>evil</a>")), nil, webhook.Unverified, mismatch},
		"another signature":            {braintreeForm("integration_public_key|"+sum("x"), braintreeVector), nil, webhook.Unverified, mismatch},
		"another private key":          {braintreeForm(braintreeSigned, braintreeVector), []string{"integration_public_key|another_private_key"}, webhook.Unverified, mismatch},
		"another public key":           {braintreeForm("another_key|441cecf8410ac28a1995fd90d31496f8ebb550fe", braintreeVector), nil, webhook.Unverified, "no signature of any stored public key"},
		"the private key of another":   {braintreeForm("new_public_key|441cecf8410ac28a1995fd90d31496f8ebb550fe", braintreeVector), []string{"new_public_key|new_private_key", braintreeStored}, webhook.Unverified, mismatch},
		"no public key":                {braintreeForm("441cecf8410ac28a1995fd90d31496f8ebb550fe", braintreeVector), nil, webhook.Unverified, "no signature of any"},
		"an empty public key":          {braintreeForm("|441cecf8410ac28a1995fd90d31496f8ebb550fe", braintreeVector), nil, webhook.Unverified, "no signature of any"},
		"a short signature":            {braintreeForm("integration_public_key|44", braintreeVector), nil, webhook.Unverified, mismatch},
		"an empty signature":           {braintreeForm("integration_public_key|", braintreeVector), nil, webhook.Unverified, mismatch},
		"no hex":                       {braintreeForm("integration_public_key|hush", braintreeVector), nil, webhook.Unverified, "no signature of any"},
		"many signatures":              {braintreeForm(strings.Repeat("a|b&", 200)+braintreeSigned, braintreeVector), nil, webhook.Unverified, "too many signatures"},
		"a signed challenge":           {braintreeForm("integration_public_key|"+sum("20f9f8ed05f77439fe955c977e4c8a53"), "20f9f8ed05f77439fe955c977e4c8a53"), nil, webhook.Unverified, "is not XML in base64"},
		"a payload that is not base64": {braintreeForm("integration_public_key|"+sum("<a>"), "<a>"), nil, webhook.Unverified, "is not XML in base64"},
		"a payload of JSON":            {braintreeForm("integration_public_key|"+sum(encoded(`{"a":1}`)), encoded(`{"a":1}`)), nil, webhook.Unverified, "is not XML in base64"},
		"a carriage return":            {braintreeForm("integration_public_key|"+sum(bare+"\r\n"), bare+"\r\n"), nil, webhook.Unverified, "is not XML in base64"},
		"no padding":                   {braintreeForm("integration_public_key|"+sum(strings.TrimRight(bare, "=")), strings.TrimRight(bare, "=")), nil, webhook.Unverified, "is not XML in base64"},
		"two payloads":                 {body(form + "&bt_payload=" + encoded("<a/>")), nil, webhook.Unverified, "more than one form field bt_payload"},
		"two signatures":               {body(form + "&bt_signature=x"), nil, webhook.Unverified, "more than one form field bt_signature"},
		"no payload":                   {body("bt_signature=" + braintreeSigned), nil, webhook.Unverified, "is not XML in base64"},
		"no signature":                 {body("bt_payload=" + url.QueryEscape(braintreeVector)), nil, webhook.Unverified, "no form field bt_signature"},
		"no form":                      {body(""), nil, webhook.Unverified, "no form field bt_signature"},
		"a broken form":                {body(form + "&%zz=1"), nil, webhook.Unverified, "broken % escape"},
		"as JSON":                      {json, nil, webhook.Unverified, "no form field"},
		"compressed":                   {compressed, nil, webhook.Unverified, "compressed"},
		"one key stored":               {braintreeForm(braintreeSigned, braintreeVector), []string{"integration_private_key"}, webhook.Unverified, "is not PUBLIC_KEY|PRIVATE_KEY"},
		"an empty private key":         {braintreeForm("integration_public_key|"+braintreeSum("", bare), bare), []string{"integration_public_key|"}, webhook.Unverified, "the stored private key is empty"},
		"a short private key":          {braintreeForm("integration_public_key|"+braintreeSum("abc", bare), bare), []string{"integration_public_key|abc"}, webhook.Unverified, "the stored private key has fewer than 8"},
		"the public key twice":         {braintreeForm("integration_public_key|"+braintreeSum("integration_public_key", bare), bare), []string{"integration_public_key|integration_public_key"}, webhook.Unverified, "the stored private key is the public key"},
		"an empty public key stored":   {braintreeForm("|"+sum(bare), bare), []string{"|integration_private_key"}, webhook.Unverified, "is not PUBLIC_KEY|PRIVATE_KEY"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.stored == nil {
				tt.stored = []string{braintreeStored}
			}
			got, err := braintreeReceiver(tt.stored...).Receive(t.Context(), tt.req)
			wantKind(t, err, tt.want, tt.reason)
			if err != nil && strings.Contains(err.Error(), "private_key") {
				t.Errorf("%v shows what is stored", err)
			}
			if tt.want == ok && (len(got.Deliveries) != 1 || got.Deliveries[0].Proof != "braintree") {
				t.Errorf("Receive = %+v", got)
			}
		})
	}
}

// TestBraintreeEvent: rules read the XML, and nothing of the form.
func TestBraintreeEvent(t *testing.T) {
	got, err := braintreeReceiver(braintreeStored).Receive(t.Context(), braintreeForm(braintreeSigned, braintreeVector))
	if err != nil || len(got.Deliveries) != 1 {
		t.Fatalf("Receive = %+v, %v", got, err)
	}
	ev, err := webhook.Parse(got.Deliveries[0])
	if err != nil {
		t.Fatal(err)
	}
	empty := map[string]any{"@type": "array"}
	want := map[string]any{"notification": map[string]any{
		"timestamp": map[string]any{"@type": "datetime", "#text": "2026-11-25T14:38:44Z"},
		"kind":      "subscription_went_past_due",
		"subject":   map[string]any{"subscription": map[string]any{"id": "my_id", "transactions": empty, "add_ons": empty, "discounts": empty}},
	}}
	if diff := cmp.Diff(want, ev.Fields); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if ev.Headers["content-type"] != "application/xml" {
		t.Errorf("headers = %v", ev.Headers)
	}
}

// TestBraintreeChallenge: a challenge is answered as the package does, and nothing that is not
// one is signed.
func TestBraintreeChallenge(t *testing.T) {
	const challenge = "20f9f8ed05f77439fe955c977e4c8a53"
	get := func(query string) webhook.Request {
		return webhook.Request{Source: "bt", Method: "GET", RawQuery: query, ReceivedAt: signedAt}
	}
	posted, withBody, elsewhere := get("bt_challenge="+challenge), get("bt_challenge="+challenge), get("bt_challenge="+challenge)
	posted.Method, elsewhere.Source = "POST", "stripe"
	withBody.Body = webhook.Bytes([]byte("a=b"))
	tests := map[string]struct {
		req    webhook.Request
		stored []string
		answer string
	}{
		"a challenge":         {get("bt_challenge=" + challenge), nil, "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4"},
		"20 digits":           {get("bt_challenge=" + challenge[:20]), nil, "integration_public_key|" + braintreeSum("integration_private_key", challenge[:20])},
		"among others":        {get("a=b&bt_challenge=" + challenge), nil, "integration_public_key|d9b899556c966b3f06945ec21311865d35df3ce4"},
		"19 digits":           {get("bt_challenge=" + challenge[:19]), nil, ""},
		"33 digits":           {get("bt_challenge=" + challenge + "0"), nil, ""},
		"upper case":          {get("bt_challenge=" + strings.ToUpper(challenge)), nil, ""},
		"a payload":           {get("bt_challenge=" + url.QueryEscape("PGE+ZXZpbDwvYT4AAAAAAAAAAAAA")), nil, ""},
		"a line break behind": {get("bt_challenge=" + challenge[:31] + "%0A"), nil, ""},
		"two":                 {get("bt_challenge=" + challenge + "&bt_challenge=" + challenge), nil, ""},
		"none":                {get(""), nil, ""},
		"posted":              {posted, nil, ""},
		"with a body":         {withBody, nil, ""},
		"to another source":   {elsewhere, nil, ""},
		"nothing stored":      {get("bt_challenge=" + challenge), []string{""}, ""},
		"one key stored":      {get("bt_challenge=" + challenge), []string{"integration_private_key"}, ""},
		"a short key stored":  {get("bt_challenge=" + challenge), []string{"integration_public_key|abc"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if tt.stored == nil {
				tt.stored = []string{braintreeStored}
			}
			r := braintreeReceiver(tt.stored...)
			got, err := r.Receive(t.Context(), tt.req)
			if tt.answer == "" {
				if err == nil || got.Reply != nil {
					t.Errorf("Receive = %+v, %v", got, err)
				}
				return
			}
			header := map[string]string{"content-type": "text/plain; charset=utf-8", "x-content-type-options": "nosniff"}
			if diff := cmp.Diff(&webhook.Reply{Status: 200, Body: tt.answer, Header: header}, got.Reply); err != nil || diff != "" {
				t.Errorf("Receive: %v; -want +got\n%s", err, diff)
			}
			if got, err = r.Suppose(t.Context(), tt.req); err != nil || got.Reply == nil || strings.Contains(got.Reply.Body, "integration") {
				t.Errorf("Suppose = %+v, %v", got, err)
			}
		})
	}
}

// FuzzBraintree: nothing but what Braintree has signed is accepted, and an answer signs only
// what cannot be a payload.
func FuzzBraintree(f *testing.F) {
	f.Add(braintreeSigned, braintreeVector, "20f9f8ed05f77439fe955c977e4c8a53", "a=b")
	f.Add("a|b&c|d", "PGE+", "PGE+", "bt_payload=x&bt_signature=y")
	r := braintreeReceiver(braintreeStored)
	f.Fuzz(func(t *testing.T, signature, payload, challenge, body string) {
		got, err := r.Receive(t.Context(), braintreeForm(signature, payload))
		if err == nil && strings.TrimSuffix(payload, "\n") != strings.TrimSuffix(braintreeVector, "\n") {
			t.Errorf("accepted: %+v", got)
		}
		req := braintreeForm("", "")
		req.Body = webhook.Bytes([]byte(body))
		if got, err := r.Receive(t.Context(), req); err == nil && !strings.Contains(body, "441cecf8410ac28a1995fd90d31496f8ebb550fe") {
			t.Errorf("accepted: %+v", got)
		}
		got, err = r.Receive(t.Context(), webhook.Request{Source: "bt", Method: "GET", RawQuery: "bt_challenge=" + url.QueryEscape(challenge)})
		if decoded, notBase64 := base64.StdEncoding.DecodeString(challenge); err == nil && (got.Reply == nil || len(got.Reply.Body) > webhook.MaxReply || notBase64 == nil && strings.HasPrefix(strings.TrimSpace(string(decoded)), "<")) {
			t.Errorf("answered %q: %+v", challenge, got)
		}
	})
}

// TestSignAsBraintree: XML, or a form that holds it, is signed so that it verifies. As PayPal and
// SNS only they can sign.
func TestSignAsBraintree(t *testing.T) {
	row, _ := rules.LoadSender("braintree")
	form := "bt_signature=old&bt_payload=" + url.QueryEscape(braintreeVector)
	for name, out := range map[string]webhook.Outgoing{
		"XML":    {Body: []byte("<notification><kind>check</kind></notification>"), Header: http.Header{"X-More": {"more"}}},
		"a form": {Body: []byte(form), Header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}},
	} {
		signed, err := webhook.Sign(row.Source, braintreeStored, out)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		got, err := braintreeReceiver(braintreeStored).Receive(t.Context(), webhook.Request{Source: "bt", Method: signed.Method, Header: signed.Header, Body: webhook.Bytes(signed.Body), ReceivedAt: signedAt})
		if err != nil || len(got.Deliveries) != 1 || !strings.HasPrefix(string(got.Deliveries[0].Body), "<notification>") {
			t.Errorf("%s: Receive = %+v, %v", name, got, err)
		}
	}
	for name, tt := range map[string]struct{ sender, secret, body, reason string }{
		"JSON":    {"braintree", braintreeStored, "{}", "the body is not XML"},
		"one key": {"braintree", "integration_private_key", "<a/>", "is not PUBLIC_KEY|PRIVATE_KEY"},
		"PayPal":  {"paypal", paypalWebhook, "{}", "has the private key"},
		"SNS":     {"sns", snsTopic, "{}", "has the private key"},
	} {
		row, _ := rules.LoadSender(tt.sender)
		if _, err := webhook.Sign(row.Source, tt.secret, webhook.Outgoing{Body: []byte(tt.body)}); err == nil || !strings.Contains(err.Error(), tt.reason) || strings.Contains(err.Error(), "integration") {
			t.Errorf("%s: Sign: %v, want %s", name, err, tt.reason)
		}
	}
}
