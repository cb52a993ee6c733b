package main

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"untag/internal/event"
	"untag/internal/queue"
)

// nasty controls a terminal, reorders and hides text, and fakes lines of its own.
const nasty = "\x1b[31m\x1b]0;x\a\r\u009b2J\u202e\u2066\u200b\ufeff\x7f\x00\U000e0041"

// nastyYAML is nasty as a double-quoted string of YAML or JSON escapes it, without the
// null byte, which YAML may refuse.
const nastyEscaped = `\u001b[31m\u001b]0;x\u0007\r\u009b2J\u202e\u2066\u200b\ufeff\u007f\n00:00:00  zoho  removed  posing`

// hostileFiles are files of every kind, with text that would control a terminal in every
// place that takes text.
func hostileFiles(t *testing.T) string {
	t.Helper()
	rulesOf := func(rule string) string {
		return "version: 1\nsources: {zoho: {verify: [token, aws], eventbridge: com.example}, hub: {verify: github}}\nrules:\n" + rule
	}
	const good = `  - {name: closed, about: "` + nastyEscaped + `", on: [zoho, hub], when: 'event.Stage != "` + "\u202e\u009b" + `"', record: {module: Deals, id: event.id}, remove: ["${event.tag}"]}` + "\n"
	request := func(source, body string) string {
		text, err := json.Marshal(map[string]any{
			"version": "2.0", "rawPath": "/webhooks/" + source, "rawQueryString": "q=%1b%5b31m", "body": body,
			"headers":        map[string]string{"content-type": "application/json", "x-evil": "\u202e\u009b", "x-webhook-token": "\u202e\u009b"},
			"requestContext": map[string]any{"http": map[string]string{"method": "POST"}},
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	const body = `{"id":"1","Stage":"` + nastyEscaped + `","tag":"` + nastyEscaped + `","` + nastyEscaped + `":["` + nastyEscaped + `"]}`
	const numbered = `{"id":"` + nastyEscaped + `","Stage":"x","tag":"x","` + nastyEscaped + `":1}`
	files := map[string]string{
		"rules.yaml":     rulesOf(good),
		"key.yaml":       rulesOf(`  - {"` + nastyEscaped + `": 1, name: "` + nastyEscaped + `", on: "` + nastyEscaped + `"}` + "\n"),
		"raw.yaml":       rulesOf("  - {name: a" + nasty + ", on: zoho}\n"),
		"bytes.yaml":     rulesOf("  - {name: \x9b\xff, on: zoho}\n"),
		"when.yaml":      rulesOf(`  - {name: a, on: zoho, when: 'event["` + "\u202e\u009b" + `"] = = "` + "\u202e" + `"', record: {module: "` + nastyEscaped + `", id: 1}, remove: ["` + nastyEscaped + `"]}` + "\n"),
		"syntax.yaml":    "version: [\u202e\n" + nasty,
		"event.json":     request("zoho", body),
		"id.json":        request("zoho", numbered),
		"source.json":    request("%1b%5b31m%e2%80%ae%c2%9b", body),
		"malformed.json": request("zoho", `{"a":"`+nasty),
		"direct.json":    `{"source":"` + nastyEscaped + `","event":{}}`,
		"bus.json":       `{"version":"0","id":"` + nastyEscaped + `","detail-type":"x","source":"` + nastyEscaped + `","detail":` + body + `}`,
		"ours.json":      `{"version":"0","id":"` + nastyEscaped + `","detail-type":"x","source":"com.example","detail":` + body + `}`,
		"queue.json":     `{"Records":[{"eventSource":"aws:sqs","messageId":"` + nastyEscaped + `","body":"` + nastyEscaped + `"}]}`,
		"kind.json":      `{"` + nastyEscaped + `":1}`,
		"none.json":      nasty,
		"secrets.json":   `{"` + nastyEscaped + `":1}`,
		"list.json":      `["` + nastyEscaped + `"`,
		"good.json":      `{"zoho":"0123456789abcdef","` + nastyEscaped + `":"0123456789abcdef"}`,
		"crm.yaml":       `"` + nastyEscaped + `": [{id: "` + nastyEscaped + `", Tag: ["` + nastyEscaped + `"]}]`,
		"records.yaml":   `Deals: [{id: "1", Tag: ["\u001b[31m\u009b\u202e\n00:00"], "` + nastyEscaped + `": "` + nastyEscaped + `"}]`,
		"open.yaml":      `Deals: ["` + nasty,
		"a_test.yaml": "rules: rules.yaml\ntests:\n  - {name: \"" + nastyEscaped + "\", source: zoho, event: " + body +
			", expect: {Deals: {\"1\": [\"" + nastyEscaped + "\"]}}}\n",
		"b_test.yaml": "rules: rules.yaml\ntests:\n  - {name: b, request: id.json, expect: {}}\n  - {name: c, request: \"" + nastyEscaped + "\", expect: {}}\n",
		"c_test.yaml": "rules: \"" + nastyEscaped + "\"\ntests: [{\"" + nastyEscaped + "\": 1}]\n",
		"d_test.yaml": "rules: key.yaml\ntests:\n  - {name: b, source: \"" + nastyEscaped + "\", event: {}, expect: {}, unmatched: [\"" + nastyEscaped + "\"]}\n",
		"e_test.yaml": "rules: rules.yaml\ntests:\n  - {name: \"" + nastyEscaped + "\", source: zoho, event: {}, expect: {}, unmatched: [\"" + nastyEscaped + "\"], records: {\"" + nastyEscaped + "\": 1}}\n",
		"f_test.yaml": "rules: rules.yaml\ntests:\n  - {name: d, request: malformed.json, expect: {}}\n",
		"g_test.yaml": "rules: rules.yaml\ntests: " + nasty,
		"names.yaml":  rulesOf(`  - {name: "` + nastyEscaped + `", on: zoho, when: 'event.Stage == "x"', record: {module: Deals, id: event.id}, remove: [VIP]}` + "\n"),
		"h_test.yaml": "rules: names.yaml\ntests:\n" +
			"  - {name: a, source: zoho, event: {id: '1', Stage: x}, expect: {}, unmatched: [\"" + nastyEscaped + "\"]}\n" +
			"  - {name: b, source: zoho, event: {id: '" + "x\u202e" + "', Stage: x}, expect: {}}\n" +
			"  - {name: c, source: zoho, event: {id: '1', Stage: x}, expect: {}, errors: [\"" + nastyEscaped + "\"]}\n",
		"name\u009b31m\u202e\x1b.yaml": rulesOf("  - {}\n"),
		"stored.json":                  stored(t, body),
	}
	folder := folderWith(t, files)
	for _, file := range []string{"event.json", "id.json", "malformed.json", "source.json", "direct.json", "bus.json", "ours.json", "queue.json", "kind.json", "none.json"} {
		in := filepath.Join(folder, "events")
		if err := os.MkdirAll(in, 0o700); err != nil {
			t.Fatal(err)
		}
		for _, name := range []string{file, "\x1b[31m\u202e\u009b" + file} {
			if err := os.WriteFile(filepath.Join(in, name), []byte(files[file]), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	return folder
}

// stored is an event as it is stored in the queue.
func stored(t *testing.T, body string) string {
	t.Helper()
	text, err := queue.Encode(event.Delivery{
		ID: "\u202e\u009bid", DeliveryID: "\u202e\u009b", Source: "zoho\u202e\u009b", Time: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC),
		ContentType: "application/json", Body: []byte(body), Proof: "token\u202e",
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

// deadLetters is an SQS with messages that must not reach a terminal as they are.
func deadLetters(t *testing.T) {
	t.Helper()
	const text = "\u202e\u009b2J\u200b\r\n00:00:00  posing"
	attribute := map[string]string{"DataType": "String", "StringValue": text}
	bodies := []string{stored(t, "{}"), text}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		answer := map[string]any{}
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "ReceiveMessage") {
			var messages []any
			for i, body := range bodies {
				sum := md5.Sum([]byte(body))
				messages = append(messages, map[string]any{
					"MessageId": text + string(rune('0'+i)), "ReceiptHandle": "r", "Body": body, "MD5OfBody": hex.EncodeToString(sum[:]),
					"MessageAttributes": map[string]any{"code": attribute, "rule": attribute, "message": attribute},
				})
			}
			answer["Messages"], bodies = messages, nil
		}
		if strings.HasSuffix(r.Header.Get("X-Amz-Target"), "SendMessage") {
			w.WriteHeader(http.StatusBadRequest)
			answer = map[string]any{"__type": text, "message": text}
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		_ = json.NewEncoder(w).Encode(answer)
	}))
	t.Cleanup(server.Close)
	for name, value := range map[string]string{
		"AWS_ENDPOINT_URL": server.URL, "AWS_REGION": "eu-central-1", "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b",
		"AWS_MAX_ATTEMPTS": "1", "QUEUE_URL": server.URL + "/1/q", "DEAD_LETTER_QUEUE_URL": server.URL + "/1/d",
	} {
		t.Setenv(name, value)
	}
}

// TestNothingHostileReachesTheTerminal runs every command over hostile files, events,
// messages, names and arguments.
func TestNothingHostileReachesTheTerminal(t *testing.T) {
	const arg = "\x1b[31m\u202e\u009b\r\n00:00:00  posing"
	explain := func(event string, more ...string) []string {
		return append([]string{"explain", "-e", event}, more...)
	}
	run := func(more ...string) []string {
		return append([]string{"run", "--once", "--listen", "127.0.0.1:0"}, more...)
	}
	tests := map[string]struct {
		args []string
		code int
	}{
		"check":                      {[]string{"check"}, 0},
		"check, keys":                {[]string{"check", "key.yaml"}, 1},
		"check, keys, JSON":          {[]string{"check", "--json", "key.yaml"}, 1},
		"check, raw":                 {[]string{"check", "raw.yaml"}, 1},
		"check, bytes":               {[]string{"check", "bytes.yaml"}, 1},
		"check, expressions":         {[]string{"check", "when.yaml"}, 1},
		"check, expressions, JSON":   {[]string{"check", "--json", "when.yaml"}, 1},
		"check, syntax":              {[]string{"check", "syntax.yaml"}, 1},
		"check, name":                {[]string{"check", "name\u009b31m\u202e\x1b.yaml"}, 1},
		"check, name, JSON":          {[]string{"check", "--json", "name\u009b31m\u202e\x1b.yaml"}, 1},
		"check, gone":                {[]string{"check", arg}, 2},
		"explain":                    {explain("event.json"), 0},
		"explain, JSON":              {explain("event.json", "--json"), 0},
		"explain, an id":             {explain("id.json"), 0},
		"explain, an id, JSON":       {explain("id.json", "--json"), 0},
		"explain, our bus":           {explain("ours.json"), 0},
		"explain, our bus, JSON":     {explain("ours.json", "--json"), 0},
		"explain, records":           {explain("event.json", "--records", "records.yaml"), 0},
		"explain, bad records":       {explain("event.json", "--records", "crm.yaml"), 2},
		"explain, malformed records": {explain("event.json", "--records", "open.yaml"), 2},
		"explain, secrets":           {explain("event.json", "--secrets", "good.json"), 1},
		"explain, secrets, JSON":     {explain("event.json", "--secrets", "good.json", "--json"), 1},
		"explain, bad secrets":       {explain("event.json", "--secrets", "secrets.json"), 2},
		"explain, no secrets":        {explain("event.json", "--secrets", "list.json"), 2},
		"explain, source":            {explain("source.json"), 1},
		"explain, source, JSON":      {explain("source.json", "--json"), 1},
		"explain, malformed":         {explain("malformed.json"), 2},
		"explain, direct":            {explain("direct.json"), 1},
		"explain, bus":               {explain("bus.json"), 2},
		"explain, queue":             {explain("queue.json"), 2},
		"explain, kind":              {explain("kind.json"), 2},
		"explain, no JSON":           {explain("none.json"), 2},
		"explain, stored":            {explain("stored.json"), 0},
		"explain, stored, JSON":      {explain("stored.json", "--json"), 0},
		"explain, gone":              {explain(arg), 2},
		"explain, bad rules":         {explain("event.json", "--rules", "key.yaml"), 2},
		"test":                       {[]string{"test", "a_test.yaml", "--coverage"}, 1},
		"test, requests":             {[]string{"test", "b_test.yaml"}, 2},
		"test, keys":                 {[]string{"test", "c_test.yaml"}, 2},
		"test, bad rules":            {[]string{"test", "d_test.yaml"}, 2},
		"test, names":                {[]string{"test", "e_test.yaml"}, 2},
		"test, malformed":            {[]string{"test", "f_test.yaml"}, 2},
		"test, syntax":               {[]string{"test", "g_test.yaml"}, 2},
		"test, names of rules":       {[]string{"test", "h_test.yaml", "--coverage"}, 1},
		"explain, names of rules":    {explain("event.json", "--rules", "names.yaml"), 0},
		"run, names of rules":        {run("--rules", "names.yaml"), 1},
		"test, all":                  {[]string{"test"}, 2},
		"test, gone":                 {[]string{"test", arg}, 2},
		"test, no folder":            {[]string{"test", "a_test.yaml", "--junit", "gone" + arg + "/x"}, 2},
		"run":                        {run("--secrets", "good.json", "--records", "records.yaml"), 1},
		"run, verbose":               {run("--secrets", "good.json", "--records", "records.yaml", "--verbose"), 1},
		"run, made up":               {run(), 1},
		"run, bad records":           {run("--records", "crm.yaml"), 2},
		"run, bad rules":             {run("--rules", "key.yaml"), 2},
		"run, listen":                {[]string{"run", "--listen", arg}, 2},
		"run, listen, a port":        {[]string{"run", "--listen", "127.0.0.1:" + arg}, 2},
		"sandbox, records":           {[]string{"sandbox", "--records", "crm.yaml"}, 2},
		"sandbox, fault":             {[]string{"sandbox", "--fault", arg + "=1"}, 2},
		"sandbox, share":             {[]string{"sandbox", "--fault", "500=" + arg}, 2},
		"sandbox, answers":           {[]string{"sandbox", "--answers", arg}, 2},
		"sandbox, journal":           {[]string{"sandbox", "--journal", "gone" + arg + "/x"}, 2},
		"dlq list":                   {[]string{"dlq", "list"}, 0},
		"dlq list, JSON":             {[]string{"dlq", "list", "--json"}, 0},
		"dlq show":                   {[]string{"dlq", "show", "\u202e\u009bid"}, 0},
		"dlq show, gone":             {[]string{"dlq", "show", arg}, 1},
		"dlq redrive":                {[]string{"dlq", "redrive", "--all"}, 1},
		"dlq, URL":                   {[]string{"dlq", "list", "--dead-letter-queue-url", arg}, 0},
		"replay":                     {[]string{"replay", "stored.json"}, 1},
		"replay, queue":              {[]string{"replay", "queue.json"}, 2},
		"replay, gone":               {[]string{"replay", arg}, 2},
		"an unknown command":         {[]string{arg}, 2},
		"help of an unknown command": {[]string{"help", arg}, 2},
		"an unknown flag":            {[]string{"run", "--" + arg}, 2},
		"an unknown letter":          {[]string{"run", "-\u202e"}, 2},
		"a flag's value":             {[]string{"sandbox", "--concurrency", arg}, 2},
		"too many arguments":         {[]string{"schema", arg}, 2},
		"completion":                 {[]string{"__complete", arg, arg}, 0},
	}
	folder := hostileFiles(t)
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			deadLetters(t)
			code, out := untag(t, folder, tt.args...)
			if code != tt.code {
				t.Errorf("exit %d, want %d:\n%s", code, tt.code, out)
			}
			if i := strings.IndexFunc(out, dangerous); i >= 0 {
				t.Errorf("prints %q in %q", out[i:min(len(out), i+4)], out[max(0, i-60):min(len(out), i+30)])
			}
			if strings.Contains(out, "\n00:00") || strings.Contains(out, "\n    00:00") {
				t.Errorf("a text poses as a line of its own:\n%s", out)
			}
			for line := range strings.Lines(out) {
				if tt.args[len(tt.args)-1] == "--json" && strings.HasPrefix(line, "{") && !json.Valid([]byte(line)) {
					t.Errorf("not JSON: %s", line)
				}
			}
		})
	}
}
