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

// posted is a webhook that is sent, with what has to become of it.
type posted struct {
	body string
	// module and id are the record that loses a tag; empty where none does.
	module, id, tag string
	// code and rule are those in the dead-letter queue; empty for what never gets there.
	code, rule string
}

// webhookOf is the n-th: most close a deal, some go by a search or by the live record,
// a few cannot be acted on, concern nobody or come too late. Of a mass update, half go by
// a search each, so that many calls cannot be joined.
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

// crmOf is a CRM with the records that the first so many webhooks are about, each with
// a tag that nobody wants off.
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
