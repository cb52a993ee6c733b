package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestTest(t *testing.T) {
	file := func(tests string) map[string]string {
		return map[string]string{"rules.yaml": goodRules, "rules_test.yaml": "rules: rules.yaml\ntests:\n" + tests}
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
		"an unknown key":              {file("  - {name: a, source: zoho, " + won + ", expect: {}, unmached: [x]}\n"), 2, []string{"rules_test.yaml:3: unknown key `unmached`; the keys are `name`"}},
		"an unknown rule":             {file("  - {name: a, source: zoho, " + won + ", expect: {}, unmatched: [gone]}\n"), 2, []string{"no rule `gone`"}},
		"an unknown source":           {file("  - {name: a, source: gone, " + won + ", expect: {}}\n"), 2, []string{"no source `gone`"}},
		"a request that is not there": {file("  - {name: a, request: gone.json, expect: {}}\n"), 2, []string{"gone.json"}},
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

func TestTheProjectsOwnRules(t *testing.T) {
	report := filepath.Join(t.TempDir(), "report.xml")
	code, out := untag(t, project, "test", "--coverage", "--junit", report)
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
