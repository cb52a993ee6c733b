package pipeline

import (
	"context"
	"time"

	"untag/internal/rules"
)

// settling is an event whose records have been looked up.
type settling struct {
	*decided
	wishes []found
}

// found is what one rule asks for, with the records that it is about.
type found struct {
	candidate rules.Candidate
	ids       []string
}

// settleAll asks the rules about the records, and adds the result to each event. Only a
// `where` takes time.
func (l *lookup) settleAll(ctx context.Context, list []*settling) {
	next := func() (*settling, bool) {
		for len(list) > 0 {
			s := list[0]
			list = list[1:]
			if l.asksEvent(s) {
				return s, true
			}
			_ = l.settle(ctx, s.wishes, s.Planned)
		}
		return nil, false
	}
	work(ctx, l.limiter, task[*settling, *Planned]{
		next:  next,
		share: func(s *settling) (time.Duration, error) { return l.shareOf(s.decided) },
		do:    l.settleAgain,
		take: func(s *settling, settled *Planned, err error, took time.Duration) {
			l.spend(s.decided, took)
			if err != nil {
				s.giveUp(err)
				return
			}
			s.add(settled)
		},
	})
}

// asksEvent reports whether a `where` must be evaluated for some record.
func (l *lookup) asksEvent(s *settling) bool {
	for _, w := range s.wishes {
		if !w.candidate.NeedsEvent() {
			continue
		}
		for _, id := range w.ids {
			if record, _ := l.modules[w.candidate.Module].answer(id); record != nil {
				return true
			}
		}
	}
	return false
}

// settleAgain reads the event once more, as a `where` can use all of it. It returns its
// results separately, because it may be abandoned and must then not write to the event.
func (l *lookup) settleAgain(ctx context.Context, s *settling) (*Planned, error) {
	ev, err := s.job.Read()
	if err != nil {
		return nil, &unreadable{err}
	}
	again := make([]found, len(s.wishes))
	for i, w := range s.wishes {
		again[i] = found{w.candidate.Recall(ev), w.ids}
	}
	into := &Planned{}
	return into, l.settle(ctx, again, into)
}

func (p *Planned) add(settled *Planned) {
	p.Removals = append(p.Removals, settled.Removals...)
	p.Resolutions = append(p.Resolutions, settled.Resolutions...)
	p.Outcome.Failed = append(p.Outcome.Failed, settled.Outcome.Failed...)
	p.Outcome.Errors = append(p.Outcome.Errors, settled.Outcome.Errors...)
	p.Outcome.Skipped = append(p.Outcome.Skipped, settled.Outcome.Skipped...)
	p.Outcome.Observed = append(p.Outcome.Observed, settled.Outcome.Observed...)
}

func (l *lookup) settle(ctx context.Context, wishes []found, into *Planned) error {
	for _, w := range wishes {
		for _, id := range w.ids {
			if err := l.settleOne(ctx, into, w.candidate, id); err != nil {
				return err
			}
		}
	}
	return nil
}

// settleOne asks a rule about one record and adds the result to into.
func (l *lookup) settleOne(ctx context.Context, into *Planned, c rules.Candidate, id string) error {
	out := &into.Outcome
	skip := func(tags []string, reason string) {
		out.Skipped = append(out.Skipped, Skipped{Rule: c.Rule, Module: c.Module, ID: id, Tags: nonNil(tags), Reason: reason})
	}
	remove := func(tags []string) {
		if c.Observe {
			out.Observed = append(out.Observed, Observed{Rule: c.Rule, Module: c.Module, ID: id, Tags: tags})
			return
		}
		into.Removals = append(into.Removals, Removal{Rule: c.Rule, Module: c.Module, ID: id, Tags: tags, Rounded: c.Rounded[id]})
	}
	if !c.NeedsRecord {
		remove(c.Tags)
		return nil
	}
	record, failed := l.modules[c.Module].answer(id)
	switch {
	case failed != nil:
		out.Failed = append(out.Failed, unknownRecord(failed.failed(c.Rule, c.Module, id, c.Tags), c.Rounded[id]))
		return nil
	case record == nil && c.Rounded[id]:
		missing := &Problem{Gone: true, Detail: "zoho: read records: there is no such record"}
		out.Failed = append(out.Failed, unknownRecord(missing.failed(c.Rule, c.Module, id, c.Tags), true))
		return nil
	case record == nil:
		skip(c.Tags, goneReason(id))
		return nil
	}
	resolution, err := l.resolution(ctx, c, record)
	if err != nil {
		return err
	}
	if l.explained {
		into.Resolutions = append(into.Resolutions, Resolved{Rule: c.Rule, Module: c.Module, ID: id, Resolution: resolution})
	}
	switch {
	case resolution.Err != nil:
		out.Errors = append(out.Errors, *resolution.Err)
		return nil
	case !resolution.Matched:
		skip(c.Tags, "`where` is not true for the record")
		return nil
	}
	if len(resolution.Absent) > 0 {
		skip(resolution.Absent, "the record does not have the tag")
	}
	if len(resolution.Tags) > 0 {
		remove(resolution.Tags)
	} else if len(resolution.Absent) == 0 {
		skip(nil, "no tag of the record matches")
	}
	return nil
}

// resolution resolves a candidate. It explains the result only if needed, as that takes twice
// as long.
func (l *lookup) resolution(ctx context.Context, c rules.Candidate, record map[string]any) (rules.Resolution, error) {
	if l.explained {
		return c.Resolve(record), nil
	}
	return c.ResolveWithin(ctx, record)
}
