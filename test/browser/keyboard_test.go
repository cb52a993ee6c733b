package browser_test

import (
	"strings"
	"testing"

	"github.com/chromedp/chromedp/kb"
)

// focused tells what has the focus: its text or its name, and whether one sees that it has it.
type focused struct {
	Name string `json:"name"`
	Seen bool   `json:"seen"`
	End  bool   `json:"end"`
}

// focus returns what has the focus.
func (b *tab) focus() focused {
	b.t.Helper()
	return value[focused](b, `(() => {
		const e = document.activeElement, style = getComputedStyle(e), box = e.getBoundingClientRect();
		return {
			name: e.innerText && e.tagName != "SELECT" ? e.innerText.trim() : e.name || e.tagName,
			seen: style.outlineStyle != "none" && parseFloat(style.outlineWidth) >= 2 && box.width > 0 && box.right > 0 && box.bottom > 0,
			end: e == document.body,
		}})()`)
}

// tabTo presses Tab until something has the focus whose name begins with this text. Each stop
// must be seen.
func (b *tab) tabTo(name string) {
	b.t.Helper()
	var stops []string
	for range 200 {
		b.press(kb.Tab)
		on := b.focus()
		stops = append(stops, on.Name)
		if !on.End && !on.Seen {
			b.t.Errorf("one does not see that %q has the focus", on.Name)
		}
		if strings.HasPrefix(on.Name, name) {
			return
		}
	}
	b.t.Fatalf("Tab never comes to %q, but to %q", name, stops)
}

func TestTheListIsUsedWithTheKeyboardAlone(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	p.send(shop, orderPaid)
	b := open(p)
	b.visit("/")
	b.press(kb.Tab)
	if on := b.focus(); on.Name != "Skip to content" || !on.Seen {
		t.Errorf("the first stop is %+v, want to skip to the content", on)
	}
	b.press(kb.Enter)
	b.wait(`document.activeElement.id == "main"`)
	b.tabTo("source")
	b.press("shop")
	b.wait(`document.querySelectorAll("#entries > li").length == 1`)
	if on := b.focus(); on.Name != "source" {
		t.Errorf("after the choice, %+v has the focus, want the choice", on)
	}
	b.press(kb.Home)
	b.wait(`document.querySelectorAll("#entries > li").length == 2`)
	b.tabTo("q")
	b.press("closed won")
	b.wait(`document.querySelectorAll("#entries > li").length == 1`)
	for range "closed won" {
		b.press(kb.Backspace)
	}
	b.wait(`document.querySelectorAll("#entries > li").length == 2`)
}

// Every page is left and changed without a mouse, and each stop is seen.
func TestTheOtherPagesAreUsedWithTheKeyboardAlone(t *testing.T) {
	p := start(t)
	p.send(zoho, dealWon)
	b := open(p)
	b.visit("/")
	b.tabTo("Records")
	b.press(kb.Enter)
	b.wait(`location.pathname == "/records"`)
	b.tabTo("Deals")
	b.press(kb.Enter)
	b.wait(`location.search.includes("Deals")`)
	b.tabTo("tag")
	b.press("Urgent" + kb.Enter)
	b.wait(`document.querySelector("article.record .tags").innerText.includes("Urgent")`)
	b.tabTo("3 fields")
	b.press(kb.Enter)
	b.wait(`document.querySelector("article.record details").open`)

	b.visit("/rules")
	b.tabTo("text")
	b.press("# a comment" + kb.Enter)
	b.wait(`document.querySelector("#difference .summary")`)
	b.tabTo("Save to rules.yaml")
	b.press(kb.Enter)
	b.wait(`document.querySelector(".done")?.innerText.includes("Saved")`)
	if !strings.Contains(p.read("rules.yaml"), "# a comment") {
		t.Error("the file does not have what was typed")
	}
	b.tabTo("Use these rules")
	b.press(kb.Enter)
	b.wait(`document.readyState == "complete" && !document.querySelector("form[action='/rules/use']")`)

	b.visit("/send?source=zoho")
	b.tabTo("Sign and send")
	b.press(kb.Enter)
	b.wait(`document.querySelector(".answer")?.innerText.includes("Answer 200")`)
}
