package main

import (
	"encoding/json"
	"strings"
	"testing"

	"untag/internal/sandbox"
)

// withoutAWS makes sure that no test reaches AWS.
func withoutAWS(t *testing.T) {
	t.Helper()
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "AWS_ENDPOINT_URL", "QUEUE_URL", "DEAD_LETTER_QUEUE_URL", "ZOHO_TOKEN_SECRET_ID", "ALARM_TOPIC_ARN", "RULES_URL"} {
		t.Setenv(name, "")
	}
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
}

const localRules = `version: 1
sources: {zoho: {verify: token}}
rules: [{name: closed, on: zoho, when: true, record: {module: Deals, id: event.id}, where: record.Stage == "Won", remove: [VIP]}]
`

// TestDoctorOfALocalSetUp: a rules file, a file of secrets and a credential in the environment
// are enough.
func TestDoctorOfALocalSetUp(t *testing.T) {
	withoutAWS(t)
	records := sandbox.Records{"Deals": {{"id": "1", "Stage": "Won", "Tag": []any{"VIP"}}}}
	files := map[string]string{"rules.yaml": localRules, "secrets.json": `{"zoho": "3f9c2b7e5a1d4c8f0e6b9a2d"}`}
	simulatedAccount(t, sandbox.Config{Records: records})
	exit, out := untag(t, folderWith(t, files), "doctor", "--secrets", "secrets.json")
	if exit != 0 || strings.Contains(out, "fault ") || !strings.Contains(out, "0 warnings, 0 faults") {
		t.Errorf("untag doctor: exit %d, want 0:\n%s", exit, out)
	}
	exit, out = untag(t, folderWith(t, files), "doctor", "--json")
	var report struct {
		Faults int
		Lines  []struct{ Status, Check, Do string }
	}
	if err := json.Unmarshal([]byte(out), &report); err != nil || exit != 1 || report.Faults != 1 || report.Lines[1].Status != "fault" || report.Lines[1].Check != "webhook secrets" {
		t.Errorf("untag doctor without secrets: exit %d, %v, want 1:\n%s", exit, err, out)
	}
	for setting, want := range map[string]string{
		"RULES_URL=ftp://example.com/rules.yaml":                  "RULES_URL: not a place for rules",
		"RULES_URL=file:none.yaml":                                "file:none.yaml cannot be read",
		"ALARM_TOPIC_ARN=arn:aws:sns:eu-central-1:123456789012:x": "AWS is not configured: no region is set, so the topic cannot be checked",
	} {
		name, value, _ := strings.Cut(setting, "=")
		t.Setenv(name, value)
		exit, out := untag(t, folderWith(t, files), "doctor", "--secrets", "secrets.json")
		if exit != 1 || !strings.Contains(out, want) || !strings.Contains(out, "1 fault\n") {
			t.Errorf("untag doctor with %s: exit %d, want 1 and %q:\n%s", setting, exit, want, out)
		}
		t.Setenv(name, "")
	}
	if exit, out := untag(t, folderWith(t, files), "doctor", "--secrets", "none.json"); exit != 1 || !strings.Contains(out, "name a file that you can read") {
		t.Errorf("untag doctor without the file of secrets: exit %d, want 1:\n%s", exit, out)
	}
	for line, want := range map[string]string{
		"doctor --rules none.yaml":      "none.yaml",
		"doctor --api-version v9":       "v9",
		"doctor --environment prod":     "prod",
		"doctor --secrets secrets.json": "", // the file is fine
	} {
		exit, out := untag(t, folderWith(t, files), strings.Fields(line)...)
		if want != "" && (exit != 2 || !strings.Contains(out, want)) {
			t.Errorf("untag %s: exit %d, want 2 and %q:\n%s", line, exit, want, out)
		}
	}
	t.Setenv("RULES_URL", "file:"+folderWith(t, map[string]string{"other.yaml": strings.Replace(localRules, "VIP", "VIPs", 1)})+"/other.yaml")
	exit, out = untag(t, folderWith(t, files), "doctor", "--secrets", "secrets.json")
	if exit != 1 || !strings.Contains(out, "Deals has no tag") || !strings.Contains(out, "did you mean VIP?") {
		t.Errorf("untag doctor with RULES_URL: exit %d, want 1 for the rules there:\n%s", exit, out)
	}
	t.Setenv("RULES_URL", "file:/none/rules.yaml")
	if exit, out = untag(t, folderWith(t, files), "doctor", "--secrets", "secrets.json"); exit != 1 || !strings.Contains(out, "fault    rules: file:/none/rules.yaml cannot be read") {
		t.Errorf("untag doctor with no rules at RULES_URL: exit %d, want 1:\n%s", exit, out)
	}
	t.Setenv("RULES_URL", "")
	exit, out = untag(t, folderWith(t, files), "doctor", "--stack", "untag")
	if exit != 1 || !strings.Contains(out, "AWS is not configured") {
		t.Errorf("untag doctor --stack without AWS: exit %d:\n%s", exit, out)
	}
}

// TestDoctorScopesThatAreMissing: what a scope keeps from being checked is a warning.
func TestDoctorScopesThatAreMissing(t *testing.T) {
	withoutAWS(t)
	simulatedAccount(t, sandbox.Config{Scope: "ZohoCRM.modules.ALL"})
	exit, out := untag(t, folderWith(t, map[string]string{"rules.yaml": localRules, "secrets.json": `{"zoho": "3f9c2b7e5a1d4c8f0e6b9a2d"}`}), "doctor", "--secrets", "secrets.json")
	for _, want := range []string{"ZohoCRM.settings.modules.READ", "ZohoCRM.settings.automation_actions.READ", "2 warnings, 0 faults"} {
		if exit != 0 || !strings.Contains(out, want) {
			t.Errorf("untag doctor: exit %d, want 0 and %q:\n%s", exit, want, out)
		}
	}
}
