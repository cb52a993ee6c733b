package browser_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// What the senders of testdata/project send.
const (
	dealWon    = `{"module": "Deals", "id": "5725767000000524101", "Stage": "Closed Won", "Owner": {"name": "Ada", "team": ["north", "solar"]}}`
	dealOpen   = `{"module": "Deals", "id": "5725767000000524102", "Stage": "Qualification", "probability": 20}`
	orderPaid  = `{"status": "paid", "customer": {"contact": "5725767000000524201"}, "total": 129.50}`
	orderEmpty = `{"status": "paid", "customer": {}}`
)

func TestAnEventIsListedWithinASecondOfBeingSent(t *testing.T) {
	p := start(t)
	b := open(p)
	b.visit("/")
	b.wait(`document.body.innerText.includes("No events yet")`)
	// A first event opens no connection that the others do not have: the page listens already.
	for i, outcome := range []string{"removed", "nothing"} {
		sent := time.Now()
		p.send(zoho, []string{dealWon, dealOpen}[i])
		b.wait(fmt.Sprintf(`document.querySelectorAll("#entries > li").length == %d`, i+1))
		if took := time.Since(sent); took > time.Second {
			t.Errorf("the event was listed %v after it was sent, want within a second", took)
		}
		b.wait(fmt.Sprintf(`document.querySelector("#entries > li").innerText.includes(%q)`, outcome))
	}
	b.wait(`!document.body.innerText.includes("No events yet")`)
	// What a screen reader is told, and the chart.
	b.wait(`document.querySelector("[aria-live=polite]").textContent.includes("zoho")`)
	b.wait(`document.querySelectorAll(".chart rect").length > 0`)
}

func TestTheListIsFilteredAndStaysLive(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	p.send(zoho, dealOpen)
	p.send(shop, orderPaid)
	p.send(wrong, dealWon)
	b := open(p)
	for name, test := range map[string]struct {
		query string
		rows  int
		text  string
	}{
		"by source":         {"source=shop", 1, "Payment due"},
		"by outcome":        {"outcome=refused", 1, "401"},
		"by rule":           {"rule=deal-closed", 1, "In progress"},
		"by text":           {"q=qualification", 1, "nothing"},
		"by two at once":    {"source=zoho&outcome=removed", 1, "In progress"},
		"by what is not so": {"q=nobody-sent-this", 0, ""},
	} {
		b.visit("/?" + test.query)
		if got := value[int](b, `document.querySelectorAll("#entries > li").length`); got != test.rows {
			t.Errorf("%s: %d rows, want %d", name, got, test.rows)
		}
		if !value[bool](b, fmt.Sprintf(`document.querySelector("#list").innerText.includes(%q)`, test.text)) {
			t.Errorf("%s: the list has no %q:\n%s", name, test.text, b.said())
		}
	}

	// A choice in the form is followed without a button, and in the address.
	b.visit("/")
	b.do(choose(`select[name=source]`, "shop"))
	b.wait(`document.querySelectorAll("#entries > li").length == 1 && location.search.includes("source=shop")`)
	// Of what is new, only what the filter takes is listed.
	p.send(zoho, dealOpen)
	p.send(shop, orderEmpty)
	b.wait(`document.querySelectorAll("#entries > li").length == 2`)
	if value[bool](b, `document.querySelector("#entries").innerText.includes("zoho")`) {
		t.Errorf("the list has an event that the filter leaves out:\n%s", b.said())
	}
}

// The pages say everything without scripts, but for what is live.
func TestTheListIsReadAndFilteredWithoutJavaScript(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	p.send(wrong, dealWon)
	b := open(p)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.visit("/")
	if got := value[int](b, `document.querySelectorAll("#entries > li").length`); got != 2 {
		t.Errorf("%d rows, want 2", got)
	}
	b.do(choose(`select[name=outcome]`, "refused"))
	b.click(`form[role=search] button`)
	b.loaded(`outcome=refused`)
	if got := value[int](b, `document.querySelectorAll("#entries > li").length`); got != 1 {
		t.Errorf("%d rows after the filter, want 1", got)
	}
}

// Nor do the forms of the other pages need a script.
func TestRecordsRulesAndSendingWorkWithoutJavaScript(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	b := open(p)
	call(b, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true})
	b.visit("/records?module=Deals")
	b.says("a record", value[string](b, `document.querySelector("article.record").innerText`), "VIP", "In progress")
	b.do(chromedp.SendKeys(chromedp.CSS(deal+"-tag"), "Urgent"+kb.Enter))
	b.loaded("#r5725767000000524101")
	b.says("a record", value[string](b, `document.querySelector("article.record").innerText`), "Urgent")

	b.visit("/rules")
	b.do(chromedp.SetValue(chromedp.CSS("textarea[name=text]"), p.changed()))
	b.click(`form.whatif button.main`)
	b.loaded("/rules/compare")
	b.shows("the rules", "treated differently")

	b.visit("/send?source=zoho")
	b.do(chromedp.SetValue(chromedp.CSS("textarea[name=body]"), dealOpen))
	b.click(`form.send button.main`)
	b.loaded("/send?sent=")
	b.shows("what was sent", "Answer 200")
}

// A connection that was lost is made again, and what came in between is listed.
func TestTheListCatchesUpAfterTheConnectionWasLost(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	line := connect(p)
	b := open(line.program)
	b.visit("/")
	b.wait(`document.querySelector("#list[sse-connect]")`)
	line.cut()
	p.send(zoho, dealOpen)
	b.wait(`document.querySelectorAll("#entries > li").length == 2`)
	p.send(shop, orderPaid)
	b.wait(`document.querySelectorAll("#entries > li").length == 3`)
	b.expect("console: ", "ERR_")
}

// A page that is no longer live says so, and stops saying so when it is live again.
func TestThePageSaysThatUntagDoesNotAnswer(t *testing.T) {
	p := start(t)
	line := connect(p)
	b := open(line.program)
	b.visit("/")
	b.wait(`document.querySelector("#list[sse-connect]")`)
	line.hold()
	b.wait(`document.querySelector("#lost")?.textContent.includes("untag does not answer")`)
	line.release()
	p.send(zoho, dealOpen)
	b.wait(`!document.querySelector("#lost") && document.querySelectorAll("#entries > li").length == 1`)
	b.expect("console: ", "ERR_")
}

// A browser that offers no clipboard, as over plain HTTP from another machine, still copies.
func TestCopyingWithoutTheClipboardOfHTTPS(t *testing.T) {
	p := start(t)
	p.send(zoho, dealOpen)
	b := open(p)
	b.allowClipboard()
	b.visit("/events/1")
	b.wait(`Object.defineProperty(navigator, "clipboard", {value: undefined, configurable: true})`)
	b.click(`[data-copy="event.Stage"]`)
	b.wait(`document.querySelector("#said").textContent == "Copied"`)
	b.wait(`delete navigator.clipboard`)
	if got := b.copied(); got != "event.Stage" {
		t.Errorf("copied %q", got)
	}
}
