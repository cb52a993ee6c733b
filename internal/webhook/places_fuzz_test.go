package webhook_test

import (
	"context"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sender"
	"untag/internal/webhook"
)

// described are sources with every kind of place and of proof that a rules file can describe.
const described = `
version: 1
sources:
  query: {verify: {hmac: {hash: sha512}, signature: {query: sig}, signed: "{method} {url} {body}", url: {decode: ["%3A"], port: either}}, url: "https://hooks.example.com/x"}
  json: {verify: {hmac: {encoding: base64}, signature: {json: proof.sig}, timestamp: {json: proof.at, unit: s}, signed: "{timestamp}{json data.id}", covers: sender}}
  form: {verify: {hmac: {hash: sha1}, signature: {form: sig}, timestamp: {form: at, unit: ms}, signed: "{timestamp}{form id}", covers: sender}}
  params: {verify: {hmac: {hash: sha1}, signature: {header: X-Sig}, signed: "{url}{params}", params: {of: [query, form], unique: true}}}
  each: {verify: {hmac: {encoding: base64}, signature: {json: sig}, each: "items[].of[]", timestamp: {json: at, unit: iso}, signed: "{timestamp}:{json id}", covers: sender}, events: {each: "items[].of[]", id: id}}
  digest: {verify: {hmac: {hash: sha256}, signature: {header: X-Sig}, signed: "{url}", digest: {query: sum, hash: sha256, encoding: hex}}}
  header-token: {verify: {compare: token, signature: {header: [X-A, X-B], prefix: "Bearer "}}}
  form-token: {verify: {compare: token, signature: {form: token}}}
  query-token: {verify: {compare: token, signature: {query: token}}}
  json-tokens: {verify: {compare: token, signature: {json: token}, each: "[]"}, events: {each: "[]"}}
  families: {verify: {hmac: {hash: sha256}, signature: {header: [X-A, X-B], list: " ", key: v1, separator: ","}, timestamp: {header: [X-A-At, X-B-At], unit: s}, signed: "{id}.{timestamp}.{body}"}, id: header X-Id}
  numbered: {verify: {hmac: {hash: sha256}, signature: {header: "X-Sig-{n}", to: 100}}}
  items: {verify: {hmac: {hash: sha256}, signature: {header: X-Sig, list: ",", from: 2}, timestamp: {header: X-Sig, list: ",", item: 1, unit: s}, signed: "{timestamp}.{body}"}}
  keys: {verify: {key: {type: ed25519, encoding: base64, public: raw}, signature: {header: X-Sig, list: " ", key: v1a, separator: ","}}}
  two: {verify: [stripe, token]}
  sender-two: {verify: [mailgun, token, aws]}
rules: []
`

// everySource returns a source for each row, and those that are described above.
func everySource(t testing.TB) []event.Source {
	t.Helper()
	text := strings.Replace(described, "rules: []", "rules: [{name: r, on: [query, json, form, params, each, digest, header-token, form-token, query-token, json-tokens, families, numbered, items, keys, two, sender-two], when: true, record: {module: Deals, id: event.id}, remove: [x]}]", 1)
	set, faults := rules.Load([]byte(text))
	if set == nil {
		t.Fatal(faults)
	}
	all := set.Sources()
	for _, name := range sender.Names() {
		row, _ := rules.LoadSender(name)
		all = append(all, row.Source)
	}
	return all
}

// guarded is a store of secrets that nobody can guess, each as its source's sender writes it.
type guarded map[string]string

const guardedToken = "a-verify-token-that-nobody-guesses"

func guardedBy(sources []event.Source) guarded {
	g := make(guarded)
	for _, s := range sources {
		g[s.Name] = "user:a-secret-of-forty-characters-or-so"
		if v := s.Verify[0].Verify; v != nil {
			if store, _, known := keysOf(v, 7); known {
				g[s.Name] = store
			}
		}
	}
	return g
}

func (g guarded) WebhookSecrets(_ context.Context, source string) ([]string, error) {
	return []string{g[source]}, nil
}

func (g guarded) WebhookSecret(_ context.Context, _, name string) ([]string, error) {
	if name != "verify_token" {
		return nil, nil
	}
	return []string{guardedToken}, nil
}

// sentBy returns a request to a source with a text in each place of its signature, and a time
// of signing that is not too old.
func sentBy(from event.Source, signature, header, value string) http.Header {
	h := make(http.Header)
	for _, s := range from.Verify {
		if s.Header != "" {
			h.Set(s.Header, signature)
		}
		if s.Verify == nil {
			continue
		}
		for _, name := range s.Verify.Signature.Headers {
			h.Set(strings.ReplaceAll(name, "{n}", "1"), signature)
		}
		for _, name := range s.Verify.Timestamp.Headers {
			if h.Get(name) == "" {
				h.Set(name, map[string]string{
					"s": strconv.FormatInt(signedAt.Unix(), 10), "ms": strconv.FormatInt(signedAt.UnixMilli(), 10), "iso": "2026-11-25T12:00:00Z",
				}[s.Verify.Timestamp.Unit])
			}
		}
	}
	for _, name := range from.ID.Headers {
		h.Set(name, "7")
	}
	h[header] = append(h[header], value)
	return h
}

// FuzzPlaces: no request verifies whose sender does not know the secret, whatever is in the
// places where a proof can be. Nothing panics, nothing answers with more than 1 KiB, and only a
// source with an unsigned handshake answers one.
func FuzzPlaces(f *testing.F) {
	sources := everySource(f)
	secrets := guardedBy(sources)
	r := webhook.New(webhook.Config{Sources: sources, Secrets: secrets})
	for _, body := range []string{
		``, `{"token":"a","proof":{"at":"1764072000","sig":"AAAA"},"data":{"id":1}}`, `[{"token":"x"},{"token":[]}]`, `{"items":[{"of":[{"sig":"","at":"","id":null}]}]}`,
		`token=a&sig=00&at=1764072000000`, "\xef\xbb\xbf{}", "\xff\xfe{\x00}\x00", "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nx\r\n--b--\r\n",
		`{"signature":{"signature":"0","timestamp":"1764072000","token":"t"},"signature":{}}`, `{"event":"endpoint.url_validation","payload":{"plainToken":"a"}}`,
		`{"verification_token":"secret_x"}`, `webhook_id=1`, `{"value":[{"clientState":"x"}]}`,
	} {
		f.Add(uint8(0), "POST", "sig=00&token=a&validationToken=b&hub.mode=subscribe&hub.challenge=1&hub.verify_token=x", "00", "X-Hook-Secret", "abc", "application/json", body)
		f.Add(uint8(3), "GET", "%74oken=a&sum=", "v1=00,v1=00", "X-Sig-2", "00", "application/x-www-form-urlencoded", body)
		f.Add(uint8(40), "HEAD", "", "t=1,v1="+strings.Repeat("0", 64), "Authorization", "Basic Og==", "multipart/form-data; boundary=b", body)
	}
	zeros := strings.Repeat("0", 64)
	for which := range uint8(12) {
		f.Add(which, "POST", "sig="+zeros+zeros, "*", "X", "", "", "x")
		f.Add(which, "POST", "", "*", "X", "", "application/json", `{"signature":{"signature":"`+zeros+`","timestamp":"1795608000","token":"t"},"proof":{"at":"1795608000","sig":"`+strings.Repeat("A", 43)+`="},"items":[{"of":[{"at":"2026-11-25T12:00:00Z","sig":"`+strings.Repeat("A", 43)+`="}]}]}`)
		f.Add(which, "POST", "", "*", "X", "", "application/x-www-form-urlencoded", "sig="+zeros[:40]+"&at=1795608000000&id=7")
	}
	f.Fuzz(func(t *testing.T, which uint8, method, query, signature, header, value, kind, body string) {
		// Every input is sent to several sources, as most inputs say nothing to most of them.
		for i := range 8 {
			from := sources[(int(which)+i*11)%len(sources)]
			shaped := signature
			if rest, found := strings.CutPrefix(signature, "*"); found {
				shaped = anySignature(from) + rest // what could be one
			}
			sent := sentBy(from, shaped, header, value)
			sent.Set("Content-Type", kind)
			url := "https://hooks.example.com/webhooks/" + from.Name + "?" + query
			got, err := r.Receive(t.Context(), webhook.Request{
				Source: from.Name, Method: method, URL: url, RawQuery: query, Header: sent, Body: webhook.Bytes([]byte(body)), ReceivedAt: signedAt,
			})
			unproven(t, from, got, err, secrets[from.Name])
		}
	})
}

// unproven checks what becomes of a request that nothing proves.
func unproven(t *testing.T, from event.Source, got webhook.Received, err error, secret string) {
	t.Helper()
	var e *webhook.Error
	switch {
	case err != nil && (!errors.As(err, &e) || len(e.Public()) > webhook.MaxReply):
		t.Fatalf("%s: the error %v", from.Name, err)
	case err != nil && (strings.Contains(err.Error(), secret) || strings.Contains(err.Error(), guardedToken)):
		t.Fatalf("%s: the error %v shows a secret", from.Name, err)
	case err == nil && got.Reply == nil, len(got.Deliveries) > 0:
		t.Fatalf("%s: accepted without a proof: %+v", from.Name, got)
	case err == nil:
		answered(t, from, got)
	}
}

func answered(t *testing.T, from event.Source, got webhook.Received) {
	t.Helper()
	unsigned := false
	for _, h := range from.Handshakes {
		unsigned = unsigned || !h.Signed && h.Secret.IsZero()
	}
	size := len(got.Reply.Body)
	for name, value := range got.Reply.Header {
		if name != "content-type" && name != "x-content-type-options" {
			size += len(value)
		}
	}
	if !unsigned || got.Reply.Proven || got.Reply.Show != "" || size > webhook.MaxReply || got.Reply.Header["x-content-type-options"] != "nosniff" {
		t.Fatalf("%s: answered %+v without a proof", from.Name, got.Reply)
	}
}

// FuzzFormats: whatever a proven request has in its body, it becomes at most MaxEvents events
// that together are not much larger, or an error that says why not. None panics.
func FuzzFormats(f *testing.F) {
	sources := everySource(f)
	r := webhook.New(webhook.Config{Sources: sources, ReadOnly: true})
	for _, body := range []string{
		`[{},{"a":[1]}]`, `{"entry":[{"changes":[{}],"messaging":[{}]}]}`, `{"events":[]}`, `{"value":[{"id":"1"}]}`, `a[b][]=1&a[b][]=2&a[c]=3&a[0]=4&a=5`,
		`mandrill_events=%5B%7B%7D%5D`, `json={"event":{"event_time":1}}&payload={}`, `<a b="c"><d/>e</a>`, `{"specversion":"1.0","id":"1","source":"s","type":"t","data":{}}`,
		`[{"specversion":"1.0","id":"1","source":"s","type":"t"}]`, "bt_payload=PGEvPg%3D%3D&bt_signature=a|b", `{"Type":"Notification","Message":"{\"a\":1}"}`,
		`{"channel_id":1,"ids":["1","2"],"affected_values":[{"record_id":"1","values":{}}]}`, "\x1f\x8b\x08", "--b\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{}\r\n--b--",
	} {
		f.Add(uint8(0), "application/json", "", "id=1", body)
		f.Add(uint8(2), "application/x-www-form-urlencoded", "gzip", "", body)
		f.Add(uint8(5), "multipart/form-data; boundary=b", "", "", body)
		f.Add(uint8(9), "application/cloudevents-batch+json", "deflate, identity", "a[b]=1", body)
	}
	f.Fuzz(func(t *testing.T, which uint8, kind, encoding, query, body string) {
		for i := range 4 {
			from := sources[(int(which)+i*23)%len(sources)]
			header := http.Header{"Content-Type": {kind}, "X-Github-Event": {"push"}}
			if encoding != "" {
				header.Set("Content-Encoding", encoding)
			}
			got, err := r.Suppose(t.Context(), webhook.Request{
				Source: from.Name, Method: "POST", RawQuery: query, Header: header, Body: webhook.Bytes([]byte(body)), ReceivedAt: signedAt,
			})
			var e *webhook.Error
			if err != nil && !errors.As(err, &e) || len(got.Deliveries) > webhook.MaxEvents || got.Reply != nil && len(got.Reply.Body) > webhook.MaxReply {
				t.Fatalf("%s: %d events, %v, %+v", from.Name, len(got.Deliveries), err, got.Reply)
			}
			size := 0
			for _, d := range got.Deliveries {
				size += len(d.Body)
				if _, err := webhook.Parse(d); err != nil && !errors.As(err, &e) {
					t.Fatalf("%s: Parse = %v", from.Name, err)
				}
			}
			if size > 16<<20+len(body) {
				t.Fatalf("%s: %d bytes of events of a body of %d", from.Name, size, len(body))
			}
		}
	})
}
