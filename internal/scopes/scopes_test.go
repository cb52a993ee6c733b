package scopes_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/rules"
	"untag/internal/scopes"
)

const file = `version: 1
sources: {zoho: {verify: token}, crm: {verify: zoho-notification, watch: {events: [Deals.edit]}}}
rules:
  - {name: closed, on: zoho, when: true, record: {module: Deals, id: event.id}, remove: [VIP]}
  - {name: again, on: [zoho, crm], when: true, record: {module: Deals, id: event.id}, remove: ["Q*"]}
  - {name: found, on: zoho, when: true, record: {module: Price Books, find: {criteria: {Code: event.code}}}, remove: [VIP]}
  - {name: own, on: zoho, when: true, record: {module: Trips, id: event.id}, where: record.Open, remove: [VIP]}
  - {name: off, on: zoho, when: true, disabled: true, record: {module: Leads, id: event.id}, remove: [VIP]}
`

func load(t *testing.T, text string) *rules.Rules {
	t.Helper()
	set, faults := rules.Load([]byte(text))
	if set == nil {
		t.Fatal(faults)
	}
	return set
}

func TestOf(t *testing.T) {
	var got []string
	for _, n := range scopes.Of(load(t, file)) {
		got = append(got, n.Scope+": "+n.Why)
	}
	want := []string{
		"ZohoCRM.modules.deals.WRITE: rule `closed`, rule `again` need it to remove tags",
		"ZohoCRM.modules.deals.READ: rule `again` needs it to read records",
		"ZohoCRM.modules.pricebooks.WRITE: rule `found` needs it to remove tags",
		"ZohoCRM.modules.pricebooks.READ: rule `found` needs it to read records",
		"ZohoSearch.securesearch.READ: rule `found` needs it to search for records",
		"ZohoCRM.modules.custom.WRITE: rule `own` needs it to remove tags",
		"ZohoCRM.modules.custom.READ: rule `own` needs it to read records",
		"ZohoCRM.notifications.ALL: source `crm` needs it to subscribe to notifications",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Of (-want +got):\n%s", diff)
	}
}

func TestMissing(t *testing.T) {
	const computed = `version: 1
sources: {zoho: {verify: token}}
rules: [{name: r, on: zoho, when: true, record: {module: "${event.module}", id: event.id}, remove: [VIP]}]
`
	for name, tt := range map[string]struct{ rules, granted, want string }{
		"all":               {file, "ZohoCRM.modules.ALL ZohoSearch.securesearch.READ ZohoCRM.notifications.ALL", ""},
		"another case":      {file, "zohocrm.modules.all zohosearch.securesearch.read zohocrm.notifications.all", ""},
		"each by itself":    {file, "ZohoCRM.modules.Deals.ALL ZohoCRM.modules.pricebooks.WRITE ZohoCRM.modules.pricebooks.READ ZohoSearch.securesearch.READ ZohoCRM.modules.custom.ALL ZohoCRM.notifications.ALL", ""},
		"writing alone":     {file, "ZohoCRM.modules.WRITE ZohoSearch.securesearch.READ ZohoCRM.notifications.ALL", "ZohoCRM.modules.deals.READ,ZohoCRM.modules.pricebooks.READ,ZohoCRM.modules.custom.READ"},
		"no notifications":  {file, "ZohoCRM.modules.ALL ZohoSearch.securesearch.READ ZohoCRM.notifications.READ", "ZohoCRM.notifications.ALL"},
		"no search":         {file, "ZohoCRM.modules.ALL ZohoCRM.notifications.ALL", "ZohoSearch.securesearch.READ"},
		"any module":        {computed, "ZohoCRM.modules.WRITE", ""},
		"not of any module": {computed, "ZohoCRM.modules.deals.ALL", "ZohoCRM.modules.ALL"},
		"nothing":           {computed, "", "ZohoCRM.modules.ALL"},
	} {
		if got := scopes.Text(scopes.Missing(scopes.Of(load(t, tt.rules)), strings.Fields(tt.granted))); got != tt.want {
			t.Errorf("%s: Missing = %s, want %s", name, got, tt.want)
		}
	}
}
