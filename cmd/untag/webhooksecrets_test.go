package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"untag/internal/rules"
	"untag/internal/userfile"
)

const manySources = `version: 1
sources:
  zoho: {verify: [token, aws]}
  github: {verify: github}
  basic: {verify: [basic, aws]}
  either: {verify: [basic, token]}
  watch: {verify: zoho-notification}
  bus: {verify: aws}
rules:
  - {name: r, on: [zoho, github, basic, either, watch, bus], when: true, record: {module: Deals, id: event.id}, remove: [x]}
`

func TestCheckSecrets(t *testing.T) {
	good := map[string]any{
		"zoho": "hush-hush-hush-hush", "github": []string{"hush-hush-hush-one", "hush-hush-hush-two"}, "basic": "crm:hush-hush-hush",
		"either": []string{"crm:hush-hush-hush", "hush-hush-hush-hush"}, "watch": "hush-hush-hush-hush",
	}
	tests := map[string]struct {
		key   string
		value any
		code  int // 1 if the secret is refused
		says  string
	}{
		"good":                {"zoho", "hush-hush-hush-hush", 0, "secrets.json: nothing is wrong\n"},
		"an example":          {"zoho", "…", 1, "secrets.json: source zoho: the stored secret is an example, which anyone can guess\n"},
		"of the demo":         {"github", []string{"untag-demo-github-secret"}, 1, "source github: the stored secret is one of untag's demonstration"},
		"one of two":          {"github", []string{"hush-hush-hush-hush", "hush"}, 1, "source github: secret 2 of 2 has fewer than 8 characters"},
		"its name":            {"github", "GitHub", 1, "source github: the stored secret is the name of the source"},
		"white space":         {"zoho", " \n", 1, "source zoho: the stored secret is nothing but white space"},
		"empty":               {"zoho", "", 1, "source zoho: the stored secret is empty"},
		"short":               {"zoho", "hush-hush", 0, "warning: source zoho: the stored secret has fewer than 16 characters"},
		"a line break":        {"zoho", "hush-hush-hush-hush\n", 0, "warning: source zoho: the stored secret begins or ends in white space or a line break"},
		"none":                {"zoho", []string{}, 0, "warning: source zoho: no secret is stored for it, so it refuses requests that need one; store a secret of your choice"},
		"none of a sender":    {"github", []string{}, 0, "warning: source github: no secret is stored for it, so it refuses requests that need one; store the webhook's secret"},
		"no user":             {"basic", "hush-hush-hush-hush", 1, "source basic: a stored secret has no colon: for HTTP basic authentication it is user:password"},
		"a weak password":     {"basic", "administrator-hush:hush", 1, "source basic: a stored secret is user:password, and the password has fewer than 8 characters"},
		"a token alone":       {"either", "hush-hush-hush-hush", 0, "warning: source either: it lists `basic`, but no usable secret is user:password"},
		"too long for Zoho":   {"watch", strings.Repeat("hush-", 11), 0, "warning: source watch: a secret has 55 characters, but the token of a Zoho notification may have at most 50"},
		"a source with IAM":   {"bus", "hush-hush-hush-hush", 0, "warning: source bus: its ways to verify need no secret"},
		"an unknown source":   {"zohoo", "hush-hush-hush-hush", 0, "warning: source zohoo: there is no source of this name in the rules; its sources are zoho, github, basic, either, watch, bus"},
		"a name in a console": {"z\x1b[31m", "hush-hush-hush-hush", 0, "there is no source of this name"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			all := map[string]any{tt.key: tt.value}
			for key, value := range good {
				if key != tt.key {
					all[key] = value
				}
			}
			text, err := json.Marshal(all)
			if err != nil {
				t.Fatal(err)
			}
			folder := folderWith(t, map[string]string{"rules.yaml": manySources, "secrets.json": string(text)})
			code, out := untag(t, folder, "check", "--secrets", "secrets.json")
			if code != tt.code || !strings.Contains(out, tt.says) || !strings.Contains(out, "rules.yaml: nothing is wrong") {
				t.Errorf("exit %d, want %d and %q:\n%s", code, tt.code, tt.says, out)
			}
			if strict, _ := untag(t, folder, "check", "--secrets", "secrets.json", "--strict"); (strict == 0) != (name == "good") {
				t.Errorf("--strict: exit %d", strict)
			}
			_, asJSON := untag(t, folder, "check", "--secrets", "secrets.json", "--json")
			for _, printed := range []string{out, asJSON} {
				if strings.Contains(printed, "hush") || strings.Contains(printed, "untag-demo") || strings.Contains(printed, "\x1b") {
					t.Errorf("printed a secret, or a control character:\n%q", printed)
				}
			}
		})
	}
}

func TestCheckSecretsJSON(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": goodRules, "secrets.json": `{"zoho":["hush","hush-hush-hush-hush"],"other":"x"}`})
	code, out := untag(t, folder, "check", "--json", "--secrets", "secrets.json")
	var got struct {
		Faults  []rules.Fault
		Secrets struct {
			File   string
			Faults []userfile.SecretFault
		}
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatal(err)
	}
	want := []userfile.SecretFault{
		{Source: "zoho", Severity: rules.SeverityError, Message: "secret 1 of 2 has fewer than 8 characters"},
		{Source: "other", Severity: rules.SeverityWarning, Message: "there is no source of this name in the rules; its sources are zoho"},
	}
	if diff := cmp.Diff(want, got.Secrets.Faults); code != 1 || diff != "" || got.Secrets.File != "secrets.json" || len(got.Faults) != 0 {
		t.Errorf("exit %d: -want +got\n%s\n%s", code, diff, out)
	}
}

func TestCheckSecretsThatCannotBeRead(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": goodRules, "list.json": `["hush"]`, "number.json": `{"zoho":4711}`,
		"twice.json": "{\n  \"zoho\": \"hush-hush-hush-hush\",\n  \"zoho\": \"hush\"\n}", "comma.json": `{"zoho":"hush-hush-hush-hush",}`, "null.json": "null"})
	for file, says := range map[string]string{
		"twice.json": "twice.json:3:3: a name occurs twice", "comma.json": "comma.json:1:", "null.json": "not a JSON object",
		"list.json": "not a JSON object", "number.json": "key zoho: neither", "gone.json": "--secrets"} {
		if code, out := untag(t, folder, "check", "--secrets", file); code != 2 || !strings.Contains(out, says) || strings.Contains(out, "hush") || strings.Contains(out, "4711") {
			t.Errorf("%s: exit %d, want 2 and %q:\n%s", file, code, says, out)
		}
	}
}

func TestCheckSecretsAfterAMark(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": goodRules, "secrets.json": "\xef\xbb\xbf" + `{"zoho":"hush-hush-hush-hush"}`})
	if code, out := untag(t, folder, "check", "--strict", "--secrets", "secrets.json"); code != 0 {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

func TestRunZohoRefusesTheDemoSecrets(t *testing.T) {
	crm, env := realEnv(t)
	folder := folderWith(t, map[string]string{
		"both.json": `{"zoho":["untag-demo-token","hush-hush-hush-hush"],"github":"hush-hush-hush-hush"}`,
		"mine.json": `{"zoho":["new","hush-hush-hush"],"github":"hush-hush-hush-hush"}`, "weak.json": `{"zoho":"hush","github":"hush-hush-hush-hush"}`})
	demo := filepath.Join(projectFolder(t), "events", "secrets", "webhook.json")
	run := func(args ...string) (int, string, string) {
		return finished(t, env, append([]string{"run", "--zoho", "--once", "--listen", "127.0.0.1:0"}, args...)...)
	}
	for file, says := range map[string][]string{
		demo:                               {"source zoho: the stored secret is one of untag's demonstration", "source github: "},
		filepath.Join(folder, "weak.json"): {"source zoho: the stored secret has fewer than 8 characters"},
	} {
		code, _, errs := run("--secrets", file)
		for _, say := range says {
			if code != 2 || !strings.Contains(errs, say) || strings.Contains(errs, "hush") {
				t.Errorf("--secrets %s: exit %d, want 2 and %q: %s", file, code, say, errs)
			}
		}
	}
	code, _, errs := run("--secrets", filepath.Join(folder, "mine.json"))
	if code != 0 || strings.Count(errs, "warning: ") != 2 || !strings.Contains(errs, "secret 1 of 2 is an example") || !strings.Contains(errs, "secret 2 of 2 has fewer than 16 characters") {
		t.Errorf("one usable secret of two: exit %d, want 0 and two warnings: %s", code, errs)
	}

	// Next to a secret of your own, the demonstration's secret still proves nothing.
	request, err := os.ReadFile(filepath.Join(projectFolder(t), "events", "zoho-workflow-json.json"))
	if err != nil {
		t.Fatal(err)
	}
	events := folderWith(t, map[string]string{"one.json": string(request)})
	code, out, _ := run("--secrets", filepath.Join(folder, "both.json"), "--events", events)
	if code != 1 || !strings.Contains(out, "401") || len(crm.Journal()) > 0 {
		t.Errorf("the demonstration's request: exit %d, want it refused:\n%s", code, out)
	}
}
