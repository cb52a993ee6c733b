package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/webhook"
)

// fieldsOf returns the fields of each event of a request.
func fieldsOf(t *testing.T, got webhook.Received) []map[string]any {
	t.Helper()
	var all []map[string]any
	ids := make(map[string]bool)
	for _, d := range got.Deliveries {
		ev, err := webhook.Parse(d)
		if err != nil {
			t.Fatal(err)
		}
		if ids[ev.ID] || ev.ID == "" {
			t.Errorf("the id %q is empty, or that of another event", ev.ID)
		}
		ids[ev.ID] = true
		all = append(all, ev.Fields)
	}
	return all
}

func receiveNotification(ctx context.Context, header http.Header, body string) (webhook.Received, error) {
	r := webhook.New(webhook.Config{
		Sources: []event.Source{{Name: "zoho", Verify: []event.Scheme{{Kind: "token", Header: "X-Webhook-Token"}, {Kind: "zoho-notification"}}}},
		Secrets: stored{"zoho": {good}},
	})
	return r.Receive(ctx, webhook.Request{Source: "zoho", Method: "POST", Header: header, Body: webhook.Bytes([]byte(body))})
}

func TestNotificationIsAnEventForEachRecord(t *testing.T) {
	const proves = `"token":"` + good + `"`
	value := func(id, stage string) map[string]any {
		return map[string]any{"record_id": id, "values": map[string]any{"Stage": stage}}
	}
	changed := func(id string) map[string]any { return map[string]any{id: []any{"Stage"}} }
	for name, test := range map[string]struct {
		body string
		want []map[string]any
	}{
		"as Zoho sends it": {
			`{"server_time":1772446530625,"affected_values":[{"record_id":"2","values":{"Stage":"Won"}},{"record_id":"1","values":{"Stage":"Open"}}],` +
				`"query_params":{},"module":"Deals","ids":["1","2"],"affected_fields":[{"1":["Stage"]},{"2":["Stage"]}],"operation":"update",` + proves + `}`,
			[]map[string]any{
				{"server_time": 1772446530625, "query_params": map[string]any{}, "module": "Deals", "operation": "update",
					"ids": []any{"1"}, "affected_values": []any{value("1", "Open")}, "affected_fields": []any{changed("1")}},
				{"server_time": 1772446530625, "query_params": map[string]any{}, "module": "Deals", "operation": "update",
					"ids": []any{"2"}, "affected_values": []any{value("2", "Won")}, "affected_fields": []any{changed("2")}},
			},
		},
		"without values": {`{"ids":["1","2"],"affected_values":[],` + proves + `}`, []map[string]any{
			{"ids": []any{"1"}, "affected_values": []any{}}, {"ids": []any{"2"}, "affected_values": []any{}},
		}},
		"with nothing but ids": {`{"ids":["1","2"],` + proves + `}`, []map[string]any{{"ids": []any{"1"}}, {"ids": []any{"2"}}}},
		"values that are not a list": {`{"ids":["1","2"],"affected_values":null,"affected_fields":{"1":[]},` + proves + `}`, []map[string]any{
			{"ids": []any{"1"}, "affected_values": nil, "affected_fields": map[string]any{"1": []any{}}},
			{"ids": []any{"2"}, "affected_values": nil, "affected_fields": map[string]any{"1": []any{}}},
		}},
		"ids as numbers": {`{"ids":[5725767000000524105,5725767000000524106],"affected_values":[{"record_id":"5725767000000524106"}],` + proves + `}`, []map[string]any{
			{"ids": []any{5725767000000524105}, "affected_values": []any{}},
			{"ids": []any{5725767000000524106}, "affected_values": []any{map[string]any{"record_id": "5725767000000524106"}}},
		}},
		"two values of a record": {`{"ids":["1","2"],"affected_values":[{"record_id":"1","a":1},{"record_id":"1","a":2}],` + proves + `}`, []map[string]any{
			{"ids": []any{"1"}, "affected_values": []any{map[string]any{"record_id": "1", "a": 1}, map[string]any{"record_id": "1", "a": 2}}},
			{"ids": []any{"2"}, "affected_values": []any{}},
		}},
		"fields of all records together": {`{"ids":["1","2"],"affected_fields":[{"2":["a"],"1":["b"]}],` + proves + `}`, []map[string]any{
			{"ids": []any{"1"}, "affected_fields": []any{map[string]any{"1": []any{"b"}}}},
			{"ids": []any{"2"}, "affected_fields": []any{map[string]any{"2": []any{"a"}}}},
		}},
		"values of a record that is not named": {`{"ids":["1","2"],"affected_values":[{"record_id":"3"},7],"affected_fields":[{"3":[]},"x"],` + proves + `}`, []map[string]any{
			{"ids": []any{"1"}, "affected_values": []any{}, "affected_fields": []any{}},
			{"ids": []any{"2"}, "affected_values": []any{}, "affected_fields": []any{}},
			{"ids": []any{}, "affected_values": []any{map[string]any{"record_id": "3"}, 7}, "affected_fields": []any{map[string]any{"3": []any{}}, "x"}},
		}},
		"ids that are none": {`{"ids":["",null,{"a":1},"1"],` + proves + `}`, []map[string]any{
			{"ids": []any{""}}, {"ids": []any{nil}}, {"ids": []any{map[string]any{"a": 1}}}, {"ids": []any{"1"}},
		}},
		"one record twice": {`{"ids":["1","1"],"affected_values":[{"record_id":"1"}],` + proves + `}`, []map[string]any{
			{"ids": []any{"1", "1"}, "affected_values": []any{map[string]any{"record_id": "1"}}},
		}},
		"one record": {`{"ids":["1"],"affected_values":[{"record_id":"2"}],` + proves + `}`, []map[string]any{
			{"ids": []any{"1"}, "affected_values": []any{map[string]any{"record_id": "2"}}},
		}},
		"no record":           {`{"ids":[],` + proves + `}`, []map[string]any{{"ids": []any{}}}},
		"ids that are a text": {`{"ids":"1,2",` + proves + `}`, []map[string]any{{"ids": "1,2"}}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := receiveNotification(t.Context(), http.Header{"Content-Type": {"application/json"}}, test.body)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, fieldsOf(t, got)); diff != "" {
				t.Errorf("events: -want +got\n%s", diff)
			}
			for _, d := range got.Deliveries {
				if strings.Contains(string(d.Body), good) || d.Proof != "zoho-notification" {
					t.Errorf("body %s, proof %s", d.Body, d.Proof)
				}
			}
		})
	}
}

// A notification of one record reaches the rules with the bytes that Zoho sent.
func TestNotificationOfOneRecordIsUnchanged(t *testing.T) {
	const body = `{ "module" :"Deals", "ids":[ "1" ], "affected_values":[{"record_id":"1","values":{"Stage":"\u0041"}}]}`
	sent := strings.TrimSuffix(body, "}") + `,"token":"` + good + `"}`
	got, err := receiveNotification(t.Context(), http.Header{"Content-Type": {"application/json"}}, sent)
	if err != nil || len(got.Deliveries) != 1 || string(got.Deliveries[0].Body) != body {
		t.Errorf("Receive = %s, %v, want %s", got.Deliveries, err, body)
	}
}

// The token of a notification may be in its URL instead; other JSON with ids is not one.
func TestOnlyNotificationsAreSplitByRecord(t *testing.T) {
	header := http.Header{"Content-Type": {"application/json"}, "X-Webhook-Token": {good}, "Webhook-Id": {"w"}}
	for name, test := range map[string]struct {
		body string
		want []string // the delivery ids
	}{
		"a notification":        {`{"ids":["1","2"],"channel_id":"7"}`, []string{"w#1", "w#2"}},
		"JSON of a workflow":    {`{"ids":["1","2"]}`, []string{"w"}},
		"broken JSON":           {`{"ids":["1","2"],"channel_id":"7"`, []string{"w"}},
		"a name twice":          {`{"ids":["1","2"],"channel_id":"7","ids":["3"]}`, []string{"w"}},
		"broken UTF-8":          {`{"ids":["1","2"],"channel_id":"` + "\xff" + `"}`, []string{"w"}},
		"something behind":      {`{"ids":["1","2"],"channel_id":"7"} 1`, []string{"w"}},
		"a form with such JSON": {`ids=["1","2"]&channel_id=7`, []string{"w"}},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := receiveNotification(t.Context(), header, test.body)
			if err != nil {
				t.Fatal(err)
			}
			var ids []string
			for _, d := range got.Deliveries {
				ids = append(ids, d.DeliveryID)
			}
			if diff := cmp.Diff(test.want, ids); diff != "" {
				t.Errorf("delivery ids: -want +got\n%s", diff)
			}
		})
	}
}

func TestNotificationIsBounded(t *testing.T) {
	header := http.Header{"Content-Type": {"application/json"}}
	ids := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprintf(`"%d"`, i)
		}
		return strings.Join(list, ",")
	}
	for name, test := range map[string]struct {
		ids, rest string
		want      int // 0 if the request is too large
	}{
		"as many as possible":                {ids(webhook.MaxEvents), "", webhook.MaxEvents},
		"too many":                           {ids(webhook.MaxEvents + 1), "", 0},
		"too many with the values of others": {ids(webhook.MaxEvents), `,"affected_values":[{"record_id":"x"}]`, 0},
		"too much in common":                 {ids(webhook.MaxEvents), `,"query_params":{"a":"` + strings.Repeat("a", 1<<15) + `"}`, 0},
		"much in common":                     {ids(20), `,"query_params":{"a":"` + strings.Repeat("a", 1<<19) + `"}`, 20},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := receiveNotification(t.Context(), header, `{"token":"`+good+`","ids":[`+test.ids+`]`+test.rest+`}`)
			e, _ := errors.AsType[*webhook.Error](err)
			switch {
			case test.want == 0 && (e == nil || e.Kind != webhook.TooLarge):
				t.Errorf("Receive = %v, want an error of kind TooLarge", err)
			case test.want > 0 && (err != nil || len(got.Deliveries) != test.want):
				t.Errorf("Receive = %d events, %v, want %d", len(got.Deliveries), err, test.want)
			}
		})
	}
}

// FuzzNotified checks that no id, value or field of a notification is lost or doubled when it
// becomes several.
func FuzzNotified(f *testing.F) {
	f.Add(`["1","2"]`, `[{"record_id":"1"},{"record_id":"3"},7]`, `[{"1":["a"],"2":["b"]},"x"]`)
	f.Add(`[1,"1",null,""]`, `null`, `{}`)
	f.Fuzz(func(t *testing.T, ids, values, fields string) {
		body := `{"ids":` + ids + `,"affected_values":` + values + `,"affected_fields":` + fields + `,"token":"` + good + `"}`
		got, err := receiveNotification(t.Context(), http.Header{"Content-Type": {"application/json"}}, body)
		if err != nil || len(got.Deliveries) == 1 {
			return
		}
		var gotIDs, gotValues, gotFields []string
		for _, fields := range fieldsOf(t, got) {
			gotIDs = append(gotIDs, texts(fields["ids"])...)
			gotValues = append(gotValues, texts(fields["affected_values"])...)
			gotFields = append(gotFields, texts(fields["affected_fields"])...)
		}
		whole, err := webhook.Parse(event.Delivery{Source: "zoho", Body: []byte(body), ContentType: "application/json"})
		if err != nil {
			t.Fatalf("split what cannot be parsed: %v", err)
		}
		for _, id := range texts(whole.Fields["ids"]) {
			// 1 and "1" are the same id.
			if _, text, _ := strings.Cut(id, " "); !slices.ContainsFunc(gotIDs, func(got string) bool { return strings.HasSuffix(got, text) }) {
				t.Errorf("ids = %q, without %s", gotIDs, id)
			}
		}
		if _, isList := whole.Fields["affected_values"].([]any); isList && !sameItems(texts(whole.Fields["affected_values"]), gotValues) {
			t.Errorf("values = %q, want those of %s", gotValues, values)
		}
		if _, isList := whole.Fields["affected_fields"].([]any); isList && !sameItems(texts(whole.Fields["affected_fields"]), gotFields) {
			t.Errorf("fields = %q, want those of %s", gotFields, fields)
		}
	})
}

// texts returns the items of a list as texts. An object without record_id stands for its
// members.
func texts(list any) []string {
	items, _ := list.([]any)
	var all []string
	for _, item := range items {
		members, isObject := item.(map[string]any)
		if _, isValue := members["record_id"]; !isObject || isValue {
			all = append(all, fmt.Sprintf("%T %v", item, item))
			continue
		}
		for _, name := range slices.Sorted(maps.Keys(members)) {
			all = append(all, fmt.Sprintf("%s: %v", name, members[name]))
		}
	}
	return all
}

func sameItems(want, got []string) bool {
	return cmp.Equal(slices.Sorted(slices.Values(want)), slices.Sorted(slices.Values(got)))
}
