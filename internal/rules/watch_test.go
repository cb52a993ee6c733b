package rules_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/event"
	"untag/internal/rules"
)

func watching(source string) string {
	return "version: 1\nsources: {crm: " + source + "}\nrules:\n  - {name: r, on: crm, when: true, record: {module: Deals, id: event.id}, remove: [VIP]}\n"
}

func TestWatch(t *testing.T) {
	for name, tt := range map[string]struct {
		source string
		want   event.Watch
	}{
		"none":             {"{verify: zoho-notification}", event.Watch{}},
		"one event":        {"{verify: zoho-notification, watch: {events: Deals.edit}}", event.Watch{Events: []string{"Deals.edit"}}},
		"several":          {"{verify: [aws, zoho-notification], watch: {events: [Deals.edit, Price Books.all], related: true}}", event.Watch{Events: []string{"Deals.edit", "Price_Books.all"}, Related: true}},
		"a token in a URL": {"{verify: token, query: key, watch: {events: [Trips.create], related: false}}", event.Watch{Events: []string{"Trips.create"}}},
	} {
		set, faults := rules.Load([]byte(watching(tt.source)))
		if set == nil {
			t.Errorf("%s: %v", name, faults)
			continue
		}
		if diff := cmp.Diff(tt.want, set.Sources()[0].Watch); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestWatchFaults(t *testing.T) {
	const events = "events: [Deals.create, Deals.edit, Deals.delete, Leads.create, Leads.edit, Leads.delete, Tasks.create, Tasks.edit, Tasks.delete, Calls.create, Calls.edit]"
	for source, want := range map[string]string{
		"{verify: token, watch: {events: [Deals.edit]}}":                                 "`watch` of source `crm` has no effect",
		"{verify: github, watch: {events: [Deals.edit]}}":                                "`watch` of source `crm` has no effect",
		"{verify: zoho-notification, watch: [Deals.edit]}":                               "must be a set of keys (`events`, `related`)",
		"{verify: zoho-notification, watch: {related: true}}":                            "has no `events`",
		"{verify: zoho-notification, watch: {events: [Deals]}}":                          "`Deals` is not an event",
		"{verify: zoho-notification, watch: {events: [Deals.update]}}":                   "`update` is not what happens to a record",
		"{verify: zoho-notification, watch: {events: [Deals.edits]}}":                    "did you mean `edit`?",
		"{verify: zoho-notification, watch: {events: [Dea-ls.edit]}}":                    "not the API name of a module",
		"{verify: zoho-notification, watch: {events: [Deals.edit, deals.edit]}}":         "`Deals.edit` is listed twice",
		"{verify: zoho-notification, watch: {events: [Deals.edit], related: \"often\"}}": "must be true or false",
		"{verify: zoho-notification, watch: {" + events + "}}":                           "names 11 events",
	} {
		set, faults := rules.Load([]byte(watching(source)))
		var texts []string
		for _, f := range faults {
			texts = append(texts, f.String())
		}
		if set != nil || !strings.Contains(strings.Join(texts, "\n"), want) {
			t.Errorf("Load(%s) = %v, want %q", source, texts, want)
		}
	}
}
