package console_test

import (
	"strings"
	"testing"

	"untag/internal/console"
	"untag/internal/rules"
)

// For any request: its page is whole and small, shows no credential, and has no markup of the
// sender's.
func FuzzEventPage(f *testing.F) {
	for _, body := range []string{`{"status":"paid","a":[1,{"b":"<img>"}]}`, `[[[]]]`, `{"a":{}}`, "{", `"x"`, "\x00", "\xff", `{"a":"\ud800","":{"":[]}}`, "a=1&b[c]=2", "<a><b/></a>", `{"token":"hush-0123456789"}`} {
		f.Add("shop", "q=1&token=hush-0123456789", body, "x-kind", "deal")
		f.Add("zoho", "", body, "cookie", "a=hush-0123456789")
		f.Add("list", "%zz&=", `{"items":[`+body+`]}`, "x-sig", body)
	}
	set, faults := rules.Load([]byte(eventRules))
	if set == nil {
		f.Fatal(faults)
	}
	kept := new(console.Kept)
	c := console.New(console.Config{Kept: kept, Rules: func() *rules.Rules { return set }})
	const hush = "hush-0123456789"
	f.Fuzz(func(t *testing.T, source, query, body, name, value string) {
		if len(body) > 1<<16 {
			return
		}
		headers := map[string]string{name: value, "authorization": "Bearer " + hush}
		e := sent(source, query, body, headers)
		e.ID, e.Rules = 1, set
		kept.Set([]*console.Entry{e})
		page := get(c, "/events/1").Body.String()
		if n := elements(strings.ReplaceAll(page, "<!doctype html>", "")); n > 4000 || !strings.Contains(page, "</html>") {
			t.Errorf("%d elements, %d bytes", n, len(page))
		}
		if strings.Count(page, "<script") != 3 || strings.Contains(page, "<img") || strings.Contains(page, "<b/>") {
			t.Error("the page has markup of the sender")
		}
		if whole := get(c, "/events/1/body").Body.String(); strings.Contains(page+whole, hush) {
			t.Error("the page has the credential")
		}
		fragment(c, "/events/1/fields?event=1&root=event&at=0")
	})
}
