package rulesdiff_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"untag/internal/event"
	"untag/internal/queue"
	"untag/internal/rules"
	"untag/internal/rulesdiff"
	"untag/internal/sandbox"
)

// versions returns two versions of rules, whose list of rules is given.
func versions(t testing.TB, crm *sandbox.Sandbox, older, newer string) (a, b rulesdiff.Version) {
	t.Helper()
	for i, text := range []string{older, newer} {
		set, faults := rules.Load([]byte("version: 1\nsources: {desk: {verify: aws}}\nrules:\n" + text))
		if set == nil {
			t.Fatal(faults)
		}
		version, err := rulesdiff.NewVersion(set, crm, "")
		if err != nil {
			t.Fatal(err)
		}
		if i == 0 {
			a = version
		} else {
			b = version
		}
	}
	return a, b
}

// rule returns a rule of the file.
func rule(name, on, when, record, remove string) string {
	return fmt.Sprintf("  - {name: %s, on: %s, when: '%s', record: {module: Deals, %s}, remove: [%s]}\n", name, on, when, record, remove)
}

// direct returns an invocation with an event of the desk.
func direct(body string) string { return `{"source":"desk","event":` + body + `}` }

// stored returns an event of the desk as it is stored in the queue.
func stored(t *testing.T, body string) string {
	t.Helper()
	text, err := queue.Encode(event.Delivery{
		ID: "e1", Source: "desk", Proof: "aws", Time: time.Date(2026, 7, 1, 0, 0, 0, 0, time.UTC), ContentType: "application/json", Body: []byte(body),
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestPayload(t *testing.T) {
	paid := rule("paid", "desk", `event.status == "paid"`, "id: event.deal", "A, B")
	find := func(by, tags string) string {
		return rule("found", "desk", "true", "find: {email: "+by+"}", tags)
	}
	const paidEvent = `{"status":"paid","deal":"1","mail":"ada@example.com","other":"bob@example.com"}`
	removal := func(rule, id, tag string) rulesdiff.Removal {
		return rulesdiff.Removal{Rule: rule, Module: "Deals", ID: id, Tag: tag}
	}
	crm := sandbox.New(sandbox.Config{Records: sandbox.Records{"Deals": {
		{"id": "7", "Email": "ada@example.com", "Tag": []any{"A"}}, {"id": "8", "Email": "bob@example.com", "Tag": []any{"A"}},
	}}})
	for name, tt := range map[string]struct {
		older, newer string
		crm          *sandbox.Sandbox
		want         rulesdiff.Difference
	}{
		"the same":               {paid, paid, nil, rulesdiff.Difference{}},
		"by another rule":        {paid, rule("done", "desk", "true", "id: event.deal", "A, B"), nil, rulesdiff.Difference{}},
		"by two rules":           {paid, rule("a", "desk", "true", "id: event.deal", "A") + rule("b", "desk", "true", "id: event.deal", "B"), nil, rulesdiff.Difference{}},
		"a tag less":             {paid, rule("paid", "desk", "true", "id: event.deal", "A"), nil, rulesdiff.Difference{NoLonger: []rulesdiff.Removal{removal("paid", "1", "B")}}},
		"of two, one still does": {paid + rule("all", "desk", "true", "id: event.deal", "A, B"), paid, nil, rulesdiff.Difference{}},
		"a rule that recovers": {rule("paid", "desk", "event.deal + 1 == 2", "id: event.deal", "A"), rule("paid", "desk", "true", "id: event.deal", "A"), nil,
			rulesdiff.Difference{Newly: []rulesdiff.Removal{removal("paid", "1", "A")}, Recovered: []rulesdiff.RuleNote{{Rule: "paid"}}}},
		"another address, without records": {find("event.mail", "A"), find("event.other", "A"), nil, rulesdiff.Difference{Depends: []rulesdiff.RuleNote{{Rule: "found"}, {Rule: "found"}}}},
		"the same address in other words":  {find("event.mail", "A"), find("lower(event.mail)", "A"), nil, rulesdiff.Difference{}},
		"another address, with records": {find("event.mail", "A"), find("event.other", "A"), crm,
			rulesdiff.Difference{Newly: []rulesdiff.Removal{removal("found", "8", "A")}, NoLonger: []rulesdiff.Removal{removal("found", "7", "A")}}},
		"found by another way, with records": {find("event.mail", "A"), rule("found", "desk", "true", "find: {criteria: {Email: event.mail}}", "A"), crm, rulesdiff.Difference{}},
	} {
		t.Run(name, func(t *testing.T) {
			older, newer := versions(t, tt.crm, tt.older, tt.newer)
			for _, payload := range []string{direct(paidEvent), stored(t, paidEvent)} {
				got, err := rulesdiff.Payload(t.Context(), []byte(payload), older, newer)
				if err != nil || len(got) != 1 {
					t.Fatalf("Payload = %v, %v", got, err)
				}
				wording := cmpopts.IgnoreFields(rulesdiff.RuleNote{}, "Message")
				if diff := cmp.Diff(tt.want, got[0], wording, cmpopts.IgnoreUnexported(rulesdiff.Difference{})); diff != "" {
					t.Errorf("of %s:\n%s", payload, diff)
				}
			}
		})
	}
}

// BenchmarkPayload is for one event, of which a rule reads the record.
func BenchmarkPayload(b *testing.B) {
	crm := sandbox.New(sandbox.Config{Records: sandbox.Records{"Deals": {{"id": "7", "Email": "ada@example.com", "Tag": []any{"A"}}}}})
	text := rule("found", "desk", "true", "find: {email: event.mail}", "A")
	older, newer := versions(b, crm, text, text+"\n")
	for b.Loop() {
		if _, err := rulesdiff.Payload(b.Context(), []byte(direct(`{"mail":"ada@example.com"}`)), older, newer); err != nil {
			b.Fatal(err)
		}
	}
}
