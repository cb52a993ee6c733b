package copyas_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v4"

	"untag/internal/copyas"
	"untag/internal/event"
	"untag/internal/jsonvalue"
	"untag/internal/rules"
	"untag/internal/ruletest"
	"untag/internal/sandbox"
)

const someRules = `version: 1
sources:
  shop: {verify: token}
  hub: {verify: github}
rules:
  - {name: closed, on: shop, when: event.kind == "closed", record: {module: Deals, id: event.id}, remove: [In progress, "Stage: ${event.stage}"]}
  - {name: both, on: shop, when: event.n > 3, record: {module: Deals, id: event.ids}, remove: [Big]}
  - {name: paid, on: shop, when: event.kind == "paid", record: {module: Contacts, find: {email: event.email}}, where: 'record.Owner.name != "Bot"', remove: [Payment due, "Owes *"]}
  - {name: all-paid, on: shop, when: event.kind == "paid" and query.all == "yes", record: {module: Contacts, find: {criteria: {City: event.city}, many: true}}, remove: [Local]}
  - {name: filled, on: shop, when: 'event.all == "yes" and event.kind == "all"', record: {module: Deals, id: '"11"'}, remove: [Big]}
  - {name: watched, on: shop, mode: observe, when: 'headers["x-kind"] == "deal" and event.kind == "closed"', record: {module: Deals, id: event.id}, where: record.Stage == event.stage, remove: [Watched]}
  - {name: odd, on: shop, when: 'event["odd key: #"] == "yes" and any(event.lines, .sku == "007")', record: {module: Odd_Module, id: event.id}, remove: ["a b", "yes", "007"]}
  - {name: issue, on: hub, when: 'event.action == "closed" and date(event.at) < now()', record: {module: Cases, id: event.case}, remove: [Waiting]}
`

const someRecords = `
Deals:
  - {id: "11", Stage: Won, Tag: [In progress, "Stage: Won", Watched, Big]}
  - {id: "12", Stage: Open, Tag: [Big]}
Contacts:
  - {id: "21", Email: ada@example.com, City: "007", Owner: {id: "9", name: Ann}, Tag: [Payment due, Owes 5, Local]}
  - {id: "22", Email: bob@example.com, City: "007", Owner: {id: "9", name: Bot}, Tag: [Payment due, Local]}
  - {id: "23", Email: twice@example.com, City: Rome, Tag: [Payment due]}
  - {id: "24", Email: twice@example.com, City: "yes", Note: "line\r\nbreak: #x", Tag: [Payment due]}
Odd_Module: [{id: "11"}]
Cases: []
`

func happened(t *testing.T, events ...event.Event) copyas.Happened {
	t.Helper()
	set, faults := rules.Load([]byte(someRules))
	if set == nil {
		t.Fatal(faults)
	}
	records, err := sandbox.ParseRecords([]byte(someRecords))
	if err != nil {
		t.Fatal(err)
	}
	return copyas.Happened{Rules: set, Events: events, Records: records, Now: time.Now().UTC()}
}

// fields reads an event as untag does.
func fields(t *testing.T, text string) map[string]any {
	t.Helper()
	value, err := jsonvalue.Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return value.(map[string]any)
}

// run runs copied tests, pasted into a file of tests that has one already.
func run(t *testing.T, copied string) (string, error) {
	t.Helper()
	folder := t.TempDir()
	tests := "rules: rules.yaml\ntests:\n  - name: there already\n    source: shop\n    event: {}\n    expect: {}\n    errors: []\n\n" + copied
	for name, text := range map[string]string{"rules.yaml": someRules, "rules_test.yaml": tests} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	err := ruletest.Run(t.Context(), &out, []string{filepath.Join(folder, "rules_test.yaml")}, ruletest.Options{})
	return out.String(), err
}

// copied returns the copied tests, which must pass.
func copied(t *testing.T, h copyas.Happened) string {
	t.Helper()
	text, err := copyas.Tests(t.Context(), h)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := run(t, text); err != nil {
		t.Fatalf("untag test: %v\n%s\n%s", err, out, text)
	}
	return text
}

func TestTests(t *testing.T) {
	for name, tt := range map[string]struct {
		event event.Event
		want  string
	}{
		"a removal, which needs no record": {
			event.Event{Source: "shop", Fields: fields(t, `{"kind":"closed","id":"11","stage":"Won","Amount":12.50,"note":"007"}`)},
			`  - name: 'closed: Deals 11 loses In progress, Stage: Won'
    source: shop
    event: {Amount: 12.5, id: "11", kind: closed, note: "007", stage: Won}
    expect: {Deals: {"11": [In progress, "Stage: Won"]}}
`},
		"several records, and a rule that only watches": {
			event.Event{Source: "shop", Headers: map[string]string{"x-kind": "deal", "user-agent": "x"}, Fields: fields(t, `{"kind":"closed","id":"11","stage":"Won","n":4,"ids":["11","12"]}`)},
			`  - name: 'closed: Deals 11 loses In progress, Stage: Won and 3 more'
    source: shop
    headers: {x-kind: deal}
    event: {id: "11", ids: ["11", "12"], kind: closed, "n": 4, stage: Won}
    records: {Deals: [{id: "11", Stage: Won, Tag: [In progress, "Stage: Won", Watched, Big]}]}
    expect: {Deals: {"11": [In progress, "Stage: Won", Big, Watched], "12": [Big]}}
`},
		"nothing": {
			event.Event{Source: "hub", Fields: fields(t, `{"action":"opened"}`)},
			`  - name: 'hub: nothing is removed'
    source: hub
    event: {action: opened}
    expect: {}
    unmatched: [issue]
`},
		"a record that is found": {
			event.Event{Source: "shop", Fields: fields(t, `{"kind":"paid","email":"ADA@example.com"}`)},
			`  - name: 'paid: Contacts 21 loses Payment due, Owes 5'
    source: shop
    event: {email: ADA@example.com, kind: paid}
    records:
      Contacts:
        - id: "21"
          City: "007"
          Email: ada@example.com
          Owner: {id: "9", name: Ann}
          Tag: [Payment due, Owes 5, Local]
    expect: {Contacts: {"21": [Payment due, Owes 5]}}
`},
		"an error": {
			event.Event{Source: "shop", Fields: fields(t, `{"kind":"paid","email":"twice@example.com"}`)},
			`    errors: [paid]
`},
		"a `where` that is false": {
			event.Event{Source: "shop", Fields: fields(t, `{"kind":"paid","email":"bob@example.com"}`)},
			`name: Bot`},
		"no record": {
			event.Event{Source: "shop", Fields: fields(t, `{"kind":"paid","email":"nobody@example.com"}`)},
			`  - name: 'paid: fires, and nothing is removed'
    source: shop
    event: {email: nobody@example.com, kind: paid}
    expect: {}
`},
		"the query, which fills in the event in a test": {
			event.Event{Source: "shop", Query: map[string]any{"all": "yes"}, Fields: fields(t, `{"kind":"all"}`)},
			`expect: {Deals: {"11": [Big]}}
`},
		"the query": {
			event.Event{Source: "shop", Query: map[string]any{"all": "yes", "other": []any{"1", "2"}}, Fields: fields(t, `{"kind":"paid","email":"x@example.com","city":"007"}`)},
			`    query: {all: "yes"}
`},
	} {
		t.Run(name, func(t *testing.T) {
			if text := copied(t, happened(t, tt.event)); !strings.Contains(strings.ReplaceAll(text, `"`, "'"), strings.ReplaceAll(tt.want, `"`, "'")) {
				t.Errorf("copied:\n%s\nwant:\n%s", text, tt.want)
			}
		})
	}
}

// TestOfABatch has a test for each event.
func TestOfABatch(t *testing.T) {
	text := copied(t, happened(t,
		event.Event{Source: "shop", Fields: fields(t, `{"kind":"closed","id":"12","stage":"x"}`)},
		event.Event{Source: "hub", Fields: fields(t, `{}`)},
		event.Event{Source: "shop", Fields: fields(t, `{"kind":"closed","id":"not an id","stage":"x"}`)},
	))
	if n := strings.Count(text, "  - name: "); n != 3 || !strings.Contains(text, "event: {}") || !strings.Contains(text, "errors: [closed]") {
		t.Errorf("%d tests, want 3:\n%s", n, text)
	}
}

// TestOfALargeEvent has only what the rules can read.
func TestOfALargeEvent(t *testing.T) {
	large := fields(t, `{"kind":"closed","id":"11","stage":"Won","lines":[{"sku":"1"}],"text":"`+strings.Repeat("private ", 1000)+`"}`)
	text := copied(t, happened(t, event.Event{Source: "shop", Fields: large}))
	if strings.Contains(text, "private") || !strings.Contains(text, "sku:") || len(text) > 500 {
		t.Errorf("copied:\n%s", text)
	}
}

// TestThatDependsOnTheTime: the test says what happens now, and that it may change.
func TestThatDependsOnTheTime(t *testing.T) {
	text := copied(t, happened(t, event.Event{
		Source: "hub", Time: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), Fields: fields(t, `{"action":"closed","at":"2021-01-01T00:00:00Z","case":"1"}`),
	}))
	if !strings.HasPrefix(text, "  # The rules depend on the time") || !strings.Contains(text, "loses Waiting") {
		t.Errorf("copied:\n%s", text)
	}
}

// TestOfAQueryThatNoTestCanHave says what to do instead.
// Nothing is known about the records of a dead letter: its test says so if a rule looks for one.
func TestWithoutTheRecords(t *testing.T) {
	for body, want := range map[string]bool{
		`{"kind":"paid","email":"ada@example.com"}`: true,
		`{"kind":"closed","id":"11","stage":"Won"}`: false,
		`{"kind":"open"}`: false,
	} {
		h := happened(t, event.Event{Source: "shop", Fields: fields(t, body)})
		if text := copied(t, h); strings.Contains(text, "not known") {
			t.Errorf("%s: the records are known:\n%s", body, text)
		}
		h.Records = nil
		text := copied(t, h)
		if got := strings.Contains(text, "# The rules look for records, which are not known here."); got != want {
			t.Errorf("%s: says that records are not known: %t, want %t:\n%s", body, got, want, text)
		}
		if out, err := run(t, text); err != nil {
			t.Errorf("%s: %v\n%s\n%s", body, err, out, text)
		}
	}
}

func TestOfAQueryThatNoTestCanHave(t *testing.T) {
	_, err := copyas.Tests(t.Context(), happened(t, event.Event{Source: "shop", Query: map[string]any{"all": []any{"yes", "no"}}, Fields: fields(t, `{}`)}))
	if err == nil || !strings.Contains(err.Error(), `"all" several times`) {
		t.Errorf("%v, want an error that names the parameter", err)
	}
}

// TestManyRecords: of several records that decide together, the test has few.
func TestManyRecords(t *testing.T) {
	h := happened(t, event.Event{Source: "shop", Fields: fields(t, `{"kind":"paid","email":"twice@example.com"}`)})
	for i := range 500 {
		h.Records["Contacts"] = append(h.Records["Contacts"], map[string]any{"id": fmt.Sprint(1000 + i), "Email": fmt.Sprintf("c%d@example.com", i)})
	}
	text := copied(t, h)
	if n := strings.Count(text, "@example.com"); n != 3 || !strings.Contains(text, "errors: [paid]") {
		t.Errorf("%d addresses, want those of the event and of two records:\n%s", n, text)
	}
}

// awkward are texts that YAML reads as something else, or that need quotation marks.
var awkward = []string{
	"", " ", "yes", "No", "on", "y", "~", "null", "true", "007", "0x1F", "0b1", "1_000", "1e3", ".5", ".inf", "-", "- a", "? b", "a: b", "a #b", "#", "*x", "&x", "!x", "!!int 7", "%", "@", "`",
	"|", ">", "[a", "{a", "}", ",", "'", `"`, `\`, `\n`, "a\nb", "a\r\nb", "\n", "a\n", " a", "a ", "\t", "\x00", "\x1b[31m", "\x7f", "\u0085", "\u00a0", "\u2028", "\u2029", "\ufeff", "\ufffe", "😀", "é́",
	"2026-11-25", "2026-11-25T10:00:00Z", "12:30:45", "<<", "=", "---", "...", "--- a", "5725767000000524157", "123456789012345678901234567890", strings.Repeat("long ", 60), "a\u200bb", "{{x}}", "${x}",
	"Closed Won", "11", "12", "Won", "closed", "paid", "ada@example.com", "bob@example.com", "twice@example.com",
}

// values makes up values of events and records.
type values struct{ *rand.Rand }

func (v values) text() string {
	text := awkward[v.IntN(len(awkward))]
	if v.IntN(4) == 0 {
		text += awkward[v.IntN(len(awkward))]
	}
	return text
}

func (v values) any(depth int) any {
	switch n := v.IntN(12); {
	case n < 5 || depth > 4:
		return v.text()
	case n == 5:
		return v.IntN(2) == 0
	case n == 6:
		return nil
	case n == 7:
		return int(v.Int64()) >> v.IntN(64) * (1 - 2*v.IntN(2))
	case n == 8:
		f := [...]float64{0, 1000, -1.5, 1e300, -1e-300, 0.1, 123456789.125, 1e15, 1e21, 5e-324}
		return f[v.IntN(len(f))]
	case n == 9:
		list := []any{}
		for range v.IntN(4) {
			list = append(list, v.any(depth+1))
		}
		return list
	}
	return v.object(depth + 1)
}

func (v values) object(depth int) map[string]any {
	object := make(map[string]any)
	for range v.IntN(4) {
		object[v.text()] = v.any(depth)
	}
	return object
}

// event makes up an event, often one on which rules fire.
func (v values) event() event.Event {
	pick := func(list ...any) any { return list[v.IntN(len(list))] }
	ev := event.Event{Source: "shop", Headers: map[string]string{"x-kind": v.text(), "x-other": "1"}, Query: map[string]any{"all": v.text()}, Fields: v.object(0)}
	for name, list := range map[string][]any{
		"kind": {"closed", "paid", v.text()}, "id": {"11", 12, "12", v.any(0)}, "ids": {[]any{"11", 12}, []any{}, v.any(0)}, "n": {3, 4, 4.5, v.any(0)},
		"email": {"ada@example.com", "twice@example.com", v.text()}, "city": {"007", "yes", v.text()}, "stage": {"Won", v.text()},
		"odd key: #": {"yes", v.text()}, "lines": {[]any{map[string]any{"sku": "007"}}, v.any(0)},
	} {
		if v.IntN(4) > 0 {
			ev.Fields[name] = pick(list...)
		}
	}
	if v.IntN(3) == 0 {
		ev.Headers["x-kind"], ev.Query["all"] = "deal", "yes"
	}
	return ev
}

// TestAnyEvent: whatever an event and the records hold, the copied test passes, and has the event
// as it was.
func TestAnyEvent(t *testing.T) {
	v := values{rand.New(rand.NewPCG(7, 7))}
	outcomes := make(map[string]int)
	for range 300 {
		h := happened(t)
		for range 1 + v.IntN(3) {
			h.Events = append(h.Events, v.event())
		}
		for _, record := range append(h.Records["Contacts"], h.Records["Deals"]...) {
			if v.IntN(3) == 0 {
				record[fmt.Sprint("Field_", v.IntN(3))] = v.any(0)
			}
		}
		text := copied(t, h)
		for i, got := range eventsIn(t, text) {
			if diff := cmp.Diff(h.Events[i].Fields, got); diff != "" {
				t.Fatalf("event %d is read as another (-want +got):\n%s\n%s", i, diff, text)
			}
		}
		for _, word := range []string{"expect: {}", "loses", "errors:", "records:", "Observed", "watched"} {
			outcomes[word] += strings.Count(text, word)
		}
	}
	for _, word := range []string{"expect: {}", "loses", "errors:", "records:"} {
		if outcomes[word] < 20 {
			t.Errorf("only %d of the made-up events have %q: they prove little", outcomes[word], word)
		}
	}
}

// eventsIn reads the events of copied tests as untag reads values of YAML.
func eventsIn(t *testing.T, copied string) []map[string]any {
	t.Helper()
	var file struct {
		Tests []struct {
			Event yaml.Node `yaml:"event"`
		} `yaml:"tests"`
	}
	if err := yaml.Unmarshal([]byte("tests:\n"+copied), &file); err != nil {
		t.Fatalf("%v\n%s", err, copied)
	}
	var events []map[string]any
	for _, test := range file.Tests {
		record := &yaml.Node{Kind: yaml.MappingNode}
		for _, text := range []string{"id", "1", "event"} {
			record.Content = append(record.Content, &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: text, Style: yaml.DoubleQuotedStyle})
		}
		record.Content = append(record.Content, &test.Event)
		written, err := yaml.Marshal(map[string]any{"M": []*yaml.Node{record}})
		if err != nil {
			t.Fatal(err)
		}
		records, err := sandbox.ParseRecords(written)
		if err != nil {
			t.Fatalf("%v\n%s", err, written)
		}
		events = append(events, records["M"][0]["event"].(map[string]any))
	}
	return events
}
