package rules_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/rules"
)

func TestTargets(t *testing.T) {
	set, faults := rules.Load([]byte(`version: 1
sources: {b: {verify: token}, a: {verify: token}}
rules:
  - {name: two, on: [a, b], when: true, record: {module: Sales Orders, id: event.id}, remove: [VIP, "${event.tag}", "Q*"]}
  - {name: computed, on: b, when: true, record: {module: "${event.module}", id: event.id}, remove: [Trial]}
  - {name: looks, on: b, when: true, record: {module: Deals, find: {criteria: {Account_Name.id: event.a}}}, where: 'record.Stage == "Won" and record.Owner.id == "1"', remove: [Trial]}
  - {name: off, on: a, when: true, disabled: true, record: {module: Deals, id: event.id}, remove: [Trial]}
`))
	if set == nil {
		t.Fatal(faults)
	}
	want := []rules.Target{{Rule: "two", Module: "Sales_Orders", Tags: []string{"VIP"}, Read: true}, {Rule: "computed", Tags: []string{"Trial"}}, {
		Rule: "looks", Module: "Deals", Tags: []string{"Trial"}, Fields: []string{"Account_Name", "Owner", "Stage"}, Read: true, Search: true,
	}}
	if diff := cmp.Diff(want, set.Targets()); diff != "" {
		t.Errorf("Targets() (-want +got):\n%s", diff)
	}
}
