package local

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jedib0t/go-pretty/v6/text"

	"untag/internal/console"
	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/terminal"
)

const (
	// mostDetails is how many details of a request are shown: it may be about thousands of
	// records.
	mostDetails = 5
	// longestDetail is how much of one detail is shown, in characters.
	longestDetail = 300
)

// served is a request that was answered.
type served struct {
	at     time.Time
	method string
	path   string
	// source is the one that the path names, "" if it names none.
	source string
	status int
	// reason is why it was refused, "" if it was not.
	reason string
	// entry is the number under which it is kept for the console, 0 if it is not.
	entry int64
	// outcome and details say in a few words what was done, once describe has found the words.
	outcome string
	details []string
	traceContent
}

func newServed(r *http.Request, a reply, t *trace) served {
	s := served{at: time.Now(), method: r.Method, path: r.URL.Path, source: sourceOf(r.URL), status: a.status, traceContent: t.read()}
	switch {
	case len(s.outcomes) > 0 || a.status < 300:
		return s
	case a.reason != "":
		s.reason = a.reason
	case s.traceContent.reason != "":
		s.reason = strings.TrimPrefix(s.traceContent.reason, "webhook: source "+strconv.Quote(s.source)+": ")
	default:
		var answer struct{ Message string }
		_ = json.Unmarshal(a.body, &answer)
		s.reason = answer.Message
	}
	return s
}

// sourceOf returns the source that the path of a webhook names, "" if it names none.
func sourceOf(u *url.URL) string {
	segments := strings.Split(strings.Trim(u.EscapedPath(), "/"), "/")
	if n := len(segments); n >= 2 && segments[n-2] == "webhooks" {
		if source, err := url.PathUnescape(segments[n-1]); err == nil {
			return source
		}
	}
	return ""
}

// ticker prints a line for each request as it is served. It is safe for concurrent use.
type ticker struct {
	out    io.Writer
	colour terminal.Painter
	// rules returns those in force.
	rules func() *rules.Rules
	// hide returns a text without the stored secrets; nil if none are stored.
	hide  func(string) string
	width int // of the longest name of a source

	mu sync.Mutex
}

func newTicker(w io.Writer, set func() *rules.Rules) *ticker {
	t := &ticker{out: w, colour: terminal.PainterFor(w), rules: set, width: 1}
	for _, s := range set().Sources() {
		t.width = max(t.width, min(len([]rune(s.Name)), 20))
	}
	return t
}

// print prints a line for one request, unless it is a successful check of /health.
func (t *ticker) print(s served) {
	if s.source == "" && s.status < 300 {
		return
	}
	t.describe(&s)
	shown := make([]string, 0, mostDetails+1)
	for i, detail := range s.details {
		if i == mostDetails {
			shown = append(shown, fmt.Sprintf("and %d more", len(s.details)-mostDetails))
			break
		}
		shown = append(shown, terminal.Clean(terminal.Shorten(detail, longestDetail)))
	}
	t.line(s.at, s.source, s.outcome, strings.Join(shown, "; "))
}

// note prints a line about a request that has its line already.
func (t *ticker) note(source, outcome, detail string) {
	t.line(time.Now(), source, outcome, terminal.Clean(terminal.Shorten(detail, longestDetail)))
}

func (t *ticker) line(at time.Time, source, outcome, detail string) {
	source = fmt.Sprintf("%-*s", t.width, terminal.OrDash(terminal.Clean(terminal.Shorten(source, 40))))
	t.mu.Lock()
	defer t.mu.Unlock()
	fmt.Fprintf(t.out, "%s  %s  %s  %s\n", at.Format(time.TimeOnly), source, t.paint(outcome), detail)
}

func (t *ticker) paint(outcome string) string {
	padded := fmt.Sprintf("%-7s", outcome)
	switch outcome {
	case pipeline.OutcomeRemoved:
		return t.colour.Paint(text.FgGreen, padded)
	case pipeline.OutcomeFailed, outcomeRefused, notWritten:
		return t.colour.Paint(text.FgRed, padded)
	}
	return padded
}

// outcomeRefused is shown for a request that has no outcome.
const outcomeRefused = "refused"

// describe finds the words for what was done, if there are none yet, and leaves stored secrets and
// what nobody sees out of all words: a sender with wrong settings may have one in the path or as a record's id.
func (t *ticker) describe(s *served) {
	if s.outcome != "" {
		return
	}
	s.outcome, s.details = t.words(*s)
	safe := terminal.Clean
	if t.hide != nil {
		safe = func(text string) string { return terminal.Clean(t.hide(text)) }
	}
	s.source, s.path, s.reason = safe(s.source), safe(s.path), safe(s.reason)
	for i := range min(len(s.details), mostKeptDetails) {
		s.details[i] = safe(s.details[i])
	}
}

func (t *ticker) words(s served) (outcome string, details []string) {
	set := s.rules
	if set == nil {
		set = t.rules()
	}
	if len(s.outcomes) > 0 {
		for i, o := range s.outcomes {
			outcome = worse(outcome, o.Outcome)
			details = append(details, outcomeDetails(set, s.events[i], o, s.touched)...)
		}
		return outcome, details
	}
	if s.status < 300 {
		detail := statusText(s.status) + " to " + s.method
		if s.handshake {
			detail += ", a handshake"
		}
		if s.bringsSecret {
			detail += "; the secret to store is in the log, which --verbose shows"
		}
		return "answer", []string{detail}
	}
	detail := statusText(s.status)
	if s.source == "" || s.status == http.StatusMethodNotAllowed {
		detail += ", " + s.method + " " + terminal.Shorten(s.path, 60)
	}
	if s.reason != "" {
		detail += ": " + s.reason
	}
	if s.status == http.StatusNotFound && s.source != "" {
		detail += "; " + sources(set)
	}
	return outcomeRefused, []string{detail}
}

// worse returns the worse of two outcomes: of several events, the one that needs a look.
func worse(a, b string) string {
	for _, outcome := range []string{pipeline.OutcomeFailed, pipeline.OutcomeRemoved} {
		if a == outcome || b == outcome {
			return outcome
		}
	}
	return b
}

// sources lists the sources of the rules.
func sources(set *rules.Rules) string {
	var names []string
	for _, s := range set.Sources() {
		names = append(names, s.Name)
	}
	return "the sources are " + strings.Join(names, ", ")
}

// outcomeDetails says what was removed and what was not, and why. Failures come first, as only
// the beginning of a long list is printed. The tags that the touched records had before are known
// only for a simulated account.
func outcomeDetails(set *rules.Rules, ev event.Event, o pipeline.Outcome, touched []console.Touched) []string {
	var details []string
	for _, f := range o.Failed {
		details = append(details, fmt.Sprintf("%s: %s: %s: %s", f.Rule, strings.TrimSpace(f.Module+" "+f.ID), f.Code, f.Why()))
	}
	for _, e := range o.Errors {
		details = append(details, fmt.Sprintf("%s: cannot be evaluated: %s", e.Rule, e.Message))
	}
	for _, r := range o.Removed {
		details = append(details, removedDetails(r, touched)...)
	}
	for _, r := range o.Observed {
		details = append(details, fmt.Sprintf("%s: %s %s would lose %s, but the rule only observes", r.Rule, r.Module, r.ID, terminal.Quoted(r.Tags)))
	}
	for _, s := range o.Skipped {
		details = append(details, fmt.Sprintf("%s: %s: %s", s.Rule, strings.TrimSpace(s.Module+" "+s.ID), s.Reason))
	}
	if len(details) > 0 {
		return details
	}
	for _, e := range set.Explain(ev) {
		if !e.Matched && e.DecidedBy != "" {
			details = append(details, fmt.Sprintf("%s: %s is %s", e.Rule, e.DecidedBy, heldBy(e)))
		}
	}
	if len(details) == 0 {
		details = append(details, "no rule uses this source")
	}
	return details
}

// removedDetails says which tags a record loses, and which of those that Zoho took for removed it
// did not have.
func removedDetails(r pipeline.Removed, touched []console.Touched) []string {
	lost, absent := r.Tags, []string(nil)
	i := slices.IndexFunc(touched, func(t console.Touched) bool { return t.Module == r.Module && t.ID == r.ID })
	if i >= 0 {
		lost, absent = parted(r.Tags, touched[i].Before)
	}
	var details []string
	if len(lost) > 0 {
		details = append(details, fmt.Sprintf("%s: %s %s loses %s", r.Rule, r.Module, r.ID, terminal.Quoted(lost)))
	}
	if len(absent) > 0 {
		details = append(details, fmt.Sprintf("%s: %s %s did not have %s", r.Rule, r.Module, r.ID, terminal.Quoted(absent)))
	}
	return details
}

// parted returns which tags a record had and which it did not have.
func parted(tags, had []string) (present, absent []string) {
	for _, tag := range tags {
		if slices.Contains(had, tag) {
			present = append(present, tag)
		} else {
			absent = append(absent, tag)
		}
	}
	return present, absent
}

// heldBy returns what the condition that decided a rule was: false, missing, or an error.
func heldBy(e rules.Explanation) string {
	for _, c := range e.Conditions {
		if c.Decided {
			return c.Held
		}
	}
	return "false"
}
