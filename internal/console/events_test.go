package console_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"untag/internal/console"
	"untag/internal/pipeline"
)

// entry returns an entry of a request with a body.
func entry(source, outcome, body, detail string) *console.Entry {
	payload, _ := json.Marshal(map[string]string{"body": body})
	return &console.Entry{At: time.Now(), Method: "POST", Path: "/webhooks/" + source, Source: source, Outcome: outcome, Details: []string{detail}, Payload: payload}
}

func TestTheListIsFiltered(t *testing.T) {
	removed := entry("shop", "removed", `{"name":"Zoë <zoe@example.com>"}`, "paid: Deals 1 loses \"In progress\"")
	removed.Outcomes = []pipeline.Outcome{{Removed: []pipeline.Removed{{Rule: "paid"}}}}
	c, _ := newConsole(t, false, removed, entry("shop", "nothing", `{"status":"open"}`, "paid: event.status is false"), entry("desk", "refused", "", "401 Unauthorized"))
	for query, want := range map[string]string{
		"":                             "3 2 1",
		"?source=shop":                 "2 1",
		"?outcome=refused":             "3",
		"?rule=paid":                   "1",
		"?q=ZOË":                       "1",
		"?q=zoe@example.com%3E":        "1",
		"?q=unauthorized":              "3",
		"?source=shop&outcome=nothing": "2",
		"?source=shop&outcome=refused": "",
		"?before=3":                    "2 1",
		"?before=2&source=shop":        "1",
	} {
		w := get(c, "/"+query)
		if got := strings.Join(rows(w.Body.String()), " "); got != want || w.Code != 200 {
			t.Errorf("%s: %d with %q, want %q", query, w.Code, got, want)
		}
	}
	if page := get(c, "/?q=nowhere").Body.String(); !strings.Contains(page, "No event that is kept matches") {
		t.Error("an empty list does not say why")
	}
}

// rows returns the ids of the entries that a page lists.
func rows(page string) []string {
	var ids []string
	for _, part := range strings.Split(page, `<li id="e`)[1:] {
		id, _, _ := strings.Cut(part, `"`)
		ids = append(ids, id)
	}
	return ids
}

func TestALongListHasPages(t *testing.T) {
	var entries []*console.Entry
	for i := range 1000 {
		entries = append(entries, entry("shop", console.Outcomes()[i%5], "{}", strings.Repeat("a detail ", 20)))
	}
	c, _ := newConsole(t, false, entries...)
	seen, pages, address := map[string]bool{}, 0, "/"
	for address != "" && pages < 100 {
		page := get(c, address).Body.String()
		if n := strings.Count(page, "<") - strings.Count(page, "</"); n > 1000 {
			t.Fatalf("%s has %d elements", address, n)
		}
		for _, id := range rows(page) {
			if seen[id] {
				t.Fatalf("%s lists %s again", address, id)
			}
			seen[id] = true
		}
		pages++
		before, _, older := strings.Cut(page, `">Older events`)
		if address = ""; older {
			address = before[strings.LastIndex(before, `"`)+1:]
		}
	}
	if len(seen) != 1000 {
		t.Errorf("%d pages list %d of 1,000 entries", pages, len(seen))
	}
}

func TestWhatAnEventHoldsIsText(t *testing.T) {
	const attack = `"><script>alert(1)</script><img src=x onerror=alert(1)>'` + "\r\ndata: x\n\nevent: said"
	e := entry(attack, "nothing", attack, attack)
	e.Path, e.Reason = attack, attack
	c, _ := newConsole(t, false, e)
	for _, address := range []string{"/", "/?q=" + "%22%3E%3Cscript%3E", "/?source=%22%3E%3Cscript%3E", "/chart?source=%22%3E%3Cscript%3E"} {
		if page := get(c, address).Body.String(); strings.Contains(page, "<script>") || strings.Contains(page, "<img") {
			t.Errorf("%s: the page holds the event's HTML:\n%s", address, page)
		}
	}
}

func TestTheChartCountsByMinute(t *testing.T) { synctest.Test(t, theChartCountsByMinute) }

func theChartCountsByMinute(t *testing.T) {
	var entries []*console.Entry
	for i, ago := range []time.Duration{0, 0, 5 * time.Minute, 29 * time.Minute, 40 * time.Minute} {
		e := entry("shop", console.Outcomes()[i%2+1], "{}", "")
		e.At = time.Now().Add(-ago)
		entries = append(entries, e)
	}
	c, _ := newConsole(t, false, entries...)
	page := get(c, "/chart").Body.String()
	for _, want := range []string{"<time>" + time.Now().Add(-29*time.Minute).Format("15:04") + "</time><time>" + time.Now().Format("15:04") + "</time>", "4 in all, at most 2 a minute", `aria-label="2 refused, 2 removed"`, fmt.Sprintf("<title>%s: 1 refused</title>", time.Now().Add(-5*time.Minute).Format("15:04"))} {
		if !strings.Contains(page, want) {
			t.Errorf("no %q in\n%s", want, page)
		}
	}
}
