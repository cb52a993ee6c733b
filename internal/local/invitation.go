package local

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
	"untag/internal/terminal"
	"untag/internal/userfile"
	"untag/internal/webhook"
)

// invitation is a command to try.
type invitation struct {
	url    string
	source string
	scheme event.Scheme
	// secret may be shown: it is an example, or valid for this run only. "" if the secret
	// is the user's own.
	secret string
	body   string
	// tag is the one that the record loses, "" if the rules remove none for this body.
	tag string
}

// invite looks for a webhook that removes a tag from one of these records: it asks the
// rules, so that what is printed does what it says. Failing that, it is a webhook about a
// record that the rules act on, or else about any of the records. With a real account, for which carried is nil, it suggests nothing.
func invite(url string, set *rules.Rules, webhooks userfile.Secrets, shown map[string]string, carried map[recordKey][]string) (invitation, bool) {
	if carried == nil {
		return invitation{}, false
	}
	// Last first: in the project's file the records for trying by hand stand last.
	keys := slices.SortedFunc(maps.Keys(carried), func(a, b recordKey) int {
		return cmp.Or(strings.Compare(b.module, a.module), strings.Compare(b.id, a.id))
	})
	var any *invitation
	concerned := false // whether any's record is one that a rule of its source acts on
	for _, s := range set.Sources() {
		i := slices.IndexFunc(s.Verify, bySecretAlone)
		if i < 0 || len(webhooks[s.Name].Secrets) == 0 {
			continue
		}
		try := invitation{url: url, source: s.Name, scheme: s.Verify[i], secret: shown[s.Name]}
		for _, key := range keys {
			acted := false
			if try.body, try.tag, acted = closing(set, s, key, carried[key]); try.tag != "" {
				return try, true
			}
			if acted && !concerned {
				concerned, any = true, new(try)
			}
		}
		if any == nil {
			try.body = bodyAbout(cmp.Or(append(keys, recordKey{"Deals", "5725767000000900001"})...))
			any = new(try)
		}
	}
	if any == nil {
		return invitation{}, false
	}
	return *any, true
}

// bySecretAlone reports whether a request carries the secret itself, and not something
// that is computed from it.
func bySecretAlone(s event.Scheme) bool {
	return s.Kind == "token" && (s.Header != "" || s.Query != "") || s.Kind == "basic"
}

// bodyAbout returns a body which says that a record was closed.
func bodyAbout(key recordKey) string {
	// A struct of strings can always be encoded.
	text, _ := json.Marshal(struct {
		Module string `json:"module"`
		ID     string `json:"id"`
		Stage  string
	}{key.module, key.id, "Closed Won"})
	return string(text)
}

// closing returns the body of a webhook which says that a record was closed, a tag that
// the rules then remove from the record, "" if there is none, and whether they act on it.
func closing(set *rules.Rules, source event.Source, key recordKey, tags []string) (body, tag string, acted bool) {
	body = bodyAbout(key)
	ev, err := webhook.Parse(event.Delivery{
		ID: "try", Source: source.Name, Proof: source.LikelyProof(), ContentType: "application/json", Body: []byte(body),
	})
	if err != nil {
		return body, "", false
	}
	for _, c := range set.Decide(ev).Candidates {
		if c.NeedsRecord || c.Module != key.module || !slices.Contains(c.IDs, key.id) {
			continue
		}
		acted = true
		for _, name := range c.Tags {
			if slices.Contains(tags, name) {
				return body, name, true
			}
		}
	}
	return body, "", acted
}

// String returns the command, below a line that says what it does.
func (i invitation) String() string {
	about := "Try it: send a webhook, and see which rule does what with it. In the JSON, write the fields that your rules read."
	if i.tag != "" {
		about = fmt.Sprintf("Try it: this record is closed, and loses \"%s\".", terminal.Clean(i.tag))
	}
	if i.secret == "" {
		about += fmt.Sprintf(" Set WEBHOOK_TOKEN to the secret of %s first.", terminal.Clean(i.source))
	}
	address, credential := i.url+"/webhooks/"+url.PathEscape(i.source), ""
	switch {
	case i.scheme.Kind == "basic":
		credential = " \\\n    -u " + i.withSecret("", i.secret)
	case i.scheme.Header != "":
		credential = " \\\n    -H " + i.withSecret(i.scheme.Header+": "+i.scheme.Prefix, i.secret)
	}
	word := shellWord(address)
	if credential == "" {
		word = i.withSecret(address+"?"+url.QueryEscape(i.scheme.Query)+"=", url.QueryEscape(i.secret))
	}
	return fmt.Sprintf("%s\n\n  curl -s %s%s \\\n    -H 'Content-Type: application/json' \\\n    -d %s\n",
		about, word, credential, shellWord(i.body))
}

// withSecret returns a word of the command that ends in the secret, or in the variable
// that holds it.
func (i invitation) withSecret(before, secret string) string {
	if i.secret != "" {
		return shellWord(before + secret)
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "$", `\$`, "`", "\\`").Replace(before) + `$WEBHOOK_TOKEN"`
}

// shellWord quotes a word so that a shell takes it literally.
func shellWord(word string) string {
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
