package pipeline

import (
	"context"
	"fmt"

	"untag/internal/rules"
)

// wish is what one rule asks for because of one event, before the CRM is asked.
type wish struct {
	event     *decided
	candidate rules.Candidate
}

// lookup asks the CRM what the wishes of a batch need to know, each question once: searches
// first, then records, 100 in one call.
type lookup struct {
	*run
	searches map[string]*search
	modules  map[string]*fetch
}

func newLookup(r *run) *lookup {
	return &lookup{run: r, searches: make(map[string]*search), modules: make(map[string]*fetch)}
}

// resolve turns what the events of a portion ask for into removals, in their order, and adds
// each to its event.
func (l *lookup) resolve(ctx context.Context, portion []*decided) {
	var wishes []wish
	for _, d := range portion {
		for _, c := range d.candidates {
			wishes = append(wishes, wish{event: d, candidate: c})
		}
	}
	l.search(ctx, wishes)
	var list []*settling
	for _, w := range wishes {
		ids := l.target(w)
		if w.candidate.NeedsRecord {
			l.want(w.candidate, ids)
		}
		// The wishes of one event are next to each other.
		if n := len(list); n == 0 || list[n-1].decided != w.event {
			list = append(list, &settling{decided: w.event})
		}
		s := list[len(list)-1]
		s.wishes = append(s.wishes, found{w.candidate, ids})
	}
	l.fetch(ctx)
	l.settleAll(ctx, list)
}

// target returns the ids that a wish is about. If its search failed or found nothing to act
// on, it returns none and adds that to the event.
func (l *lookup) target(w wish) []string {
	c := w.candidate
	if c.Nothing != "" {
		w.event.Outcome.Skipped = append(w.event.Outcome.Skipped, Skipped{Rule: c.Rule, Module: c.Module, Tags: nonNil(c.Tags), Reason: c.Nothing})
		return nil
	}
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
			"find: the search in %s found more than one page of records, and none on the first page matches exactly; narrow it with `criteria`", c.Module)})
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
