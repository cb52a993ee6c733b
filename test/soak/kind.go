package main

import (
	"fmt"
	"strings"
)

// kind is a kind of event: its content, and its expected result.
type kind struct {
	name   string
	share  int // of a thousand events
	module string
	// body is the event's JSON, with a placeholder for the record's id.
	body string
	// tags must be removed from the record.
	tags []string
	// code is the code with which the event must go to the dead-letter queue, "" if it must
	// not, and rule the rule that the reason must name, "" if it names none.
	code, rule string
	// stored events are put into the queue directly, because the receiving side would refuse
	// them or because they do not come from untag.
	stored bool
}

// kinds returns the kinds of events. Most remove tags, a few remove nothing, and a few can
// never be acted on.
func kinds() []kind {
	return []kind{
		{name: "won", share: 430, module: "Deals", body: `{"module":"Deals","id":%q,"stage":"won","paid":false}`, tags: []string{"In progress"}},
		{name: "paid", share: 200, module: "Deals", body: `{"module":"Deals","id":%q,"stage":"open","paid":true}`, tags: []string{"Payment due"}},
		{name: "both", share: 130, module: "Deals", body: `{"module":"Deals","id":%q,"stage":"won","paid":true}`, tags: []string{"In progress", "Payment due"}},
		{name: "contact", share: 130, module: "Contacts", body: `{"module":"Contacts","id":%q,"paid":true}`, tags: []string{"Payment due"}},
		{name: "other", share: 60, module: "Deals", body: `{"module":"Deals","id":%q,"stage":"open","paid":false}`},
		{name: "gone", share: 20, body: `{"module":"Contacts","id":%q,"paid":true}`},
		{name: "forbidden", share: 10, module: "Leads", body: `{"module":"Leads","id":%q}`, code: "NO_PERMISSION", rule: "lead-lost"},
		{name: "undecided", share: 10, module: "Cases", body: `{"module":"Cases","id":%q,"amount":"a lot"}`, code: "RULE_ERROR", rule: "large-case"},
		{name: "unreadable", share: 5, body: `{"module":"Deals","id":%q`, code: "UNREADABLE", stored: true},
		{name: "foreign", share: 5, body: `%q is not untag's`, code: "UNREADABLE", stored: true},
	}
}

// manyRecords is the number of records of the event that takes many calls.
const manyRecords = 5000

// extras returns the kinds that have one event each.
func extras() []kind {
	// The pattern takes some thousand steps for each character of the text.
	pattern := strings.Repeat("(a?){900}", 10) + "b"
	return []kind{
		{name: "many", module: "Campaigns", tags: []string{"Running"}},
		{name: "poisonous", module: "Tasks", body: `{"module":"Tasks","id":%q,"text":"` + strings.Repeat("a", 50_000) + `","pattern":"` + pattern + `"}`,
			code: "TOO_COSTLY", rule: "task-matches"},
		{name: "renamed", module: "Contacts", body: `{"module":"Contacts","id":%q,"paid":true}`, code: "UNKNOWN_SOURCE", stored: true},
	}
}

// carried returns the tags that every record of a module has at the beginning.
func carried(module string) []any {
	switch module {
	case "Deals":
		return []any{"In progress", "Payment due", "VIP"}
	case "Contacts":
		return []any{"Payment due", "VIP"}
	case "Leads":
		return []any{"New", "VIP"}
	case "Campaigns":
		return []any{"Running", "VIP"}
	}
	return []any{"Urgent", "VIP"}
}

// draw returns the kind that a number below 1,000 selects.
func draw(list []kind, n int) kind {
	for _, k := range list {
		if n < k.share {
			return k
		}
		n -= k.share
	}
	panic(fmt.Sprint("the shares of the kinds are not 1,000: ", n))
}
