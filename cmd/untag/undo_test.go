package main

import (
	"encoding/json"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"untag/internal/sandbox"
)

// line is a line of the audit, minutes ago, as the function logs it.
func line(minutes int, rule, id, mode string, removed []string, seen bool) string {
	at := time.Now().Add(-time.Duration(minutes) * time.Minute).UTC().Format(time.RFC3339Nano)
	tags, _ := json.Marshal(removed)
	off := string(tags)
	if mode == "observe" {
		off = "[]"
	}
	return fmt.Sprintf(`{"time":%q,"level":"INFO","message":"audit","mode":%q,"event_id":"e-%s","source":"crm","rule":%q,"module":"Deals","record_id":%q,"asked":%s,"removed":%s,"seen":%t,"answer":"SUCCESS","rules":"0123456789ab"}`,
		at, mode, id, rule, id, tags, off, seen) + "\n"
}

// crmWith starts a simulated Zoho with deals, which the environment names.
func crmWith(t *testing.T, records string) *sandbox.Sandbox {
	t.Helper()
	list, err := sandbox.ParseRecords([]byte(records))
	if err != nil {
		t.Fatal(err)
	}
	crm := sandbox.New(sandbox.Config{Records: list, MixedStatus: 207})
	server := httptest.NewServer(crm)
	t.Cleanup(server.Close)
	c := crm.Credentials()
	for name, value := range map[string]string{
		"ZOHO_CLIENT_ID": c.ClientID, "ZOHO_CLIENT_SECRET": c.ClientSecret, "ZOHO_REFRESH_TOKEN": c.RefreshToken, "ZOHO_DATA_CENTER": c.DataCenter,
		"ZOHO_API_URL": server.URL, "ZOHO_ACCOUNTS_URL": server.URL, "ZOHO_SECRET_ID": "",
	} {
		t.Setenv(name, value)
	}
	return crm
}

func TestAuditSelects(t *testing.T) {
	folder := folderWith(t, map[string]string{"function.log": "START RequestId: 1\n" +
		line(300, "old", "1", "remove", []string{"a"}, true) + line(60, "deal-closed", "2", "remove", []string{"In progress"}, false) +
		`{"level":"INFO","message":"event","outcome":"removed"}` + "\n2026-11-25T12:00:00Z " + line(50, "watched", "3", "observe", []string{"b"}, true)})
	for name, tt := range map[string]struct {
		args []string
		code int
		says []string
		not  string
	}{
		"all":             {[]string{"function.log"}, 0, []string{"old", "deal-closed", "removed (if it was there)", "would be removed", "0123456789ab"}, ""},
		"since":           {[]string{"--since", "2h", "function.log"}, 0, []string{"deal-closed", "watched"}, "old"},
		"a rule":          {[]string{"--rule", "old", "function.log"}, 0, []string{"old"}, "deal-closed"},
		"a record":        {[]string{"--record", "2", "function.log"}, 0, []string{"deal-closed", "In progress"}, "old"},
		"a tag":           {[]string{"--tag", "b", "function.log"}, 0, []string{"watched"}, "old"},
		"an event":        {[]string{"--event", "e-1", "function.log"}, 0, []string{"old"}, "watched"},
		"none":            {[]string{"--rule", "no", "function.log"}, 0, []string{"nothing was removed"}, "old"},
		"JSON":            {[]string{"--json", "--rule", "old", "function.log"}, 0, []string{`"rule":"old"`, `"record_id":"1"`}, "watched"},
		"no time":         {[]string{"--since", "yesterday", "function.log"}, 2, []string{"write a duration"}, ""},
		"no file":         {[]string{"missing.log"}, 2, []string{"there is no such file"}, ""},
		"nowhere":         {nil, 2, []string{"--log-group"}, ""},
		"no groups' time": {[]string{"--log-group", "/aws/lambda/x"}, 2, []string{"--since 2h"}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("AWS_REGION", "eu-central-1")
			code, out := untag(t, folder, append([]string{"audit"}, tt.args...)...)
			for _, want := range tt.says {
				if code != tt.code || !strings.Contains(out, want) || tt.not != "" && strings.Contains(out, tt.not) {
					t.Errorf("exit %d, want %d, %q and not %q:\n%s", code, tt.code, want, tt.not, out)
				}
			}
		})
	}
	broken := folderWith(t, map[string]string{"cut.log": line(1, "r", "1", "remove", []string{"a"}, true)[:150]})
	if code, out := untag(t, broken, "audit", "cut.log"); code != 2 || !strings.Contains(out, "line 1") {
		t.Errorf("exit %d for a line that ends in the middle:\n%s", code, out)
	}
}

const undoRecords = `Deals:
  - {id: "1", Tag: [VIP]}
  - {id: "2", Tag: [In progress]}
  - {id: "3", Tag: []}
  - {id: "4", Tag: []}
  - {id: "5", Tag: [a, b, c, d, e, f, g, h, i, j]}
  - {id: "6", Tag: []}
`

// TestUndo: only what the rule took, and is not there, comes back; a second undo does nothing.
func TestUndo(t *testing.T) {
	log := line(300, "deal-closed", "3", "remove", []string{"In progress"}, true) + // too long ago
		line(60, "deal-closed", "1", "remove", []string{"In progress", "Old"}, true) +
		line(60, "deal-closed", "2", "remove", []string{"In progress"}, true) + // is there again
		line(60, "another", "4", "remove", []string{"In progress"}, true) +
		line(60, "watched", "4", "observe", []string{"x"}, true) +
		line(60, "deal-closed", "5", "remove", []string{"k"}, true) + // has ten tags
		line(60, "deal-closed", "6", "remove", []string{"both"}, true) + line(59, "another", "6", "remove", []string{"both"}, false) +
		line(60, "deal-closed", "99", "remove", []string{"In progress"}, true) // is gone
	folder := folderWith(t, map[string]string{"function.log": log})
	crm := crmWith(t, undoRecords)
	tags := func(id string) []string {
		list, _ := crm.Tags("Deals", id)
		slices.Sort(list)
		return list
	}
	undo := func(args ...string) (int, string) {
		return untag(t, folder, append([]string{"undo", "--rule", "deal-closed", "--since", "2h"}, append(args, "function.log")...)...)
	}
	code, out := undo("--dry-run")
	if code != 0 || !strings.Contains(out, "Tags to put back: 3, on records: 2") || !strings.Contains(out, "do not exist any more: 1") || len(crm.Journal()) > 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	if code, out := undo(); code != 2 || !strings.Contains(out, "--yes") || len(crm.Journal()) > 0 {
		t.Fatalf("without an answer: exit %d:\n%s", code, out)
	}
	code, out = undo("--yes")
	if code != 1 || !strings.Contains(out, "Put back: 1") || !strings.Contains(out, "Refused with LIMIT_EXCEEDED: 1") {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	for id, want := range map[string][]string{"1": {"In progress", "Old", "VIP"}, "2": {"In progress"}, "3": nil, "4": nil, "6": nil} {
		if diff := cmp.Diff(want, tags(id), cmp.Transformer("nil", func(l []string) []string { return append([]string(nil), l...) })); diff != "" && len(want)+len(tags(id)) > 0 {
			t.Errorf("record %s: -want +got\n%s", id, diff)
		}
	}
	calls := crm.Requests().AddTags
	if code, out := undo("--yes"); !strings.Contains(out, "on records: 1") || len(crm.Journal()) != 1 {
		t.Errorf("the second time: exit %d, %d calls before:\n%s", code, calls, out)
	}
	// Somebody takes it off again: it was put back once, and stays off.
	data, err := os.ReadFile(filepath.Join(folder, "function.log"))
	if err != nil || strings.Count(string(data), `"mode":"undo"`) != 3 {
		t.Errorf("the audit of the undo: %v\n%s", err, data)
	}
	if code, out := untag(t, folder, "audit", "--rule", "deal-closed", "--record", "1", "function.log"); code != 0 || !strings.Contains(out, "put back") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	for name, args := range map[string][]string{"no rule": {"undo", "--since", "2h", "function.log"}, "no time": {"undo", "--rule", "r", "function.log"}} {
		if code, out := untag(t, folder, args...); code != 2 || !strings.Contains(out, "--rule deal-closed --since 2h") {
			t.Errorf("%s: exit %d:\n%s", name, code, out)
		}
	}
}

// TestUndoOfTheUnsure: of tags that were removed without reading the record, it is said that they
// may not have been there.
func TestUndoOfTheUnsure(t *testing.T) {
	folder := folderWith(t, map[string]string{"function.log": line(60, "r", "1", "remove", []string{"In progress"}, false) + line(60, "r", "3", "remove", []string{"x"}, true)})
	crm := crmWith(t, undoRecords)
	code, out := untag(t, folder, "undo", "--rule", "r", "--since", "2h", "--dry-run", "function.log")
	if code != 0 || !strings.Contains(out, "on records: 2") || !strings.Contains(out, "It is not known of 1 of the tags") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	code, out = untag(t, folder, "undo", "--rule", "r", "--since", "2h", "--sure", "--yes", "function.log")
	if list, _ := crm.Tags("Deals", "1"); code != 0 || len(list) != 1 || !strings.Contains(out, "Put back: 1") {
		t.Errorf("exit %d, the record has %v:\n%s", code, list, out)
	}
}

// TestRunUntilUndone: what untag run took off a record of the simulated Zoho is in the audit, and
// a rule that only observes takes nothing off.
func TestRunUntilUndone(t *testing.T) {
	files := map[string]string{
		"rules.yaml": `version: 1
sources: {crm: {verify: aws}}
rules:
  - {name: deal-closed, on: crm, when: event.Stage == "Closed Won", record: {module: Deals, id: event.id}, remove: [In progress]}
  - {name: watched, on: crm, mode: observe, when: event.Stage == "Closed Won", record: {module: Deals, id: event.id}, remove: [VIP, Nothing]}
`,
		"rules_test.yaml": "rules: rules.yaml\ntests:\n  - {name: both, source: crm, event: {Stage: Closed Won, id: '1'}, expect: {Deals: {'1': [In progress, VIP, Nothing]}}}\n",
	}
	folder := folderWith(t, files)
	if err := os.Mkdir(filepath.Join(folder, "events"), 0o700); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{
		"crm.yaml": `Deals: [{id: "1", Tag: [VIP, In progress]}]`, "closed.json": `{"source":"crm","event":{"Stage":"Closed Won","id":"1"}}`,
	} {
		if err := os.WriteFile(filepath.Join(folder, "events", name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	code, out := untag(t, folder, "run", "--once", "--listen", "127.0.0.1:0", "--audit", "audit.log")
	if code != 0 {
		t.Fatalf("exit %d:\n%s", code, out)
	}
	code, out = untag(t, folder, "audit", "audit.log")
	if code != 0 || !strings.Contains(out, "removed (if it was there)") || !strings.Contains(out, "would be removed") || strings.Contains(out, "Nothing") {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if code, out := untag(t, folder, "test"); code != 0 {
		t.Errorf("exit %d:\n%s", code, out)
	}
	code, out = untag(t, folder, "explain", "-e", "events/closed.json")
	if code != 0 || !strings.Contains(out, `Deals 1 would lose "VIP", "Nothing" (watched, which only observes)`) {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if code, out := untag(t, folder, "run", "--once", "--audit", folder); code != 2 || !strings.Contains(out, "--audit") {
		t.Errorf("exit %d:\n%s", code, out)
	}
}
