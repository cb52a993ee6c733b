package webhook_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/go-json-experiment/json/jsontext"

	"untag/internal/event"
	"untag/internal/sender"
	"untag/internal/webhook"
)

// FuzzSearch: what proves a request is searched in JSON that is not parsed yet. It is accepted
// if, and only if, a parser finds the same in all of it, and nothing of it is left for rules.
func FuzzSearch(f *testing.F) {
	const secret = "a-secret-to-be-found"
	path := func(text string) sender.Path {
		p, _ := sender.ParsePath(text)
		return p
	}
	inPath := func(name, text string) event.Source {
		return event.Source{Name: name, Verify: []event.Scheme{{Kind: name, Verify: &sender.Verify{Compare: "token", Signature: sender.Place{JSON: path(text)}}}}}
	}
	r := webhook.New(webhook.Config{
		Sources: []event.Source{inPath("flat", "token"), inPath("deep", "a.b")}, Secrets: stored{"flat": {secret}, "deep": {secret}},
	})
	long := strings.Repeat(`"x":"`+strings.Repeat("y", 300)+`","z\"token":[{"token":{}}],`, 1) + `"w":"` + strings.Repeat("\\\\", 700) + `",`
	for _, body := range []string{
		`{"token":"` + secret + `"}`, ` {"a":{"c":1,"b":"` + secret + `"} , "d":[]}`, `{"t\u006fken":"` + secret + `"}`, `{"token":1,"token":"` + secret + `"}`,
		`{` + long + `"token":"` + secret + `"}`, `{` + long + `"q":{"token":"` + secret + `"}}`, `{` + long + `"q":"\"token","token" : "` + secret + `" , "v":2 }`,
		`{"token":"` + secret + `"`, `{"token":"` + secret + `"}{}`, `{"x":{"token":"y"},"token":"` + secret + `","a":{"b":"` + secret + `","b":1}}`, "\xef\xbb\xbf" + `{"token":"` + secret + `"}`,
		`{"a":[1,{"b":2}],"a":{"b":"` + secret + `"}}`, `{"token":"a-secret-to-be-found\ud800"}`, `{,"token":"` + secret + `"}`, `{"token":"` + secret + `",}`,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		text := bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
		dec := jsontext.NewDecoder(bytes.NewReader(text))
		_, err := dec.ReadValue()
		valid := err == nil && len(bytes.TrimSpace(text[dec.InputOffset():])) == 0
		for source, names := range map[string][]string{"flat": {"token"}, "deep": {"a", "b"}} {
			value := json.RawMessage(text)
			for _, name := range names {
				var object map[string]json.RawMessage
				if json.Unmarshal(value, &object) != nil {
					object = nil
				}
				value = object[name]
			}
			var found string
			want := valid && json.Unmarshal(value, &found) == nil && found == secret
			d, err := r.Verify(t.Context(), webhook.Request{Source: source, Body: webhook.Bytes(body)})
			if (err == nil) != want {
				t.Fatalf("%s: Verify(%q) = %v, want it to be accepted: %t", source, body, err, want)
			}
			if want {
				withoutToken(t, d, names)
			}
		}
	})
}

// withoutToken checks that an event does not have what proved it.
func withoutToken(t *testing.T, d event.Delivery, names []string) {
	t.Helper()
	ev, err := webhook.Parse(d)
	if err != nil {
		t.Fatalf("Parse(%q) = %v", d.Body, err)
	}
	var at any = ev.Fields
	for _, name := range names {
		object, _ := at.(map[string]any)
		at = object[name]
	}
	if at != nil {
		t.Fatalf("%q still has the token", d.Body)
	}
}
