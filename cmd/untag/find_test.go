package main

import (
	"strings"
	"testing"
)

const findRules = `version: 1
region: US
sources: {crm: {verify: token}}
rules:
  - {name: by-phone, on: crm, when: has(event.phone), record: {module: Contacts, find: {phone: event.phone}}, remove: [Call back]}
  - {name: in-germany, on: crm, when: has(event.tel), record: {module: Contacts, find: {phone: event.tel, region: DE, many: true}}, remove: [Call back]}
  - {name: of-account, on: crm, when: has(event.account), record: {module: Deals, find: {criteria: {Account_Name.id: event.account}}}, remove: [New customer]}
  - {name: soon, on: crm, when: has(event.email), record: {module: Contacts, find: {email: event.email, wait: 5m}}, remove: [Call back]}
  - {name: bounced, on: crm, when: has(event.bounced), record: {module: Contacts, find: {email: event.bounced}}, remove: [Call back]}
`

const findRecords = `
Contacts:
  - {id: "11", Phone: (415) 555-0100, Email: ada@example.com, Tag: [Call back]}
  - {id: "12", Mobile: +1 415-555-0199 ext. 5, Tag: [Call back]}
  - {id: "13", Phone: +49 (0)30 1234567, Tag: [Call back]}
  - {id: "14", Phone: 030/1234567, Tag: [Call back]}
  - {id: "15", Phone: +43 30 1234567, Tag: [Call back]}
Deals:
  - {id: "21", Account_Name: {id: "5725767000000524001", name: Acme}, Tag: [New customer]}
  - {id: "22", Account_Name: {id: "5725767000000524002", name: Acme}, Tag: [New customer]}
`

// TestFindAsPeopleMeanIt uses a CRM whose search finds what contains the given digits.
func TestFindAsPeopleMeanIt(t *testing.T) {
	tests := map[string]struct{ event, expect string }{
		"as the CRM has it":               {`{phone: (415) 555-0100}`, `{Contacts: {"11": [Call back]}}`},
		"with a country code":             {`{phone: +1 415-555-0100}`, `{Contacts: {"11": [Call back]}}`},
		"with 00":                         {`{phone: "0014155550100"}`, `{Contacts: {"11": [Call back]}}`},
		"with an extension":               {`{phone: +1 415-555-0100 ext. 7}`, `{Contacts: {"11": [Call back]}}`},
		"an extension in the CRM":         {`{phone: 415.555.0199}`, `{Contacts: {"12": [Call back]}}`},
		"however many ways it is written": {`{tel: 0049 30 1234567}`, `{Contacts: {"13": [Call back], "14": [Call back]}}`},
		"another number":                  {`{phone: (415) 555-0101}`, `{}`},
		"the account's deal":              {`{account: 5725767000000524002}`, `{Deals: {"22": [New customer]}}`},
		"an account without deals":        {`{account: "5725767000000524003"}`, `{}`},
		"found in time":                   {`{email: ADA@example.com}`, `{Contacts: {"11": [Call back]}}`},
		"two addresses, one known":        {`{bounced: [ada@example.com, nobody@example.com]}`, `{Contacts: {"11": [Call back]}}`},
		"never found":                     {`{email: da@example.com}`, `{}`},
	}
	var file strings.Builder
	file.WriteString("rules: rules.yaml\ntests:\n")
	for name, tt := range tests {
		file.WriteString("  - name: " + name + "\n    source: crm\n    event: " + tt.event + "\n    records:" + strings.ReplaceAll(findRecords, "\n", "\n      ") + "\n    expect: " + tt.expect + "\n")
	}
	code, out := untag(t, folderWith(t, map[string]string{"rules.yaml": findRules, "rules_test.yaml": file.String()}), "test")
	if code != 0 {
		t.Errorf("exit %d:\n%s", code, out)
	}
}

// TestExplainSaysWhatASearchFound: explain and a failing test name the compared fields.
func TestExplainSaysWhatASearchFound(t *testing.T) {
	folder := folderWith(t, map[string]string{
		"rules.yaml": findRules, "crm.yaml": findRecords, "event.json": `{"source":"crm","event":{"email":"da@example.com"}}`,
		"rules_test.yaml": "rules: rules.yaml\ntests: [{name: a, source: crm, event: {email: da@example.com}, records: {Contacts: [{id: \"1\", Email: ada@example.com}]}, expect: {Contacts: {\"1\": [Call back]}}}]\n",
	})
	const want = "Zoho found 1 record, none matches exactly (compared: Email); waited 5m for it"
	code, out := untag(t, folder, "explain", "-e", "event.json", "--records", "crm.yaml")
	if text := strings.Join(strings.Fields(out), " "); code != 0 || !strings.Contains(text, "soon: Contacts: "+want) {
		t.Errorf("exit %d, want %q:\n%s", code, want, out)
	}
	code, out = untag(t, folder, "test")
	if text := strings.Join(strings.Fields(out), " "); code != 1 || !strings.Contains(text, want) {
		t.Errorf("exit %d, want %q:\n%s", code, want, out)
	}
}

// TestCheckKnowsTheVersion: only v2 and v2.1 have Activities.
func TestCheckKnowsTheVersion(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": strings.Replace(findRules, "module: Deals", "module: activities", 1)})
	for version, want := range map[string]int{"": 0, "v2": 0, "v2.1": 0, "v3": 1, "v8": 1, "v9": 2} {
		args := []string{"check"}
		if version != "" {
			args = append(args, "--api-version", version)
		}
		code, out := untag(t, folder, args...)
		if code != want || code == 1 && !strings.Contains(out, version+" of Zoho's API does not have the module Activities") {
			t.Errorf("%q: exit %d, want %d:\n%s", version, code, want, out)
		}
	}
	t.Setenv("ZOHO_API_VERSION", "v5")
	if code, out := untag(t, folder, "check"); code != 1 || !strings.Contains(out, "rules.yaml:7:") {
		t.Errorf("exit %d, want the line of the rule:\n%s", code, out)
	}
}

// TestExplainNamesARoundedID: explain says early what the CRM would say too late.
func TestExplainNamesARoundedID(t *testing.T) {
	for id, want := range map[string]bool{"5725767000000524000": true, `"5725767000000524000"`: false, "5725767000000524157": false} {
		folder := folderWith(t, map[string]string{"rules.yaml": goodRules, "event.json": `{"source":"zoho","event":{"Stage":"Closed Won","id":` + id + `}}`})
		code, out := untag(t, folder, "explain", "-e", "event.json")
		if got := strings.Contains(out, "rounded"); code != 0 || got != want {
			t.Errorf("%s: exit %d, says so %v, want %v:\n%s", id, code, got, want, out)
		}
	}
}
