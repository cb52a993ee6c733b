package main

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"os"
	"path/filepath"
	"regexp"
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

// function writes a zip file with a program for a processor, as ELF headers say, and returns its
// name.
func function(t *testing.T, file string, machine uint16) string {
	t.Helper()
	var program bytes.Buffer
	program.WriteString("\x7fELF\x02\x01\x01" + strings.Repeat("\x00", 9))
	for _, value := range []any{uint16(2), machine, uint32(1), uint64(0), uint64(0), uint64(0), uint32(0), uint16(64), uint16(56), uint16(0), uint16(64), uint16(0), uint16(0)} {
		if err := binary.Write(&program, binary.LittleEndian, value); err != nil {
			t.Fatal(err)
		}
	}
	name := filepath.Join(t.TempDir(), "f.zip")
	out, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	z := zip.NewWriter(out)
	entry, err := z.Create(file)
	if err == nil {
		_, err = entry.Write(program.Bytes())
	}
	if err != nil || z.Close() != nil {
		t.Fatal(err)
	}
	return name
}

const forARM, forX86 = 183, 62

func TestInitWithAFunction(t *testing.T) {
	folder := t.TempDir()
	arm := function(t, "bootstrap", forARM)
	if code, out := initIn(t, folder, "", "--sender", "stripe", "--function", arm); code != 0 || strings.Contains(out, "is not here yet") {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	if readFile(t, folder, "function/untag-arm64.zip") != readFile(t, arm) {
		t.Error("function/untag-arm64.zip is not the file that was named")
	}
	if sums := readFile(t, folder, "function/SHA256SUMS"); !regexp.MustCompile(`^[0-9a-f]{64}  untag-arm64\.zip\n$`).MatchString(sums) {
		t.Errorf("SHA256SUMS is %q", sums)
	}
	if code, out := initIn(t, folder, "", "--yes"); code != 0 || !strings.Contains(out, "nothing to change") {
		t.Errorf("again: exit %d:\n%s", code, out)
	}
	other := function(t, "bootstrap", forX86)
	code, out := initIn(t, folder, "", "--yes", "--architecture", "x86_64", "--function", other)
	if code != 0 || !strings.Contains(readFile(t, folder, "template.yaml"), "untag-x86_64.zip") || !strings.Contains(readFile(t, folder, "function/SHA256SUMS"), "untag-x86_64.zip") {
		t.Errorf("another processor: exit %d:\n%s", code, out)
	}
}

func TestInitRefuses(t *testing.T) {
	full := folderWith(t, map[string]string{"rules.yaml": goodRules, "notes.txt": "mine"})
	aFile := filepath.Join(full, "notes.txt")
	broken := folderWith(t, map[string]string{".untag.json": "{"})
	newer := folderWith(t, map[string]string{".untag.json": `{"format": 99}`})
	tests := map[string]struct {
		args []string
		says []string
	}{
		"a folder with files":     {[]string{full, "--sender", "stripe"}, []string{"not empty", "notes.txt, rules.yaml", "new folder"}},
		"a file":                  {[]string{aFile, "--sender", "stripe"}, []string{"is a file"}},
		"below a file":            {[]string{filepath.Join(aFile, "x"), "--sender", "stripe"}, []string{"is a file"}},
		"a manifest that is cut":  {[]string{broken}, []string{".untag.json", "restore"}},
		"a newer manifest":        {[]string{newer}, []string{"newer version"}},
		"an unknown sender":       {[]string{"new", "--sender", "strpe"}, []string{`no sender "strpe"`, "did you mean stripe?", "untag senders"}},
		"hmac, which has no name": {[]string{"new", "--sender", "hmac"}, []string{`no sender "hmac"`}},
		"no sender":               {[]string{"new", "--sender", ","}, []string{"no sender \"\"", "untag senders"}},
		"a wrong module":          {[]string{"new", "--sender", "stripe", "--module", "My Deals"}, []string{"--module", `"My Deals"`}},
		"a wrong tag":             {[]string{"new", "--sender", "stripe", "--tag", "a,b"}, []string{"--tag"}},
		"a tag that is too long":  {[]string{"new", "--sender", "stripe", "--tag", strings.Repeat("x", 26)}, []string{"--tag", "25"}},
		"a wrong data center":     {[]string{"new", "--sender", "stripe", "--data-center", "de"}, []string{"--data-center", "eu"}},
		"a wrong region":          {[]string{"new", "--sender", "stripe", "--region", "Frankfurt"}, []string{"--region", "eu-central-1"}},
		"a wrong processor":       {[]string{"new", "--sender", "stripe", "--architecture", "amd64"}, []string{"--architecture", "x86_64"}},
		"no function":             {[]string{"new", "--sender", "stripe", "--function", "none.zip"}, []string{"none.zip", "no such file", "make package"}},
		"a function that is none": {[]string{"new", "--sender", "stripe", "--function", aFile}, []string{"not a zip file"}},
		"another zip file":        {[]string{"new", "--sender", "stripe", "--function", function(t, "main", forARM)}, []string{"no file bootstrap"}},
		"for another processor":   {[]string{"new", "--sender", "stripe", "--function", function(t, "bootstrap", forX86)}, []string{"another processor", "arm64"}},
		"no name":                 {[]string{""}, []string{"no name"}},
		"two folders":             {[]string{"a", "b"}, []string{"arg"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			code, out := initIn(t, folder, "", tt.args...)
			if code != 2 {
				t.Errorf("exit %d, want 2:\n%s", code, out)
			}
			for _, say := range tt.says {
				if !strings.Contains(out, say) {
					t.Errorf("said, without %q:\n%s", say, out)
				}
			}
			if entries, _ := os.ReadDir(folder); len(entries) > 0 {
				t.Errorf("it has written %v", entries)
			}
		})
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

// TestRunSignsWhatHasNoCredential: a recorded request without a credential is signed, and one with
// a wrong one is refused.
func TestRunSignsWhatHasNoCredential(t *testing.T) {
	for _, name := range []string{"stripe", "token", "basic", "zoho-notification", "mailgun", "sns", "braintree", "paypal", "sendgrid"} {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			if code, out := initIn(t, folder, "", "--sender", name); code != 0 {
				t.Fatalf("exit %d:\n%s", code, out)
			}
			recorded := readFile(t, folder, "events", name+".json")
			wrong := map[string]string{
				"stripe": `"stripe-signature": "t=1,v1=00"`, "token": `"x-webhook-token": "wrong"`, "basic": `"authorization": "Basic eDp5"`, "paypal": `"PayPal-Transmission-Sig": "AAAA"`,
				"sendgrid": `"x-twilio-email-event-webhook-signature": "AAAA"`,
			}[name]
			if wrong != "" {
				recorded = strings.Replace(recorded, `"headers": {`, `"headers": {`+wrong+`,`, 1)
			} else {
				member := map[string]string{"zoho-notification": "token", "mailgun": "signature", "sns": "Signature"}[name]
				recorded = strings.Replace(strings.Replace(recorded, `"body": "{\n`, `"body": "{\"`+member+`\": \"wrong\",\n`, 1), `\"signature\": {\"token\": \"\", \"timestamp\": \"1790000000\", \"signature\": \"\"},\n`, "", 1)
				if name == "mailgun" {
					recorded = strings.Replace(recorded, `\"wrong\"`, `{\"token\": \"a\", \"timestamp\": \"1790000000\", \"signature\": \"00\"}`, 1)
				}
				if name == "braintree" {
					recorded = regexp.MustCompile(`"body": ".*"`).ReplaceAllString(recorded, `"body": "bt_signature=a%7Cb&bt_payload=AAAA"`)
				}
			}
			writeFile(t, recorded, folder, "events", name+".json")
			if code, out, _ := finished(t, []string{"PWD=" + folder}, "run", "--once", "--listen", "127.0.0.1:0"); code != 1 || !strings.Contains(out, "401") {
				t.Errorf("with a wrong credential: exit %d:\n%s\n%s", code, out, recorded)
			}
		})
	}
}

// TestSendARecordedRequest: untag send takes the body, the headers and the query of a recorded
// request.
func TestSendARecordedRequest(t *testing.T) {
	folder := t.TempDir()
	if code, out := initIn(t, folder, "", "--sender", "github", "--sender", "shopify"); code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	code, out := untag(t, folder, "send", "--as", "github", "--secret", "0123456789abcdef", "--print", "events/github.json")
	for _, say := range []string{"-H 'X-Github-Event: issues'", "-H 'X-Hub-Signature-256: sha256=", "-H 'Content-Type: application/json'", `--data-raw '{`} {
		if code != 0 || !strings.Contains(out, say) {
			t.Errorf("exit %d, printed without %q:\n%s", code, say, out)
		}
	}
	if strings.Contains(out, "requestContext") || strings.Contains(out, "Host:") {
		t.Errorf("the envelope is sent:\n%s", out)
	}
	code, out = untag(t, folder, "send", "--as", "github", "--secret", "0123456789abcdef", "--header", "x-github-event: ping", "--print", "events/github.json")
	if code != 0 || !strings.Contains(out, "X-Github-Event: ping") || strings.Contains(out, "issues'") {
		t.Errorf("exit %d: the header of the flag does not count more:\n%s", code, out)
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
