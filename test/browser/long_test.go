package browser_test

import (
	"fmt"
	"strings"
	"testing"
)

// Names and values without a space, as long as they may be, stay inside a narrow window.
func TestLongWordsStayInsideTheWindow(t *testing.T) {
	p := prepare(t)
	word := strings.Repeat("Averylongword", 8)
	source, rule := "a"+strings.Repeat("-long-name", 6), "rule"+strings.Repeat("-with-a-long-name", 6)
	var tags []string
	for i := range 10 {
		tags = append(tags, fmt.Sprintf("%d%s", i, word[:24]))
	}
	p.write("rules.yaml", fmt.Sprintf(`version: 1
sources: {%s: {verify: token}}
rules:
  - name: %s
    about: %s
    on: %[1]s
    when: event.%[3]s == "%[3]s" && event.list[0] matches "^%[3]s" && not (event.other == 1 || event.%[3]s%[3]s == 2)
    record: {module: Deals, id: event.id}
    remove: [%[4]s]
  - name: other-%[2]s
    on: %[1]s
    when: event.%[3]s == "%[3]s" && event.list[0] == "other"
    record: {module: Deals, id: event.id}
    remove: [%[4]s]
`, source, rule, word, tags[0]))
	p.write("events/crm.yaml", fmt.Sprintf(`Deals:
  - {id: "5725767000000524101", Deal_Name: %s, %[1]s: %[1]s, Tag: [%s]}
`, word, strings.Join(tags, ", ")))
	p.write("secrets.json", fmt.Sprintf(`{%q: "token"}`, source))
	p.run("--secrets", "secrets.json")
	long := sending{source, header{"X-Webhook-Token", "token"}}
	for range 2 {
		p.send(long, fmt.Sprintf(`{"id": "5725767000000524101", %q: %[1]q, "list": [%[1]q], %q: {%[1]q: {%[1]q: {%[1]q: %[1]q}}}}`, word, word+"x"),
			header{"X-" + word, word + word})
	}
	b := open(p)
	for _, page := range []struct{ name, path string }{
		{"long-events", "/"}, {"long-event", "/events/1"}, {"long-records", "/records"}, {"long-send", "/send"},
		{"long-filter", "/?source=" + source + "&rule=" + rule + "&q=" + word},
	} {
		b.visit(page.path)
		b.inspect(page.name)
	}
}
