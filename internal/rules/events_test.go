package rules_test

import (
	"fmt"
	"strings"
	"testing"

	"untag/internal/rules"
	"untag/internal/sender"
)

func TestEventsOfASource(t *testing.T) {
	const file = "version: 1\nsources:\n  a:\n    verify: token\n    "
	const rest = "\nrules:\n  - name: r\n    on: a\n    when: event.a == 1\n    record: {module: Leads, id: event.id}\n    remove: [x]\n"
	for name, test := range map[string]struct{ keys, fault string }{
		"all":          {`events: {each: "entry[].changes[]", id: id, form: json}` + "\n    reply: ok\n    answer: {queued: 200, body: brief}", ""},
		"no path":      {`events: {each: "a..b"}`, "is not a path"},
		"no list":      {`events: {each: events}`, "as in `each: \"events[]\"`"},
		"status":       {`answer: {queued: 500}`, "is not 200 or 202"},
		"body":         {`answer: {body: none}`, "is not a form of answer"},
		"a long reply": {`reply: ` + strings.Repeat("a", 1025), "over 1 KiB"},
		"misspelt":     {`events: {every: "[]"}`, "every"},
	} {
		t.Run(name, func(t *testing.T) {
			set, found := rules.Load([]byte(file + test.keys + rest))
			if test.fault != "" {
				if !strings.Contains(fmt.Sprint(found), test.fault) {
					t.Errorf("Load = %v, want %q", found, test.fault)
				}
				return
			}
			if len(found) > 0 {
				t.Fatal(found)
			}
			s, _ := set.Source("a")
			if s.Events.Each.String() != "entry[].changes[]" || s.Events.ID.String() != "id" || s.Events.Form != "json" || s.Reply != "ok" || s.Answer.Queued != 200 || !s.Answer.Brief {
				t.Errorf("source = %+v", s)
			}
		})
	}
}

// TestWhatSendersAreTold: a key of `answer` changes only what it names, and of several senders the
// one that must be told least decides.
func TestWhatSendersAreTold(t *testing.T) {
	for source, want := range map[string]sender.Answer{
		"{verify: stripe}":                                  {Brief: true},
		"{verify: stripe, answer: {queued: 200}}":           {Brief: true, Queued: 200},
		"{verify: stripe, answer: {body: full}}":            {},
		"{verify: {as: stripe}, answer: {queued: 200}}":     {Brief: true, Queued: 200},
		"{verify: zoho-desk}":                               {Queued: 200},
		"{verify: zoho-desk, answer: {body: brief}}":        {Brief: true, Queued: 200},
		"{verify: xero}":                                    {Brief: true, Empty: true, Queued: 200},
		"{verify: xero, answer: {body: brief}}":             {Brief: true, Queued: 200},
		"{verify: xero, answer: {body: full, queued: 202}}": {Queued: 202},
		"{verify: [stripe, zoho-sign]}":                     {Brief: true},
		"{verify: [zoho-sign, stripe]}":                     {Brief: true},
		"{verify: [xero, {as: zoho-desk, iss: a, aud: b}]}": {Brief: true, Empty: true, Queued: 200},
		"{verify: adobe-sign, answer: {queued: 200}}":       {Brief: true, Queued: 200, Echo: "X-AdobeSign-ClientId"},
		"{verify: token, answer: {echo: X-Name}}":           {Echo: "X-Name"},
		"{verify: token}":                                   {},
		"{verify: token, answer: {body: empty}}":            {Brief: true, Empty: true},
	} {
		set, found := rules.Load([]byte("version: 1\nsources: {a: " + source + "}\nrules: [{name: r, on: a, when: event.a == 1, record: {module: Leads, id: event.id}, remove: [x]}]\n"))
		if set == nil {
			t.Errorf("%s: %v", source, found)
			continue
		}
		s, _ := set.Source("a")
		if s.Answer != want {
			t.Errorf("%s: %+v, want %+v", source, s.Answer, want)
		}
	}
}
