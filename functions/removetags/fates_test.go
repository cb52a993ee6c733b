package main

import (
	"time"

	"untag/internal/queue"
)

// checkFates checks that each accepted event was acted on, had nothing to do, or is in the
// dead-letter queue with its reason, and that nothing else happened to any record.
func (l *line) checkFates(all []sent) {
	l.t.Helper()
	if left := l.sqs.Messages(eventsURL); len(left) > 0 {
		l.t.Errorf("%d messages are still in the queue", len(left))
	}
	if lost := l.sqs.Lost(); len(lost) > 0 {
		l.t.Errorf("%d messages were kept for too long and are lost", len(lost))
	}
	removed, dead := l.removed(), l.dead()
	for _, s := range all {
		if s.event == "" {
			l.t.Errorf("%s was never accepted", s.body)
		}
		if s.id != "" {
			if n := removed[removal{s.module, s.id, s.tag}]; n != 1 {
				l.t.Errorf("%q was removed from %s %s %d times, want once", s.tag, s.module, s.id, n)
			}
			delete(removed, removal{s.module, s.id, s.tag})
		}
		reason, isDead := dead[s.event]
		if isDead != (s.code != "") || reason.Code != s.code || reason.Rule != s.rule || isDead && reason.Time.IsZero() {
			l.t.Errorf("%s is in the dead-letter queue: %v, with %+v, want %q of rule %q", s.body, isDead, reason, s.code, s.rule)
		}
		delete(dead, s.event)
	}
	for r, n := range removed {
		l.t.Errorf("%q was removed from %s %s %d times, and no rule said so", r.tag, r.module, r.id, n)
	}
	for id := range dead {
		l.t.Errorf("%s is in the dead-letter queue and was never sent", id)
	}
}

type removal struct{ module, id, tag string }

// removed counts the removals in the CRM.
func (l *line) removed() map[removal]int {
	all := make(map[removal]int)
	for _, e := range l.network.crm.Journal() {
		for _, tag := range e.Tags {
			all[removal{e.Module, e.ID, tag}]++
		}
	}
	return all
}

// dead returns the reasons in the dead-letter queue, by the id of the event or, if it has
// none, of the message. A message may be there twice, but never without a reason.
func (l *line) dead() map[string]queue.Reason {
	reasons := make(map[string]queue.Reason)
	for _, m := range l.sqs.Messages(deadURL) {
		reason := queue.Reason{Code: m.Attributes["code"], Rule: m.Attributes["rule"]}
		reason.Time, _ = time.Parse(time.RFC3339, m.Attributes["time"])
		if reason.Code == "" {
			l.t.Errorf("%s is in the dead-letter queue without a reason", m.Body)
		}
		id := m.Attributes["message_id"]
		if d, err := queue.Decode(m.Body); err == nil && reason.Code != "UNREADABLE" {
			id = d.ID
		}
		reasons[id] = reason
	}
	return reasons
}
