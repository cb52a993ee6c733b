package main

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"net/url"
	"slices"
	"strings"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/webhook"
)

// invitation is a command to try, "" where there is none.
type invitation struct {
	url    string
	source string
	scheme event.Scheme
	// secret is shown: it is that of the demonstration. "" where the secret is one's own.
	secret string
	body   string
	tag    string
}

// invite looks for a webhook that takes a tag off one of these records: it asks the
// rules, so that what is printed does what it says.
func invite(url string, set *rules.Rules, webhooks webhookSecrets, demo bool, carried map[recordKey][]string) (invitation, bool) {
	// Last first: in the project's file the records for trying by hand stand last.
	keys := slices.SortedFunc(maps.Keys(carried), func(a, b recordKey) int {
		return cmp.Or(strings.Compare(b.module, a.module), strings.Compare(b.id, a.id))
	})
	for _, s := range set.Sources() {
		i := slices.IndexFunc(s.Verify, func(v event.Scheme) bool { return v.Kind == "token" && v.Header != "" })
		if i < 0 || len(webhooks[s.Name]) == 0 {
			continue
		}
		for _, key := range keys {
			body, tag := closing(set, s.Name, key, carried[key])
			if tag == "" {
				continue
			}
			try := invitation{url: url, source: s.Name, scheme: s.Verify[i], body: body, tag: tag}
			if demo {
				try.secret = webhooks[s.Name][0]
			}
			return try, true
		}
	}
	return invitation{}, false
}

// closing is the body of a webhook that says that a record was closed, and a tag that the
// rules take off the record for it.
func closing(set *rules.Rules, source string, key recordKey, tags []string) (body, tag string) {
	text, err := json.Marshal(struct {
		Module string `json:"module"`
		ID     string `json:"id"`
		Stage  string
	}{key.module, key.id, "Closed Won"})
	if err != nil {
		return "", ""
	}
	ev, err := webhook.Parse(event.Delivery{ID: "try", Source: source, Proof: "token", ContentType: "application/json", Body: text})
	if err != nil {
		return "", ""
	}
	for _, c := range set.Decide(ev).Candidates {
		if c.NeedsRecord || c.Module != key.module || !slices.Contains(c.IDs, key.id) {
			continue
		}
		for _, name := range c.Tags {
			if slices.Contains(tags, name) {
				return string(text), name
			}
		}
	}
	return "", ""
}

// String is the command, with a line that says what it does.
func (i invitation) String() string {
	about := fmt.Sprintf("Try it: this record is closed, and loses %q.", i.tag)
	header := shellWord(i.scheme.Header + ": " + i.scheme.Prefix + i.secret)
	if i.secret == "" {
		about += fmt.Sprintf(" Set WEBHOOK_TOKEN to the secret of %s first.", clean(i.source))
		header = `"` + i.scheme.Header + `: ` + i.scheme.Prefix + `$WEBHOOK_TOKEN"`
	}
	return fmt.Sprintf("%s\n\n  curl -s %s \\\n    -H %s \\\n    -H 'Content-Type: application/json' \\\n    -d %s\n",
		about, shellWord(i.url+"/webhooks/"+url.PathEscape(i.source)), header, shellWord(i.body))
}

// shellWord is a word as a shell takes it literally.
func shellWord(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
