package handler_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/functions/removetags/handler"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

// costlyRules have a rule that can take hours for some events.
const costlyRules = testRules + `
  - name: pattern
    on: zoho
    when: event.text matches event.pattern
    record: {module: Deals, id: event.id}
    remove: [In progress]
`

var costlyEvent = fmt.Sprintf(`{"id":%q,"text":%q,"pattern":%q}`, wonDeal, strings.Repeat("a", 900_000), strings.Repeat("(a?){900}", 10)+"b")

func withCostlyRules(l *line, c *handler.Config) {
	set, _ := rules.Load([]byte(costlyRules))
	records := sandbox.Records{}
	for i := range 99 {
		records["Deals"] = append(records["Deals"], map[string]any{"id": fmt.Sprint(1000 + i), "Tag": []any{"In progress"}})
	}
	l.crm = sandbox.New(sandbox.Config{Records: records})
	l.zoho = l.crm
	c.Rules = set
	c.Pipeline = pipeline.New(pipeline.Config{Rules: set, CRM: l.client})
}

// TestSQSAnEventThatTakesTooLong: of a hundred events, only this one goes to the dead-letter
// queue, on its first receive and on a later one.
func TestSQSAnEventThatTakesTooLong(t *testing.T) {
	for _, received := range []string{"1", "2"} {
		t.Run("received "+received, func(t *testing.T) {
			m := &fakeMessages{}
			l := newLine(t, withCostlyRules, func(_ *line, c *handler.Config) { c.Messages = m })
			var batch events.SQSEvent
			for i := range 99 {
				batch.Records = append(batch.Records, stored(t, fmt.Sprint("m", i), "", closed(fmt.Sprint(1000+i))))
			}
			batch.Records = slices.Insert(batch.Records, 40, stored(t, "costly", "", costlyEvent))
			for i := range batch.Records {
				batch.Records[i].Attributes["ApproximateReceiveCount"] = received
			}
			payload, err := json.Marshal(batch)
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithTimeout(t.Context(), 8*time.Second)
			defer cancel()
			answer, err := l.Invoke(ctx, payload)
			if err != nil || string(answer) != `{"batchItemFailures":[]}` {
				t.Fatalf("Invoke = %s, %v, want no failures", answer, err)
			}
			if !slices.Equal(m.deadLetters, []string{"costly"}) || !slices.Equal(m.codes, []string{pipeline.CodeTooCostly}) || len(l.crm.Journal()) != 99 {
				t.Errorf("dead letters %v with %v after %d removals, want the costly one after the 99 others", m.deadLetters, m.codes, len(l.crm.Journal()))
			}
		})
	}
}

// TestAtOnceAnEventThatTakesTooLong: it is answered in time, and the answer names the rule.
func TestAtOnceAnEventThatTakesTooLong(t *testing.T) {
	l := newLine(t, withCostlyRules)
	payload, err := json.Marshal(post("zoho", costlyEvent, nil))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
	defer cancel()
	answer, err := l.Invoke(ctx, payload)
	if err != nil {
		t.Fatal(err)
	}
	var got response
	if err := json.Unmarshal(answer, &got); err != nil {
		t.Fatal(err)
	}
	o := got.outcome(t)
	if got.StatusCode != 502 || len(o.Failed) != 1 || o.Failed[0].Code != pipeline.CodeTooCostly || o.Failed[0].Rule != "pattern" || len(l.crm.Journal()) > 0 {
		t.Errorf("answer %d %s, want 502 and the rule", got.StatusCode, got.Body)
	}
}
