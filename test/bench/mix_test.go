package bench_test

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/webhook"
	"untag/internal/zoho"
)

// mixedRules has rules with one tag and with several, tag names with a value of the event,
// rules that share tags and records, patterns, `where` and `find`.
const mixedRules = `
version: 1
sources: {zoho: {verify: token}, billing: {verify: aws, eventbridge: com.example.billing}}
rules:
  - name: deal-closed
    on: zoho
    when: event.module == "Deals" && event.Stage in ["Closed Won", "Closed Lost"]
    record: {module: Deals, id: event.id}
    remove: [In progress]
  - name: deal-won
    on: zoho
    when: event.module == "Deals" && event.Stage == "Closed Won"
    record: {module: Deals, id: event.id}
    remove: [Negotiation, Needs approval]
  - name: large-deal
    on: zoho
    when: event.module == "Deals" && event.Amount > 10000
    record: {module: Deals, id: event.id}
    remove: [Needs approval, "Team ${event.Team}"]
  - name: deal-lost
    on: zoho
    when: event.module == "Deals" && event.Stage == "Closed Lost"
    record: {module: Deals, id: event.id}
    remove: ["Phase *"]
    keep: [Phase VIP]
  - name: lead-contacted
    on: zoho
    when: event.module == "Leads" && event.Lead_Status != "Not Contacted"
    record: {module: Leads, id: event.id}
    remove: [New]
  - name: lead-qualified
    on: zoho
    when: event.module == "Leads" && event.Lead_Status == "Qualified"
    record: {module: Leads, id: event.id}
    remove: [New, Call back, Newsletter]
  - name: case-closed
    on: zoho
    when: event.module == "Cases" && event.Status == "Closed"
    record: {module: Cases, id: event.id}
    remove: [Waiting, "Release ${event.Release}"]
  - name: invoice-paid
    on: billing
    when: event.type == "invoice.paid"
    record: {module: Contacts, id: event.contact}
    remove: [Payment due]
  - name: account-settled
    on: billing
    when: event.type == "invoice.paid" && event.balance == 0
    record: {module: Contacts, id: event.contact}
    where: record.Blocked == false
    remove: [Payment due, Dunning]
  - name: subscriber-paid
    on: billing
    when: event.type == "subscription.paid"
    record: {module: Contacts, find: {email: event.email}}
    remove: [Payment due]
`

func loadRules(b *testing.B, file string) *rules.Rules {
	set, faults := rules.Load([]byte(file))
	if set == nil {
		b.Fatal(faults)
	}
	return set
}

// need is what must be removed: the tags, by module and record.
type need map[string]map[string][]string

func (n need) add(module, id string, tags ...string) {
	if n[module] == nil {
		n[module] = make(map[string][]string)
	}
	for _, tag := range tags {
		if !slices.Contains(n[module][id], tag) {
			n[module][id] = append(n[module][id], tag)
		}
	}
}

// mixed is an event of the mix, with what mixedRules should remove because of it, worked
// out without the rules.
type mixed struct {
	source string
	body   []byte
	event  event.Event
	add    func(need)
}

// mixOfEvents returns n events about fewer than n records, so that several rules and
// several events concern the same record. The same n always returns the same events.
func mixOfEvents(b *testing.B, n int) []mixed {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	list := make([]mixed, n)
	for i := range list {
		list[i] = mixedEvent(random, fmt.Sprintf("57257670000%08d", random.IntN(n)))
		list[i].event = parsed(b, fmt.Sprint("e", i), list[i])
	}
	return list
}

func mixedEvent(random *rand.Rand, id string) mixed {
	pick := func(list ...string) string { return list[random.IntN(len(list))] }
	switch pick("Deals", "Deals", "Deals", "Leads", "Leads", "Cases", "billing", "billing", "subscription") {
	case "Deals":
		stage, team, amount := pick("Closed Won", "Closed Lost", "Proposal"), pick("North", "South", "West"), random.IntN(20_000)
		return zohoEvent("Deals", id, map[string]any{"Stage": stage, "Team": team, "Amount": amount}, func(n need) {
			if stage != "Proposal" {
				n.add("Deals", id, "In progress")
			}
			if stage == "Closed Won" {
				n.add("Deals", id, "Negotiation", "Needs approval")
			}
			if amount > 10_000 {
				n.add("Deals", id, "Needs approval", "Team "+team)
			}
			if stage == "Closed Lost" {
				n.add("Deals", id, phaseOf(id))
			}
		})
	case "Leads":
		status := pick("Not Contacted", "Contacted", "Qualified")
		return zohoEvent("Leads", id, map[string]any{"Lead_Status": status}, func(n need) {
			if status != "Not Contacted" {
				n.add("Leads", id, "New")
			}
			if status == "Qualified" {
				n.add("Leads", id, "Call back", "Newsletter")
			}
		})
	case "Cases":
		status, release := pick("Closed", "Closed", "Open"), pick("1.0", "1.1", "2.0")
		return zohoEvent("Cases", id, map[string]any{"Status": status, "Release": release}, func(n need) {
			if status == "Closed" {
				n.add("Cases", id, "Waiting", "Release "+release)
			}
		})
	case "billing":
		balance := random.IntN(2)
		return billingEvent(map[string]any{"type": "invoice.paid", "contact": id, "balance": balance}, func(n need) {
			n.add("Contacts", id, "Payment due")
			if balance == 0 && !blocked(id) {
				n.add("Contacts", id, "Dunning")
			}
		})
	default:
		return billingEvent(map[string]any{"type": "subscription.paid", "email": emailOf(id)}, func(n need) {
			n.add("Contacts", id, "Payment due")
		})
	}
}

func zohoEvent(module, id string, fields map[string]any, add func(need)) mixed {
	fields["module"], fields["id"] = module, id
	return mixed{source: "zoho", body: padded(fields), add: add}
}

func billingEvent(fields map[string]any, add func(need)) mixed {
	return mixed{source: "billing", body: padded(fields), add: add}
}

// padded returns the event with the other fields that a CRM sends, about 1 KiB in total.
func padded(fields map[string]any) []byte {
	for i := range 17 {
		fields[fmt.Sprintf("Field_%02d", i)] = strings.Repeat("value ", 6)
	}
	fields["Owner"] = map[string]any{"id": 5725767000000524001, "name": "Ada", "active": true, "teams": []any{"North", "South"}}
	text, _ := json.Marshal(fields)
	return text
}

func parsed(b *testing.B, id string, m mixed) event.Event {
	ev, err := webhook.Parse(event.Delivery{ID: id, Source: m.source, ContentType: "application/json", Body: m.body})
	if err != nil {
		b.Fatal(err)
	}
	return ev
}

// freeCRM answers at once, as if every record existed and had the tags in question, and
// records the calls.
type freeCRM struct {
	mu                sync.Mutex
	removals          []removeCall
	records, searches int
}

type removeCall struct {
	module    string
	ids, tags []string
}

// The content of a CRM record follows from its id.
func phaseOf(id string) string { return "Phase " + string('1'+id[len(id)-1]%2) }
func blocked(id string) bool   { return id[len(id)-2] < '3' }
func emailOf(id string) string { return "c" + id + "@example.com" }
func idOfEmail(at string) string {
	return strings.TrimSuffix(strings.TrimPrefix(at, "c"), "@example.com")
}

func (c *freeCRM) RemoveTags(_ context.Context, module string, ids, tags []string) ([]zoho.Removal, error) {
	c.mu.Lock()
	c.removals = append(c.removals, removeCall{module, ids, tags})
	c.mu.Unlock()
	list := make([]zoho.Removal, len(ids))
	for i, id := range ids {
		list[i].ID = id
	}
	return list, nil
}

func (c *freeCRM) Records(_ context.Context, _ string, ids, _ []string) ([]zoho.Record, error) {
	c.mu.Lock()
	c.records++
	c.mu.Unlock()
	list := make([]zoho.Record, len(ids))
	for i, id := range ids {
		list[i] = zoho.Record{"id": id, "Blocked": blocked(id), "Tag": []any{
			map[string]any{"name": phaseOf(id)}, map[string]any{"name": "Phase VIP"},
			map[string]any{"name": "Payment due"}, map[string]any{"name": "Dunning"},
		}}
	}
	return list, nil
}

func (c *freeCRM) Search(_ context.Context, _ string, s zoho.Search) (zoho.SearchResult, error) {
	c.mu.Lock()
	c.searches++
	c.mu.Unlock()
	return zoho.SearchResult{Records: []zoho.Record{{"id": idOfEmail(s.Email), "Email": s.Email}}}, nil
}
