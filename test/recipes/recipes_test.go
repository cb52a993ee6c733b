// Package recipes_test runs every recipe of docs/recipes: its rules and their tests, and its
// webhook, from the signed HTTP request to the tag that leaves the record of a simulated Zoho.
package recipes_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
	"untag/internal/rules"
	"untag/internal/ruletest"
	"untag/internal/send"
	"untag/internal/webhook"
)

const folder = "../../docs/recipes"

// recipe is a folder of docs/recipes, and the request that it is about.
type recipe struct {
	source, body string
	// as is the sender that signs the body, "" if the request carries the secret itself, where
	// the headers, the query or the body have SECRET.
	as string
	credential
	query   string
	headers map[string]string
	// removes are the tags that the webhook removes, by module and record.
	removes map[string]map[string][]string
}

func contact(id string, tags ...string) map[string]map[string][]string {
	return map[string]map[string][]string{"Contacts": {"5725767000000524" + id: tags}}
}

func deal(id string, tags ...string) map[string]map[string][]string {
	return map[string]map[string][]string{"Deals": {"5725767000000524" + id: tags}}
}

// recipes returns all recipes, by the names of their folders.
func recipes(t *testing.T) map[string]recipe {
	const formType = "application/x-www-form-urlencoded"
	topic := map[string]string{"X-Shopify-Topic": "orders/paid"}
	signers := contact("207", "Contract pending")
	signers["Contacts"]["5725767000000524208"] = []string{"Contract pending"}
	all := map[string]recipe{
		"calendly-booked":     {source: "calendly", body: "invitee.json", as: "calendly", removes: map[string]map[string][]string{"Leads": {"5725767000000524301": {"Call back"}}}},
		"docusign-completed":  {source: "docusign", body: "envelope.json", as: "docusign", removes: deal("157", "Waiting for signature")},
		"sendgrid-bounced":    {source: "sendgrid", body: "events.json", as: "sendgrid", removes: contact("209", "Newsletter")},
		"shopify-order-paid":  {source: "shopify", body: "order.json", as: "shopify", headers: topic, removes: contact("203", "Open cart")},
		"stripe-invoice-paid": {source: "stripe", body: "invoice.json", as: "stripe", removes: contact("201", "Payment due")},
		"mailchimp-unsubscribed": {
			source: "mailchimp", body: "unsubscribe.form", query: "token=SECRET",
			headers: map[string]string{"Content-Type": formType}, removes: contact("206", "Newsletter"),
		},
		"typeform-hidden-field":   {source: "typeform", body: "response.json", as: "typeform", removes: contact("204", "Survey sent")},
		"zendesk-solved":          {source: "zendesk", body: "ticket.json", as: "zendesk", removes: map[string]map[string][]string{"Cases": {"5725767000000524401": {"Waiting for us"}}}},
		"zoho-billing-paid":       {source: "billing", body: "payment.json", as: "zoho-finance", removes: contact("212", "Payment due")},
		"zoho-crm-notification":   {source: "zoho", body: "notification.json", removes: deal("105", "In progress")},
		"zoho-desk-ticket-closed": {source: "desk", body: "tickets.json", as: "zoho-desk", removes: contact("213", "Open ticket")},
		"zoho-payments-succeeded": {source: "payments", body: "payment.json", as: "zoho-payments", removes: deal("157", "Down payment due")},
		"zoho-projects-task-closed": {
			source: "projects", body: "task.form", as: "zoho-projects",
			removes: map[string]map[string][]string{"Accounts": {"5725767000000524501": {"Onboarding"}}},
		},
		"zoho-sign-completed": {source: "sign", body: "request.json", as: "zoho-sign", removes: signers},
		"zoho-crm-workflow": {
			source: "zoho", body: "deal.form", headers: map[string]string{"X-Webhook-Token": "SECRET", "Content-Type": formType},
			removes: deal("157", "Discount pending", "Stage: Negotiation"),
		},
	}
	for name, r := range all {
		r.credential = credentialOf(t, r)
		all[name] = r
	}
	return all
}

func read(t *testing.T, path ...string) []byte {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(append([]string{folder}, path...)...))
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// Every folder has a request in this test.
func TestEveryRecipeIsTested(t *testing.T) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	index := string(read(t, "README.md"))
	for _, entry := range entries {
		if !entry.IsDir() {
			continue
		}
		if _, tested := recipes(t)[entry.Name()]; !tested {
			t.Errorf("docs/recipes/%s has no request in this test", entry.Name())
		}
		if !strings.Contains(index, "("+entry.Name()+"/README.md)") {
			t.Errorf("docs/recipes/README.md does not list %s", entry.Name())
		}
	}
}

func TestRulesOfRecipes(t *testing.T) {
	for name := range recipes(t) {
		t.Run(name, func(t *testing.T) {
			if set, findings := rules.Load(read(t, name, "rules.yaml")); set == nil || len(findings) > 0 {
				t.Fatalf("rules.yaml: %v", findings)
			}
			var out bytes.Buffer
			if err := ruletest.Run(t.Context(), &out, []string{filepath.Join(folder, name, "rules_test.yaml")}, ruletest.Options{}); err != nil {
				t.Errorf("rules_test.yaml: %v\n%s", err, out.String())
			}
		})
	}
}

func TestWebhooksOfRecipes(t *testing.T) {
	for name, r := range recipes(t) {
		t.Run(name, func(t *testing.T) {
			f := newFunction(t, name, r)
			for fault, altered := range r.alterations(t, name) {
				before := f.removed()
				if status := f.invoke(t, altered); status != http.StatusUnauthorized || !cmp.Equal(before, f.removed()) {
					t.Errorf("with one byte of %s changed: status %d, removed %v; want 401 and nothing removed", fault, status, f.removed())
				}
			}
			if status := f.invoke(t, r.request(t, name)); status != http.StatusOK {
				t.Fatalf("status %d", status)
			}
			if diff := cmp.Diff(r.removes, f.removed()); diff != "" {
				t.Errorf("tags removed: -want +got\n%s", diff)
			}
			for module, records := range r.removes {
				for id, tags := range records {
					left, found := f.crm.Tags(module, id)
					if !found || slices.ContainsFunc(tags, func(tag string) bool { return slices.Contains(left, tag) }) {
						t.Errorf("%s %s still has the tags %q", module, id, left)
					}
				}
			}
		})
	}
}

func TestRecipesThroughTheQueue(t *testing.T) {
	for name, r := range recipes(t) {
		t.Run(name, func(t *testing.T) {
			q := new(stored)
			receives := newFunction(t, name, r, func(c *handler.Config) { c.Pipeline, c.Queue = nil, q })
			if status := receives.invoke(t, r.request(t, name)); status/100 != 2 || len(q.list) == 0 {
				t.Fatalf("status %d with %d events stored", status, len(q.list))
			}
			acts := newFunction(t, name, r, func(c *handler.Config) {
				c.Receiver, c.EventQueueARN = webhook.New(webhook.Config{Sources: c.Rules.Sources()}), queueARN
			})
			batch, err := json.Marshal(q.batch(t))
			if err != nil {
				t.Fatal(err)
			}
			if answer, err := acts.Invoke(t.Context(), batch); err != nil || string(answer) != `{"batchItemFailures":[]}` {
				t.Errorf("the worker answers %s, %v", answer, err)
			}
			if diff := cmp.Diff(r.removes, acts.removed()); diff != "" {
				t.Errorf("tags removed: -want +got\n%s", diff)
			}
		})
	}
}

// QuickBooks sends a list of CloudEvents, signed as a whole.
func TestQuickBooks(t *testing.T) {
	const set = `
version: 1
sources: {quickbooks: {verify: quickbooks}}
rules:
  - name: paid
    on: quickbooks
    when: event.type == "qbo.payment.created.v1"
    record: {module: Contacts, find: {criteria: {QuickBooks_Payment: event.intuitentityid}}}
    remove: [Payment due]
`
	loaded, findings := rules.Load([]byte(set))
	if len(findings) > 0 {
		t.Fatal(findings)
	}
	cloud := func(id, kind, entity string) string {
		return `{"specversion":"1.0","id":"` + id + `","source":"intuit.example","type":"` + kind + `","datacontenttype":"application/json",` +
			`"time":"2026-03-02T10:15:30Z","intuitentityid":"` + entity + `","intuitaccountid":"310687","data":{}}`
	}
	body := []byte("[" + cloud("1", "qbo.customer.updated.v1", "8") + "," + cloud("2", "qbo.payment.created.v1", "9") + "]")
	signed, err := send.Delivery{
		As: "quickbooks", Secret: secret, URL: "https://hooks.example.com/webhooks/quickbooks", File: "events.json", Body: body, At: time.Now(),
	}.Request(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	r := webhook.New(webhook.Config{Sources: loaded.Sources(), Secrets: secrets{"quickbooks": {secret}}})
	got, err := r.Receive(t.Context(), webhook.Request{Source: "quickbooks", Method: "POST", Header: signed.Header, Body: webhook.Bytes(body)})
	if err != nil {
		t.Fatal(err)
	}
	var fired []string
	for _, d := range got.Deliveries {
		ev, err := webhook.Parse(d)
		if err != nil {
			t.Fatal(err)
		}
		fired = append(fired, ev.DeliveryID+": "+ev.Fields["type"].(string))
	}
	if diff := cmp.Diff([]string{"1: qbo.customer.updated.v1", "2: qbo.payment.created.v1"}, fired); diff != "" {
		t.Errorf("events: -want +got\n%s", diff)
	}
}

// Mailchimp checks the URL when it is entered: with the token, and not without.
func TestMailchimpChecksTheURL(t *testing.T) {
	r := recipes(t)["mailchimp-unsubscribed"]
	f := newFunction(t, "mailchimp-unsubscribed", r)
	for query, want := range map[string]int{"token=" + secret: http.StatusOK, "token=" + secret + "x": http.StatusUnauthorized, "": http.StatusUnauthorized} {
		if status := f.invoke(t, request{method: "GET", source: r.source, query: query}); status != want {
			t.Errorf("GET with the query %q = %d, want %d", query, status, want)
		}
	}
	if removed := f.removed(); len(removed) > 0 {
		t.Errorf("removed %v", removed)
	}
}
