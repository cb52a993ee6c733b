package handler_test

import (
	"bytes"
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"untag/functions/removetags/handler"
	"untag/internal/audit"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/webhook"
	"untag/internal/zoho"
)

// auditedCRM has two deals, one of which lacks a tag, and refuses to touch the third.
type auditedCRM struct{ removed []string }

func (c *auditedCRM) RemoveTags(_ context.Context, _ string, ids, tags []string) ([]zoho.Removal, error) {
	var list []zoho.Removal
	for _, id := range ids {
		if id == "3" {
			list = append(list, zoho.Removal{ID: id, Err: &zoho.Error{Operation: "remove tags", Status: 200, Code: "RECORD_LOCKED", Record: id}})
			continue
		}
		c.removed = append(c.removed, id+": "+strings.Join(tags, ", "))
		list = append(list, zoho.Removal{ID: id, Tags: []string{}})
	}
	return list, nil
}

func (c *auditedCRM) Records(_ context.Context, _ string, ids, _ []string) ([]zoho.Record, error) {
	var list []zoho.Record
	for _, id := range ids {
		tags := []any{"In progress", "Old"}
		if id == "2" {
			tags = []any{"Old"}
		}
		list = append(list, zoho.Record{"id": id, "Tag": tags})
	}
	return list, nil
}

func (c *auditedCRM) Search(context.Context, string, zoho.Search) (zoho.SearchResult, error) {
	return zoho.SearchResult{}, nil
}

// audited invokes a function directly and returns what it took off and its audit.
func audited(t *testing.T, mode string, c pipeline.Config) (removed []string, lines []audit.Line, answer string) {
	t.Helper()
	set, faults := rules.Load([]byte(`version: 1
sources: {own: {verify: aws}}
rules:
  - name: deal-closed
    on: own
    when: event.Stage == "Closed Won"
    record: {module: Deals, id: event.ids}
    remove: [In progress]
` + mode))
	if set == nil {
		t.Fatal(faults)
	}
	crm := new(auditedCRM)
	c.Rules, c.CRM = set, crm
	var log, auditLog bytes.Buffer
	h := handler.New(handler.Config{
		Rules: set, Receiver: webhook.New(webhook.Config{Sources: set.Sources()}), Pipeline: pipeline.New(c), ReadFirst: c.ReadFirst,
		Log: slog.New(slog.NewJSONHandler(&log, nil)), Audit: slog.New(slog.NewJSONHandler(&auditLog, nil)),
	})
	out, err := h.Invoke(t.Context(), []byte(`{"source":"own","event":{"Stage":"Closed Won","ids":["1","2","3"],"note":"hush"}}`))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(auditLog.String(), "hush") {
		t.Errorf("the audit shows the event:\n%s", auditLog.String())
	}
	for text := range strings.Lines(auditLog.String()) {
		var l struct {
			audit.Line
			Msg string `json:"msg"`
		}
		if err := json.Unmarshal([]byte(text), &l); err != nil {
			t.Fatal(err)
		}
		if l.Msg != audit.Message || l.Time.IsZero() || l.EventID == "" || l.Rules != set.Version() || len(l.Rules) != 12 {
			t.Errorf("a line of the audit: %s", text)
		}
		lines = append(lines, l.Line)
	}
	return crm.removed, lines, string(out)
}

// TestAudit: each removal has a line, with what Zoho answered; so has one that Zoho refused, as
// nothing else tells of it.
func TestAudit(t *testing.T) {
	line := func(id, mode string, removed []string, seen bool, answer string) audit.Line {
		return audit.Line{Mode: mode, Source: "own", Rule: "deal-closed", Module: "Deals", RecordID: id, Asked: []string{"In progress"}, Removed: removed, Seen: seen, Answer: answer}
	}
	off, none := []string{"In progress"}, []string{}
	tests := map[string]struct {
		mode    string
		config  pipeline.Config
		removed []string
		lines   []audit.Line
	}{
		"as usual": {"", pipeline.Config{}, []string{"1: In progress", "2: In progress"},
			[]audit.Line{line("1", "remove", off, false, "SUCCESS"), line("2", "remove", off, false, "SUCCESS"), line("3", "remove", none, false, "RECORD_LOCKED")}},
		"read first": {"", pipeline.Config{ReadFirst: true}, []string{"1: In progress"},
			[]audit.Line{line("1", "remove", off, true, "SUCCESS"), line("3", "remove", none, false, "RECORD_LOCKED")}},
		"a rule that is watched": {"    mode: observe\n", pipeline.Config{}, nil, []audit.Line{line("1", "observe", none, true, ""), line("3", "observe", none, true, "")}},
		"a dry run":              {"", pipeline.Config{DryRun: true}, nil, []audit.Line{line("1", "observe", none, true, ""), line("3", "observe", none, true, "")}},
		"the usual mode":         {"    mode: remove\n", pipeline.Config{DryRun: true}, nil, []audit.Line{line("1", "observe", none, true, ""), line("3", "observe", none, true, "")}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			removed, lines, answer := audited(t, tt.mode, tt.config)
			if diff := cmp.Diff(tt.removed, removed); diff != "" {
				t.Errorf("removed: -want +got\n%s", diff)
			}
			if diff := cmp.Diff(tt.lines, lines, cmpopts.IgnoreFields(audit.Line{}, "Time", "Message", "EventID", "Rules")); diff != "" {
				t.Errorf("audit: -want +got\n%s", diff)
			}
			if watched := strings.Contains(answer, `"observed":[{"rule":"deal-closed","module":"Deals","id":"1","tags":["In progress"]}`); watched == (tt.removed != nil) {
				t.Errorf("answer %s", answer)
			}
		})
	}
}

// TestAuditOfFurtherAttempts: what untag itself tries again has no line until it is done, so that
// an outage does not fill the log.
func TestAuditOfFurtherAttempts(t *testing.T) {
	set, faults := rules.Load([]byte(`version: 1
sources: {zoho: {verify: token}}
rules: [{name: r, on: zoho, when: event.id != "", record: {module: Deals, id: event.id}, remove: [In progress]}]
`))
	if set == nil {
		t.Fatal(faults)
	}
	var log bytes.Buffer
	h := handler.New(handler.Config{
		Rules: set, Receiver: webhook.New(webhook.Config{Sources: set.Sources()}), Pipeline: pipeline.New(pipeline.Config{Rules: set, CRM: new(auditedCRM)}),
		EventQueueARN: eventsARN, Messages: new(fakeMessages), Audit: slog.New(slog.NewJSONHandler(&log, nil)),
	})
	batch, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{stored(t, "1", "", `{"id":"1"}`), stored(t, "3", "", `{"id":"3"}`)}})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Invoke(t.Context(), batch); err != nil {
		t.Fatal(err)
	}
	if lines := strings.Count(log.String(), "\n"); lines != 1 || !strings.Contains(log.String(), `"record_id":"1"`) {
		t.Errorf("%d lines, want one of the record that is done:\n%s", lines, log.String())
	}
}
