package webhook_test

import (
	"net/http"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/sender"
	"untag/internal/webhook"
)

func TestCloudEvents(t *testing.T) {
	const (
		structured = "application/cloudevents+json"
		batch      = "application/cloudevents-batch+json; charset=utf-8"
		plain      = "application/json"
		one        = `{"specversion":"1.0","id":"a-1","source":"/s","type":"t","data":{"id":"7"}}`
		two        = `{"specversion":"1.0","id":"a-2","source":"/s","type":"t"}`
	)
	binary := http.Header{"Ce-Id": {"b-1"}, "Ce-Type": {"t"}, "Ce-Specversion": {"1.0"}, "Ce-Source": {"/s"}}
	for name, test := range map[string]struct {
		source, kind, body string
		header             http.Header
		want               []string // the delivery id of each event, or the kind of the error
	}{
		"structured":                       {"plain", structured, one, nil, []string{"a-1"}},
		"structured, with a parameter":     {"plain", structured + "; charset=UTF-8", one, nil, []string{"a-1"}},
		"structured, without more":         {"plain", structured, `{"id":"x"}`, nil, []string{"x"}},
		"structured, declared as JSON":     {"plain", plain, one, nil, []string{"a-1"}},
		"structured, with another id":      {"plain", structured, one, http.Header{"Webhook-Id": {"w"}}, []string{"w"}},
		"structured, an id for no log":     {"plain", structured, `{"id":"a\nb"}`, nil, []string{""}},
		"JSON that is not a CloudEvent":    {"plain", plain, `{"id":"x","type":"t"}`, nil, []string{""}},
		"binary":                           {"plain", plain, `{"id":"7"}`, binary, []string{"b-1"}},
		"binary, whose data is one":        {"plain", plain, one, binary, []string{"b-1"}},
		"batch":                            {"plain", batch, "[" + one + "," + two + "]", nil, []string{"a-1", "a-2"}},
		"batch of one":                     {"plain", batch, "[" + one + "]", nil, []string{"a-1"}},
		"batch of none":                    {"plain", batch, "[]", nil, nil},
		"batch, declared as JSON":          {"plain", plain, "\xef\xbb\xbf [" + one + "," + two + "]", nil, []string{"a-1", "a-2"}},
		"batch, declared as nothing":       {"plain", "", "[" + one + "]", nil, []string{"a-1"}},
		"batch, an event without an id":    {"plain", batch, `[{"type":"t"},` + one + `]`, http.Header{"Webhook-Id": {"w"}}, []string{"w#1", "a-1"}},
		"batch that is an object":          {"plain", batch, one, nil, []string{"malformed"}},
		"batch with a number":              {"plain", batch, "[" + one + ",7]", nil, []string{"malformed"}},
		"batch, broken":                    {"plain", batch, "[" + one, nil, []string{"malformed"}},
		"a list of which one is something": {"plain", plain, "[" + one + `,{"id":"2"}]`, nil, []string{"malformed"}},
		"a list of others":                 {"plain", plain, `[{"id":"2"}]`, nil, []string{"malformed"}},
		"no event":                         {"plain", plain, `[]`, nil, []string{"malformed"}},
		"the source says where":            {"list", batch, `{"entry":[{"changes":[{"id":"c"}]}]}`, nil, []string{"c"}},
		"the source says which id":         {"named", batch, "[" + one + "]", nil, []string{"t"}},
	} {
		t.Run(name, func(t *testing.T) {
			named := signedBy("named")
			named.Events.ID = sender.Path{{Member: "type"}}
			list := signedBy("list")
			list.Events.Each, _ = sender.ParsePath("entry[].changes[]")
			list.Events.ID = sender.Path{{Member: "id"}}
			r := webhook.New(webhook.Config{Secrets: objectStore{}, Sources: []event.Source{named, list, signedBy("plain")}})
			req := request(test.source, "POST", "", test.body, test.kind, true)
			for name, values := range test.header {
				req.Header[name] = values
			}
			got, err := r.Receive(t.Context(), req)
			var have []string
			for _, d := range got.Deliveries {
				var ev event.Event
				if ev, err = webhook.Parse(d); err == nil {
					have = append(have, ev.DeliveryID)
				}
			}
			if err != nil {
				have = []string{received(webhook.Received{}, err)}
			}
			if diff := cmp.Diff(test.want, have); diff != "" {
				t.Errorf("delivery ids (%v): -want +got\n%s", err, diff)
			}
		})
	}
}

// What is split is read like what is not: compressed, in another charset, and in UTF-16.
func TestSplitReadsEveryBody(t *testing.T) {
	const one = `{"specversion":"1.0","id":"é","source":"/s","type":"t"}`
	latin := strings.ReplaceAll(one, "é", "\xe9")
	wide := make([]byte, 0, 2*len(one))
	for _, unit := range utf16.Encode([]rune("[" + one + "]")) {
		wide = append(wide, byte(unit), byte(unit>>8))
	}
	for name, test := range map[string]struct{ encoding, kind, body string }{
		"plain":              {"", "application/json", "[" + one + "]"},
		"gzip":               {"gzip", "application/cloudevents-batch+json", gzipped(t, "["+one+"]")},
		"deflate":            {"deflate", "application/json", deflated(t, "["+one+"]")},
		"in another charset": {"", "application/json; charset=iso-8859-1", "[" + latin + "]"},
		"in UTF-16":          {"", "application/json; charset=utf-16", string(wide)},
	} {
		t.Run(name, func(t *testing.T) {
			req := request("plain", "POST", "", test.body, test.kind, true)
			if test.encoding != "" {
				req.Header.Set("Content-Encoding", test.encoding)
			}
			got, err := receiverOfAll().Receive(t.Context(), req)
			if err != nil || len(got.Deliveries) != 1 {
				t.Fatalf("Receive = %d events, %v", len(got.Deliveries), err)
			}
			ev, err := webhook.Parse(got.Deliveries[0])
			if err != nil || ev.Fields["id"] != "é" || ev.DeliveryID != "é" {
				t.Errorf("Parse = %v with the delivery id %q, %v", ev.Fields, ev.DeliveryID, err)
			}
		})
	}
}
