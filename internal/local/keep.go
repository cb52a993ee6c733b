package local

import (
	"cmp"
	"net"
	"os"
	"time"

	"untag/internal/console"
	"untag/internal/pipeline"
	"untag/internal/rules"
	"untag/internal/sandbox"
	"untag/internal/webhook"
	"untag/internal/zoho"
)

// keeper keeps what requests did, for the console. A nil keeper keeps nothing.
type keeper struct {
	kept *console.Kept
	// describe says in a few words what a request did.
	describe func(*served)
	rules    func() *rules.Rules
}

// mostKeptDetails is how many details of a request the console lists.
const mostKeptDetails = 20

// keep keeps a request that was answered, began at the given time, and its answer.
func (k *keeper) keep(s *served, a reply, began time.Time) {
	if k == nil || s.source == "" && s.status < 300 && len(s.outcomes) == 0 {
		return // a check of /health is not an event
	}
	if s.rules == nil { // the function was not invoked
		s.rules = k.rules()
	}
	k.describe(s)
	e := &console.Entry{
		At: began, Took: s.at.Sub(began), Method: s.method, Path: s.path, Source: s.source, Status: s.status,
		Reason: s.reason, Payload: a.raw, Answer: a.body,
		Outcomes: s.outcomes, Exchanges: s.exchanges, Touched: s.touched, Rules: s.rules,
	}
	if e.Source == "" && len(s.events) > 0 {
		e.Source = s.events[0].Source
	}
	if e.Outcome, e.Details = s.outcome, s.details; s.status == 0 && len(s.outcomes) == 0 {
		e.Details = []string{cmp.Or(s.reason, "without events")}
	}
	if len(e.Details) > mostKeptDetails {
		e.Details = e.Details[:mostKeptDetails:mostKeptDetails]
	}
	if e.Touched == nil {
		e.Touched = touchedBy(s.outcomes)
	}
	k.kept.Add(e)
	s.entry = e.ID
}

// touchedBy returns the records that tags came off, as the answers of a real account have them:
// with the tags that remain, and without knowing whether each tag to remove was there.
func touchedBy(outcomes []pipeline.Outcome) []console.Touched {
	var touched []console.Touched
	for _, c := range changesIn(outcomes, nil, nil) {
		if c.outcome == pipeline.OutcomeRemoved {
			touched = append(touched, console.Touched{Module: c.module, ID: c.id, Before: c.before, After: c.after})
		}
	}
	return touched
}

// loadRules checks the text of a rules file for the version of the API that is set.
func loadRules(text []byte) (*rules.Rules, []rules.Fault) {
	return rules.LoadFor(text, zoho.HasModule(os.Getenv("ZOHO_API_VERSION")))
}

// newConsole returns the page that shows what is kept; nil with --once.
func (r *running) newConsole(l net.Listener, lines *ticker) (*console.Console, error) {
	if r.flags.Once {
		return nil, nil
	}
	d, err := newDoor(r.url, l, r.flags.Hosts)
	if err != nil {
		return nil, err
	}
	r.pageURL = d.address
	c := console.Config{
		Kept: r.keeper.kept, Rules: r.set, Token: d.token, Open: d.open, File: rulesFile{r},
		Receiver:  func() *webhook.Receiver { return r.force.Load().receiver },
		Hide:      func(text string) string { return r.force.Load().hide(text) },
		LoadRules: loadRules,
	}
	if r.crm != nil {
		c.Records = r.crm
		c.FreshCRM = func() *sandbox.Sandbox { return sandbox.New(sandbox.Config{Records: r.records}) }
	}
	courier := r.newCourier(lines)
	c.Courier, c.Copier = courier, courier
	return console.New(c), nil
}
