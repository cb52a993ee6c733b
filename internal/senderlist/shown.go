package senderlist

import (
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"

	"untag/internal/sender"
	"untag/internal/sendersample"
	"untag/internal/terminal"
)

// Shown is one sender, with all that it takes to try it.
type Shown struct {
	Sender
	// Setup is where in the sender's pages webhooks are set up, Docs the page about it, and
	// Note what else there is to know.
	Setup string `json:"setup"`
	Docs  string `json:"docs"`
	Note  string `json:"note,omitempty"`
	// Rules and Test are files, and so are the sample event and the record that it is about.
	Rules   string `json:"rules"`
	Test    string `json:"test"`
	Sample  Event  `json:"sample"`
	Records string `json:"records"`
}

// Event is a request as the sender makes it.
type Event struct {
	// File is a name for the file with the body, "" if there is no body.
	File    string            `json:"file"`
	Headers map[string]string `json:"headers,omitempty"`
	Query   map[string]string `json:"query,omitempty"`
	Body    string            `json:"body"`
}

// Show returns the sender with its sample.
func (s Sender) Show() (Shown, error) {
	sample, found, err := sendersample.Find(s.Name)
	if err == nil && !found {
		err = fmt.Errorf("there is no sample of %s", s.Name)
	}
	if err != nil {
		return Shown{}, err
	}
	shown := Shown{
		Sender: s, Setup: sample.Setup, Docs: sample.Docs, Note: sample.Note,
		Sample: Event{sample.File(), sample.Headers, sample.Query, sample.EventFile()},
	}
	if shown.Rules, err = sample.RulesFile(); err != nil {
		return Shown{}, err
	}
	if shown.Test, err = sample.TestFile(); err != nil {
		return Shown{}, err
	}
	shown.Records, err = sample.RecordsFile()
	return shown, err
}

// PrintOne prints how a sender signs, where to set it up, and files to start from.
func PrintOne(w io.Writer, s Shown) error {
	p := &terminal.Page{}
	p.Line(0, "", fmt.Sprintf("%s (verify: %s)", s.Title, s.Name))
	p.WriteString("\n")
	p.Line(2, "signs      ", s.signs())
	if s.Tolerance != "" {
		p.Line(2, "time       ", "at most "+s.Tolerance+" from now")
	}
	p.Line(2, "covers     ", map[string]string{"body": "the body", "sender": "only who sent it: anything in the body could be someone else's"}[s.Covers])
	p.Line(2, "store      ", s.Store)
	p.Line(2, "handshake  ", s.handshake())
	compared := s.comparedWith()
	switch {
	case s.Signs == nothing:
		compared += ", as nothing is signed"
	case s.Oracle == "":
		compared += ": untag's signatures were not compared with those of a package of the vendor"
	}
	p.Line(2, "compared   ", compared)
	p.Line(2, "set up     ", s.Setup)
	p.Long(2, "docs       "+s.Docs)
	if s.Note != "" {
		p.Line(2, "note       ", s.Note)
	}
	writeFile(p, "rules.yaml", s.Rules)
	writeFile(p, "rules_test.yaml", s.Test)
	if s.Sample.File != "" {
		writeFile(p, s.Sample.File, s.Sample.Body)
	}
	writeFile(p, "records.yaml", s.Records)
	p.WriteString(s.next())
	_, err := io.WriteString(w, p.String())
	return err
}

// signs says what is signed, and where the signature is.
func (s Shown) signs() string {
	switch {
	case s.Signs == nothing:
		return "nothing; the secret itself is in " + s.Where
	case s.signsToken():
		return s.Signs + ", which is in " + s.Where
	}
	return s.Signs + "; the signature is in " + s.Where
}

// writeFile writes a file under a title with its name.
func writeFile(p *terminal.Page, name, text string) {
	fmt.Fprintf(p, "\n%s\n%s\n%s", name, strings.Repeat("-", len(name)), text)
}

// next returns what to do with the files.
func (s Shown) next() string {
	var headers strings.Builder
	for _, name := range slices.Sorted(maps.Keys(s.Sample.Headers)) {
		fmt.Fprintf(&headers, " --header '%s: %s'", name, s.Sample.Headers[name])
	}
	explain := "--source " + s.Name
	if s.Sample.File != "" {
		explain += " --body " + s.Sample.File
	}
	if len(s.Sample.Query) > 0 {
		query := make(url.Values)
		for name, value := range s.Sample.Query {
			query.Set(name, value)
		}
		explain += " --query '" + query.Encode() + "'"
	}
	next := fmt.Sprintf(`
Save these files, change the rule to what you need, and try it:

  untag test
  untag explain %s%s --records records.yaml
`, explain, headers.String())
	if !s.CanSend() {
		return next
	}
	return next + fmt.Sprintf(`
Then run untag with a simulated Zoho that has this record. It makes up a secret and prints it:

  untag run --records records.yaml

Write that secret into a file, such as secret.txt. In another terminal, send the event to it:

  untag send --as %s --secret-file secret.txt%s %s
`, s.Name, headers.String(), s.Sample.File)
}

// CanSend reports whether untag send can do what the sender does with what is stored.
func (s Shown) CanSend() bool {
	if len(s.Source.Verify) == 0 || s.Sample.File == "" || len(s.Sample.Query) > 0 {
		return false
	}
	v := s.Source.Verify[0].Verify
	if v == nil {
		return true // a token or a password
	}
	return v.HMAC != nil || v.Compare != "" || v.JWT != nil && v.JWT.IsSymmetric() || v.Code == sender.Braintree
}

// signsToken reports whether the sender signs a token, and not the request.
func (s Shown) signsToken() bool {
	return len(s.Source.Verify) > 0 && s.Source.Verify[0].Verify != nil && s.Source.Verify[0].Verify.JWT != nil
}
