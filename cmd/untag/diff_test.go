package main

import (
	"encoding/json"
	"strings"
	"testing"

	"untag/internal/rulesdiff"
)

// diffRules returns a rules file with rules for closed and paid deals.
func diffRules(rules string) string {
	return "version: 1\nsources:\n  shop: {verify: aws}\n  desk: {verify: aws}\nrules:\n" + rules
}

const (
	closedRule = "  - {name: closed, on: shop, when: 'event.stage == \"Closed\"', record: {module: Deals, id: event.id}, remove: [In progress]}\n"
	deskRule   = "  - {name: solved, on: desk, when: 'event.status == \"solved\"', record: {module: Cases, id: event.id}, remove: [Open]}\n"
)

func TestDiff(t *testing.T) {
	events := map[string]string{
		"events/a.json": `{"source": "shop", "event": {"stage": "Closed", "id": "5725767000000000001", "email": "zoe@example.com"}}`,
		"events/b.json": `{"source": "shop", "event": {"stage": "Open", "id": "5725767000000000002", "email": "zoe@example.com"}}`,
		"events/c.json": `{"source": "desk", "event": {"status": "solved", "id": "5725767000000000003", "email": "zoe@example.com"}}`,
		"crm.yaml":      "Deals: [{id: \"5725767000000000001\", Amount: 5, Tag: [In progress]}, {id: \"5725767000000000002\", Amount: 50, Tag: [In progress]}]\n",
	}
	for name, tt := range map[string]struct {
		older, newer, flags string
		code                int
		want, not           []string
	}{
		"the same": {closedRule + deskRule, closedRule + deskRule, "", 0, []string{"All 3 events are treated alike."}, nil},
		"other order, other names, a comment": {closedRule + deskRule, "  # new\n" + deskRule + strings.ReplaceAll(closedRule, "name: closed", "name: done"), "", 0,
			[]string{"treated alike", "done does what closed did before (1 event)"}, []string{"solved"}},
		"one more tag, one rule less": {closedRule + deskRule, strings.ReplaceAll(closedRule, "[In progress]", "[In progress, Won]") + strings.ReplaceAll(deskRule, `"solved"`, `"closed"`), "", 1,
			[]string{"2 of 3 events would be treated differently.", "would newly lose a tag", `a.json: Deals 5725767000000000001 loses "Won"`}, []string{"b.json", `"In progress"`}},
		"now only observed": {closedRule + deskRule, strings.ReplaceAll(closedRule, "name: closed", "name: closed, mode: observe") + deskRule, "", 1,
			[]string{`loses "In progress" (only observed)`, `keeps "In progress"`}, nil},
		"cannot be evaluated": {closedRule + deskRule, strings.ReplaceAll(closedRule, `event.stage == "Closed"`, `event.stage + 1 == 2`) + deskRule, "", 1,
			[]string{"rules that can no longer be evaluated", "a.json: ", "would no longer lose"}, nil},
		"a look-up, without records": {closedRule + deskRule, closedRule + strings.ReplaceAll(deskRule, "{module: Cases, id: event.id}", "{module: Contacts, find: {email: event.email}}"), "", 1,
			[]string{"depends on records", "Contacts found by e-mail address", `no longer lose`}, nil},
		"another where, without records": {strings.ReplaceAll(closedRule, "remove:", "where: record.Amount > 10, remove:") + deskRule, strings.ReplaceAll(closedRule, "remove:", "where: record.Amount > 1, remove:") + deskRule, "", 1,
			[]string{"depends on records", "a.json: would newly take", "where record.Amount > 1,", "where record.Amount > 10,"}, nil},
		"another where, with records": {strings.ReplaceAll(closedRule, "remove:", "where: record.Amount > 10, remove:") + deskRule, strings.ReplaceAll(closedRule, "remove:", "where: record.Amount > 1, remove:") + deskRule, "--records crm.yaml", 1,
			[]string{"1 of 3", `a.json: Deals 5725767000000000001 loses "In progress"`}, []string{"depends on records"}},
		"the same where, with records": {strings.ReplaceAll(closedRule, "remove:", "where: record.Amount > 10, remove:") + deskRule, strings.ReplaceAll(closedRule, "remove:", "where: record.Amount > 20, remove:") + deskRule, "--records crm.yaml", 0,
			[]string{"alike"}, nil},
		"other patterns, without records": {strings.ReplaceAll(closedRule, "[In progress]", "[\"In *\"]"), strings.ReplaceAll(closedRule, "[In progress]", "[\"In *\"], keep: [In progress]"), "", 1,
			[]string{`would newly take tags like "In *" (but not "In progress") off Deals`, `would no longer take tags like "In *" off Deals`}, nil},
		"only observed, other tags, without records": {strings.ReplaceAll(closedRule, "name: closed", "name: closed, mode: observe"), strings.ReplaceAll(closedRule, "name: closed, on: shop, when: 'event.stage == \"Closed\"', record: {module: Deals, id: event.id}, remove: [In progress]", "name: closed, mode: observe, on: shop, when: 'event.stage == \"Closed\"', record: {module: Deals, id: event.id}, remove: [Won]"), "", 1,
			[]string{`loses "Won" (only observed)`, `keeps "In progress" (only observed)`}, []string{"depends on records"}},
		"look-ups that find the same, with records": {strings.ReplaceAll(closedRule, "id: event.id", "find: {criteria: {Amount: '5'}}"), strings.ReplaceAll(closedRule, "id: event.id", "id: event.id"), "--records crm.yaml", 0,
			[]string{"alike"}, nil},
	} {
		files := map[string]string{"old.yaml": diffRules(tt.older), "new.yaml": diffRules(tt.newer)}
		for file, text := range events {
			files[file] = text
		}
		folder := folderWith(t, files)
		code, out := untag(t, folder, append([]string{"diff", "old.yaml", "new.yaml", "-e", "events"}, strings.Fields(tt.flags)...)...)
		out = strings.Join(strings.Fields(out), " ")
		if code != tt.code {
			t.Errorf("%s: exit %d, want %d:\n%s", name, code, tt.code, out)
		}
		for _, want := range tt.want {
			if !strings.Contains(out, want) {
				t.Errorf("%s: no %q in\n%s", name, want, out)
			}
		}
		for _, not := range tt.not {
			if strings.Contains(out, not) {
				t.Errorf("%s: %q in\n%s", name, not, out)
			}
		}
		_, asJSON := untag(t, folder, append([]string{"diff", "old.yaml", "new.yaml", "--json", "-e", "events"}, strings.Fields(tt.flags)...)...)
		var report rulesdiff.Report
		if err := json.Unmarshal([]byte(asJSON), &report); err != nil || report.Events != 3 || (report.Different > 0) != (tt.code == 1) || report.Different != len(report.Differences) {
			t.Errorf("%s: %v in\n%s", name, err, asJSON)
		}
	}
}

func TestDiffUsedWrongly(t *testing.T) {
	folder := folderWith(t, map[string]string{
		"old.yaml": diffRules(closedRule + deskRule), "broken.yaml": "version: 1\nrules: [",
		"unknown.yaml": diffRules(strings.ReplaceAll(closedRule, "when:", "wenn:")),
		"a.json":       `{"source": "shop", "event": {}}`, "foreign.json": `{"source": "other", "event": {}}`, "text.json": `nothing`, "empty/x.txt": "",
	})
	for line, want := range map[string]string{
		"diff old.yaml -e a.json":                      "untag diff OLD NEW",
		"diff old.yaml old.yaml":                       "-e",
		"diff old.yaml none.yaml -e a.json":            "none.yaml",
		"diff broken.yaml old.yaml -e a.json":          "broken.yaml:3:",
		"diff old.yaml unknown.yaml -e a.json":         "did you mean `when`?",
		"diff - - -e a.json":                           "only one of OLD, NEW and the events",
		"diff - old.yaml -e a.json -e -":               "only one of OLD, NEW and the events",
		"diff old.yaml old.yaml -e none.json":          "none.json",
		"diff old.yaml old.yaml -e empty":              "no *.json in empty; name another folder with -e",
		"diff old.yaml old.yaml -e text.json":          "not valid JSON",
		"diff old.yaml old.yaml -e foreign.json":       "other",
		"diff old.yaml old.yaml -e a.json -e gone":     "gone",
		"diff old.yaml old.yaml -e a.json --records x": "x",
	} {
		if code, out := untag(t, folder, strings.Fields(line)...); code != 2 || !strings.Contains(out, want) {
			t.Errorf("untag %s: exit %d, want 2 and %q:\n%s", line, code, want, out)
		}
	}
}

// TestDiffOfTwoFolders: files of the same name are told apart.
func TestDiffOfTwoFolders(t *testing.T) {
	const deal = `{"source": "shop", "event": {"stage": "Closed", "id": "5725767000000000001"}}`
	folder := folderWith(t, map[string]string{"old.yaml": diffRules(closedRule), "new.yaml": diffRules(deskRule), "may/1.json": deal, "june/1.json": deal, "june/2.json": deal})
	code, out := untag(t, folder, strings.Fields("diff old.yaml new.yaml -e may -e june")...)
	for _, want := range []string{"may/1.json: Deals", "june/1.json: Deals", "    2.json: Deals"} {
		if code != 1 || !strings.Contains(out, want) {
			t.Errorf("exit %d, without %q:\n%s", code, want, out)
		}
	}
}

// TestDiffFromStandardInput: either file can come from `git show`.
func TestDiffFromStandardInput(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": diffRules(closedRule),
		"a.json": `{"source": "shop", "event": {"stage": "Closed", "id": "5725767000000000001"}}`})
	for line, want := range map[string]string{
		"diff - rules.yaml -e a.json": `loses "In progress"`,
		"diff rules.yaml - -e a.json": `keeps "In progress"`,
	} {
		c := program(t, []string{"PWD=" + folder}, strings.Fields(line)...)
		c.Stdin = strings.NewReader(diffRules(deskRule))
		out, _ := c.CombinedOutput()
		if code := c.ProcessState.ExitCode(); code != 1 || !strings.Contains(string(out), want) {
			t.Errorf("untag %s: exit %d, want 1 and %q:\n%s", line, code, want, out)
		}
	}
}

// TestDiffReading: an event that only one of the files reads.
func TestDiffReading(t *testing.T) {
	without := strings.Replace(diffRules(closedRule), "desk: {verify: aws}", "other: {verify: aws}", 1)
	folder := folderWith(t, map[string]string{
		"old.yaml": diffRules(closedRule + deskRule), "without.yaml": without,
		"desk.json": `{"source": "desk", "event": {"status": "solved", "id": "5725767000000000003"}}`,
	})
	for line, want := range map[string][]string{
		"diff old.yaml without.yaml -e desk.json": {"read differently", "the new rules cannot read it", `keeps "Open"`},
		"diff without.yaml old.yaml -e desk.json": {"read differently", "only the new rules can read it", `loses "Open"`},
	} {
		code, out := untag(t, folder, strings.Fields(line)...)
		for _, part := range want {
			if code != 1 || !strings.Contains(strings.Join(strings.Fields(out), " "), part) {
				t.Errorf("untag %s: exit %d, without %q:\n%s", line, code, part, out)
			}
		}
	}
}
