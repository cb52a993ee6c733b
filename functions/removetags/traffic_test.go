package main

import (
	"fmt"

	"untag/internal/sandbox"
)

const trafficRules = `
version: 1
sources:
  zoho: {verify: token}
rules:
  - name: deal-closed
    on: zoho
    when: event.module == "Deals" && event.Stage == "Closed Won"
    record: {module: Deals, id: event.id}
    remove: [In progress]
  - name: invoice-paid
    on: zoho
    when: event.kind == "invoice paid"
    record: {module: Contacts, find: {criteria: {Customer_Id: event.customer}}}
    remove: [Payment due]
  - name: lead-lost
    on: zoho
    when: event.module == "Leads"
    record: {module: Leads, id: event.id}
    where: record.Lead_Status == "Lost"
    remove: [Call back]
  - name: case-closed
    on: zoho
    when: event.module == "Cases"
    record: {module: Cases, id: event.id}
    remove: [Waiting]
  - name: has-no-id
    on: zoho
    when: event.kind == "no id"
    record: {module: Deals, id: event.id}
    remove: [In progress]
`

// posted is a webhook that is sent, with its expected result.
type posted struct {
	body string
	// module and id are the record that loses a tag; empty if none does.
	module, id, tag string
	// code and rule are those in the dead-letter queue; empty if it never gets there.
	code, rule string
}

// webhookOf returns the n-th webhook. Most close a deal, some need a search or read the
// record, and a few cannot be acted on, match no rule or come too late. In a mass update,
// half of them need a search each, so that many calls cannot be joined.
func webhookOf(n int) posted {
	id := fmt.Sprintf("5725767%012d", n)
	deal := func(id, stage string) string {
		return fmt.Sprintf(`{"module":"Deals","id":%q,"Stage":%q,"n":%d}`, id, stage, n)
	}
	switch {
	case n%200 == 7: // the record is gone
		return posted{body: deal("9"+id[1:], "Closed Won")}
	case n%200 == 57: // the account may not write to this module
		return posted{body: fmt.Sprintf(`{"module":"Cases","id":%q}`, id), code: "NO_PERMISSION", rule: "case-closed"}
	case n%200 == 107:
		return posted{body: fmt.Sprintf(`{"kind":"no id","n":%d}`, n), code: "RULE_ERROR", rule: "has-no-id"}
	case n%50 == 11: // no rule
		return posted{body: deal(id, "Negotiation")}
	case n%20 == 3, n >= steady && n%2 == 0:
		return posted{body: fmt.Sprintf(`{"kind":"invoice paid","customer":"c-%06d"}`, n), module: "Contacts", id: id, tag: "Payment due"}
	case n%20 == 13:
		return posted{body: fmt.Sprintf(`{"module":"Leads","id":%q}`, id), module: "Leads", id: id, tag: "Call back"}
	}
	return posted{body: deal(id, "Closed Won"), module: "Deals", id: id, tag: "In progress"}
}

// crmOf returns the records that the first webhooks are about, as many as given, each with
// an extra tag that no rule removes.
func crmOf(webhooks int) sandbox.Records {
	records := sandbox.Records{"Cases": {}}
	for n := range webhooks {
		w := webhookOf(n)
		if w.code == "NO_PERMISSION" {
			w.module, w.id, w.tag = "Cases", fmt.Sprintf("5725767%012d", n), "Waiting"
		}
		if w.id == "" {
			continue
		}
		records[w.module] = append(records[w.module], map[string]any{
			"id": w.id, "Tag": []any{w.tag, "VIP"}, "Customer_Id": fmt.Sprintf("c-%06d", n), "Lead_Status": "Lost",
		})
	}
	return records
}
