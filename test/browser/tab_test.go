package browser_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/browser"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// tab is a page of the browser with a profile of its own, open on the program's console.
type tab struct {
	t       testing.TB
	ctx     context.Context
	program *program

	mu     sync.Mutex
	faults []string
}

// open opens a tab. When the test ends, it fails if a page logged an error, if the browser
// reported something that the Content-Security-Policy forbids, or if another host was asked.
func open(p *program) *tab {
	p.t.Helper()
	b := &tab{t: p.t, program: p}
	ctx, closeTab := chromedp.NewContext(chromium, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.watch))
	b.ctx = ctx
	p.t.Cleanup(func() {
		b.expect()
		closeTab()
	})
	if err := chromedp.Do(ctx); err != nil {
		p.t.Fatal("open a tab: ", err)
	}
	call(b, network.Enable, network.EnableParams{})
	call(b, log.Enable, cdp.Empty{})
	call(b, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	b.size(1280, 900)
	return b
}

// watch keeps what is wrong with a page.
func (b *tab) watch(event any) {
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		text := e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			text += " " + e.ExceptionDetails.Exception.Description
		}
		b.fault("exception: " + text)
	case *runtime.EventConsoleAPICalled:
		if slices.Contains([]string{"error", "warning", "assert"}, string(e.Type)) {
			var said []string
			for _, argument := range e.Args {
				said = append(said, string(argument.Value)+argument.Description)
			}
			b.fault("console: " + strings.Join(said, " "))
		}
	case *log.EventEntryAdded:
		if slices.Contains([]string{"error", "warning"}, string(e.Entry.Level)) || e.Entry.Source == "security" {
			b.fault(fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL))
		}
	case *network.EventRequestWillBeSent:
		if url := e.Request.URL; !strings.HasPrefix(url, b.program.url+"/") && !strings.HasPrefix(url, "data:") {
			b.fault("request to another host: " + url)
		}
	}
}

func (b *tab) fault(text string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.faults = append(b.faults, text)
}

// expect fails the test for what was wrong with the pages so far, except for what has one of
// these texts.
func (b *tab) expect(texts ...string) {
	b.t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, fault := range b.faults {
		if !slices.ContainsFunc(texts, func(text string) bool { return strings.Contains(fault, text) }) {
			b.t.Error("the browser reported: ", fault)
		}
	}
	b.faults = nil
}

// call sends the browser a command about the tab.
func call[P, R any](b *tab, command cdp.Command[P, R], parameters P) R {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, soon)
	defer cancel()
	answer, err := chromedp.Call(ctx, command, parameters)
	if err != nil {
		b.t.Fatalf("in the browser: %v", err)
	}
	return answer
}

// do does things in the tab.
func (b *tab) do(actions ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, soon)
	defer cancel()
	if err := chromedp.Do(ctx, actions...); err != nil {
		b.t.Fatalf("in the browser: %v\nthe page says:\n%s", err, b.said())
	}
}

// visit goes to a page of the console, and waits until it has loaded.
func (b *tab) visit(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.program.url + path))
}

// press presses keys.
func (b *tab) press(keys string) {
	b.t.Helper()
	b.do(chromedp.KeyEvent(keys))
}

// click clicks on the first element that a selector names.
func (b *tab) click(selector string) {
	b.t.Helper()
	b.do(chromedp.Click(chromedp.CSS(selector), chromedp.NodeVisible))
}

// choose chooses an option of a select as a person does, by typing the beginning of its name.
func choose(selector, name string) chromedp.Action[chromedp.Void] {
	return chromedp.Steps(chromedp.Focus(chromedp.CSS(selector)), chromedp.KeyEvent(name))
}

// loaded waits until a page has loaded whose address has this text. It needs no script of the
// page, as wait does.
func (b *tab) loaded(text string) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, soon)
	defer cancel()
	for ctx.Err() == nil {
		is, err := chromedp.Run(ctx, chromedp.Evaluate[bool](fmt.Sprintf(`location.href.includes(%q) && document.readyState == "complete"`, text)))
		if err == nil && is {
			return
		}
	}
	b.t.Fatalf("after %v, no page has loaded whose address has %s\nthe page says:\n%s", soon, text, b.said())
}

// size gives the window a size.
func (b *tab) size(width, height int64) {
	b.t.Helper()
	call(b, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{Width: width, Height: height, DeviceScaleFactor: 1})
}

// scheme makes the browser prefer light or dark pages.
func (b *tab) scheme(name string) {
	b.t.Helper()
	call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
}

// copied returns what is in the clipboard.
func (b *tab) copied() string {
	b.t.Helper()
	return value[string](b, `navigator.clipboard.readText()`)
}

// allowClipboard lets the page write to the clipboard, and the test read it.
func (b *tab) allowClipboard() {
	b.t.Helper()
	for _, name := range []string{"clipboard-read", "clipboard-write"} {
		_, err := chromedp.CallBrowser(b.ctx, browser.SetPermission, browser.SetPermissionParams{
			Permission: &browser.PermissionDescriptor{Name: name}, Setting: browser.PermissionSettingGranted,
			BrowserContextID: chromedp.FromContext(b.ctx).BrowserContextID,
		})
		if err != nil {
			b.t.Fatal("allow the clipboard: ", err)
		}
	}
}

// value returns what an expression is worth in the page.
func value[T any](b *tab, expression string) T {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, soon)
	defer cancel()
	result, err := chromedp.Run(ctx, chromedp.Evaluate[T](expression, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("in the browser: %s: %v", expression, err)
	}
	return result
}

// wait waits until an expression is true in the page, also while another page loads.
// chromedp's own Poll compiles the expression in the page, which the page's policy forbids.
func (b *tab) wait(expression string) {
	b.t.Helper()
	poll := `new Promise(done => { (function look() { let is = false; try { is = !!(` + expression + `) } catch {}
		if (is) done(true); else setTimeout(look, 10) })() })`
	ctx, cancel := context.WithTimeout(b.ctx, soon)
	defer cancel()
	for {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[bool](poll, chromedp.EvalAwaitPromise))
		switch {
		case err == nil:
			return
		case ctx.Err() != nil:
			b.t.Fatalf("after %v, this is not true: %s\nthe page says:\n%s", soon, expression, b.said())
		case !navigated(err):
			b.t.Fatalf("in the browser: %s: %v", expression, err)
		}
	}
}

// navigated reports whether an evaluation ended because the page went away.
func navigated(err error) bool {
	return slices.ContainsFunc([]string{"navigated", "was destroyed", "Cannot find", "Promise was collected"}, func(text string) bool {
		return strings.Contains(err.Error(), text)
	})
}

// said returns the text of the page.
func (b *tab) said() string {
	ctx, cancel := context.WithTimeout(b.ctx, time.Second)
	defer cancel()
	text, err := chromedp.Run(ctx, chromedp.Evaluate[string](`document.body.innerText`))
	if err != nil {
		return err.Error()
	}
	return text
}
