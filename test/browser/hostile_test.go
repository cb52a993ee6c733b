package browser_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// attack is what an attacker sends to run a script in the console: in an element, in an
// attribute, in a script, in a comment.
const attack = `'"--></title></textarea></script><script>window.ran=1</script><img src=x onerror="window.ran=1">`

// harmless fails the test if something of an attacker's has run in the page, or is an element.
func (b *tab) harmless(where string) {
	b.t.Helper()
	if value[bool](b, `window.ran !== undefined || document.querySelector("body script, body img, [onerror], [onfocus]") != null`) {
		b.t.Errorf("%s: what an attacker sent is an element, or runs:\n%s", where, b.said())
	}
}

// shows fails the test if a page does not have a text.
func (b *tab) shows(where, text string) {
	b.t.Helper()
	if !value[bool](b, fmt.Sprintf(`document.body.innerText.includes(%q)`, text)) {
		b.t.Errorf("%s: the page does not show %s:\n%s", where, text, b.said())
	}
}

func TestWhatAnAttackerSendsIsShownAsText(t *testing.T) {
	p := start(t)
	inJSON, err := json.Marshal(attack)
	if err != nil {
		t.Fatal(err)
	}
	text := string(inJSON)
	p.write("rules.yaml", p.read("rules.yaml")+"# "+attack+"\n")
	b := open(p)
	b.visit("/")
	p.send(zoho, `{"module": "Deals", "id": "5725767000000524103", "Stage": "Closed Won", "note": `+text+`, `+text+`: {`+text+`: [`+text+`]}}`,
		header{"X-Note", attack}, header{"User-Agent", attack})
	p.send(shop, `{"status": "paid", "customer": {"contact": `+text+`}}`)
	p.send(zoho, `{"module": `+text+`, "id": `+text+`, "Stage": "Closed Won"}`)
	p.send(zoho, attack) // no JSON: the fault quotes none of it
	p.send(sending{source: url.PathEscape(attack), proof: zoho.proof}, dealWon)
	p.send(sending{source: "zoho?note=" + url.QueryEscape(attack), proof: zoho.proof}, dealWon)
	b.wait(`document.querySelectorAll("#entries > li").length == 6`)
	b.harmless("what is listed live")
	b.shows("what is listed live", "<script>")

	query := url.QueryEscape(attack)
	for _, path := range []string{
		"/", "/?q=" + query, "/?source=" + query, "/?rule=" + query, "/?outcome=" + query,
		"/records?module=Deals", "/records?module=" + query, "/records?module=Deals&q=" + query,
		"/rules",
		"/send", "/send?source=" + query, "/send?source=zoho&sample=" + query,
	} {
		b.visit(path)
		b.harmless(path)
	}
	b.visit("/rules")
	b.shows("the rules", attack)
	b.retype("textarea[name=text]", "version: 1\n"+attack+": {}\n")
	b.wait(`document.querySelector("#difference").innerText.includes("error")`)
	b.harmless("rules with a fault")
	for i := range 6 {
		path := fmt.Sprintf("/events/%d", i+1)
		b.visit(path)
		b.harmless(path)
		if i == 0 {
			b.shows(path, attack)
		}
	}
	for _, copied := range []string{"curl", "event.json", "test.yaml"} {
		response, _ := p.ask(http.MethodGet, "/events/1/"+copied)
		if kind := response.Header.Get("Content-Type"); !strings.HasPrefix(kind, "text/plain") || response.Header.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: it is sent as %s, which a browser may show as a page", copied, kind)
		}
	}
}

func TestAnEventOfAMegabyteIsShown(t *testing.T) {
	p := start(t)
	const most = 1 << 20
	fields := []string{}
	for i, size := 0, 0; size < most-200; i++ {
		field := fmt.Sprintf(`"field-%d": {"value": "text of field %[1]d"}`, i)
		size += len(field) + 1
		fields = append(fields, field)
	}
	many := `{"module": "Deals", "id": "5725767000000524101", "Stage": "Closed Won", ` + strings.Join(fields[:len(fields)-1], ",") + "}"
	long := `{"module": "Deals", "id": "5725767000000524102", "Stage": "Closed Won", "note": "` + strings.Repeat("x", most-200) + `"}`
	for _, body := range []string{many, long} {
		if status := p.send(zoho, body); status != http.StatusOK {
			t.Fatalf("a body of %d bytes: status %d, want 200", len(body), status)
		}
	}
	b := open(p)
	b.visit("/")
	b.shows("the list", "removed")
	for _, path := range []string{"/events/1", "/events/2"} {
		_, worked := mainThread(b.trace(func() { b.visit(path) }))
		t.Logf("%s: %d elements, the main thread worked %v", path, value[int](b, `document.querySelectorAll("*").length`), worked)
		b.shows(path, "Closed Won")
		b.shows(path, "removed")
		if got := value[int](b, `document.querySelectorAll("*").length`); got > 20*mostNodes {
			t.Errorf("%s: the page has %d elements, more than a browser draws at once", path, got)
		}
	}
}
