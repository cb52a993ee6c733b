package main

import (
	"net/url"
	"os"
	"regexp"
	"strings"
	"testing"
)

// TestCheckVerifyTokens: a source whose sender's handshake has a token needs one stored.
func TestCheckVerifyTokens(t *testing.T) {
	const other = `,"list":"hush-hush-hush-hush","zoom":"hush-hush-hush-hush","desk":"orgId:1 webhookId:2"`
	tests := map[string]struct {
		secrets string
		code    int
		says    string
	}{
		"both":           {`{"meta":{"secret":"hush-hush-hush-hush","verify_token":"hush-hush-hush-too"}` + other + `}`, 0, "secrets.json: nothing is wrong"},
		"several":        {`{"meta":{"secret":["hush-hush-hush-hush","hush-hush-hush-old"],"verify_token":["hush-hush-hush-too","hush-hush-hush-two"]}` + other + `}`, 0, "secrets.json: nothing is wrong"},
		"a text":         {`{"meta":"hush-hush-hush-hush"` + other + `}`, 0, "warning: source meta: no verify_token is stored for it"},
		"no token":       {`{"meta":{"secret":"hush-hush-hush-hush"}` + other + `}`, 0, "warning: source meta: no verify_token is stored for it"},
		"no secret":      {`{"meta":{"verify_token":"hush-hush-hush-too"}` + other + `}`, 0, "warning: source meta: no secret is stored for it"},
		"a short token":  {`{"meta":{"secret":"hush-hush-hush-hush","verify_token":["hush-hush-hush-too","hush"]}` + other + `}`, 1, "source meta: verify_token 2 of 2 has fewer than 8 characters"},
		"an example":     {`{"meta":{"secret":"hush-hush-hush-hush","verify_token":"changeme"}` + other + `}`, 1, "source meta: the stored verify_token is an example"},
		"no handshake":   {`{"meta":{"secret":"hush-hush-hush-hush","verify_token":"hush-hush-hush-too"},"list":{"secret":"hush-hush-hush-hush","verify_token":"hush-hush-hush-too"},"zoom":"hush-hush-hush-hush","desk":"orgId:1 webhookId:2"}`, 0, "warning: source list: a verify_token is stored for it, but no handshake of it uses one"},
		"another name":   {`{"meta":{"secret":"hush-hush-hush-hush","verify-token":"hush-hush"}}`, 2, "key meta: neither a string"},
		"another object": {`{"meta":{"secret":{"a":"hush-hush"}}}`, 2, "key meta: neither a string"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := folderWith(t, map[string]string{"rules.yaml": severalRules, "secrets.json": tt.secrets})
			code, out := untag(t, folder, "check", "--secrets", "secrets.json")
			if code != tt.code || !strings.Contains(out, tt.says) || strings.Contains(out, "hush") {
				t.Errorf("exit %d, want %d and %q:\n%s", code, tt.code, tt.says, out)
			}
		})
	}
}

// TestRunAnswersAHandshake with the stored verify_token, or with one that was made up.
func TestRunAnswersAHandshake(t *testing.T) {
	folder := folderWith(t, map[string]string{
		"rules.yaml": severalRules, "secrets.json": `{"meta":{"secret":"hush-hush-hush-hush","verify_token":["hush-hush-hush-too"]}}`, "none.json": `{"meta":"hush-hush-hush-hush"}`,
	})
	for name, tt := range map[string]struct {
		args  []string
		token string // "" for the one that is printed
		says  string
	}{
		"stored":      {[]string{"--secrets", "secrets.json"}, "hush-hush-hush-too", ""},
		"made up":     {nil, "", "No secret for list, meta, zoom"},
		"none stored": {[]string{"--secrets", "none.json"}, "-", "Source meta has no verify_token in none.json"},
	} {
		t.Run(name, func(t *testing.T) {
			printed, stop := servingIn(t, []string{"PWD=" + folder}, "Press Ctrl-C", append([]string{"run", "--listen", "127.0.0.1:0"}, tt.args...)...)
			defer stop(os.Interrupt)
			address := regexp.MustCompile(`at (http://[^/]*)/webhooks`).FindStringSubmatch(printed)
			if address == nil || !strings.Contains(printed, tt.says) {
				t.Fatalf("printed, without %q:\n%s", tt.says, printed)
			}
			token := tt.token
			if made := regexp.MustCompile(`(?m)^  meta  \S+  verify_token: (\S+)$`).FindStringSubmatch(printed); token == "" && made != nil {
				token = made[1]
			}
			at := address[1] + "/webhooks/meta?hub.mode=subscribe&hub.challenge=1158&hub.verify_token="
			want := 200
			if token == "-" {
				want = 401
			}
			if status, text := ask(t, "GET", at+url.QueryEscape(token), "", "", ""); status != want || (status == 200) != (text == "1158") {
				t.Errorf("answered %d %s, want %d", status, text, want)
			}
			if status, text := ask(t, "GET", at+"a-guess-of-a-token", "", "", ""); status != 401 {
				t.Errorf("another token was answered %d %s, want 401", status, text)
			}
		})
	}
}
