package main

import (
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"untag/internal/rules"
	"untag/internal/webhook"
)

const recordRules = `version: 1
sources:
  zoho: {verify: token}
  forms: {verify: token, query: key}
  crm: {verify: basic}
  hub: {verify: github}
  watch: {verify: zoho-notification}
  meta: {verify: meta}
  asana: {verify: asana}
  mail: {verify: zoho-mail}
  notion: {verify: notion}
  up..a: {verify: token}
rules:
  - {name: closed, on: [zoho, forms, crm, hub, watch, meta, asana, mail, notion, up..a], when: event.stage == "Won", record: {module: Deals, id: event.deal}, remove: [Open]}
`

const (
	hush      = "hush-hush-hush-hush"
	recordWon = `{"stage":"Won","deal":"5725767000000900001"}`
)

var recordSecrets = `{"zoho":"` + hush + `","forms":"` + hush + `","crm":"crm:` + hush + `","hub":"` + hush + `","watch":"` + hush + `",
	"meta":{"secret":"` + hush + `","verify_token":"` + hush + `-too"},"mail":"` + hush + `","up..a":"` + hush + `"}`

// recorded runs untag run --record, makes a request, and returns its status, the files in the
// folder, and what was printed.
func recorded(t *testing.T, folder, method, path, body string, headers map[string]string) (status int, files []string, printed string) {
	t.Helper()
	start, stop := servingIn(t, []string{"PWD=" + folder, "PUBLIC_URL=" + os.Getenv("PUBLIC_URL")}, "without the credentials", "run", "--listen", "127.0.0.1:0", "--secrets", "secrets.json", "--record", "in/received")
	address := regexp.MustCompile(`at (http://[^/]*)/webhooks`).FindStringSubmatch(start)
	r, err := http.NewRequestWithContext(t.Context(), method, address[1]+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", "session="+hush)
	r.Header.Set("Proxy-Authorization", "Basic "+hush)
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	response.Body.Close()
	// The file is there when the sender has the answer.
	files, err = filepath.Glob(filepath.Join(folder, "in", "received", "*"))
	if err != nil {
		t.Fatal(err)
	}
	code, printed := stop(os.Interrupt)
	if code != 0 {
		t.Errorf("exit %d: %s", code, printed)
	}
	return response.StatusCode, files, printed
}

func recordFolder(t *testing.T) string {
	return folderWith(t, map[string]string{"rules.yaml": recordRules, "secrets.json": recordSecrets})
}

// TestRunRecords: what is written has no credential, and is an event that the other commands
// read.
func TestRunRecords(t *testing.T) {
	tests := map[string]struct {
		method, path, body string
		headers            map[string]string
		file               string // ends in this; "" if nothing is written
		has, query         string
		says               string
	}{
		"a token":              {"POST", "/webhooks/zoho", recordWon, map[string]string{"X-Webhook-Token": hush, "X-Other": "kept"}, "-0001-zoho.json", `"x-other": "kept"`, "", "written"},
		"behind a stage":       {"POST", "/prod/webhooks/zoho?a=1", recordWon, map[string]string{"X-Webhook-Token": hush}, "-0001-zoho.json", "", "a=1", "written"},
		"a token in the query": {"POST", "/webhooks/forms?a=%20&key=" + hush + "&b=2", recordWon, nil, "-0001-forms.json", "", "a=%20&b=2", "written"},
		"a password":           {"PUT", "/webhooks/crm", recordWon, map[string]string{"Authorization": "Basic Y3JtOmh1c2gtaHVzaC1odXNoLWh1c2g="}, "-0001-crm.json", `"method": "PUT"`, "", "written"},
		"a signature":          {"POST", "/webhooks/hub", recordWon, map[string]string{"X-Hub-Signature": "sha1=hushed", "X-GitHub-Delivery": "d-1"}, "-0001-hub.json", `"x-github-delivery": "d-1"`, "", "written"},
		"a token in the body":  {"POST", "/webhooks/watch", `{"token":"` + hush + `","stage":"Won","deal":"5725767000000900001"}`, nil, "-0001-watch.json", `\"stage\":\"Won\"`, "", "written"},
		"a secret elsewhere":   {"POST", "/webhooks/zoho?x=" + hush + "&y=1", recordWon, map[string]string{"X-Webhook-Token": hush, "X-Copy": "Bearer " + hush}, "-0001-zoho.json", "", "y=1", "written"},
		"a secret in the body": {"POST", "/webhooks/zoho", `{"stage":"Won","deal":"5725767000000900001","copy":"` + hush + `"}`, map[string]string{"X-Webhook-Token": hush}, "", "", "", "not written"},
		"a secret in the path": {"POST", "/" + hush + "/webhooks/zoho", recordWon, map[string]string{"X-Webhook-Token": hush}, "", "", "", "not written"},
		"a handshake":          {"GET", "/webhooks/meta?hub.mode=subscribe&hub.challenge=1158&hub.verify_token=" + hush + "-too", "", nil, "-0001-meta.json", "", "hub.mode=subscribe&hub.challenge=1158", "200 OK to GET, a handshake\n"},
		"a first secret":       {"POST", "/webhooks/asana", "{}", map[string]string{"X-Hook-Secret": "hushed-by-asana-0001"}, "-0001-asana.json", "", "", "written"},
		"a second secret":      {"POST", "/webhooks/mail", "", map[string]string{"X-Hook-Secret": "hushed-by-zoho-00001"}, "-0001-mail.json", "", "", "a handshake\n"},
		"a secret to store":    {"POST", "/webhooks/notion", `{"verification_token":"hushed-by-notion-001"}`, nil, "-0001-notion.json", "", "", "a handshake; the secret to store is in the log"},
		"a name like a path":   {"POST", "/webhooks/up..a", recordWon, map[string]string{"X-Webhook-Token": hush}, "-0001-up__a.json", "", "", "written"},
		"a broken body":        {"POST", "/webhooks/zoho", `{"stage":`, map[string]string{"X-Webhook-Token": hush}, "-0001-zoho.json", `"body": "{\"stage\":"`, "", "written"},
		"bytes":                {"POST", "/webhooks/zoho", "\xff\xfe", map[string]string{"X-Webhook-Token": hush}, "-0001-zoho.json", `"body": "//4="`, "", "written"},
		"refused":              {"POST", "/webhooks/zoho", recordWon, map[string]string{"X-Webhook-Token": "a-guess-of-a-token"}, "", "", "", "refused"},
		"no such source":       {"POST", "/webhooks/gone", recordWon, nil, "", "", "", "refused"},
		"the health":           {"GET", "/health", "", nil, "", "", "", ""},
		"HEAD":                 {"HEAD", "/webhooks/zoho", "", map[string]string{"X-Webhook-Token": hush}, "", "", "", "answer"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			folder := recordFolder(t)
			if name == "a signature" {
				for name, value := range signedAs(t, "hub", recordRules, hush, tt.body) {
					tt.headers[name] = value
				}
			}
			status, files, printed := recorded(t, folder, tt.method, tt.path, tt.body, tt.headers)
			if !strings.Contains(printed, tt.says) || strings.Contains(printed, hush) {
				t.Errorf("answered %d and printed, without %q:\n%s", status, tt.says, printed)
			}
			if tt.file == "" {
				if len(files) != 0 {
					t.Errorf("wrote %v, want nothing", files)
				}
				return
			}
			if len(files) != 1 || !strings.HasSuffix(files[0], tt.file) || !strings.Contains(printed, filepath.Base(files[0])) {
				t.Fatalf("wrote %v, want one that ends in %s; printed:\n%s", files, tt.file, printed)
			}
			checkRecorded(t, folder, files[0], tt.has, tt.query)
		})
	}
}

// checkRecorded checks a file, and that untag explain reads it.
func checkRecorded(t *testing.T, folder, file, has, query string) {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil || strings.Contains(string(text), "hush") || strings.Contains(string(text), "aHVzaC") || !strings.Contains(string(text), has) {
		t.Errorf("%v: %s, want %s and no credential", err, text, has)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("%v: mode %v, want 0600", err, info.Mode())
	}
	var event events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(text, &event); err != nil || event.Version != "2.0" || event.RawQueryString != query || event.RequestContext.TimeEpoch == 0 {
		t.Errorf("%v: version %q and query %q, want 2.0 and %q", err, event.Version, event.RawQueryString, query)
	}
	code, out := untag(t, folder, "explain", "-e", file)
	removes := strings.Contains(out, `Deals 5725767000000900001 loses "Open"`)
	won := strings.Contains(string(text), "Won")
	if wantCode := map[bool]int{true: 0, false: code}[won]; code != wantCode || removes != won || strings.Contains(out, "unknown kind") {
		t.Errorf("explain: exit %d:\n%s", code, out)
	}
	if won {
		tests := "rules: rules.yaml\ntests: [{name: a, request: '" + file + "', expect: {Deals: {\"5725767000000900001\": [Open]}}}]\n"
		if err := os.WriteFile(filepath.Join(folder, "rules_test.yaml"), []byte(tests), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, out := untag(t, folder, "test"); code != 0 {
			t.Errorf("test: exit %d:\n%s", code, out)
		}
	}
}

// TestRunRecordsASignedURL: what the function accepts is recorded, behind a tunnel too.
func TestRunRecordsASignedURL(t *testing.T) {
	const public = "https://hooks.example.com/untag"
	row, _ := rules.LoadSender("square")
	signed, err := webhook.Sign(row.Source, hush, webhook.Outgoing{URL: public + "/webhooks/square", Body: []byte(recordWon), At: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	folder := folderWith(t, map[string]string{
		"rules.yaml":   "version: 1\nsources: {square: {verify: square}}\nrules: [{name: r, on: square, when: event.stage == \"Won\", record: {module: Deals, id: event.deal}, remove: [Open]}]\n",
		"secrets.json": `{"square":"` + hush + `"}`,
	})
	t.Setenv("PUBLIC_URL", public)
	headers := make(map[string]string)
	for name := range signed.Header {
		headers[name] = signed.Header.Get(name)
	}
	status, files, printed := recorded(t, folder, "POST", "/webhooks/square", recordWon, headers)
	if status != 200 || len(files) != 1 || !strings.Contains(printed, "written") {
		t.Fatalf("answered %d, wrote %v and printed:\n%s", status, files, printed)
	}
	if text, err := os.ReadFile(files[0]); err != nil || strings.Contains(string(text), "square-hmac") {
		t.Errorf("%v: %s", err, text)
	}
}

// TestRunThatCannotRecord: a folder that cannot be used is said before anything is received,
// and one that fails later costs no event.
func TestRunThatCannotRecord(t *testing.T) {
	folder := recordFolder(t)
	for into, says := range map[string]string{
		"rules.yaml":    "--record rules.yaml: it, or a folder above it, is a file",
		"rules.yaml/in": "--record rules.yaml/in: it, or a folder above it, is a file",
	} {
		code, out, errs := finished(t, []string{"PWD=" + folder}, "run", "--listen", "127.0.0.1:0", "--secrets", "secrets.json", "--record", into)
		if code != 2 || !strings.Contains(out+errs, says) {
			t.Errorf("--record %s: exit %d, want 2 and %q:\n%s%s", into, code, says, out, errs)
		}
	}
	start, stop := servingIn(t, []string{"PWD=" + folder}, "without the credentials", "run", "--listen", "127.0.0.1:0", "--secrets", "secrets.json", "--record", "gone")
	if err := os.Remove(filepath.Join(folder, "gone")); err != nil {
		t.Fatal(err)
	}
	address := regexp.MustCompile(`at (http://[^/]*)/webhooks`).FindStringSubmatch(start)
	if status, text := ask(t, "POST", address[1]+"/webhooks/zoho", "", hush, recordWon); status != 200 || !strings.Contains(text, `"outcome":"removed"`) {
		t.Errorf("answered %d %s, want the event done", status, text)
	}
	if code, printed := stop(os.Interrupt); code != 0 || !strings.Contains(printed, "not written") || !strings.Contains(printed, "removed") {
		t.Errorf("exit %d, printed:\n%s", code, printed)
	}
}
