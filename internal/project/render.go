package project

import (
	"embed"
	"fmt"
	"strings"
	"text/template"

	"untag/internal/senderlist"
	"untag/internal/sendersample"
	"untag/internal/zoho"
)

//go:embed files
var files embed.FS

// page is what the files in files/ may show.
type page struct {
	Choices
	Senders []pageSender
	// Function is the name of the function's file, and HasFunction says that it is there.
	Function    string
	HasFunction bool
	// ConsoleDomain is the end of the address of Zoho's API console, after "zoho".
	ConsoleDomain string
}

type pageSender struct {
	Name, Title, Store, Setup, Docs, Note string
	// Stored is what stands for its secret in JSON.
	Stored string
	// Sends says that untag send can sign as this sender.
	Sends bool
}

func newPage(c Choices, hasFunction bool) (page, error) {
	p := page{Choices: c, Function: functionName(c.Architecture), HasFunction: hasFunction}
	dc, err := zoho.LookupDataCenter(c.DataCenter)
	if err != nil {
		return p, err
	}
	_, p.ConsoleDomain, _ = strings.Cut(dc.AccountsURL, "accounts.zoho")
	for _, name := range c.Senders {
		s, err := senderlist.Find(name)
		if err != nil {
			return p, err
		}
		shown, err := s.Show()
		if err != nil {
			return p, err
		}
		one := pageSender{
			Name: name, Title: s.Title, Store: s.Store, Setup: shown.Setup, Docs: shown.Docs, Note: shown.Note,
			Stored: `"…"`, Sends: shown.CanSend(),
		}
		for _, h := range s.Source.Handshakes {
			if !h.Secret.IsZero() {
				one.Stored = `{"secret": "…", "verify_token": "…"}`
			}
		}
		p.Senders = append(p.Senders, one)
	}
	return p, nil
}

// file returns one of the files in files/.
func (p page) file(name string) (string, error) {
	t, err := template.New(name).ParseFS(files, "files/"+name)
	if err != nil {
		return "", err
	}
	var out strings.Builder
	err = t.Execute(&out, p)
	return out.String(), err
}

// rulesHeading begins a rules file.
const rulesHeading = `# Which tags are removed from which records. These rules are examples, one for each sender: change
# the conditions, modules and tags to yours. ` + "`untag check`" + ` says what is wrong, ` + "`untag test`" + ` runs
# rules_test.yaml, and ` + "`untag explain -e events/FILE`" + ` shows which condition decides.
`

const testsHeading = "# Tests of rules.yaml. `untag test` runs them.\n"

const recordsHeading = "# The simulated Zoho of `untag run`: the records that the requests in this folder are about.\n"

// ruleFiles returns the rules with their tests, and the requests and records for them.
func ruleFiles(c Choices) ([]File, error) {
	samples, err := samplesOf(c)
	if err != nil {
		return nil, err
	}
	records := recordsOf(samples)
	var list []File
	add := func(path, heading string, text string, err error) error {
		if err != nil {
			return fmt.Errorf("write %s: %w", path, err)
		}
		list = append(list, File{Path: path, Text: heading + text, Yours: true})
		return nil
	}
	text, err := sendersample.RulesFile(samples)
	if err := add("rules.yaml", rulesHeading, text, err); err != nil {
		return nil, err
	}
	text, err = sendersample.TestFileOfRequests(samples, requestFile)
	if err := add("rules_test.yaml", testsHeading, text, err); err != nil {
		return nil, err
	}
	text, err = sendersample.RecordsFile(records)
	if err := add(eventsFolder+"/crm.yaml", recordsHeading, text, err); err != nil {
		return nil, err
	}
	for _, s := range samples {
		text, err := request(s)
		if err := add(requestFile(s), "", text, err); err != nil {
			return nil, err
		}
	}
	return list, nil
}
