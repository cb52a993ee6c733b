package browser_test

import (
	"fmt"
	"net/http"
	"testing"
)

// seen makes the page believe that its tab is seen, or that it is not.
func (b *tab) seen(is bool) {
	b.t.Helper()
	value[bool](b, fmt.Sprintf(`Object.defineProperty(document, "hidden", {value: %t, configurable: true}) && document.dispatchEvent(new Event("visibilitychange"))`, !is))
}

// rowsAre are the ids of the rows of a list, from the first to the last.
const rowsAre = `[...document.querySelectorAll("#entries > li")].map(row => Number(row.id.slice(1)))`

// A tab that nobody sees has no connection: a browser opens only six to one host. It lists what came
// in the meantime when it is seen again.
func TestATabThatNobodySeesGivesItsConnectionBack(t *testing.T) {
	p := start(t)
	line := connect(p)
	b := open(line.program)
	b.visit("/")
	p.send(zoho, dealOpen)
	b.wait(`document.querySelectorAll("#entries > li").length == 1`)
	b.seen(false)
	value[any](b, `window.asked = [], window.was = window.EventSource, window.EventSource = class extends was { constructor(address) { super(address); asked.push(String(address)) } }, null`)
	line.cut() // nobody notices
	for range 3 {
		p.send(zoho, dealOpen)
	}
	p.send(zoho, dealWon)
	b.expect()
	if got := value[string](b, rowsAre+`.join(" ")`); got != "1" {
		t.Errorf("a tab that nobody sees lists %s", got)
	}
	b.seen(true)
	b.wait(rowsAre + `.join(" ") == "5 4 3 2 1"`)
	if got := value[string](b, `asked.length + " " + new URL(asked[0]).searchParams.get("after")`); got != "1 1" {
		t.Errorf("the tab asked %s times and from the event on, want once and from 1 on", got)
	}
	p.send(zoho, dealOpen)
	b.wait(rowsAre + `[0] == 6`)
}

// Events of another run have the same numbers: a page of the run before is loaded again.
func TestAListGoesOnWhenUntagIsStartedAgain(t *testing.T) {
	again := start(t) // the tab is closed before it ends
	p := start(t)
	line := connect(p)
	b := open(line.program)
	for range 3 {
		p.send(zoho, dealOpen)
	}
	b.visit("/?source=zoho")
	b.wait(`document.querySelectorAll("#entries > li").length == 3`)
	line.hold()
	p.url = again.url
	p.send(zoho, dealWon)
	line.release()
	b.wait(`document.querySelectorAll("#entries > li").length == 1 && document.querySelector("#entries").innerText.includes("removed")`)
	p.send(zoho, dealOpen)
	b.wait(rowsAre + `.join(" ") == "2 1" && location.search == "?source=zoho"`)
	b.expect("console: ", "ERR_")
}

// A list that lost its connection after many events stays in order, and its rows that are left out
// are on the next page.
func TestALongListThatLostItsConnectionStaysInOrder(t *testing.T) {
	p := start(t)
	line := connect(p)
	b := open(line.program)
	b.visit("/")
	b.wait(`document.querySelector("#list[sse-connect]")`)
	const before = 230
	for range before {
		p.send(zoho, dealOpen)
	}
	b.wait(fmt.Sprintf(rowsAre+`[0] == %d`, before))
	line.cut()
	for range 3 {
		p.send(zoho, dealOpen)
	}
	b.wait(fmt.Sprintf(rowsAre+`[0] == %d`, before+3))
	if got := value[string](b, rowsAre+`.filter((id, i, all) => i > 0 && all[i - 1] != id + 1).join(" ")`); got != "" {
		t.Errorf("these events are listed at the wrong place: %s", got)
	}
	rows := value[int](b, rowsAre+`.length`)
	older := value[string](b, `document.querySelector("#older").getAttribute("href")`)
	if want := fmt.Sprintf("/?before=%d", before+3-rows+1); older != want {
		t.Errorf("the older events are at %s, want %s", older, want)
	}
	if response, _ := p.ask(http.MethodGet, older); response.StatusCode != http.StatusOK {
		t.Errorf("%s: status %d", older, response.StatusCode)
	}
	b.expect("console: ", "ERR_")
}
