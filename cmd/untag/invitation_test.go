package main

import (
	"strings"
	"testing"

	"untag/internal/event"
	"untag/internal/rules"
)

const inviting = `version: 1
sources: {zoho: {verify: token}}
rules:
  - name: closed
    on: zoho
    when: event.Stage == "Closed Won"
    record: {module: Deals, id: event.id}
    remove: [In progress]
`

func TestInvite(t *testing.T) {
	set, faults := rules.Load([]byte(inviting))
	if set == nil {
		t.Fatal(faults)
	}
	webhooks := webhookSecrets{"zoho": {"it's", "old"}}
	carried := map[recordKey][]string{{"Deals", "1"}: {"In progress"}, {"Deals", "2"}: {"VIP"}, {"Contacts", "3"}: {"In progress"}}
	tests := map[string]struct {
		webhooks webhookSecrets
		demo     bool
		carried  map[recordKey][]string
		says     []string
		not      string
	}{
		"demo":           {webhooks, true, carried, []string{"'http://h/webhooks/zoho'", `'X-Webhook-Token: it'\''s'`, `"id":"1"`, `loses "In progress"`}, "WEBHOOK_TOKEN"},
		"own secrets":    {webhooks, false, carried, []string{`"X-Webhook-Token: $WEBHOOK_TOKEN"`, "Set WEBHOOK_TOKEN to the secret of zoho"}, "it's"},
		"no secret":      {webhookSecrets{}, true, carried, nil, ""},
		"no tag left":    {webhooks, true, map[recordKey][]string{{"Deals", "1"}: nil}, nil, ""},
		"another tag":    {webhooks, true, map[recordKey][]string{{"Deals", "2"}: {"VIP"}}, nil, ""},
		"other module":   {webhooks, true, map[recordKey][]string{{"Contacts", "3"}: {"In progress"}}, nil, ""},
		"a real account": {webhooks, true, nil, nil, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			try, ok := invite("http://h", set, tt.webhooks, tt.demo, tt.carried)
			if ok != (tt.says != nil) {
				t.Fatalf("invite = %v, %t", try, ok)
			}
			for _, say := range tt.says {
				if !strings.Contains(try.String(), say) {
					t.Errorf("invitation without %q:\n%s", say, try)
				}
			}
			if ok && tt.not != "" && strings.Contains(try.String(), tt.not) {
				t.Errorf("invitation with %q:\n%s", tt.not, try)
			}
		})
	}
}

func TestInviteWithPrefix(t *testing.T) {
	set, faults := rules.Load([]byte(strings.Replace(inviting, "verify: token", `verify: token, header: Authorization, prefix: "Bearer "`, 1)))
	if set == nil {
		t.Fatal(faults)
	}
	carried := map[recordKey][]string{{"Deals", "1"}: {"In progress"}}
	for demo, want := range map[bool]string{true: "'Authorization: Bearer hush'", false: `"Authorization: Bearer $WEBHOOK_TOKEN"`} {
		try, ok := invite("http://h", set, webhookSecrets{"zoho": {"hush"}}, demo, carried)
		if !ok || !strings.Contains(try.String(), want) {
			t.Errorf("invitation without %s:\n%s", want, try)
		}
	}
}

func TestInvitationQuotes(t *testing.T) {
	try := invitation{url: "http://h", source: "a b", scheme: event.Scheme{Header: "X"}, secret: "$(id) `id`", body: "{}", tag: "t"}
	if got := try.String(); !strings.Contains(got, "'X: $(id) `id`'") || !strings.Contains(got, "'http://h/webhooks/a%20b'") {
		t.Errorf("invitation is not quoted:\n%s", got)
	}
}
