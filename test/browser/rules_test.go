package browser_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// changed returns the rules of the project with another condition: deals lose their tag when
// they qualify, and no longer when they close.
func (p *program) changed() string {
	p.t.Helper()
	rules := p.read("rules.yaml")
	changed := strings.Replace(rules, `["Closed Won", "Closed Lost"]`, `["Qualification"]`, 1)
	if changed == rules {
		p.t.Fatal("the rules are as before")
	}
	return changed
}

// A file that is changed in an editor is compared with what has happened, and used when one
// says so.
func TestAChangedRulesFileIsComparedBeforeItIsUsed(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	p.send(zoho, dealOpen)
	b := open(p)
	b.visit("/rules")
	b.says("the rules", b.said(), "deal-closed", "deal-reopened", "order-paid", "untag uses this file")
	if got := value[string](b, `document.querySelector("a[href*='rule=deal-closed']").firstChild.textContent`); got != "1" {
		t.Errorf("deal-closed matched %s events, want 1", got)
	}

	p.write("rules.yaml", p.changed())
	b.wait(`document.querySelector("form[action='/rules/use']")`)
	b.says("the difference", b.said(), "event 1", "event 2", "deal-closed")
	b.inspect("rules-changed")
	// Nothing runs with it before one says so.
	p.send(zoho, strings.Replace(dealWon, "524101", "524103", 1))
	b.visit("/events/3")
	b.says("an event meanwhile", b.said(), "removed", "In progress")

	b.visit("/rules")
	b.click(`form[action="/rules/use"] button`)
	b.wait(`document.body.innerText.includes("untag uses this file")`)
	p.send(zoho, dealWon)
	b.visit("/events/4")
	b.says("an event afterwards", value[string](b, `document.querySelector("h1").innerText`), "nothing")
}

func TestAFaultInTheFileIsShownAtItsLine(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	b := open(p)
	b.visit("/rules")
	p.write("rules.yaml", strings.Replace(p.read("rules.yaml"), "event.probability < 60", "event.probability <", 1))
	b.wait(`document.querySelector(".faulty")`)
	b.says("the file", value[string](b, `document.querySelector(".faulty").innerText`), "event.probability <", "error")
	b.inspect("rules-fault")
	if value[bool](b, `document.querySelector("form[action='/rules/use']") != null`) {
		t.Error("rules with a fault can be used")
	}
	// The program runs with the rules from before.
	p.send(zoho, strings.Replace(dealWon, "524101", "524103", 1))
	b.visit("/events/2")
	b.says("an event meanwhile", b.said(), "removed", "In progress")
}

// What is written on the page is compared as one types, and touches nothing.
func TestRulesAreTriedOnThePage(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	p.send(zoho, dealOpen)
	before := p.read("rules.yaml")
	b := open(p)
	b.visit("/rules")
	b.retype("textarea[name=text]", p.changed())
	b.wait(`document.querySelector("#difference").innerText.includes("treated differently")`)
	b.says("the difference", value[string](b, `document.querySelector("#difference").innerText`), "event 1", "event 2", "In progress")
	b.retype("textarea[name=text]", strings.Replace(before, "event.probability < 60", "event.probability <", 1))
	b.wait(`document.querySelector("#difference").innerText.includes("error")`)
	if p.read("rules.yaml") != before {
		t.Error("what was tried is in the file")
	}
	p.send(zoho, strings.Replace(dealWon, "524101", "524103", 1))
	b.visit("/events/3")
	b.says("an event meanwhile", b.said(), "removed", "In progress")
}

// retype replaces the text of a field, so that the page notices.
func (b *tab) retype(selector, text string) {
	b.t.Helper()
	b.do(chromedp.SetValue(chromedp.CSS(selector), text), chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent(kb.End+" "))
	b.wait(fmt.Sprintf(`document.querySelector(%q).value.length > %d`, selector, len(text)/2))
}
