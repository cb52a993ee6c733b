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
  - {name: off, on: a, when: true, disabled: true, record: {module: Deals, id: event.id}, remove: [Trial]}
`))
	if set == nil {
		t.Fatal(faults)
	}
	want := []rules.Target{{Rule: "two", Module: "Sales_Orders", Tags: []string{"VIP"}}, {Rule: "computed", Tags: []string{"Trial"}}}
	if diff := cmp.Diff(want, set.Targets()); diff != "" {
		t.Errorf("Targets() (-want +got):\n%s", diff)
	}
}
