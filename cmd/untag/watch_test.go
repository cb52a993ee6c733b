package main

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
	"untag/internal/watch"
)

const watchRules = `version: 1
sources:
  crm: {verify: zoho-notification, watch: {events: [Deals.all, Leads.edit]}}
  forms: {verify: token, query: key, watch: {events: [Contacts.create], related: true}}
  plain: {verify: token}
rules: [{name: r, on: [crm, forms, plain], when: true, record: {module: Deals, id: event.id}, remove: [VIP]}]
`

// simulatedAccount makes the environment name a simulated account.
func simulatedAccount(t *testing.T, config sandbox.Config) *sandbox.Sandbox {
	t.Helper()
	crm := sandbox.New(config)
	server := httptest.NewServer(crm)
	t.Cleanup(server.Close)
	c := crm.Credentials()
	for name, value := range map[string]string{
		"ZOHO_API_URL": server.URL, "ZOHO_ACCOUNTS_URL": server.URL, "ZOHO_API_VERSION": "v8", "ZOHO_SECRET_ID": "", "ZOHO_ENVIRONMENT": "",
		"ZOHO_CLIENT_ID": c.ClientID, "ZOHO_CLIENT_SECRET": c.ClientSecret, "ZOHO_REFRESH_TOKEN": c.RefreshToken, "ZOHO_DATA_CENTER": c.DataCenter,
		"PUBLIC_URL": "", "WEBHOOK_SECRET_ID": "",
	} {
		t.Setenv(name, value)
	}
	return crm
}

func TestWatch(t *testing.T) {
	const crmSecret, formsSecret = "3f9c2b7e5a1d4c8f0e6b9a2d", "7c5f1e8b3a6d9c2f5e8b1a4d"
	crm := simulatedAccount(t, sandbox.Config{})
	folder := folderWith(t, map[string]string{"rules.yaml": watchRules, "secrets.json": `{"crm": ["` + crmSecret + `", "another-secret-of-it"], "forms": "` + formsSecret + `"}`})
	run := func(want int, line string, says ...string) {
		t.Helper()
		exit, out := untag(t, folder, strings.Fields(line)...)
		for _, text := range says {
			if exit != want || !strings.Contains(out, text) {
				t.Errorf("untag %s: exit %d, want %d and %q:\n%s", line, exit, want, text, out)
			}
		}
		for _, secret := range []string{crmSecret, formsSecret} {
			if strings.Contains(out, secret) {
				t.Errorf("untag %s shows a secret:\n%s", line, out)
			}
		}
	}
	run(1, "watch list", "missing  crm", "missing  forms")
	run(2, "watch enable --secrets secrets.json", "--url")
	run(2, "watch enable --url https://h.example", "--secret-id")
	run(2, "watch enable plain --url https://h.example --secrets secrets.json", "no source `plain`", "crm, forms")
	run(1, "watch enable --url http://h.example --secrets secrets.json", "source crm: the address must begin with https://")
	run(1, "watch renew", "source crm: there is no such subscription; run `untag watch enable`")
	run(0, "watch enable --url https://h.example/prod/webhooks/ --secrets secrets.json", "crm: enabled until", "forms: enabled until")
	enabled := crm.Channels()
	run(0, "watch enable --url https://h.example/prod --secrets secrets.json", "it replaces the subscription that notified https://h.example/prod/webhooks/crm")
	want := map[string]sandbox.Channel{
		watch.ID("crm"):   {Events: []string{"Deals.create", "Deals.edit", "Deals.delete", "Leads.edit"}, URL: "https://h.example/prod/webhooks/crm", Token: crmSecret, Values: true},
		watch.ID("forms"): {Events: []string{"Contacts.create"}, URL: "https://h.example/prod/webhooks/forms?key=" + formsSecret, Related: true, Values: true},
	}
	got := make(map[string]sandbox.Channel)
	for i, ch := range crm.Channels() {
		if ch.Expiry.Before(enabled[i].Expiry) {
			t.Errorf("%s ends earlier than before", ch.ID)
		}
		id := ch.ID
		ch.ID, ch.Expiry = "", want[id].Expiry
		got[id] = ch
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("channels after enabling twice (-want +got):\n%s", diff)
	}
	run(0, "watch list", "enabled  crm", "https://h.example/prod/webhooks/forms")
	exit, out := untag(t, folder, "watch", "list", "--json")
	var list []struct{ Source, State string }
	if err := json.Unmarshal([]byte(out), &list); err != nil || exit != 0 || len(list) != 2 || list[0].State != "enabled" {
		t.Errorf("untag watch list --json: exit %d, %v:\n%s", exit, err, out)
	}
	run(0, "watch renew forms", "forms: renewed until")
	run(0, "watch disable forms", "forms: disabled")
	run(0, "watch disable", "crm: disabled", "forms: was not enabled")
	if left := crm.Channels(); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
}

// TestWatchRefused: one source that cannot be enabled does not keep others from it.
func TestWatchRefused(t *testing.T) {
	crm := simulatedAccount(t, sandbox.Config{})
	folder := folderWith(t, map[string]string{"rules.yaml": watchRules, "secrets.json": `{"crm": "` + strings.Repeat("x1", 26) + `", "forms": "7c5f1e8b3a6d9c2f5e8b1a4d"}`})
	exit, out := untag(t, folder, "watch", "enable", "--url", "https://h.example", "--secrets", "secrets.json")
	if exit != 1 || !strings.Contains(out, "source crm: its secret has 52 characters") || len(crm.Channels()) != 1 {
		t.Errorf("exit %d with %d channels, want 1 and the one of forms:\n%s", exit, len(crm.Channels()), out)
	}
	simulatedAccount(t, sandbox.Config{Scope: "ZohoCRM.modules.ALL"})
	exit, out = untag(t, folder, "watch", "list")
	if exit != 1 || !strings.Contains(out, "OAUTH_SCOPE_MISMATCH") {
		t.Errorf("without the scope: exit %d:\n%s", exit, out)
	}
}
