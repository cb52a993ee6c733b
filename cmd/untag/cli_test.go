package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// untag runs a command line in a folder, and returns its exit code and what it printed.
func untag(t *testing.T, folder string, args ...string) (int, string) {
	t.Helper()
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(started, folder)
	}
	t.Chdir(folder)
	var out bytes.Buffer
	code := execute(t.Context(), args, &out, &out)
	return code, out.String()
}

// started is the folder of the tests, as each command runs in its own.
var started, _ = os.Getwd()

// folderWith makes a folder with these files.
func folderWith(t *testing.T, files map[string]string) string {
	t.Helper()
	folder := t.TempDir()
	for name, text := range files {
		path := filepath.Join(folder, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return folder
}

const goodRules = `version: 1
sources: {zoho: {verify: token}}
rules:
  - name: deal-closed
    on: zoho
    when: event.Stage == "Closed Won"
    record: {module: Deals, id: event.id}
    remove: [In progress]
`

func TestCheck(t *testing.T) {
	unused := strings.Replace(goodRules, "token}}", "token}, spare: {verify: github}}", 1)
	tests := map[string]struct {
		rules string
		args  []string
		code  int
		says  []string
	}{
		"good":               {goodRules, []string{"check"}, 0, []string{"rules.yaml: nothing is wrong"}},
		"a warning":          {unused, []string{"check"}, 0, []string{"rules.yaml:2:34: warning: no rule uses source `spare`"}},
		"a warning, strict":  {unused, []string{"check", "--strict"}, 1, []string{"spare"}},
		"an unknown key":     {strings.Replace(goodRules, "when:", "wenn:", 1), []string{"check"}, 1, []string{"rules.yaml:6:5:", "    wenn: event", "    ^", "did you mean `when`?"}},
		"an unknown source":  {strings.Replace(goodRules, "on: zoho", "on: zoho2", 1), []string{"check"}, 1, []string{"rules.yaml:5:9:", "did you mean `zoho`?"}},
		"a syntax error":     {strings.Replace(goodRules, "event.Stage ==", "event.Stage = =", 1), []string{"check"}, 1, []string{"rules.yaml:6:23:"}},
		"a type error":       {strings.Replace(goodRules, `"Closed Won"`, `"a" && 1 + "b" == 2`, 1), []string{"check"}, 1, []string{"rules.yaml:6:"}},
		"not a condition":    {strings.Replace(goodRules, `event.Stage == "Closed Won"`, `'"yes"'`, 1), []string{"check"}, 1, []string{"not a condition"}},
		"always false":       {strings.Replace(goodRules, `event.Stage == "Closed Won"`, `false`, 1), []string{"check"}, 1, []string{"always false"}},
		"a long tag":         {strings.Replace(goodRules, "In progress", strings.Repeat("x", 26), 1), []string{"check"}, 1, []string{"26 characters"}},
		"two documents":      {goodRules + "---\n" + goodRules, []string{"check"}, 1, []string{"more than one YAML document"}},
		"empty":              {"", []string{"check"}, 1, []string{"empty"}},
		"a tab":              {"version: 1\n\tsources: {}\n", []string{"check"}, 1, []string{"rules.yaml:2:1", "spaces"}},
		"a secret in it":     {strings.Replace(goodRules, "verify: token", "verify: token, secret: hush-hush", 1), []string{"check"}, 1, []string{"the line has a secret"}},
		"a file that is not": {goodRules, []string{"check", "gone.yaml"}, 2, []string{"gone.yaml"}},
		"an unknown flag":    {goodRules, []string{"check", "--gone"}, 2, []string{"--gone"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out := untag(t, folderWith(t, map[string]string{"rules.yaml": tt.rules}), tt.args...)
			if code != tt.code {
				t.Fatalf("exit %d, want %d:\n%s", code, tt.code, out)
			}
			for _, say := range tt.says {
				if !strings.Contains(out, say) {
					t.Errorf("printed, without %q:\n%s", say, out)
				}
			}
			if strings.Contains(out, "hush") {
				t.Errorf("printed a secret:\n%s", out)
			}
		})
	}
}

func TestCheckJSON(t *testing.T) {
	for name, tt := range map[string]struct {
		rules string
		code  int
		n     int
	}{"good": {goodRules, 0, 0}, "bad": {strings.Replace(goodRules, "when:", "wenn:", 1), 1, 1}} {
		t.Run(name, func(t *testing.T) {
			code, out := untag(t, folderWith(t, map[string]string{"rules.yaml": tt.rules}), "check", "--json")
			var got struct {
				File   string
				Faults []struct {
					Line, Column            int
					Severity, Message, Hint string
				}
			}
			if err := json.Unmarshal([]byte(out), &got); err != nil || code != tt.code || got.File != "rules.yaml" || got.Faults == nil || len(got.Faults) != tt.n {
				t.Errorf("exit %d, %v: %s", code, err, out)
			}
		})
	}
}

func TestExplain(t *testing.T) {
	bodies, err := storedBodies([]string{filepath.Join(projectFolder(t), "events/sqs-batch.json")})
	if err != nil {
		t.Fatal(err)
	}
	folder := folderWith(t, map[string]string{"event.json": bodies[0], "renamed.json": strings.Replace(bodies[0], `"zoho"`, `"zoho-crm"`, 1),
		"list.json": "[1]", "other.json": `{"source": "shop", "event": {}}`, "broken.json": "{\"source\": \"zoho\",\n\"event\": {\"id\": \"1\",}}"})
	stored, renamed, list, broken, other := folder+"/event.json", folder+"/renamed.json", folder+"/list.json", folder+"/broken.json", folder+"/other.json"
	tests := map[string]struct {
		args []string
		code int
		says []string
	}{
		"fires":          {[]string{"-e", "events/zoho-workflow-form.json"}, 0, []string{"not checked", "deal-closed: fires", `Deals 5725767000000524102 loses "In progress"`, "POST https://www.zohoapis.com/crm/v2/Deals/5725767000000524102/actions/remove_tags?tag_names=In+progress"}},
		"does not fire":  {[]string{"-e", "events/zoho-deal-open.json"}, 0, []string{`> false   event.Stage in ["Closed Won", "Closed Lost"]`, `value "Negotiation/Review"`, "none"}},
		"verifies":       {[]string{"-e", "events/github-issues.json", "--secrets", "events/secrets/webhook.json"}, 0, []string{"verified  yes", "issue-closed: fires"}},
		"a batch":        {[]string{"-e", "events/sqs-batch.json"}, 0, []string{"5725767000000524112", "5725767000000524202", "\n\nsource    "}},
		"a stored event": {[]string{"-e", stored}, 0, []string{"source    zoho", "deal-closed: fires", "Deals 5725767000000524112"}},
		"of no source":   {[]string{"-e", renamed}, 0, []string{"source    zoho-crm", "no rule uses this source", "would go to the dead-letter queue", "UNKNOWN_SOURCE"}},
		"no event":       {[]string{"-e", "events/gone.json"}, 2, []string{"gone.json"}},
		"no invocation":  {[]string{"-e", "events/secrets/webhook.json"}, 2, []string{"unknown kind", "only the body of a webhook"}},
		"a list":         {[]string{"-e", list}, 2, []string{"unknown kind"}},
		"another source": {[]string{"-e", other}, 1, []string{`source "shop": no such source in the rules file, which has zoho, github`}},
		"broken JSON":    {[]string{"-e", broken}, 2, []string{"broken.json: not valid JSON: line 2, column 20: a trailing comma"}},
		"no flag":        {nil, 2, []string{"event"}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out := untag(t, projectFolder(t), append([]string{"explain"}, tt.args...)...)
			if code != tt.code {
				t.Fatalf("exit %d, want %d:\n%s", code, tt.code, out)
			}
			for _, say := range tt.says {
				if !strings.Contains(out, say) {
					t.Errorf("printed, without %q:\n%s", say, out)
				}
			}
			for line := range strings.Lines(out) {
				if len([]rune(strings.TrimRight(line, "\n"))) > 80 && !strings.Contains(line, "https://") && tt.code == 0 {
					t.Errorf("a line over 80 columns: %s", line)
				}
			}
		})
	}
}

// TestExplainMarksWhatDecided: by its place, and with the value that it met.
func TestExplainMarksWhatDecided(t *testing.T) {
	rule := func(name, when, rest string) string {
		return fmt.Sprintf("  - {name: %s, on: zoho, when: '%s', record: {module: Deals, id: event.id%s}, remove: [x]}\n", name, when, rest)
	}
	folder := folderWith(t, map[string]string{
		"rules.yaml": "version: 1\nsources: {zoho: {verify: token}}\nrules:\n" + rule("not", "not has(event.x)", "") + rule("element", `event.tags[0] == "b"`, "") +
			rule("twice", `event.no or event.x == 2 and event.no`, "") + rule("alike", `event.stage == "Closed Won"`, "") + rule("html", `event.h == "x"`, "") +
			rule("accent", `event.name == "Café"`, "") +
			rule("skipped", "true", "s, missing: skip"),
		"event.json": `{"version":"2.0","rawPath":"/webhooks/zoho","headers":{"content-type":"application/json"},"requestContext":{"http":{"method":"POST","path":"/webhooks/zoho"}},` +
			`"body":"{\"x\":1,\"no\":false,\"tags\":[\"a\",\"b\"],\"stage\":\"Closed\u00a0Won\",\"h\":\"<b>\",\"name\":\"Cafe\u0301\"}","isBase64Encoded":false}`,
	})
	code, out := untag(t, folder, "explain", "-e", "event.json")
	for _, want := range []string{
		"not: does not fire\n    > true    has(event.x)\n              value 1\n", "> false   event.tags[0] == \"b\"\n              value \"a\"\n",
		"    > false   event.no\n              value false\n      false   event.x == 2\n              value 1\n      false   event.no\n",
		"U+00A0", "U+0020\n              value \"Closed\\u00a0Won\"\n", `value "<b>"`, "U+0065", `value "Cafe\u0301"`, "skipped: fires", "- skipped: Deals: `event.ids` is missing",
	} {
		if code != 0 || !strings.Contains(out, want) {
			t.Errorf("exit %d, without %q:\n%s", code, want, out)
		}
	}
	if _, out := untag(t, folder, "explain", "-e", "event.json", "--json"); strings.Count(out, `"decided":true`) != 6 {
		t.Errorf("want six parts that decided:\n%s", out)
	}
}

func TestExplainWhatDoesNotVerify(t *testing.T) {
	secrets := folderWith(t, map[string]string{"s.json": `{"zoho":"another"}`}) + "/s.json"
	code, out := untag(t, projectFolder(t), "explain", "-e", "events/zoho-workflow-json.json", "--secrets", secrets)
	if code != 1 || strings.Contains(out, "Closed Won") || !strings.Contains(out, "not verified") {
		t.Errorf("exit %d, want 1 and the reason alone:\n%s", code, out)
	}
}

func TestExplainJSON(t *testing.T) {
	code, out := untag(t, projectFolder(t), "explain", "-e", "events/zoho-workflow-json.json", "--json")
	var got struct {
		Source, Verified string
		Event            map[string]any
		Rules            []struct {
			Name       string
			Matched    bool
			DecidedBy  *string `json:"decided_by"`
			Conditions []struct{ Expression, Held, Message string }
		}
		Removals []struct {
			Rule, Module, ID string
			Tags             []string
		}
		Requests []struct {
			Method, URL string
			Body        *string
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil || code != 0 {
		t.Fatalf("exit %d, %v: %s", code, err, out)
	}
	if got.Source != "zoho" || got.Verified != "not checked" || len(got.Rules) != 2 || len(got.Removals) != 1 || len(got.Requests) != 1 {
		t.Fatalf("explained %+v", got)
	}
	if r := got.Rules[0]; !r.Matched || r.DecidedBy != nil || len(r.Conditions) != 2 || r.Conditions[0].Held != "true" {
		t.Errorf("rule %+v, want all held and decided_by null", r)
	}
	if r := got.Rules[1]; r.Matched || r.DecidedBy == nil || *r.DecidedBy != `event.operation == "update"` {
		t.Errorf("rule %+v, want it decided by the operation", r)
	}
}

func TestExplainSaysWhichFilesWerePassedOver(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": goodRules, "event.json": `{"version":"2.0","routeKey":"$default","rawPath":"/webhooks/zoho",
		"headers":{"content-type":"multipart/form-data; boundary=b"},"requestContext":{"http":{"method":"POST","path":"/webhooks/zoho"}},
		"body":"--b\r\nContent-Disposition: form-data; name=\"up\u009bload\"; filename=\"x\"\r\nContent-Type: image/png\r\n\r\nx\r\n--b--\r\n"}`})
	code, out := untag(t, folder, "explain", "-e", "event.json")
	if code != 0 || !strings.Contains(out, "passed over, as rules cannot read it: file field `up") || !strings.Contains(out, "(image/png)") || strings.Contains(out, "\u009b") {
		t.Errorf("exit %d, printed %q, want the file, and no control character", code, out)
	}
	if code, out = untag(t, folder, "explain", "-e", "event.json", "--json"); code != 0 || !strings.Contains(out, `"files_passed_over":["file field `) {
		t.Errorf("exit %d, printed %s, want the file", code, out)
	}
}

func TestExplainLookUps(t *testing.T) {
	folder := folderWith(t, map[string]string{
		"rules.yaml": strings.Replace(strings.Replace(goodRules, "id: event.id", "find: {email: event.email}", 1),
			"    remove:", "    where: record.Stage == \"Won\"\n    remove:", 1),
		"event.json": `{"source":"zoho","event":{"Stage":"Closed Won","email":"ada@example.com"}}`,
		"crm.yaml":   `Deals: [{id: "7", Email: ada@example.com, Stage: Won, Tag: [In progress]}, {id: "8", Email: aada@example.com, Tag: [In progress]}]`,
	})
	code, out := untag(t, folder, "explain", "-e", "event.json")
	if code != 0 || !strings.Contains(out, "GET https://www.zohoapis.com/crm/v2/Deals/search?email=ada%40example.com") {
		t.Errorf("exit %d, want the look-up:\n%s", code, out)
	}
	code, out = untag(t, folder, "explain", "-e", "event.json", "--records", "crm.yaml")
	for _, say := range []string{"GET https://www.zohoapis.com/crm/v2/Deals?ids=7&fields=", `record.Stage == "Won"`, `Deals 7 loses "In progress"`, "POST https://www.zohoapis.com/crm/v2/Deals/7/"} {
		if code != 0 || !strings.Contains(out, say) {
			t.Errorf("exit %d, printed, without %q:\n%s", code, say, out)
		}
	}
}

func TestRunOnce(t *testing.T) {
	code, out := untag(t, projectFolder(t), "run", "--once", "--listen", "127.0.0.1:0")
	if code != 0 || !strings.Contains(out, "zoho-workflow-json") || !strings.Contains(out, "In progress, VIP") || strings.Contains(out, "\x1b[") {
		t.Errorf("exit %d, want a table without colour:\n%s", code, out)
	}
	code, out = untag(t, projectFolder(t), "run", "--once", "--listen", "127.0.0.1:0", "--secrets", folderWith(t, map[string]string{"s.json": `{"zoho":"x"}`})+"/s.json")
	if code != 1 || !strings.Contains(out, "wrong: 401 Unauthorized") {
		t.Errorf("exit %d, want 1, as the demo token is not the stored one:\n%s", code, out)
	}
	code, out = untag(t, projectFolder(t), "run", "--once", "--rules", folderWith(t, map[string]string{"r.yaml": "version: 2"})+"/r.yaml")
	if code != 2 || !strings.Contains(out, "r.yaml:1:") {
		t.Errorf("exit %d, want 2 and the fault:\n%s", code, out)
	}
}

func TestSandboxPrintsItsAccess(t *testing.T) {
	t.Chdir(projectFolder(t))
	ctx, cancel := context.WithCancel(t.Context())
	root := newRoot()
	out := &firstLine{line: make(chan string, 1)}
	root.SetOut(out)
	root.SetArgs([]string{"sandbox", "--json", "--listen", "127.0.0.1:0", "--records", "events/crm.yaml"})
	ended := make(chan error, 1)
	go func() { ended <- root.ExecuteContext(ctx) }()
	var got map[string]string
	if err := json.Unmarshal([]byte(<-out.line), &got); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"url", "client_id", "client_secret", "refresh_token", "data_center"} {
		if got[key] == "" {
			t.Errorf("no %s in %v", key, got)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("ended with %v, want nil", err)
	}
}

type firstLine struct{ line chan string }

func (f *firstLine) Write(p []byte) (int, error) {
	select {
	case f.line <- string(p):
	default:
	}
	return len(p), nil
}

// TestExplainTakesAWebhookAsItIs: nobody has a recorded invocation at the beginning.
func TestExplainTakesAWebhookAsItIs(t *testing.T) {
	folder := folderWith(t, map[string]string{
		"rules.yaml": goodRules, "body.json": `{"id":"5725767000000524157","Stage":"Closed Won"}`,
		"secrets.json": `{"zoho":"a-secret-of-the-test"}`,
	})
	tests := map[string]struct {
		args []string
		code int
		says string
	}{
		"a body":              {[]string{"--source", "zoho", "--body", "body.json"}, 0, `Deals 5725767000000524157 loses "In progress"`},
		"a query":             {[]string{"--source", "zoho", "--query", "id=5725767000000524157&Stage=Closed+Won"}, 0, `Deals 5725767000000524157 loses "In progress"`},
		"with its token":      {[]string{"--source", "zoho", "--body", "body.json", "--secrets", "secrets.json", "--header", "X-Webhook-Token: a-secret-of-the-test"}, 0, "verified  yes"},
		"with a wrong token":  {[]string{"--source", "zoho", "--body", "body.json", "--secrets", "secrets.json", "--header", "X-Webhook-Token: another"}, 1, "not verified"},
		"nothing":             {nil, 2, "or a webhook's body, with untag explain --source NAME --body FILE"},
		"a source alone":      {[]string{"--source", "zoho"}, 2, "name the webhook's body with --body FILE"},
		"a body alone":        {[]string{"--body", "body.json"}, 2, "name the source that the webhook is sent to with --source"},
		"a body and an event": {[]string{"-e", "body.json", "--query", "a=1"}, 2, "remove -e, or remove --source, --body, --header and --query"},
		"no such source":      {[]string{"--source", "zohoo", "--body", "body.json"}, 2, `there is no source "zohoo" in the rules, which has zoho`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			code, out := untag(t, folder, append([]string{"explain"}, tt.args...)...)
			if code != tt.code || !strings.Contains(out, tt.says) {
				t.Errorf("exit %d, want %d and %q:\n%s", code, tt.code, tt.says, out)
			}
		})
	}
}
