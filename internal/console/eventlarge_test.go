package console_test

import (
	"fmt"
	"html"
	"regexp"
	"strings"
	"testing"
	"time"

	"untag/internal/console"
)

// A page stays small, whatever an event looks like, and what it leaves out can be fetched.
func TestLargeEventsAreBounded(t *testing.T) {
	repeat := func(text string, bytes int) string { return strings.Repeat(text, bytes/len(text)) }
	wide := func(bytes int) string {
		var b strings.Builder
		for i := 0; b.Len() < bytes; i++ {
			fmt.Fprintf(&b, `"field%d":{"a":[1,2,{"b":"c"}]},`, i)
		}
		return "{" + b.String() + `"status":"paid"}`
	}
	const most = 1<<20 - 100
	long := repeat("n", 2000)
	for name, body := range map[string]string{
		"wide": wide(most), "a list": `{"l":[` + repeat("1,", most-20) + `1]}`, "lists": `{"l":[` + repeat("[[]],", most-20) + `1]}`, "a long value": `{"status":"` + repeat("<", most-20) + `"}`, "a long name": `{"` + repeat("&", most-20) + `":1}`,
		"deep": repeat(`{"a":`, 5*1000) + "1" + repeat("}", 1000), "deep lists": `{"a":` + repeat("[", 900) + repeat("]", 900) + "}",
		"deep long names": repeat(`{"`+long+`":`, 2005*500) + "1" + repeat("}", 500), "no JSON": repeat("<script>", most), "blanks": "{" + repeat(" ", most-5) + "}", "quotation marks": `{"status":"` + repeat(`\"`, most-20) + `"}`,
		"too deep": repeat("[", most),
	} {
		e := sent("shop", "", body, nil)
		e.Exchanges = []console.Exchange{{Method: "GET", URL: "https://z/crm/v2/Deals", Status: 200, Answer: body[:min(len(body), 64<<10)], Cut: true}}
		c := showing(t, e)
		began := time.Now()
		page := get(c, "/events/1").Body.String()
		if n := elements(page); n > 4000 || len(page) > 1500<<10 {
			t.Errorf("%s: %d elements, %d KiB", name, n, len(page)>>10)
		}
		if !strings.Contains(page, "Request as received") || strings.Contains(page, "<script>") {
			t.Errorf("%s: %.200s", name, page)
		}
		whole := get(c, "/events/1/body").Body.Len()
		if whole > 5<<20 || whole < 100 && name != "blanks" {
			t.Errorf("%s: the whole body has %d bytes", name, whole)
		}
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// more matches the address of what is left out.
var more = regexp.MustCompile(`<li class="more"><a href="(/events/\d+/fields[^"]*)"`)

// The deepest field is reached by fetching what is left out, level by level.
func TestWhatIsLeftOutIsFetched(t *testing.T) {
	c := showing(t, sent("shop", "", strings.Repeat(`{"a":`, 199)+`{"leaf":7}`+strings.Repeat("}", 199), nil))
	page, steps := get(c, "/events/1").Body.String(), 0
	want := `data-copy="event` + strings.Repeat(".a", 199) + `.leaf"`
	for !strings.Contains(page, want) && steps < 50 {
		address := more.FindStringSubmatch(page)
		if address == nil {
			t.Fatalf("after %d steps nothing more is offered", steps)
		}
		page = get(c, html.UnescapeString(address[1])).Body.String()
		steps++
	}
	if !strings.Contains(page, want) || steps < 5 {
		t.Errorf("after %d steps: %.300s", steps, page)
	}
	list := showing(t, sent("shop", "", `{"l":[`+strings.Repeat("0,", 249)+`42]}`, nil))
	page = get(list, "/events/1").Body.String()
	seen := strings.Count(page, `title="Copy event.l[`)
	for address := more.FindStringSubmatch(page); address != nil; address = more.FindStringSubmatch(page) {
		page = fragment(list, html.UnescapeString(address[1])).Body.String()
		seen += strings.Count(page, `title="Copy event.l[`)
	}
	if seen != 250 || !strings.Contains(page, `data-copy="event.l[249]"`) {
		t.Errorf("%d elements of the list were shown, want 250", seen)
	}
	for _, address := range []string{"?event=0&root=event", "?event=2&root=event", "?event=1&root=now", "?event=1&root=event&at=9", "?event=1&root=event&at=-1", "?event=x&root=event", "?event=1&root=event&at=0.1.2"} {
		if w := get(list, "/events/1/fields"+address); w.Code != 404 {
			t.Errorf("%s: %d", address, w.Code)
		}
	}
	if w := get(list, "/events/1/fields?event=1&root=event&at=0&first=240"); w.Code != 200 || !strings.Contains(w.Body.String(), "<!doctype html>") || !strings.Contains(w.Body.String(), "event.l[249]") {
		t.Errorf("without htmx: %d", w.Code)
	}
}
