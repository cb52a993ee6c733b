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
	events, acted, nothing, dead, unnamed int
	// givenUp says which events in the dead-letter queue could have been acted on or have
	// the wrong reason, and lost which were lost.
	givenUp, lost                  []string
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
			v.givenUp = append(v.givenUp, fmt.Sprintf("%s (%s): %q of rule %q at %s, expected %q of rule %q",
				s.name, s.kind.name, reason.Code, reason.Rule, reason.Time.Format(time.RFC3339), s.code, s.rule))
		case isDead:
			v.dead++
		case s.code != "" || !p.done[s.name] || !off(crm, s):
			v.lost = append(v.lost, fmt.Sprintf("%s (%s): done %t, expected code %q", s.name, s.kind.name, p.done[s.name], s.code))
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
	return len(v.lost) == 0 && v.unnamed == 0 && len(v.givenUp) == 0 &&
		v.requests.TokensMinted <= 1+v.requests.TokensRevoked+v.workersKilled
}

func (v verdict) print(w io.Writer) {
	r := v.requests
	fmt.Fprintf(w, "events in                  %d\n", v.events)
	fmt.Fprintf(w, "acted on                   %d\n", v.acted)
	fmt.Fprintf(w, "nothing to do              %d\n", v.nothing)
	fmt.Fprintf(w, "in the dead-letter queue   %d (with code, rule and time)\n", v.dead)
	fmt.Fprintf(w, "given up needlessly        %d\n", len(v.givenUp))
	fmt.Fprintf(w, "lost                       %d\n", len(v.lost))
	fmt.Fprintf(w, "removals no rule named     %d\n", v.unnamed)
	fmt.Fprintf(w, "calls made                 %d (%d had a fault, %d exceeded Zoho's limit of calls at the same time)\n", r.RemoveTags, r.Faulty, r.Throttled)
	fmt.Fprintf(w, "fewest possible            %d for what each batch finished\n", v.fewest)
	fmt.Fprintf(w, "tokens minted              %d (Zoho ended %d early)\n", r.TokensMinted, r.TokensRevoked)
	fmt.Fprintf(w, "failed calls to AWS        %d\n", v.awsFaults)
	fmt.Fprintf(w, "processes killed           %d, %d of them workers (%d deliveries and batches were repeated)\n",
		v.receiversKilled+v.workersKilled, v.workersKilled, v.again)
	fmt.Fprintf(w, "took                       %s\n", v.took.Round(time.Second))
	for _, line := range v.givenUp {
		fmt.Fprintf(w, "given up: %s\n", line)
	}
	for _, line := range v.lost {
		fmt.Fprintf(w, "lost: %s\n", line)
	}
}
