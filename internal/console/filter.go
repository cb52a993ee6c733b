package console

import (
	"net/url"
	"strings"
)

// filter is what a list of entries is limited to; its zero value takes all.
type filter struct {
	Source, Outcome, Rule, Text string
	// Matched leaves out the entries for which the Rule could not be evaluated.
	Matched bool
}

func filterOf(query url.Values) filter {
	return filter{Source: query.Get("source"), Outcome: query.Get("outcome"), Rule: query.Get("rule"), Text: strings.TrimSpace(query.Get("q")), Matched: query.Get("matched") != ""}
}

// takes reports whether an entry is in the list. It asks contains whether the entry has the text, in
// lower case.
func (f filter) takes(e *Entry, contains func(e *Entry, text string) bool) bool {
	return (f.Source == "" || e.Source == f.Source) &&
		(f.Outcome == "" || e.Outcome == f.Outcome) &&
		(f.Rule == "" || e.Rule(f.Rule)) && (f.Rule == "" || !f.Matched || e.did()[f.Rule].matched) &&
		(f.Text == "" || contains(e, strings.ToLower(f.Text)))
}

// Any reports whether it leaves something out.
func (f filter) Any() bool { return f != filter{} }

// Query returns the filter as the query of a URL, "" if it takes all.
func (f filter) Query() string {
	values := url.Values{}
	for name, value := range map[string]string{"source": f.Source, "outcome": f.Outcome, "rule": f.Rule, "q": f.Text} {
		if value != "" {
			values.Set(name, value)
		}
	}
	if f.Matched {
		values.Set("matched", "yes")
	}
	return values.Encode()
}
