package main

import (
	"strings"
	"testing"
)

const provenRules = `version: 1
sources:
  zoho: {verify: [token, zoho-notification]}
  github: {verify: github}
rules:
  - name: closed
    on: [zoho, github]
    when: event.Stage == "Closed Won"
    record: {module: Deals, id: event.id}
    remove: [In progress]
  - name: token
    on: [zoho, github]
    when: has(event.token)
    record: {module: Deals, id: "'99'"}
    remove: [Token]
`

// TestRuleTestsReadWhatTheProofCovers: a test of a rule sees what the function would see.
func TestRuleTestsReadWhatTheProofCovers(t *testing.T) {
	tests := `rules: rules.yaml
tests:
  - name: a token covers the query
    source: zoho
    event: {Stage: Closed Won, token: hush}
    query: {id: "1"}
    expect: {Deals: {"1": [In progress]}}
  - name: a signature does not, and a field called token is a field
    source: github
    event: {Stage: Closed Won, token: x}
    query: {id: "1"}
    expect: {Deals: {"99": [Token]}}
    errors: [closed]
`
	folder := folderWith(t, map[string]string{"rules.yaml": provenRules, "rules_test.yaml": tests})
	if code, out := untag(t, folder, "test"); code != 0 {
		t.Errorf("untag test = %d:\n%s", code, out)
	}
}

func TestExplainReadsWhatTheProofCovers(t *testing.T) {
	request := func(headers, body string) string {
		return `{"version":"2.0","rawPath":"/webhooks/zoho","rawQueryString":"id=1","headers":{` + headers + `"content-type":"application/json"},"body":"` +
			strings.ReplaceAll(body, `"`, `\"`) + `","requestContext":{"stage":"$default","http":{"method":"POST","path":"/webhooks/zoho"}}}`
	}
	folder := folderWith(t, map[string]string{
		"rules.yaml": provenRules, "secrets.json": `{"zoho": "hush-hush-secret"}`,
		"token.json":        request(`"x-webhook-token":"hush-hush-secret",`, `{"Stage":"Closed Won","token":"hush-hush-secret"}`),
		"notification.json": request("", `{"Stage":"Closed Won","token":"hush-hush-secret"}`),
		"stored.json":       `{"untag":1,"id":"e","source":"zoho","query":"id=1","content_type":"application/json","body":"{\"Stage\":\"Closed Won\"}"}`,
		"stored-proof.json": `{"untag":1,"id":"e","source":"zoho","proof":"zoho-notification","query":"id=1","content_type":"application/json","body":"{\"Stage\":\"Closed Won\"}"}`,
	})
	for file, covered := range map[string]bool{"token.json": true, "notification.json": false, "stored.json": true, "stored-proof.json": false} {
		for _, args := range [][]string{{"explain", "--json", "-e", file}, {"explain", "--json", "-e", file, "--secrets", "secrets.json"}} {
			code, out := untag(t, folder, args...)
			if code != 0 || strings.Contains(out, `"event":{"Stage":"Closed Won","id":"1"}`) != covered {
				t.Errorf("untag %s = %d, want the query as part of the event: %v\n%s", strings.Join(args, " "), code, covered, out)
			}
			if strings.Contains(out, "hush") {
				t.Errorf("untag %s shows the token:\n%s", strings.Join(args, " "), out)
			}
		}
	}
}
