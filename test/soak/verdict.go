package main

import (
	"fmt"
	"io"
	"slices"
	"time"

	"untag/internal/queue"
	"untag/internal/sandbox"
)

// verdict is the result of a run.
type verdict struct {
	events, acted, nothing, dead, lost, unnamed int
	// givenUp counts the events in the dead-letter queue that could have been acted on or
	// that have the wrong reason.
	givenUp                        int
	requests                       sandbox.Requests
	fewest, again                  int
	receiversKilled, workersKilled int
	awsFaults                      int
	took                           time.Duration
}

// verdictOf compares what the simulated Zoho received and what the queues hold with what was
// sent.
func verdictOf(l *load, p *progress, crm *sandbox.Sandbox, dead map[string]queue.Reason) verdict {
	v := verdict{events: len(l.events), requests: crm.Requests(), again: p.again, fewest: fewest(l, p.batches)}
	for _, entry := range crm.Journal() {
		for _, tag := range entry.Tags {
			if !l.named[record{entry.Module, entry.ID}][tag] {
				v.unnamed++
			}
		}
	}
	for _, s := range l.events {
		reason, isDead := dead[s.name]
		switch {
		case isDead && (s.code == "" || s.code != reason.Code || s.rule != reason.Rule || reason.Time.IsZero()):
			v.givenUp++
		case isDead:
			v.dead++
		case s.code != "" || !p.done[s.name] || !off(crm, s):
			v.lost++
		case len(s.tags) > 0:
			v.acted++
		default:
			v.nothing++
		}
	}
	return v
}

// off reports whether the tags of an event were removed from its records.
func off(crm *sandbox.Sandbox, s sent) bool {
	return !slices.ContainsFunc(s.all(), func(at record) bool {
		carries, _ := crm.Tags(at.module, at.id)
		return slices.ContainsFunc(s.tags, func(tag string) bool { return slices.Contains(carries, tag) })
	})
}

// good reports whether no event was lost or given up, no tag was removed that no rule named,
// and no token was minted while one was valid, except to replace one that a killed worker
// had minted but not stored.
func (v verdict) good() bool {
	return v.lost == 0 && v.unnamed == 0 && v.givenUp == 0 &&
		v.requests.TokensMinted <= 1+v.requests.TokensRevoked+v.workersKilled
}

func (v verdict) print(w io.Writer) {
	r := v.requests
	fmt.Fprintf(w, "events in                  %d\n", v.events)
	fmt.Fprintf(w, "acted on                   %d\n", v.acted)
	fmt.Fprintf(w, "nothing to do              %d\n", v.nothing)
	fmt.Fprintf(w, "in the dead-letter queue   %d (with code, rule and time)\n", v.dead)
	fmt.Fprintf(w, "given up needlessly        %d\n", v.givenUp)
	fmt.Fprintf(w, "lost                       %d\n", v.lost)
	fmt.Fprintf(w, "removals no rule named     %d\n", v.unnamed)
	fmt.Fprintf(w, "calls made                 %d (%d had a fault, %d exceeded Zoho's limit of calls at the same time)\n", r.RemoveTags, r.Faulty, r.Throttled)
	fmt.Fprintf(w, "fewest possible            %d for what each batch finished\n", v.fewest)
	fmt.Fprintf(w, "tokens minted              %d (Zoho ended %d early)\n", r.TokensMinted, r.TokensRevoked)
	fmt.Fprintf(w, "failed calls to AWS        %d\n", v.awsFaults)
	fmt.Fprintf(w, "processes killed           %d, %d of them workers (%d deliveries and batches were repeated)\n",
		v.receiversKilled+v.workersKilled, v.workersKilled, v.again)
	fmt.Fprintf(w, "took                       %s\n", v.took.Round(time.Second))
}
