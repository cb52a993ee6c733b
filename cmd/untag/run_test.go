package main

import (
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"untag/internal/local"
	"untag/internal/webhook"
)

// ask sends a request to a running untag, with this Host unless it is "".
func ask(t *testing.T, method, url, host, token, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequest(method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Host = host
	r.Header.Set("Content-Type", "application/json")
	if token != "" {
		r.Header.Set("X-Webhook-Token", token)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, string(text)
}

// TestRunWithRulesAlone: a rules file is enough, and the printed command works.
func TestRunWithRulesAlone(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": goodRules})
	printed, stop := servingIn(t, []string{"PWD=" + folder}, "    -d ", "run", "--listen", "127.0.0.1:0")
	for _, want := range []string{"no folder events", "--events", "no events/crm.yaml", "--records", `Deals: [{id: "`, "--secrets", "Listening"} {
		if !strings.Contains(printed, want) {
			t.Errorf("printed, without %q:\n%s", want, printed)
		}
	}
	url := regexp.MustCompile(`'(http://[^']*/webhooks/zoho)'`).FindStringSubmatch(printed)
	token := regexp.MustCompile(`'X-Webhook-Token: (\S+)'`).FindStringSubmatch(printed)
	body := regexp.MustCompile(`-d '(.*)'`).FindStringSubmatch(printed)
	if url == nil || token == nil || body == nil || len(token[1]) < 16 {
		t.Fatalf("no command to try:\n%s", printed)
	}
	if status, text := ask(t, "POST", url[1], "", token[1], body[1]); status != 200 || !strings.Contains(text, `"outcome":"removed"`) {
		t.Errorf("what was printed to try answered %d %s", status, text)
	}
	if status, _ := ask(t, "POST", url[1], "", "untag-demo-token", body[1]); status != 401 {
		t.Errorf("the published token was answered %d, want 401", status)
	}
	code, rest := stop(os.Interrupt)
	if code != 0 || !strings.Contains(rest, `removed  deal-closed: Deals 5725767000000900001 loses "In progress"`) || !strings.Contains(rest, "the token is not the stored one") {
		t.Errorf("exit %d, want 0 and both lines: %s", code, rest)
	}
}

// TestRunWithoutAWebhookToTry: a signature cannot be typed, so run prints a command that signs.
func TestRunWithoutAWebhookToTry(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": strings.Replace(goodRules, "verify: token", "verify: github", 1)})
	printed, stop := servingIn(t, []string{"PWD=" + folder}, "untag explain --source zoho", "run", "--listen", "127.0.0.1:0")
	secret := regexp.MustCompile(`(?m)^  zoho  (\S+)$`).FindStringSubmatch(printed)
	send := regexp.MustCompile(`(?m)^  untag (send --source zoho --to '(\S+)' --secret-file) SECRET BODY$`).FindStringSubmatch(printed)
	if secret == nil || send == nil {
		t.Fatalf("printed, without a secret or a command to send:\n%s", printed)
	}
	for name, text := range map[string]string{"SECRET": secret[1], "BODY": `{"module":"Deals","id":"5725767000000900001","Stage":"Closed Won"}`} {
		if err := os.WriteFile(filepath.Join(folder, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if code, out := untag(t, folder, "send", "--source", "zoho", "--to", send[2], "--secret-file", "SECRET", "BODY"); code != 0 || !strings.Contains(out, `"outcome":"removed"`) {
		t.Errorf("exit %d:\n%s", code, out)
	}
	if code, rest := stop(os.Interrupt); code != 0 || !strings.Contains(rest, `loses "In progress"`) {
		t.Errorf("exit %d: %s", code, rest)
	}
}

// TestRunWithASenderThatAloneCanSign: no command to send is printed.
func TestRunWithASenderThatAloneCanSign(t *testing.T) {
	folder := folderWith(t, map[string]string{"rules.yaml": strings.Replace(goodRules, "verify: token", "verify: paypal", 1)})
	printed, stop := servingIn(t, []string{"PWD=" + folder}, "untag explain --source zoho", "run", "--listen", "127.0.0.1:0")
	if strings.Contains(printed, "untag send") {
		t.Errorf("printed a command that cannot sign:\n%s", printed)
	}
	if code, rest := stop(os.Interrupt); code != 0 {
		t.Errorf("exit %d: %s", code, rest)
	}
}

// TestRunWithPartOfItsFiles: a file that was named must exist, a default need not.
func TestRunWithPartOfItsFiles(t *testing.T) {
	twoSources := strings.Replace(goodRules, "{zoho: {verify: token}}", "{zoho: {verify: token}, shop: {verify: github}}", 1)
	tests := map[string]struct {
		files map[string]string
		args  []string
		code  int
		says  []string
		not   string
	}{
		"nothing but rules":            {map[string]string{"rules.yaml": goodRules}, nil, 0, []string{"No events were delivered", "made up"}, ""},
		"a folder without events":      {map[string]string{"rules.yaml": goodRules, "events/notes.txt": ""}, nil, 0, []string{"no *.json in events"}, ""},
		"its own secrets":              {map[string]string{"rules.yaml": goodRules, "s.json": `{"zoho": "0123456789abcdef"}`}, []string{"--secrets", "s.json"}, 0, nil, "0123456789abcdef"},
		"its own secrets, one lacks":   {map[string]string{"rules.yaml": twoSources, "s.json": `{"zoho": "0123456789abcdef"}`}, []string{"--secrets", "s.json"}, 0, []string{`Source shop has no secret in s.json`, `"shop": "…"`}, "made up"},
		"default secrets, one lacks":   {map[string]string{"rules.yaml": twoSources, "events/secrets/webhook.json": `{"zoho": "0123456789abcdef"}`}, nil, 0, []string{"No secret for shop", "  shop  "}, "zoho  "},
		"rules that name no module":    {map[string]string{"rules.yaml": strings.Replace(goodRules, "module: Deals", `module: "${event.module}"`, 1)}, nil, 0, []string{"has no records", `Deals: [{id: "`}, ""},
		"events that are named":        {map[string]string{"rules.yaml": goodRules}, []string{"--events", "events"}, 2, []string{"no folder events", "--events"}, "No events"},
		"records that are named":       {map[string]string{"rules.yaml": goodRules}, []string{"--records", "events/crm.yaml"}, 2, []string{"events/crm.yaml", "--records"}, "No events"},
		"secrets that are named":       {map[string]string{"rules.yaml": goodRules}, []string{"--secrets", "events/secrets/webhook.json"}, 2, []string{"webhook.json", "--secrets"}, "No events"},
		"a default that is unreadable": {map[string]string{"rules.yaml": goodRules, "events/crm.yaml": "Deals: ["}, nil, 2, []string{"crm.yaml:"}, "No events"},
		"no rules":                     {nil, nil, 2, []string{"rules.yaml", "--rules"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			for file, text := range tt.files {
				if err := os.MkdirAll(filepath.Dir(filepath.Join(folder, file)), 0o700); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(filepath.Join(folder, file), []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			code, out, errs := finished(t, []string{"PWD=" + folder}, append([]string{"run", "--once", "--listen", "127.0.0.1:0"}, tt.args...)...)
			if code != tt.code {
				t.Fatalf("exit %d, want %d: %s%s", code, tt.code, out, errs)
			}
			for _, say := range tt.says {
				if !strings.Contains(out+errs, say) {
					t.Errorf("said, without %q:\n%s%s", say, out, errs)
				}
			}
			if tt.not != "" && strings.Contains(out+errs, tt.not) {
				t.Errorf("said %q:\n%s%s", tt.not, out, errs)
			}
		})
	}
}

// TestRunPrintsWhatItServes sends webhooks with every outcome, and expects a line for each.
func TestRunPrintsWhatItServes(t *testing.T) {
	folder := folderWith(t, map[string]string{
		"rules.yaml": goodRules, "s.json": `{"zoho": "0123456789abcdef"}`,
		"crm.yaml": `Deals: [{id: "1", Tag: [In progress]}]`,
	})
	printed, stop := servingIn(t, []string{"PWD=" + folder}, "    -d ", "run", "--listen", "127.0.0.1:0", "--secrets", "s.json", "--records", "crm.yaml")
	url := regexp.MustCompile(`http://[^/]*`).FindString(printed)
	const token = "0123456789abcdef"
	closed := func(id string) string {
		text, _ := json.Marshal(map[string]string{"id": id, "Stage": "Closed Won"})
		return string(text)
	}
	sent := []struct {
		method, path, host, token, body string
		status                          int
		line                            string
	}{
		{"POST", "/webhooks/zoho", "", token, closed("1"), 200, `zoho  removed  deal-closed: Deals 1 loses "In progress"`},
		{"POST", "/webhooks/zoho", "", token, `{"id":"1","Stage":"Open"}`, 200, `zoho  nothing  deal-closed: event.Stage == "Closed Won" is false`},
		{"POST", "/webhooks/zoho", "", token, `{"id":"1"}`, 200, `zoho  nothing  deal-closed: event.Stage == "Closed Won" is missing`},
		{"POST", "/webhooks/zoho", "", token, closed("7"), 502, `zoho  failed   deal-closed: Deals 7: INVALID_DATA: `},
		{"POST", "/webhooks/zoho", "", token, `{"id":["1","7"],"Stage":"Closed Won"}`, 502, `zoho  failed   deal-closed: Deals 7: INVALID_DATA: `},
		{"POST", "/webhooks/zoho", "", token, closed("\x1b[31m\u202e"), 200, `zoho  nothing  deal-closed: cannot be evaluated: `},
		{"POST", "/webhooks/zoho", "", "wrong", closed("1"), 401, `zoho  refused  401 Unauthorized: the token is not the stored one`},
		{"POST", "/webhooks/zoho", "", "", closed("1"), 401, `zoho  refused  401 Unauthorized: no header X-Webhook-Token`},
		{"POST", "/webhooks/zoho", "", token, `{"id`, 400, `zoho  refused  400 Bad Request: the body: line 1, column `},
		{"POST", "/webhooks/zoho", "", token, strings.Repeat(" ", webhook.MaxBody+1), 413, `zoho  refused  413 Request Entity Too Large: the body is over 1 MiB`},
		{"POST", "/webhooks/zoho", "", token, strings.Repeat(" ", local.MaxRequest+1), 413, `zoho  refused  413 Request Entity Too Large: the body is over 10 MiB`},
		{"PATCH", "/webhooks/zoho", "", token, closed("1"), 405, `zoho  refused  405 Method Not Allowed, PATCH /webhooks/zoho: `},
		{"POST", "/webhooks/shop", "", token, closed("1"), 404, `shop  refused  404 Not Found: no such source in the rules file`},
		{"POST", "/webhooks/%1b%5b2J%e2%80%ae", "", token, closed("1"), 404, `\x1b[2J\u202e  refused  404 Not Found`},
		{"GET", "/a%1b%c2%9b?b", "", token, "", 404, `–     refused  404 Not Found, GET /a\x1b\u009b: `},
		{"POST", "/webhooks/zoho", "evil.example", token, closed("1"), 421, `–     refused  421 Misdirected Request, POST /webhooks/zoho: the Host evil.example is not a name of this machine; if it should be, use --allow-host`},
	}
	for _, s := range sent {
		if status, text := ask(t, s.method, url+s.path, s.host, s.token, s.body); status != s.status {
			t.Errorf("%s %s was answered %d %s, want %d", s.method, s.path, status, text, s.status)
		}
	}
	if _, page := ask(t, "GET", url+"/", "", "", ""); strings.ContainsFunc(page, dangerous) {
		t.Error("the list has what controls a terminal, or turns the direction of a row")
	}
	ask(t, "GET", url+"/health", "", "", "")
	code, rest := stop(os.Interrupt)
	lines := strings.Split(strings.Trim(rest, "\n"), "\n")
	if code != 0 || len(lines) != len(sent) {
		t.Fatalf("exit %d with %d lines, want 0 with %d:\n%s", code, len(lines), len(sent), rest)
	}
	for i, s := range sent {
		at, after, _ := strings.Cut(lines[i], "  ")
		if _, err := time.Parse(time.TimeOnly, at); err != nil || !strings.HasPrefix(after, s.line) {
			t.Errorf("the line of %s %s is\n%s\nwant, after the time,\n%s", s.method, s.path, lines[i], s.line)
		}
	}
	if strings.Contains(rest, token) || slices.ContainsFunc([]rune(rest), dangerous) {
		t.Errorf("a secret, or what controls a terminal, in %q", rest)
	}
}

// dangerous are runes that control a terminal or hide what it shows.
func dangerous(r rune) bool {
	return r != '\n' && r != '\t' && (r < ' ' || r >= 0x7f && r <= 0x9f || r >= 0x200b && r <= 0x200f ||
		r >= 0x2028 && r <= 0x202e || r >= 0x2060 && r <= 0x206f || r == 0xfeff)
}

// TestServedHosts: run and sandbox answer to this machine's names, and to the allowed
// ones.
func TestServedHosts(t *testing.T) {
	for name, args := range map[string][]string{
		"run":     {"run", "--listen", "127.0.0.1:0", "--allow-host", "abc.tunnel.example"},
		"sandbox": {"sandbox", "--listen", "127.0.0.1:0", "--allow-host", "abc.tunnel.example"},
	} {
		t.Run(name, func(t *testing.T) {
			printed, stop := serving(t, "Ctrl-C", args...)
			defer stop(os.Interrupt)
			url := regexp.MustCompile(`http://127[^/\s]*`).FindString(printed)
			for host, refused := range map[string]bool{
				"": false, "localhost": false, "a.localhost:1": false, "[::1]:9": false, "abc.tunnel.example": false,
				"evil.example": true, "127.0.0.1.evil.example": true, "192.168.0.1": true,
			} {
				status, text := ask(t, "GET", url+"/health", host, "", "")
				if (status == http.StatusMisdirectedRequest) != refused || refused && !strings.Contains(text, "--allow-host") {
					t.Errorf("Host %q was answered %d %s, want it refused: %t", host, status, text, refused)
				}
			}
		})
	}
}

// TestTheConsoleBehindATunnel: a tunnel that passes on bytes adds no header, and who comes through
// it may name this machine as the Host.
func TestTheConsoleBehindATunnel(t *testing.T) {
	for name, test := range map[string]struct {
		args []string
		want int
	}{
		"a tunnel": {[]string{"--allow-host", "abc.tunnel.example"}, http.StatusUnauthorized},
		"none":     {nil, http.StatusOK},
	} {
		t.Run(name, func(t *testing.T) {
			printed, stop := serving(t, "Ctrl-C", append([]string{"run", "--listen", "127.0.0.1:0"}, test.args...)...)
			defer stop(os.Interrupt)
			url := regexp.MustCompile(`http://127[^/\s]*`).FindString(printed)
			for _, host := range []string{"", "localhost:8080", "[::1]:8080"} {
				for _, path := range []string{"/", "/records", "/live"} {
					request, err := http.NewRequest("HEAD", url+path, nil)
					if err != nil {
						t.Fatal(err)
					}
					request.Host = host
					response, err := http.DefaultClient.Do(request)
					if err != nil {
						t.Fatal(err)
					}
					response.Body.Close()
					if response.StatusCode != test.want {
						t.Errorf("Host %q, %s: %d, want %d", host, path, response.StatusCode, test.want)
					}
				}
			}
		})
	}
}

// TestRunHidesMisplacedSecrets: a sender with wrong settings may have a secret in the path, as a
// record's id or anywhere else.
func TestRunHidesMisplacedSecrets(t *testing.T) {
	const token, password = "0123456789abcdef", "correct-horse-9"
	folder := folderWith(t, map[string]string{
		"rules.yaml": strings.Replace(goodRules, "token}}", "token}, desk: {verify: basic}}", 1),
		"s.json":     `{"zoho": "` + token + `", "desk": "untag:` + password + `"}`,
		"crm.yaml":   `Deals: [{id: "1", Tag: [In progress]}]`,
	})
	printed, stop := servingIn(t, []string{"PWD=" + folder}, "    -d ", "run", "--listen", "127.0.0.1:0", "--secrets", "s.json", "--records", "crm.yaml", "--record", "received")
	url := regexp.MustCompile(`http://[^/]*`).FindString(printed)
	for _, secret := range []string{token, password} {
		closed := `{"id":"` + secret + `","Stage":"Closed Won"}`
		ask(t, "POST", url+"/webhooks/"+secret, "", "", "{}")
		ask(t, "POST", url+"/other/"+secret, "", "", "{}")
		ask(t, "POST", url+"/webhooks/zoho?a="+secret, "", token, `{"Stage":"Open","`+secret+`":{"`+secret+`":["`+secret+`"]}}`)
		ask(t, "POST", url+"/webhooks/zoho", "", token, closed)
		ask(t, "POST", url+"/webhooks/desk", "", secret, closed)
	}
	for _, path := range []string{
		"/", "/send", "/send?source=desk", "/events/1", "/events/2", "/events/3", "/events/4", "/events/5", "/events/6", "/events/7", "/events/8", "/events/9", "/events/10",
		"/events/3/body", "/events/3/curl", "/events/3/event.json", "/events/3/test.yaml", "/send?event=3", "/events/8/curl", "/events/8/event.json", "/events/8/test.yaml", "/send?event=8",
		"/events/8/try?expression=event", "/events/3/try?expression=event", "/events/10/curl", "/send?event=10",
	} {
		_, page := ask(t, "GET", url+path, "", "", "")
		for _, secret := range []string{token, password} {
			if strings.Contains(page, secret) {
				at := strings.Index(page, secret)
				t.Errorf("%s has %s: …%s", path, secret, page[max(0, at-60):at+len(secret)])
			}
		}
	}
	if _, rest := stop(os.Interrupt); strings.Contains(rest, token) || strings.Contains(rest, password) {
		t.Errorf("the terminal has a secret:\n%s", rest)
	}
	for _, file := range globbed(t, folder+"/received/*") {
		if text, _ := os.ReadFile(file); strings.Contains(string(text), token) || strings.Contains(string(text), password) {
			t.Errorf("%s has a secret:\n%s", file, text)
		}
	}
}

func globbed(t *testing.T, pattern string) []string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// TestRunWithTheBodyOfAWebhook: a file of the events that is not a recorded event.
func TestRunWithTheBodyOfAWebhook(t *testing.T) {
	for name, tt := range map[string]struct{ body, want string }{
		"only the body": {`{"type": "invoice.paid"}`, "only the body of a webhook"},
		"broken":        {`{"type": `, "not valid JSON: line 1"},
	} {
		folder := folderWith(t, map[string]string{"rules.yaml": goodRules, "events/a.json": tt.body, "events/crm.yaml": "Deals: []"})
		code, out, errs := finished(t, []string{"PWD=" + folder}, "run", "--once", "--listen", "127.0.0.1:0")
		if code != 1 || !strings.Contains(out, tt.want) {
			t.Errorf("%s: exit %d:\n%s%s", name, code, out, errs)
		}
	}
}
