package browser_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// section returns the text of the section of a page that has a heading.
func (b *tab) section(heading string) string {
	b.t.Helper()
	return value[string](b, fmt.Sprintf(`[...document.querySelectorAll("main section")].find(s =>
		s.querySelector("h2")?.innerText.trim().startsWith(%q))?.innerText ?? "there is no such section"`, heading))
}

// says fails the test if a text does not have each of the parts.
func (b *tab) says(where, text string, parts ...string) {
	b.t.Helper()
	for _, part := range parts {
		if !strings.Contains(text, part) {
			b.t.Errorf("%s does not say %q:\n%s", where, part, text)
		}
	}
}

// From the list that is open to the tag that is struck through.
func TestAnEventIsSeenOpenedAndRead(t *testing.T) {
	p := start(t)
	b := open(p)
	b.visit("/")
	p.send(zoho, dealWon)
	b.wait(`document.querySelector("#entries > li")`)
	b.click(`#entries a`)
	b.wait(`location.pathname == "/events/1" && document.readyState == "complete"`)
	b.readDealWon()
}

// Nothing of this needs a script.
func TestAnEventIsReadWithoutJavaScript(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	b := open(p)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.visit("/events/1")
	b.readDealWon()
	b.do(chromedp.SendKeys(chromedp.CSS("input[name=expression]"), `event.Owner.name + "!"`+kb.Enter))
	b.loaded("/try?")
	b.shows("what was tried", `"Ada!"`)
	b.visit("/events/1")
	b.click(`form[action$="/replay"] button`)
	b.loaded("/events/2")
	b.shows("what was replayed", "zoho")
}

// readDealWon reads the page of dealWon.
func (b *tab) readDealWon() {
	b.t.Helper()
	b.says("the event", value[string](b, `document.querySelector("#event-1").innerText`), "event", "Stage", `"Closed Won"`, "Owner", `"Ada"`,
		"deal-closed", "fires", `event.module == "Deals"`, "true",
		"deal-reopened", "does not fire", "false")
	b.says("how it was verified", b.section("How it was verified"), "verified", "X-Webhook-Token")
	b.says("the request", b.section("Request as received"), "X-Webhook-Token", "hidden", `"Stage"`)
	b.says("the calls", b.section("Requests to Zoho"), "POST", "actions/remove_tags", "200")
	b.says("the records", b.section("Records"), "5725767000000524101", "VIP")
	gone := value[[]string](b, `[...document.querySelectorAll("del")].filter(e => getComputedStyle(e).textDecorationLine == "line-through").map(e => e.lastChild.textContent)`)
	if !slices.Equal(gone, []string{"In progress"}) {
		b.t.Errorf("struck through is %q, want In progress", gone)
	}
	if strings.Contains(b.said(), zoho.proof.value) {
		b.t.Error("the page shows the credential of the request")
	}
}

// A condition says what each part met: in words, and not by its colour alone.
func TestAConditionSaysWhatItMet(t *testing.T) {
	p := start(t)
	p.send(zoho, `{"module": "Deals", "id": "5725767000000524102", "Stage": "Negotiation", "probability": "high"}`)
	p.send(shop, `{"status": "paid", "customer": {}}`)
	b := open(p)
	b.visit("/events/1")
	b.says("the event", value[string](b, `document.querySelector("#event-1").innerText`), "true", "false", "error", `"Negotiation"`)
	b.visit("/events/2")
	b.says("the event", value[string](b, `document.querySelector("#event-1").innerText`), "true", "missing", "event.customer.contact")
}

func TestARefusedRequestSaysWhy(t *testing.T) {
	p := start(t)
	p.send(wrong, dealWon)
	b := open(p)
	b.visit("/events/1")
	b.says("the page", b.said(), "refused", "401", "the token is not the stored one")
	if strings.Contains(b.said(), wrong.proof.value) {
		t.Error("the page shows the credential of the request")
	}
}

func TestAnExpressionIsTriedAsOneTypes(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	b := open(p)
	b.visit("/events/1")
	tried := `document.querySelector(".tried").innerText`
	for _, test := range []struct{ expression, shows string }{
		{`event.Owner.name`, `"Ada"`},
		{`len(event.Owner.team)`, "2"},
		{`event.nothing == 1`, "missing"},
		{`event.Stage ==`, "fault"},
		{`event.Stage in ["Closed Won"]`, "true"},
	} {
		b.do(chromedp.Focus(chromedp.CSS("input[name=expression]")), chromedp.KeyEvent("a", chromedp.KeyModifiers(chromedp.ModifierCtrl)), chromedp.KeyEvent(test.expression))
		b.wait(fmt.Sprintf(`%s.includes(%q)`, tried, test.shows))
	}
	// A click on the name of a field copies its path.
	b.allowClipboard()
	b.click(`[data-copy="event.Owner.name"]`)
	b.wait(`document.querySelector("#said.shown")`)
	if got := b.copied(); got != "event.Owner.name" {
		t.Errorf("copied is %q, want event.Owner.name", got)
	}
}

func TestAnEventIsFoldedAndReplayedWithTheKeyboardAlone(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	b := open(p)
	b.visit("/events/1")
	// The tree folds.
	b.wait(`document.querySelector(".tree details[open] [data-copy='event.Owner.name']")`)
	b.tabTo("Owner")
	b.press(kb.Tab)
	b.press(kb.Enter)
	b.wait(`document.querySelector("[data-copy='event.Owner.name']").checkVisibility() == false`)
	b.press(kb.Enter)
	b.wait(`document.querySelector("[data-copy='event.Owner.name']").checkVisibility()`)
	// An expression is typed, and the event replayed.
	b.tabTo("expression")
	b.press(`event.module`)
	b.wait(`document.querySelector(".tried").innerText.includes('"Deals"')`)
	b.visit("/events/1")
	b.tabTo("Replay")
	b.press(kb.Enter)
	b.wait(`location.pathname == "/events/2"`)
	b.wait(`document.body.innerText.includes("Event 2")`)
}
