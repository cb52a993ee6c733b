package browser_test

import (
	"net/http"
	"strings"
	"testing"
)

// One click makes a test of what happened, which passes, and fails when the rule is changed.
func TestAnEventCopiedAsATestPasses(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	b := open(p)
	b.allowClipboard()
	b.visit("/events/1")
	b.click(`[data-copy-url$="/test.yaml"]`)
	b.wait(`document.querySelector("#said.shown")?.textContent == "Copied"`)
	p.write("rules_test.yaml", p.read("rules_test.yaml")+b.copied())
	if out, err := p.command("test"); err != nil || !strings.Contains(out, "2 passed") {
		t.Fatalf("untag test: %v\n%s\nwith rules_test.yaml:\n%s", err, out, p.read("rules_test.yaml"))
	}
	p.write("rules.yaml", strings.Replace(p.read("rules.yaml"), "remove: [In progress]", "remove: [VIP]", 1))
	if out, err := p.command("test"); err == nil || !strings.Contains(out, "2 failed") {
		t.Errorf("untag test with another rule: %v, want that both tests fail\n%s", err, out)
	}
}

// A copy holds no credential, and sends the same event again.
func TestAnEventCopiedAsAFileIsDelivered(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	for _, name := range []string{"curl", "event.json", "test.yaml"} {
		response, text := p.ask(http.MethodGet, "/events/1/"+name)
		if response.StatusCode != http.StatusOK || strings.Contains(text, zoho.proof.value) {
			t.Errorf("%s: status %d, want 200 and no credential:\n%s", name, response.StatusCode, text)
		}
	}
	_, event := p.ask(http.MethodGet, "/events/1/event.json")
	p.write("events/copied.json", event)
	if out, err := p.command("run", "--secrets", "secrets.json", "--once", "--listen", "127.0.0.1:0"); err != nil || !strings.Contains(out, "In progress") {
		t.Errorf("untag run --once: %v\n%s", err, out)
	}
}
