package browser_test

import (
	"fmt"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// deal is a record of testdata/project, as the page names it.
const deal = `#r5725767000000524101`

// tags returns the tags that a record has on its page, without those that are struck through.
func (b *tab) tags(record string) []string {
	b.t.Helper()
	return value[[]string](b, fmt.Sprintf(`[...document.querySelectorAll(%q)].map(e => e.firstChild.textContent.trim())`, record+" li.chip"))
}

func TestTheTagsOfARecordComeOffBeforeOnesEyes(t *testing.T) {
	p := start(t)
	b := open(p)
	b.visit("/records?module=Deals")
	b.wait(fmt.Sprintf(`document.querySelector(%q).innerText.includes("In progress")`, deal))
	p.send(zoho, dealWon)
	b.wait(fmt.Sprintf(`document.querySelector(%q)?.innerText.includes("In progress")`, deal+" del"))
	b.wait(fmt.Sprintf(`getComputedStyle(document.querySelector(%q)).textDecorationLine == "line-through"`, deal+" del"))
}

func TestRecordsAreChangedAndReset(t *testing.T) {
	p := start(t)
	b := open(p)
	b.visit("/records?module=Deals")
	b.do(chromedp.SendKeys(chromedp.CSS(deal+"-tag"), "Urgent"+kb.Enter))
	b.wait(fmt.Sprintf(`document.querySelector(%q).innerText.includes("Urgent")`, deal))
	b.click(deal + ` [aria-label="Remove the tag VIP"]`)
	b.wait(fmt.Sprintf(`!document.querySelector(%q)`, deal+` [aria-label="Remove the tag VIP"]`))
	// The simulated Zoho has it so: a webhook acts on what the page says.
	p.send(zoho, dealWon)
	b.visit("/records?module=Deals&q=Urgent")
	if got := b.tags(deal); len(got) != 1 || got[0] != "Urgent" {
		t.Errorf("the record has the tags %q, want Urgent alone", got)
	}
	b.click(`.reset summary`)
	b.click(`.reset button`)
	b.wait(fmt.Sprintf(`!location.search.includes("q=") && document.querySelector(%q)?.innerText.includes("VIP")`, deal))
	if got := b.tags(deal); len(got) != 2 || got[0] != "In progress" || got[1] != "VIP" {
		t.Errorf("after the reset the record has the tags %q, want In progress and VIP", got)
	}
}

// The signature is that of the body as it is sent: a sender's own would not be.
func TestASampleIsEditedSignedAndSent(t *testing.T) {
	p := start(t)
	b := open(p)
	b.visit("/send")
	b.do(choose(`select[name=source]`, "billing"))
	b.wait(`location.search.includes("source=billing") && document.querySelector("textarea[name=body]").value.includes("\"object\"")`)
	sample := value[string](b, `document.querySelector("textarea[name=body]").value`)
	b.do(chromedp.SetValue(chromedp.CSS("textarea[name=body]"),
		`{"id": "evt_1", "object": "event", "type": "invoice.paid", "data": {"object": {"metadata": {"contact": "5725767000000524201"}}}}`))
	b.click(`form.send button.main`)
	b.wait(`document.querySelector(".answer")?.innerText.includes("removed")`)
	b.click(`.answer a`)
	b.wait(`location.pathname == "/events/1"`)
	b.says("the event", b.said(), "Payment due", "verified", "Stripe-Signature")
	if sample == "" {
		t.Error("billing has no sample")
	}
}

// TestTheFocusStaysInARecord that is changed from the keyboard, and its fields stay unfolded.
func TestTheFocusStaysInARecord(t *testing.T) {
	p := start(t)
	b := open(p)
	b.visit("/records?module=Deals")
	focused := fmt.Sprintf(`document.querySelector(%q).contains(document.activeElement)`, deal)
	b.do(chromedp.Focus(chromedp.CSS(deal+` [aria-label="Remove the tag VIP"]`)), chromedp.KeyEvent(kb.Enter))
	b.wait(fmt.Sprintf(`!document.querySelector(%q) && %s`, deal+` [aria-label="Remove the tag VIP"]`, focused))
	b.click(deal + " summary")
	b.do(chromedp.SendKeys(chromedp.CSS(deal+` input[name=field]:not([type=hidden])`), "Next_Step"))
	b.do(chromedp.SendKeys(chromedp.CSS(deal+` form:has(input[name=field]:not([type=hidden])) input[name=value]`), "Call"+kb.Enter))
	b.wait(fmt.Sprintf(`document.querySelector(%q)?.open && document.querySelector(%q).innerText.includes("Next_Step") && %s`, deal+" details", deal, focused))
}
