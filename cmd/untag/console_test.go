package main

import (
	"fmt"
	"html"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const consoleRules = `version: 1
sources:
  desk: {verify: token}
  shop: {verify: github}
  note: {verify: zoho-notification}
  shut: {verify: basic}
  bus: {verify: aws, eventbridge: com.example}
  doc: {verify: docusign}
rules:
  - {name: closed, on: desk, when: event.Stage == "Closed Won", record: {module: Deals, id: event.id}, remove: [In progress]}
  - {name: paid, on: shop, when: event.type == "paid", record: {module: Contacts, find: {email: event.email}}, where: 'record.City != "007"', remove: ["Owes *"]}
  - {name: noted, on: note, when: event.module == "Deals", record: {module: Deals, id: event.ids}, remove: [In progress]}
  - {name: shut, on: shut, when: event.Stage == "yes", record: {module: Deals, id: event.id}, remove: [In progress]}
  - {name: bussed, on: bus, when: event.kind == "a", record: {module: Deals, id: event.id}, remove: [In progress]}
  - {name: signed, on: doc, when: event.event == "done", record: {module: Deals, id: event.id}, remove: [In progress]}
`

const consoleRecords = `
Deals: [{id: "11", Stage: Open, Tag: [In progress, VIP]}]
Contacts:
  - {id: "21", Email: ada@example.com, City: Rome, Tag: [Owes 5, Owes 7]}
  - {id: "22", Email: bob@example.com, City: "007", Tag: [Owes 5]}
`

// consoleRun is untag run with its console.
type consoleRun struct {
	t           *testing.T
	folder, url string
}

// runConsole starts untag run in a folder of its own, until the test ends.
func runConsole(t *testing.T, files map[string]string, args ...string) *consoleRun {
	t.Helper()
	all := map[string]string{"rules.yaml": consoleRules, "crm.yaml": consoleRecords, "rules_test.yaml": "rules: rules.yaml\ntests:\n"}
	for name, text := range files {
		all[name] = text
	}
	folder := folderWith(t, all)
	printed, stop := servingIn(t, []string{"PWD=" + folder}, "Listening", append([]string{"run", "--listen", "127.0.0.1:0", "--records", "crm.yaml"}, args...)...)
	t.Cleanup(func() { stop(os.Interrupt) })
	address := regexp.MustCompile(`http://127[^/]*`).FindString(printed)
	if address == "" {
		t.Fatalf("no address:\n%s", printed)
	}
	return &consoleRun{t, folder, address}
}

func (c *consoleRun) get(path string) (int, string) {
	c.t.Helper()
	return ask(c.t, "GET", c.url+path, "", "", "")
}

// post sends a form, and returns the path to which the answer leads.
func (c *consoleRun) post(path string, form url.Values) (status int, to, page string) {
	c.t.Helper()
	client := http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	answer, err := client.PostForm(c.url+path, form)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header.Get("Location"), html.UnescapeString(string(text))
}

// send sends a body as the page does, and returns the id of its event and the page that follows.
func (c *consoleRun) send(source, body string, more ...string) (id, page string) {
	c.t.Helper()
	form := url.Values{"source": {source}, "method": {"POST"}, "headers": {"Content-Type: application/json"}, "body": {body}}
	for i := 0; i+1 < len(more); i += 2 {
		form.Set(more[i], more[i+1])
	}
	status, to, page := c.post("/send", form)
	id, sent := strings.CutPrefix(to, "/send?sent=")
	if status != 303 || !sent {
		c.t.Fatalf("send to %s: %d to %q:\n%s", source, status, to, page)
	}
	_, page = c.get(to)
	return id, html.UnescapeString(page)
}

// shell runs a command as it is pasted.
func shell(t *testing.T, command string, env ...string) string {
	t.Helper()
	if _, err := exec.LookPath("curl"); err != nil {
		t.Skip("curl is not installed")
	}
	c := exec.CommandContext(t.Context(), "sh")
	c.Stdin, c.Env = strings.NewReader(command), append(os.Environ(), env...)
	out, err := c.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s\n%s", err, out, command)
	}
	return string(out)
}

// TestConsoleSendsAndCopies: for each kind of sender, what the page sends is verified, and what it
// copies does the same again.
func TestConsoleSendsAndCopies(t *testing.T) {
	c := runConsole(t, nil)
	sent := map[string]struct{ source, body, says string }{
		"a token":         {"desk", `{"id":"11","Stage":"Closed Won","note":"it's \"007\" $HOME\r\n"}`, `loses "In progress"`},
		"nothing":         {"desk", `{"id":"11","Stage":"yes"}`, "is false"},
		"an error":        {"desk", `{"id":"eleven","Stage":"Closed Won"}`, "cannot be evaluated"},
		"a signature":     {"shop", `{"type":"paid","email":"ADA@example.com"}`, `loses "Owes 5", "Owes 7"`},
		"a `where`":       {"shop", `{"type":"paid","email":"bob@example.com"}`, ""},
		"nobody":          {"shop", `{"type":"paid","email":"nobody@example.com"}`, ""},
		"in the body":     {"note", `{"module":"Deals","ids":["11"],"operation":"update"}`, `loses "In progress"`},
		"a password":      {"shut", `{"id":"11","Stage":"yes"}`, `loses "In progress"`},
		"another's HMAC":  {"doc", `{"event":"done","id":"11"}`, `loses "In progress"`},
		"a batch of text": {"desk", `{"id":5725767000000524157,"Stage":"Open"}`, "is false"},
	}
	tests, n := "rules: rules.yaml\ntests:\n", 0
	for name, tt := range sent {
		id, page := c.send(tt.source, tt.body)
		if !strings.Contains(page, tt.says) || strings.Contains(page, `class="outcome refused"`) {
			t.Errorf("%s: the page does not say %q:\n%s", name, tt.says, page)
		}
		status, test := c.get("/events/" + id + "/test.yaml")
		if status != 200 {
			t.Errorf("%s: test.yaml: %d %s", name, status, test)
		}
		tests, n = tests+test, n+1
		status, file := c.get("/events/" + id + "/event.json")
		if err := os.WriteFile(filepath.Join(c.folder, "event.json"), []byte(file), 0o600); err != nil || status != 200 {
			t.Fatal(err, status, file)
		}
		if code, out := untag(t, c.folder, "explain", "-e", "event.json", "--records", "crm.yaml"); code != 0 || !strings.Contains(out, tt.source) {
			t.Errorf("%s: explain of the file: exit %d:\n%s", name, code, out)
		}
		status, command := c.get("/events/" + id + "/curl")
		if out := shell(t, command); status != 200 || !strings.Contains(out, `"event_id"`) {
			t.Errorf("%s: the command was answered %s:\n%s", name, out, command)
		}
		before, to := lastEvent(c), ""
		if status, to, _ = c.post("/events/"+id+"/replay", nil); status != 303 || to != fmt.Sprintf("/events/%d", before+1) {
			t.Errorf("%s: replay: %d to %s after event %d", name, status, to, before)
		}
		if _, list := c.get("/?source=" + tt.source); !strings.Contains(list, `id="e`+fmt.Sprint(before+1)) || strings.Contains(list, `class="outcome refused"`) {
			t.Errorf("%s: what was sent again was refused", name)
		}
		if status, _, page := c.post("/records/reset", nil); status != 303 {
			t.Errorf("reset: %d %s", status, page)
		}
	}
	if err := os.WriteFile(filepath.Join(c.folder, "rules_test.yaml"), []byte(tests), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, out := untag(t, c.folder, "test"); code != 0 || !strings.Contains(out, fmt.Sprint(n, " passed, 0 failed")) {
		t.Errorf("the copied tests: exit %d:\n%s\n%s", code, out, tests)
	}
}

// lastEvent returns the id of the latest event.
func lastEvent(c *consoleRun) int {
	_, list := c.get("/")
	var id int
	_, rest, _ := strings.Cut(list, `<li id="e`)
	_, _ = fmt.Sscan(rest[:strings.Index(rest, `"`)], &id)
	return id
}

// TestConsoleOfASenderThatUntagCannotBe acts on a request without a signature, and says so.
func TestConsoleOfASenderThatUntagCannotBe(t *testing.T) {
	c := runConsole(t, nil)
	_, page := c.get("/send?source=bus")
	if page = html.UnescapeString(page); !strings.Contains(page, "untag cannot sign for this source: AWS proves") || !strings.Contains(page, `name="unsigned"`) {
		t.Errorf("the page does not say that it cannot sign:\n%s", page)
	}
	form := url.Values{"source": {"bus"}, "method": {"POST"}, "body": {`{"kind":"a","id":"11"}`}}
	if status, _, page := c.post("/send", form); status != 422 || !strings.Contains(page, "cannot sign for this source") {
		t.Errorf("without asking for it: %d %s", status, page)
	}
	id, page := c.send("bus", `{"kind":"a","id":"11"}`, "unsigned", "yes")
	if !strings.Contains(page, `loses "In progress"`) || !strings.Contains(page, "without a signature") {
		t.Errorf("the page does not say what came off:\n%s", page)
	}
	for what, want := range map[string]string{"event.json": "aws:sqs", "test.yaml": "loses In progress"} {
		if status, text := c.get("/events/" + id + "/" + what); status != 200 || !strings.Contains(text, want) {
			t.Errorf("%s: %d %s", what, status, text)
		}
	}
	if status, text := c.get("/events/" + id + "/curl"); status != 409 || !strings.Contains(text, "did not come as a request") {
		t.Errorf("curl: %d %s", status, text)
	}
	if status, to, page := c.post("/events/"+id+"/replay", nil); status != 303 || to == "/events/"+id {
		t.Errorf("replay: %d to %s: %s", status, to, page)
	}
}

// TestConsoleShowsNoSecret that is not made up or an example: in no page and in no copy.
func TestConsoleShowsNoSecret(t *testing.T) {
	const token, secret, password, noted = "own-token-0123456789", "own-secret-0123456789", "me:own-password-0123", "own-notification-0123"
	c := runConsole(t, map[string]string{
		"s.json": `{"desk": "` + token + `", "shop": "` + secret + `", "shut": "` + password + `", "note": "` + noted + `"}`,
	}, "--secrets", "s.json")
	for _, tt := range []struct{ source, secret, body, command string }{
		{"desk", token, `{"id":"11","Stage":"Closed Won"}`, `"$SECRET"`},
		{"shut", password, `{"id":"11","Stage":"yes"}`, `"$(printf %s "$SECRET"`},
		{"note", noted, `{"module":"Deals","ids":["11"]}`, `"token":"'"$SECRET"'"`},
		{"shop", secret, `{"type":"paid","email":"ada@example.com"}`, "# The signature is left out. To sign the request, copy the event as a file, and run: untag send --source 'shop'"},
	} {
		id, page := c.send(tt.source, tt.body)
		status, command := c.get("/events/" + id + "/curl")
		if status != 200 || !strings.Contains(command, tt.command) || strings.Contains(command, "X-Hub-Signature") || !strings.HasPrefix(command, "# ") {
			t.Errorf("%s: %d, want a command with %s:\n%s", tt.source, status, tt.command, command)
		}
		_, file := c.get("/events/" + id + "/event.json")
		_, test := c.get("/events/" + id + "/test.yaml")
		_, form := c.get("/send?event=" + id)
		for what, text := range map[string]string{"page": page, "curl": command, "event.json": file, "test.yaml": test, "form": form} {
			for _, hidden := range []string{token, secret, "own-password", "bWU6b3duLXBhc3N3b3JkLTAxMjM", noted} {
				if strings.Contains(text, hidden) {
					t.Errorf("%s: %s has %s", tt.source, what, hidden)
				}
			}
		}
		if tt.source != "shop" {
			if out := shell(t, command, "SECRET="+tt.secret); !strings.Contains(out, `"outcome":"removed"`) {
				t.Errorf("%s: the command with SECRET was answered %s:\n%s", tt.source, out, command)
			}
		}
	}
	_, page := c.get("/send?source=doc")
	if page = html.UnescapeString(page); !strings.Contains(page, "There is no secret for doc in s.json") {
		t.Errorf("the page does not say that a secret is missing:\n%s", page)
	}
}

// TestConsoleOfARefusedRequest can be sent again with the right signature, but has no event to copy.
func TestConsoleOfARefusedRequest(t *testing.T) {
	c := runConsole(t, nil)
	if status, _ := ask(t, "POST", c.url+"/webhooks/desk", "", "a-wrong-token", `{"id":"11","Stage":"Closed Won"}`); status != 401 {
		t.Fatal(status)
	}
	id := fmt.Sprint(lastEvent(c))
	for what, want := range map[string]int{"event.json": 409, "test.yaml": 409, "curl": 200} {
		if status, text := c.get("/events/" + id + "/" + what); status != want || strings.Contains(text, "a-wrong-token") {
			t.Errorf("%s: %d, want %d:\n%s", what, status, want, text)
		}
	}
	_, to, _ := c.post("/events/"+id+"/replay", nil)
	if _, list := c.get("/?outcome=removed"); to == "" || !strings.Contains(list, `href="`+to+`"`) {
		t.Errorf("what was sent again with a signature took nothing off: %s", to)
	}
	if status, _ := ask(t, "POST", c.url+"/webhooks/nowhere", "", "", "{}"); status != 404 {
		t.Fatal(status)
	}
	id = fmt.Sprint(lastEvent(c))
	if status, _, page := c.post("/events/"+id+"/replay", nil); status != 409 || !strings.Contains(page, "no such source") {
		t.Errorf("replay: %d %s", status, page)
	}
	for _, id := range []string{"999", "0", "-1", "x", "99999999999999999999"} {
		if status, text := c.get("/events/" + id + "/curl"); status != 404 {
			t.Errorf("%s: %d %s", id, status, text)
		}
		if status, _, text := c.post("/events/"+id+"/replay", nil); status != 404 {
			t.Errorf("replay %s: %d %s", id, status, text)
		}
	}
}

// TestTheFormThatSends says which of its inputs is wrong, keeps what was typed, and sends any body.
func TestTheFormThatSends(t *testing.T) {
	c := runConsole(t, nil)
	for name, tt := range map[string]struct {
		form url.Values
		says string
	}{
		"a header":      {url.Values{"headers": {"X-A: 1\r\nno colon"}}, "Line 2 of the headers"},
		"a header name": {url.Values{"headers": {"two words: 1"}}, "Line 1 of the headers"},
		"the query":     {url.Values{"query": {"a=%zz"}}, "Write the query as in a URL"},
		"the method":    {url.Values{"method": {"FETCH / HTTP/1.1"}}, "Choose one of the methods"},
		"no source":     {url.Values{"source": {"nowhere"}}, `There is no source "nowhere"`},
		"the bytes":     {url.Values{"bytes": {"!"}}, "The body was not sent whole"},
	} {
		form := url.Values{"source": {"desk"}, "method": {"POST"}, "body": {"<typed>"}}
		for key, values := range tt.form {
			form[key] = values
		}
		if status, _, page := c.post("/send", form); status != 422 || !strings.Contains(page, tt.says) || name != "the bytes" && !strings.Contains(page, "<typed>") {
			t.Errorf("%s: %d, want %q:\n%s", name, status, tt.says, page)
		}
	}
	large := `{"id":"11","Stage":"Closed Won","text":"` + strings.Repeat("é ", 300_000) + `"}`
	if _, page := c.send("desk", large); !strings.Contains(page, `loses "In progress"`) {
		t.Error("a body of 900 kB was not acted on")
	}
	id, page := c.send("desk", "", "bytes", "/wB7fQ==")
	if !strings.Contains(page, "The body is not text") || !strings.Contains(page, `value="/wB7fQ=="`) {
		t.Errorf("event %s: a body of bytes was not sent as it is:\n%s", id, page)
	}
}
