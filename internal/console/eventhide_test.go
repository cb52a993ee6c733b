package console_test

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
)

// A secret is hidden as a whole, also where a text is cut off within it.
func TestASecretThatIsCutOff(t *testing.T) {
	const secret, part = "stored-secret", "stored-s"
	for name, most := range map[string]int{"a value": 300, "a header": 1000, "a text": 16 << 10} {
		for n := most - len(secret) - 12; n <= most; n += 4 {
			long := strings.Repeat("b", n) + secret + strings.Repeat("c", 20<<10)
			body, _ := json.Marshal(map[string]any{"v": long, "list": []string{long}})
			c := showing(t, sent("shop", "q="+long, string(body), map[string]string{"x-kind": long}), sent("shop", "", long, nil))
			for _, address := range []string{"/events/1", "/events/2", "/events/1/try?expression=event", "/events/1/try?expression=" + url.QueryEscape(`event.v + ""`)} {
				if page := get(c, address).Body.String(); strings.Contains(page, part) {
					at := strings.Index(page, part)
					t.Fatalf("%s, %d characters before the secret: %s has …%s", name, n, address, page[at-20:at+40])
				}
			}
		}
	}
}

// A secret may be the name of a field, which a page offers as a path to copy.
func TestASecretInANameOfAField(t *testing.T) {
	c := showing(t, sent("shop", "", `{"stored-secret":{"a":1},"b":{"stored-secret":2}}`, nil))
	for _, address := range []string{"/events/1", "/events/1/fields?event=1&root=event&at=0", "/events/1/fields?event=1&root=event&at=1", "/events/1/body"} {
		if page := get(c, address).Body.String(); strings.Contains(page, "stored-secret") {
			t.Errorf("%s has the secret:\n%s", address, page)
		}
	}
}

// What turns the direction of a text, or a terminal acts on, is seen as escapes.
func TestWhatNobodySees(t *testing.T) {
	const hidden = "a\u202eb\u2028c\x1b[201~d\u0085"
	body, _ := json.Marshal(map[string]any{hidden: hidden, "o": map[string]any{hidden: []string{hidden}}})
	c := showing(t, sent("shop", "a="+hidden, string(body), map[string]string{"x-kind": hidden}), sent("shop", "", hidden, nil))
	for _, address := range []string{"/events/1", "/events/2", "/events/1/body", "/events/2/body", "/events/1/try?expression=event"} {
		page := get(c, address).Body.String()
		if at := strings.IndexAny(page, "\u202e\u2028\x1b\u0085"); at >= 0 {
			t.Errorf("%s: …%q", address, page[max(0, at-60):at+20])
		}
		if !strings.Contains(page, `a\u202eb`) {
			t.Errorf("%s: no escape", address)
		}
	}
}
