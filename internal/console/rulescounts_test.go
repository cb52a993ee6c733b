package console_test

import (
	"net/url"
	"strings"
	"testing"

	"untag/internal/console"
	"untag/internal/pipeline"
	"untag/internal/rules"
)

// TestTheCountsAreThoseOfTheList: each leads to as many events as it says.
func TestTheCountsAreThoseOfTheList(t *testing.T) {
	failed := shopEvent("3", "paid")
	failed.Outcomes = []pipeline.Outcome{{Failed: []pipeline.Failed{{Rule: "paid"}}, Skipped: []pipeline.Skipped{{Rule: "paid"}}}}
	watched := shopEvent("4", "paid")
	watched.Outcomes = []pipeline.Outcome{{Observed: []pipeline.Observed{{Rule: "paid"}}}, {Removed: []pipeline.Removed{{Rule: "gone"}}}}
	c, _ := withFile(t, shopRules, shopEvent("1", "paid", "paid", "paid"), shopEvent("2", "open"), failed, watched)
	page := get(c, "/rules").Body.String()
	_, row, _ := strings.Cut(page, `<th scope="row">paid</th>`)
	row, _, _ = strings.Cut(row, "</tr>")
	holds(t, row, []string{`<a href="/?rule=paid">3<`, "<td>1</td><td>1</td><td>1</td>"}, nil)
	if listed := rows(get(c, "/?rule=paid").Body.String()); len(listed) != 3 {
		t.Errorf("the link leads to %v", listed)
	}
}

// TestARuleThatCannotBeEvaluatedDidNotMatch: its events are counted apart, and the link leads to those
// that matched.
func TestARuleThatCannotBeEvaluatedDidNotMatch(t *testing.T) {
	wrong := func() *console.Entry {
		e := shopEvent("3", "paid")
		e.Outcomes = []pipeline.Outcome{{Errors: []rules.RuleError{{Rule: "paid"}}}}
		return e
	}
	partly := shopEvent("4", "paid", "paid")
	partly.Outcomes = append(partly.Outcomes, wrong().Outcomes...)
	c, _ := withFile(t, shopRules, wrong(), shopEvent("1", "paid", "paid"), wrong(), partly)
	counts := func() string {
		_, row, _ := strings.Cut(get(c, "/rules").Body.String(), `<th scope="row">paid</th>`)
		row, _, _ = strings.Cut(row, "</tr>")
		return row
	}
	holds(t, counts(), []string{`<a href="/?matched=yes&amp;rule=paid">2<`, "<td>2</td><td>0</td><td>3</td>"}, nil)
	page := get(c, "/?matched=yes&rule=paid").Body.String()
	if listed := strings.Join(rows(page), " "); listed != "4 2" {
		t.Errorf("the link leads to %s", listed)
	}
	holds(t, page, []string{`name="matched" value="yes" checked`, "matched=yes&amp;rule=paid"}, nil)
	c.Kept.Set([]*console.Entry{wrong()})
	holds(t, counts(), []string{"<td>0</td><td>0</td><td>0</td><td>1</td>"}, []string{"<a"})
}

// TestDeadLettersOnlyCompareRules: the pages of a dead-letter queue change no file, and use no other rules.
func TestDeadLettersOnlyCompareRules(t *testing.T) {
	set, _ := rules.Load([]byte(shopRules))
	f := &rulesFile{text: shopRules, inUse: set}
	c := console.New(console.Config{Kept: new(console.Kept), Rules: func() *rules.Rules { return f.inUse }, File: f, Dead: noDead{}})
	other := strings.Replace(shopRules, "paid", "settled", 1)
	for _, path := range []string{"/rules/save", "/rules/use"} {
		if w := post(c, path, url.Values{"text": {other}, "version": {set.Version()}}); w.Code/100 == 2 || w.Code/100 == 3 || f.text != shopRules || f.inUse != set {
			t.Errorf("POST %s: %d, and the file is\n%s", path, w.Code, f.text)
		}
	}
	if w := post(c, "/rules/compare", url.Values{"text": {other}, "version": {set.Version()}}); w.Code != 200 {
		t.Errorf("POST /rules/compare: %d", w.Code)
	}
}
