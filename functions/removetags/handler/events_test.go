package handler_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/functions/removetags/handler"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/webhook"
	"untag/internal/zoho"
	"untag/internal/zohoauth"
)

const samples = "../../../events"

// starter returns the function with the starter rules, the secrets of events/secrets, and a
// sandbox with the records of events/crm.yaml.
func starter(t *testing.T) (*handler.Handler, *sandbox.Sandbox) {
	t.Helper()
	text, err := os.ReadFile("../../../test/starter/rules.yaml")
	if err != nil {
		t.Fatal(err)
	}
	set, faults := rules.Load(text)
	if len(faults) > 0 {
		t.Fatalf("rules.yaml: %v", faults)
	}
	data, err := os.ReadFile(filepath.Join(samples, "crm.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	records, err := sandbox.ParseRecords(data)
	if err != nil {
		t.Fatal(err)
	}
	crm := sandbox.New(sandbox.Config{Records: records})
	server := httptest.NewServer(crm)
	t.Cleanup(server.Close)
	credentials := zohoauth.Credentials(crm.Credentials())
	client, err := zoho.New(zoho.Config{APIURL: server.URL, Tokens: zoho.NewTokens(zoho.NewMinter(zoho.MinterConfig{
		AccountsURL: server.URL,
		Credentials: func(context.Context) (zohoauth.Credentials, error) { return credentials, nil },
	}))})
	if err != nil {
		t.Fatal(err)
	}
	return handler.New(handler.Config{
		Rules: set,
		Receiver: webhook.New(webhook.Config{Sources: set.Sources(), Secrets: secretsOf{
			"zoho": {"untag-demo-token"}, "github": {"untag-demo-github-secret"},
		}, AllowDemo: true}),
		Pipeline:      pipeline.New(pipeline.Config{Rules: set, CRM: client}),
		EventQueueARN: eventsARN,
		Log:           slog.New(slog.DiscardHandler),
	}), crm
}

// took is a tag that was removed from a record.
type took struct{ Module, ID, Tag string }

func TestEveryEvent(t *testing.T) {
	const deal = "5725767000000524"
	closedDeal := func(n string) []took { return []took{{"Deals", deal + n, "In progress"}} }
	expected := map[string][]took{
		"alb.json": closedDeal("110"), "alb-multi-value.json": closedDeal("111"), "direct.json": closedDeal("114"),
		"eventbridge.json":   {{"Contacts", deal + "201", "Payment due"}},
		"function-url.json":  closedDeal("109"),
		"github-issues.json": {{"Cases", deal + "401", "Waiting for fix"}},
		"http-api.json":      closedDeal("108"), "rest-api.json": closedDeal("107"),
		"sqs-batch.json": {
			{"Deals", deal + "112", "In progress"}, {"Deals", deal + "113", "In progress"}, {"Contacts", deal + "202", "Payment due"},
		},
		"zoho-deal-open.json": nil, "zoho-notification.json": closedDeal("105"),
		"zoho-workflow-form.json": closedDeal("102"), "zoho-workflow-json.json": closedDeal("101"),
		"zoho-workflow-multipart.json": closedDeal("103"), "zoho-workflow-query.json": closedDeal("104"),
	}
	files, err := filepath.Glob(filepath.Join(samples, "*.json"))
	if err != nil || len(files) != len(expected) {
		t.Fatalf("%d events and %d expected outcomes: every event has one", len(files), len(expected))
	}
	for _, file := range files {
		name := filepath.Base(file)
		t.Run(name, func(t *testing.T) {
			want, ok := expected[name]
			if !ok {
				t.Fatal("the event has no expected outcome")
			}
			payload, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			h, crm := starter(t)
			answer, err := h.Invoke(t.Context(), payload)
			if err != nil {
				t.Fatal(err)
			}
			var response struct {
				StatusCode        int   `json:"statusCode"`
				BatchItemFailures []any `json:"batchItemFailures"`
			}
			if err := json.Unmarshal(answer, &response); err != nil || response.StatusCode > 299 || len(response.BatchItemFailures) > 0 {
				t.Fatalf("answer = %s", answer)
			}
			var got []took
			for _, entry := range crm.Journal() {
				for _, tag := range entry.Tags {
					got = append(got, took{entry.Module, entry.ID, tag})
				}
			}
			// The calls of a batch are made at the same time, in any order.
			byID := func(a, b took) int { return strings.Compare(a.ID, b.ID) }
			slices.SortFunc(got, byID)
			slices.SortFunc(want, byID)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("removed tags: -want +got\n%s", diff)
			}
		})
	}
}
