package browser_test

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
)

// console is what a person sees: each page with something on it, and the same pages empty.
var console = []struct{ name, path string }{
	{"events", "/"},
	{"events-filtered", "/?source=zoho&outcome=removed"},
	{"events-none", "/?q=nobody-sent-this"},
	{"event", "/events/1"},
	{"event-nothing", "/events/2"},
	{"event-refused", "/events/7"},
	{"event-missing", "/events/8"},
	{"fields", "/events/1/fields?event=1&root=event"},
	{"try", "/events/1/try?event=1&expression=event.Stage%20%3D%3D"},
	{"records", "/records?module=Deals"},
	{"records-none", "/records?module=Deals&q=no-such-record"},
	{"rules", "/rules"},
	{"send", "/send?source=zoho"},
}

// widths are those of a phone, a tablet and a large screen, in CSS pixels.
var widths = []int64{360, 1024, 1920}

// Each page has nothing that axe-core objects to, and is no wider than the window.
func TestPagesAreAccessibleAtEveryWidthInLightAndDark(t *testing.T) {
	p := start(t)
	b := open(p)
	b.visit("/")
	b.inspect("events-empty")
	for range 3 {
		p.send(zoho, dealWon)
		p.send(zoho, dealOpen)
	}
	p.send(wrong, dealWon)
	p.send(shop, orderEmpty)
	p.send(shop, orderPaid)
	p.send(zoho, dealWon)
	asked := map[string]bool{}
	for _, page := range console {
		b.visit(page.path)
		b.inspect(page.name)
		b.leads(asked)
	}
}

// leads fails the test if a link of the page leads nowhere. It asks for none twice.
func (b *tab) leads(asked map[string]bool) {
	b.t.Helper()
	for _, link := range value[[]string](b, `[...document.querySelectorAll("a[href^='/']:not([data-copy-url])")].map(a => a.getAttribute("href"))`) {
		if asked[link] {
			continue
		}
		asked[link] = true
		if response, _ := b.program.ask(http.MethodGet, link); response.StatusCode != http.StatusOK {
			b.t.Errorf("%s leads to %s: status %d", value[string](b, `location.pathname + location.search`), link, response.StatusCode)
		}
	}
}

// inspect looks at the page that is shown in every way, and takes pictures.
func (b *tab) inspect(name string) {
	b.t.Helper()
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(scheme)
		for _, width := range widths {
			b.size(width, 900)
			where := fmt.Sprintf("%s, %s, %d px", name, scheme, width)
			if wide := value[int64](b, `document.documentElement.scrollWidth`); wide > width {
				b.t.Errorf("%s: the page is %d px wide: %s", where, wide, value[string](b, widest))
			}
			if width != 1024 {
				b.accessible(where)
			}
			if *pictures != "" {
				b.picture(fmt.Sprintf("%s-%s-%d.png", name, scheme, width))
			}
		}
	}
}

// widest names the elements that end to the right of the window.
const widest = `[...document.querySelectorAll("main *")].filter(e => e.getBoundingClientRect().right > innerWidth + 1)
	.slice(0, 5).map(e => e.tagName + "." + e.className + " " + e.textContent.slice(0, 40)).join("; ")`

// picture writes a picture of the whole page.
func (b *tab) picture(name string) {
	b.t.Helper()
	picture, err := chromedp.Run(b.ctx, chromedp.FullScreenshot(100))
	if err == nil {
		err = os.MkdirAll(*pictures, 0o755)
	}
	if err == nil {
		err = os.WriteFile(filepath.Join(*pictures, name), picture, 0o644)
	}
	if err != nil {
		b.t.Error("take a picture: ", err)
	}
}
