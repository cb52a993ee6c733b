package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTest(t *testing.T) {
	file := func(tests string) map[string]string {
		return map[string]string{"rules.yaml": goodRules, "rules_test.yaml": "rules: rules.yaml\ntests:\n" + tests}
	}
	with := func(files map[string]string, name, text string) map[string]string {
		files[name] = text
		return files
	}
	const won = `event: {id: "1", Stage: Closed Won}`
	tests := map[string]struct {
		files map[string]string
		code  int
		says  []string
	}{
		"passes":                      {file("  - {name: a, source: zoho, " + won + ", expect: {Deals: {\"1\": [In progress]}}}\n"), 0, []string{"1 passed, 0 failed"}},
		"too little":                  {file("  - {name: a, source: zoho, " + won + ", expect: {}}\n"), 1, []string{"+ removed, but not expected: Deals 1 In progress (rule deal-closed)", "deal-closed: fires"}},
		"too much":                    {file("  - {name: a, source: zoho, event: {Stage: Open}, expect: {Deals: {\"1\": [In progress]}}}\n"), 1, []string{"- expected, but not removed: Deals 1 In progress", "> false"}},
		"must not fire":               {file("  - {name: a, source: zoho, " + won + ", expect: {Deals: {\"1\": [In progress]}}, unmatched: [deal-closed]}\n"), 1, []string{"+ fires, but must not"}},
		"an error":                    {file("  - {name: a, source: zoho, event: {Stage: Closed Won}, expect: {}}\n"), 1, []string{"! cannot be evaluated: rule deal-closed"}},
		"an error that is expected":   {file("  - {name: a, source: zoho, event: {Stage: Closed Won}, expect: {}, errors: [deal-closed]}\n"), 0, []string{"1 passed"}},
		"an error that does not come": {file("  - {name: a, source: zoho, event: {Stage: Open}, expect: {}, errors: [deal-closed]}\n"), 1, []string{"but there is none"}},
		"no expect":                   {file("  - {name: a, source: zoho, " + won + "}\n"), 2, []string{"rules_test.yaml:3:", "no `expect`"}},
		"an unknown key":              {file("  - {name: a, source: zoho, " + won + ", expect: {}, unmached: [x]}\n"), 2, []string{"rules_test.yaml:3: unknown key `unmached`; the keys are `name`, `source`, `event`, `headers`, `query`, `request`, `body`, `records`, `expect`, `unmatched`, `errors`; did you mean `unmatched`?"}},
		"a key in capitals":           {file("  - {name: a, source: zoho, " + won + ", Expect: {}}\n"), 2, []string{"unknown key `Expect`", "did you mean `expect`?"}},
		"a key like no other":         {file("  - {name: a, source: zoho, " + won + ", expect: {}, colour: red}\n"), 2, []string{"unknown key `colour`; the keys are `name`, `source`, `event`, `headers`, `query`, `request`, `body`, `records`, `expect`, `unmatched`, `errors`\n"}},
		"a key twice":                 {file("  - {name: a, source: zoho, " + won + ", expect: {}, name: b}\n"), 2, []string{"rules_test.yaml:3: the key `name` occurs twice"}},
		"an unknown key of the file":  {map[string]string{"rules.yaml": goodRules, "rules_test.yaml": "rule: rules.yaml\ntests: []\n"}, 2, []string{"rules_test.yaml:1: unknown key `rule`; the keys are `rules`, `tests`; did you mean `rules`?"}},
		"an unknown rule":             {file("  - {name: a, source: zoho, " + won + ", expect: {}, unmatched: [gone]}\n"), 2, []string{"no rule `gone`"}},
		"an unknown source":           {file("  - {name: a, source: gone, " + won + ", expect: {}}\n"), 2, []string{"no source `gone`"}},
		"a request that is not there": {file("  - {name: a, request: gone.json, expect: {}}\n"), 2, []string{"gone.json"}},
		"an event from a file":        {with(file("  - {name: a, source: zoho, event: won.json, expect: {Deals: {\"1\": [In progress]}}}\n"), "won.json", `{"id": "1", "Stage": "Closed Won", "face": "\ud83d\ude00"}`), 0, []string{"1 passed"}},
		"an event from YAML":          {with(file("  - {name: a, source: zoho, event: won.yaml, expect: {Deals: {\"1\": [In progress]}}}\n"), "won.yaml", "id: '1'\nStage: Closed Won\n"), 0, []string{"1 passed"}},
		"a body from a file":          {with(file("  - {name: a, source: zoho, body: won.json, expect: {Deals: {\"1\": [In progress]}}}\n"), "won.json", `{"id": "1", "Stage": "Closed Won"}`), 0, []string{"1 passed"}},
		"a form from a file":          {with(file("  - {name: a, source: zoho, body: won.txt, headers: {Content-Type: application/x-www-form-urlencoded}, query: {id: \"1\"}, expect: {Deals: {\"1\": [In progress]}}}\n"), "won.txt", `Stage=Closed+Won`), 0, []string{"1 passed"}},
		"an event that is a list":     {with(file("  - {name: a, source: zoho, event: won.json, expect: {}}\n"), "won.json", `[1]`), 2, []string{"rules_test.yaml:3", "won.json: it has no fields"}},
		"an event of no file":         {file("  - {name: a, source: zoho, event: gone.json, expect: {}}\n"), 2, []string{"gone.json"}},
		"an event and a body":         {file("  - {name: a, source: zoho, body: won.json, " + won + ", expect: {}}\n"), 2, []string{"keep one of them"}},
		"a number for an event":       {file("  - {name: a, source: zoho, event: 5, expect: {}}\n"), 2, []string{"neither a mapping nor the path"}},
		"no tests":                    {file("  []\n"), 2, []string{"no tests"}},
		"no files":                    {map[string]string{"rules.yaml": goodRules}, 2, []string{"no *_test.yaml"}},
		"bad rules":                   {map[string]string{"rules.yaml": "version: 2", "rules_test.yaml": "rules: rules.yaml\ntests: [{name: a, source: zoho, " + won + ", expect: {}}]"}, 2, []string{"rules.yaml:1:"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out := untag(t, folderWith(t, tt.files), "test")
			if code != tt.code {
				t.Fatalf("exit %d, want %d:\n%s", code, tt.code, out)
			}
			for _, say := range tt.says {
				if !strings.Contains(out, say) {
					t.Errorf("printed, without %q:\n%s", say, out)
				}
			}
		})
	}
}

func TestTheStarterRules(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report.xml")
	code, out := untag(t, projectFolder(t), "test", "--coverage", "--junit", report)
	if code != 0 || !strings.Contains(out, "4 of 4 rules are tested both ways") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if text, err := os.ReadFile(report); err != nil || !strings.Contains(string(text), `failures="0"`) {
		t.Errorf("JUnit: %v\n%s", err, text)
	}
}

// TestCoverageInOrder: coverage is reported in the order in which the files are run.
func TestCoverageInOrder(t *testing.T) {
	const one = "rules: rules.yaml\ntests: [{name: a, source: zoho, event: {Stage: Open}, expect: {}}]\n"
	folder := folderWith(t, map[string]string{"rules.yaml": goodRules, "a_test.yaml": one, "b_test.yaml": one})
	code, out := untag(t, folder, "test", "--coverage")
	a, b := strings.Index(out, "rules in a_test.yaml"), strings.Index(out, "rules in b_test.yaml")
	if code != 0 || a < 0 || b < a {
		t.Errorf("exit %d, want a_test.yaml before b_test.yaml:\n%s", code, out)
	}
}

// The headers of a test replace those of its recorded request.
func TestHeadersOfARequest(t *testing.T) {
	request := `{"version":"2.0","rawPath":"/webhooks/zoho","headers":{"content-type":"application/json","x-kind":"a","x-other":"o"},` +
		`"requestContext":{"http":{"method":"POST","path":"/webhooks/zoho"}},"body":"{\"id\":\"1\"}","isBase64Encoded":false}`
	rules := `version: 1
sources: {zoho: {verify: token}}
rules: [{name: r, on: zoho, when: 'headers["x-kind"] == "b" and headers["x-other"] == "o"', record: {module: Deals, id: event.id}, remove: [x]}]
`
	code, out := untag(t, folderWith(t, map[string]string{"rules.yaml": rules, "request.json": request, "rules_test.yaml": `rules: rules.yaml
tests:
  - {name: as it came, request: request.json, expect: {}, unmatched: [r]}
  - {name: another header, request: request.json, headers: {X-Kind: b}, expect: {Deals: {"1": [x]}}}
`}), "test")
	if code != 0 || !strings.Contains(out, "2 passed") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

// A failure explains only the rules that surprise.
func TestAFailureExplainsWhatSurprises(t *testing.T) {
	rules := "version: 1\nsources: {zoho: {verify: token}}\nrules:\n"
	for i := range 50 {
		rules += fmt.Sprintf("  - {name: r%d, on: zoho, when: event.n == %d, record: {module: Deals, id: event.id}, remove: [\"tag %d\"]}\n", i, i, i)
	}
	code, out := untag(t, folderWith(t, map[string]string{"rules.yaml": rules, "rules_test.yaml": `rules: rules.yaml
tests:
  - {name: a, source: zoho, event: {n: 7, id: "1"}, expect: {Deals: {"1": [tag 8]}}}
  - {name: b, source: zoho, event: {n: 70, id: "1"}, expect: {Deals: {"1": [no rule's]}}}
`}), "test")
	first, second, _ := strings.Cut(out, "FAIL rules_test.yaml: b")
	if code != 1 || !strings.Contains(first, "r7: fires") || !strings.Contains(first, "r8: does not fire") || strings.Count(first, "event.n ==") != 2 {
		t.Errorf("exit %d, want the two rules that surprise:\n%s", code, first)
	}
	if strings.Count(second, "does not fire") != 20 || !strings.Contains(second, "and 30 more rules") {
		t.Errorf("want twenty rules, and how many more:\n%s", second)
	}
}
