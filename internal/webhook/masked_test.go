package webhook_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/webhook"
)

// Nothing that Sign adds as the proof of a request is left in what is shown of it.
func TestMaskedOfEverySender(t *testing.T) {
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
		signed, err := webhook.Sign(from, sign, webhook.Outgoing{
			URL: "https://hooks.example.com/webhooks/" + from.Name, Header: http.Header{"Content-Type": {kind}}, Body: bodies[0], ID: "delivery-7", At: signedAt,
		})
		if err != nil {
			t.Errorf("%s: %v", from.Name, err)
			continue
		}
		_, query, _ := strings.Cut(signed.URL, "?")
		req := webhook.Request{Source: from.Name, Method: signed.Method, URL: signed.URL, RawQuery: query, Header: signed.Header, Body: webhook.Bytes(signed.Body), ReceivedAt: signedAt}
		r := receiverFor(from, stored)
		if !r.Carries(req) {
			continue // its body has no place for the proof
		}
		m := webhook.Mask(r, req)
		for name, values := range m.Header {
			if values[0] == webhook.Hidden {
				delete(m.Header, name)
			}
		}
		if r.Carries(webhook.Request{Source: from.Name, Header: m.Header, RawQuery: without(m.RawQuery, webhook.Hidden), Body: webhook.Bytes(m.Body)}) {
			t.Errorf("%s: the request still has a credential: %+v %s", from.Name, m, m.Body)
		}
	}
}

// without removes the parameters of a query that have a value.
func without(query, value string) string {
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		if !strings.HasSuffix(pair, "="+value) {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}

func TestMasked(t *testing.T) {
	token := event.Source{Name: "s", Verify: []event.Scheme{{Kind: "token", Header: "X-Mine", Query: "key"}, {Kind: "zoho-notification"}}}
	for name, test := range map[string]struct {
		source string
		req    webhook.Request
		want   string
	}{
		"its own places":    {"s", webhook.Request{Header: http.Header{"X-Mine": {"hush"}, "X-Kind": {"deal"}}, RawQuery: "a=1&k%65y=hush&key=hush", Body: webhook.Bytes([]byte(`{"token":"hush","a":1}`))}, "X-Kind: deal, X-Mine: (hidden), a=1&k%65y=(hidden)&key=(hidden) {\"a\":1} true"},
		"the usual ones":    {"s", webhook.Request{Header: http.Header{"Authorization": {"hush"}, "Cookie": {"hush"}, "X-Api-Key": {"hush"}, "X-Foo-Signature": {"hush"}}, RawQuery: "access_token=hush&id=7"}, "Authorization: (hidden), Cookie: (hidden), X-Api-Key: (hidden), X-Foo-Signature: (hidden), access_token=(hidden)&id=7  false"},
		"short names":       {"s", webhook.Request{Header: http.Header{"X-Shop-Sig": {"hush"}, "X-Auth": {"hush"}, "Content-Digest": {"hush"}, "X-Signal": {"1"}, "X-Author": {"2"}, "Idempotency-Key": {"3"}}, RawQuery: "sig=hush&design=1"}, "Content-Digest: (hidden), Idempotency-Key: 3, X-Auth: (hidden), X-Author: 2, X-Shop-Sig: (hidden), X-Signal: 1, sig=(hidden)&design=1  false"},
		"no such source":    {"other", webhook.Request{Header: http.Header{"authorization": {"hush"}, "X-Mine": {"1"}}, Body: webhook.Bytes([]byte("abc"))}, "X-Mine: 1, authorization: (hidden),  abc false"},
		"broken escapes":    {"s", webhook.Request{RawQuery: "%zz=1&&=&a"}, " %zz=1&&=&a  false"},
		"nothing":           {"s", webhook.Request{}, "   false"},
		"a compressed body": {"s", webhook.Request{Header: http.Header{"content-encoding": {"gzip"}}, Body: webhook.Bytes([]byte(gzipped(t, `{"a":1}`)))}, "  {\"a\":1} false"},
		"not what it says":  {"s", webhook.Request{Header: http.Header{"content-encoding": {"gzip"}}, Body: webhook.Bytes([]byte(`{"a":1}`))}, "  {\"a\":1} false"},
		"several of a kind": {"s", webhook.Request{Header: http.Header{"X-Mine": {"hush", "hush2"}, "X-Kind": {"a", "b"}}}, "X-Kind: a|b, X-Mine: (hidden),   false"},
	} {
		test.req.Source = test.source
		m := webhook.Mask(receiverFor(token), test.req)
		var headers []string
		for _, name := range []string{"Authorization", "Content-Digest", "Cookie", "Idempotency-Key", "X-Api-Key", "X-Auth", "X-Author", "X-Foo-Signature", "X-Kind", "X-Mine", "X-Shop-Sig", "X-Signal", "authorization"} {
			if values := m.Header[name]; values != nil {
				headers = append(headers, name+": "+strings.Join(values, "|")+",")
			}
		}
		got := fmt.Sprintf("%s %s %s %v", strings.Join(headers, " "), m.RawQuery, m.Body, m.Cut)
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: -want +got\n%s", name, diff)
		}
	}
}
