package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"

	"untag/internal/sendersample"
)

// initIn runs untag init in a folder with these answers on standard input.
func initIn(t *testing.T, folder, answers string, args ...string) (int, string) {
	t.Helper()
	c := program(t, []string{"PWD=" + folder}, append([]string{"init"}, args...)...)
	c.Stdin = strings.NewReader(answers)
	out, _ := c.CombinedOutput()
	return c.ProcessState.ExitCode(), string(out)
}

func readFile(t *testing.T, parts ...string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(parts...))
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// writeFile writes a file whose folder exists.
func writeFile(t *testing.T, text string, parts ...string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(parts...), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// works checks that what untag init made can be checked, tested and run, and that each request
// does something.
func works(t *testing.T, folder string, requests int) {
	t.Helper()
	for _, args := range [][]string{{"check", "--strict"}, {"test", "--coverage"}, {"run", "--once", "--listen", "127.0.0.1:0"}} {
		code, out, errs := finished(t, []string{"PWD=" + folder}, args...)
		if code != 0 {
			t.Errorf("untag %s: exit %d:\n%s%s", args[0], code, out, errs)
		}
		if args[0] == "test" && strings.Contains(out, "it fires in every test") {
			t.Errorf("untag test --coverage: a rule is not tested both ways:\n%s", out)
		}
		if args[0] == "run" && strings.Count(out, " removed ") != requests {
			t.Errorf("untag run: not every one of the %d requests removed something:\n%s", requests, out)
		}
	}
}

// TestInitForEverySender: whatever the sender, the folder's rules, tests and requests fit together.
func TestInitForEverySender(t *testing.T) {
	for _, name := range sendersample.Names() {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if code, out := initIn(t, folder, "", "hooks", "--sender", name); code != 0 {
				t.Fatalf("exit %d:\n%s", code, out)
			}
			works(t, filepath.Join(folder, "hooks"), 1)
		})
	}
}

// TestInitForSeveralSenders: rules with the same name get different ones, and records that are
// found by the same value are one record.
func TestInitForSeveralSenders(t *testing.T) {
	folder := t.TempDir()
	args := []string{"."}
	names := []string{"stripe", "calendly", "docusign", "shopify", "zendesk", "typeform", "sendgrid", "zoho-finance", "token", "zoho-notification", "aircall", "twilio"}
	for _, name := range names {
		args = append(args, "--sender", name)
	}
	if code, out := initIn(t, folder, "", args...); code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	works(t, folder, len(names))
	template := readFile(t, folder, "template.yaml")
	for _, name := range names {
		if !strings.Contains(template, "\n            Path: /webhooks/"+name+"\n") {
			t.Errorf("template.yaml has no route for %s", name)
		}
	}
	for _, gone := range []string{"/webhooks/github", "makefile", "CodeUri: .\n"} {
		if strings.Contains(template, gone) {
			t.Errorf("template.yaml has %q", gone)
		}
	}
}

// TestInitWithChoices: the module and the tags that are chosen are in the rules, the tests and the
// records.
func TestInitWithChoices(t *testing.T) {
	folder := t.TempDir()
	code, out := initIn(t, folder, "", "--sender", "stripe,token", "--module", "leads", "--tag", "In arrears", "--tag", "Call", "--data-center", "EU",
		"--region", "eu-central-1", "--architecture", "x86_64")
	if code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	works(t, folder, 2)
	for file, says := range map[string][]string{
		"rules.yaml":                  {"module: Leads", "remove: [In arrears, Call]"},
		"events/crm.yaml":             {"Leads:", "Tag: [In arrears, Call]"},
		"samconfig.toml":              {`region = "eu-central-1"`, "Architecture=x86_64", "[default.deploy.parameters]", "[test.deploy.parameters]"},
		"template.yaml":               {"Default: x86_64", "CodeUri: function/untag-x86_64.zip", "ContentUri: rules.yaml", "/opt/rules.yaml"},
		"README.md":                   {"api-console.zoho.eu", "--data-center eu", "untag-x86_64.zip", `"stripe": "…"`},
		".github/workflows/untag.yml": {"aws-region: eu-central-1", "${{ vars.AWS_ROLE_ARN }}", "sam deploy"},
		".gitignore":                  {"secrets"},
		"events/stripe.json":          {"/webhooks/stripe"},
	} {
		text := readFile(t, folder, file)
		if ext := filepath.Ext(file); ext == ".yaml" || ext == ".yml" {
			if err := yaml.Unmarshal([]byte(text), new(any)); err != nil && !strings.Contains(text, "!Ref") {
				t.Errorf("%s: %v", file, err)
			}
		}
		for _, say := range says {
			if !strings.Contains(text, say) {
				t.Errorf("%s, without %q:\n%s", file, say, text)
			}
		}
	}
}

// TestInitAsks: each question has a default, and a wrong answer is asked again.
func TestInitAsks(t *testing.T) {
	folder := t.TempDir()
	code, out := initIn(t, folder, "stirpe\nstripe, typeform\n\nNot paid, a<b\nNot paid\nmars\nuk\neu\neu-west-2\n")
	if code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	for _, say := range []string{"did you mean stripe?", `loses "Payment due"`, "a record of Contacts", "not a data center", "is not the name of an AWS region"} {
		if !strings.Contains(out, say) {
			t.Errorf("printed, without %q:\n%s", say, out)
		}
	}
	rules := readFile(t, folder, "rules.yaml")
	if strings.Count(rules, "remove: [Not paid]") != 2 || !strings.Contains(readFile(t, folder, "samconfig.toml"), "eu-west-2") {
		t.Errorf("the answers are not in the files:\n%s", rules)
	}
	works(t, folder, 2)
}

func TestInitWithoutAnswers(t *testing.T) {
	tests := map[string]struct {
		answers string
		args    []string
		code    int
		says    string
	}{
		"no input":         {"", nil, 2, "--yes"},
		"it ends early":    {"stripe\n\n", nil, 2, "--yes"},
		"all defaults":     {"\n\n\n\n\n", nil, 0, "events/token.json"},
		"--yes":            {"", []string{"--yes"}, 0, "events/token.json"},
		"no last line end": {"stripe\n\n\n\neu-west-2", nil, 0, "events/stripe.json"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			code, out := initIn(t, folder, tt.answers, tt.args...)
			if code != tt.code || !strings.Contains(out, tt.says) {
				t.Errorf("exit %d, want %d with %q:\n%s", code, tt.code, tt.says, out)
			}
			if entries, _ := os.ReadDir(folder); tt.code != 0 && len(entries) > 0 {
				t.Errorf("it has written %v", entries)
			}
		})
	}
}

// TestInitAgain: only what is untag's changes, and only what the user has not changed.
func TestInitAgain(t *testing.T) {
	folder := t.TempDir()
	if code, out := initIn(t, folder, "", "--sender", "stripe"); code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	if code, out := initIn(t, folder, ""); code != 0 || !strings.Contains(out, "nothing to change") {
		t.Errorf("unchanged: exit %d:\n%s", code, out)
	}
	rules := strings.Replace(readFile(t, folder, "rules.yaml"), "sources:\n", "sources:\n  shop: {verify: shopify}\n", 1)
	writeFile(t, rules, folder, "rules.yaml")
	writeFile(t, "mine\n", folder, "rules_test.yaml")
	writeFile(t, "mine\n", folder, "samconfig.toml")
	writeFile(t, "mine\n", folder, "README.md")
	if err := os.Remove(filepath.Join(folder, "events", "stripe.json")); err != nil {
		t.Fatal(err)
	}
	before := readFile(t, folder, "template.yaml")

	shown := []string{"--- template.yaml", "\n+            Path: /webhooks/shop\n", "You have changed README.md", "no source for typeform", "events/typeform.json: new"}
	for _, refused := range []struct {
		answers string
		code    int
	}{{"n\n", 1}, {"\n", 1}, {"", 2}} {
		code, out := initIn(t, folder, refused.answers, "--sender", "typeform")
		if code != refused.code || readFile(t, folder, "template.yaml") != before {
			t.Errorf("answer %q: exit %d, want %d, and nothing changed:\n%s", refused.answers, code, refused.code, out)
		}
		for _, say := range shown {
			if !strings.Contains(out, say) {
				t.Errorf("printed, without %q:\n%s", say, out)
			}
		}
	}
	if code, out := initIn(t, folder, "y\n", "--sender", "typeform"); code != 0 || !strings.Contains(out, "Files written: 2") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	for file, want := range map[string]string{"rules.yaml": rules, "rules_test.yaml": "mine\n", "samconfig.toml": "mine\n", "README.md": "mine\n"} {
		if got := readFile(t, folder, file); got != want {
			t.Errorf("%s was changed:\n%s", file, got)
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "events", "stripe.json")); err == nil {
		t.Error("a file that the user deleted is back")
	}
	if !strings.Contains(readFile(t, folder, "template.yaml"), "/webhooks/shop\n") {
		t.Error("template.yaml has no route for the new source")
	}
	if code, out := initIn(t, folder, "", "--yes"); code != 0 || !strings.Contains(out, "nothing to change") {
		t.Errorf("afterwards: exit %d:\n%s", code, out)
	}
	if err := os.Remove(filepath.Join(folder, "README.md")); err != nil {
		t.Fatal(err)
	}
	if code, out := initIn(t, folder, "", "--yes"); code != 0 || !strings.Contains(out, "README.md: new") {
		t.Errorf("a deleted README.md: exit %d:\n%s", code, out)
	}
}

// TestInitInARepository: a folder with nothing but a Git repository is new.
func TestInitInARepository(t *testing.T) {
	folder := t.TempDir()
	if err := os.Mkdir(filepath.Join(folder, ".git"), 0o700); err != nil {
		t.Fatal(err)
	}
	if code, out := initIn(t, folder, "", "--sender", "stripe"); code != 0 {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

// TestInitStopsAtBrokenRules: the routes of template.yaml are those of the sources.
func TestInitStopsAtBrokenRules(t *testing.T) {
	folder := t.TempDir()
	if code, out := initIn(t, folder, "", "--sender", "stripe"); code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	writeFile(t, "version: 2\n", folder, "rules.yaml")
	if code, out := initIn(t, folder, "", "--yes"); code != 2 || !strings.Contains(out, "rules.yaml:1:") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

// TestInitNamesNothingOfThisMachine: a folder is for other people's machines too.
func TestInitNamesNothingOfThisMachine(t *testing.T) {
	folder := t.TempDir()
	if code, out := initIn(t, folder, "", "--sender", "stripe"); code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	files, err := filepath.Glob(filepath.Join(folder, "*"))
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range slices.DeleteFunc(files, func(f string) bool { s, err := os.Stat(f); return err != nil || s.IsDir() }) {
		if text := readFile(t, file); strings.Contains(text, folder) {
			t.Errorf("%s names %s", file, folder)
		}
	}
}
