package pipeline

import (
	"context"
	"fmt"

	"untag/internal/rules"
)

// wish is what one rule asks for on behalf of one event, before the CRM is asked.
type wish struct {
	event     *Planned
	candidate rules.Candidate
}

// lookup answers what the wishes of a batch need to know of the CRM, each question
// asked once: searches first, then records, 100 a call.
type lookup struct {
	crm            finder
	maxConcurrency int
	// waited says that the wait of every search is over.
	waited   bool
	failures *failures
	searches map[string]*search
	modules  map[string]*fetch
}

func (p *Pipeline) newLookup(f *failures) *lookup {
	return &lookup{
		crm: p.crm, maxConcurrency: p.maxConcurrency, waited: p.waited, failures: f,
		searches: make(map[string]*search), modules: make(map[string]*fetch),
	}
}

// resolve turns wishes into removals, in their order, each noted on its event.
func (l *lookup) resolve(ctx context.Context, wishes []wish) {
	l.search(ctx, wishes)
	targets := make([][]string, len(wishes))
	for i, w := range wishes {
		targets[i] = l.target(w)
		if w.candidate.NeedsRecord {
			l.want(w.candidate, targets[i])
		}
	}
	l.fetch(ctx)
	for i, w := range wishes {
		for _, id := range targets[i] {
			l.settle(w, id)
		}
	}
}

// target is the ids a wish is about; none when its search failed or found nothing
// that may be acted on, which is then noted on the event.
func (l *lookup) target(w wish) []string {
	c := w.candidate
	if c.Find == nil {
		return c.IDs
	}
	s := l.searches[searchKey(c)]
	out := &w.event.Outcome
	switch {
	case s.failed != nil:
		out.Failed = append(out.Failed, s.failed.failed(c.Rule, c.Module, "", c.Tags))
		return nil
	case len(s.hits) == 0 && s.more:
		// The record may be on a page that was not read, so "not found" would be a guess.
		out.Errors = append(out.Errors, rules.RuleError{Rule: c.Rule, Message: fmt.Sprintf(
			"find: the search in %s has more answers than one page and none on it is an exact match; narrow it with criteria", c.Module)})
		return nil
	case len(s.hits) == 0:
		if yet := l.notFoundYet(s, c.Find); yet != nil {
			out.Failed = append(out.Failed, yet.failed(c.Rule, c.Module, "", c.Tags))
			return nil
		}
		out.Skipped = append(out.Skipped, Skipped{Rule: c.Rule, Module: c.Module, Tags: nonNil(c.Tags), Reason: s.foundNothingFor(c.Find)})
		return nil
	case (len(s.hits) > 1 || s.more) && !c.Find.Many:
		out.Errors = append(out.Errors, rules.RuleError{Rule: c.Rule, Message: fmt.Sprintf(
			"find: several records of %s match; add `many: true` to act on all of them, or narrow the search", c.Module)})
		return nil
	}
	var ids []string
	for _, hit := range s.hits {
		ids = append(ids, hit.ID())
	}
	return ids
}

// settle asks the rule about one record and notes what it wants of it.
func (l *lookup) settle(w wish, id string) {
	c := w.candidate
	out := &w.event.Outcome
	skip := func(tags []string, reason string) {
		out.Skipped = append(out.Skipped, Skipped{Rule: c.Rule, Module: c.Module, ID: id, Tags: nonNil(tags), Reason: reason})
	}
	if !c.NeedsRecord {
		w.event.Removals = append(w.event.Removals, Removal{Rule: c.Rule, Module: c.Module, ID: id, Tags: c.Tags, Rounded: c.Rounded[id]})
		return
	}
	record, failed := l.modules[c.Module].answer(id)
	switch {
	case failed != nil:
		out.Failed = append(out.Failed, unknownRecord(failed.failed(c.Rule, c.Module, id, c.Tags), c.Rounded[id]))
		return
	case record == nil && c.Rounded[id]:
		missing := &problem{gone: true, detail: "zoho: read records: it is not there"}
		out.Failed = append(out.Failed, unknownRecord(missing.failed(c.Rule, c.Module, id, c.Tags), true))
		return
	case record == nil:
		skip(c.Tags, goneReason(id))
		return
	}
	resolution := c.Resolve(record)
	w.event.Resolutions = append(w.event.Resolutions, Resolved{Rule: c.Rule, Module: c.Module, ID: id, Resolution: resolution})
	switch {
	case resolution.Err != nil:
		out.Errors = append(out.Errors, *resolution.Err)
		return
	case !resolution.Matched:
		skip(c.Tags, "where does not hold for the record")
		return
	}
	if len(resolution.Absent) > 0 {
		skip(resolution.Absent, "the record does not carry the tag")
	}
	if len(resolution.Tags) > 0 {
		w.event.Removals = append(w.event.Removals, Removal{Rule: c.Rule, Module: c.Module, ID: id, Tags: resolution.Tags, Rounded: c.Rounded[id]})
	} else if len(resolution.Absent) == 0 {
		skip(nil, "no tag of the record matches")
	}
}
