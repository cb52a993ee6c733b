package pipeline

import (
	"context"
	"fmt"
	"strings"

	"untag/internal/crmname"
	"untag/internal/rules"
	"untag/internal/zoho"
)

// search is one search in Zoho's index, and its result.
type search struct {
	module string
	find   zoho.Search
	// found are the records of the answer, hits those that match exactly.
	found, hits []zoho.Record
	more        bool
	failed      *Problem
}

func (l *lookup) search(ctx context.Context, wishes []wish) {
	var order []*search
	for _, w := range wishes {
		if w.candidate.Find == nil {
			continue
		}
		key := searchKey(w.candidate)
		if l.searches[key] == nil {
			s := &search{module: w.candidate.Module, find: searchOf(w.candidate.Find)}
			l.searches[key] = s
			order = append(order, s)
		}
	}
	sideBySide(l.failures, l.maxConcurrency, order, func(s *search) route { return route{doSearch, s.module} }, func(s *search) { l.ask(ctx, s) })
}

// ask makes the search. It looks for a telephone number by its digits first, which finds it
// in any notation, as it matters whether several records have it. If none of these matches,
// ask looks for the number as the event has it.
func (l *lookup) ask(ctx context.Context, s *search) {
	questions := []zoho.Search{s.find}
	if wider, ok := s.find.Wider(); ok {
		questions = []zoho.Search{wider, s.find}
	}
	known := make(map[string]bool)
	for _, question := range questions {
		if s.failed = l.failures.handBack(ctx, route{doSearch, s.module}); s.failed != nil {
			return
		}
		result, err := l.crm.Search(ctx, s.module, question)
		s.failed = l.failures.note(route{doSearch, s.module}, problemOf(err))
		if s.failed != nil {
			return
		}
		s.more = s.more || result.More
		for _, record := range result.Records {
			if known[record.ID()] {
				continue
			}
			known[record.ID()] = true
			s.found = append(s.found, record)
			if zoho.Matches(s.find, record) {
				s.hits = append(s.hits, record)
			}
		}
		if len(s.hits) > 0 {
			return
		}
	}
}

func searchKey(c rules.Candidate) string {
	return fmt.Sprintf("%s %q %q %s %q", c.Module, c.Find.Email, c.Find.Phone, c.Find.Region, c.Find.Criteria)
}

// foundNothing describes the result of a search that found no exact match.
func (s *search) foundNothing() string {
	switch n := len(s.found); n {
	case 0:
		return "Zoho found no record (searched by " + searchedBy(s.find) + ")" + s.maybeRounded()
	case 1:
		return "Zoho found 1 record, none matches exactly" + s.comparedBy()
	default:
		return fmt.Sprintf("Zoho found %d records, none matches exactly%s", n, s.comparedBy())
	}
}

// maybeRounded returns a hint if the search is for a record's id that looks rounded.
func (s *search) maybeRounded() string {
	for _, c := range s.find.Criteria {
		if (c.Field == "id" || strings.HasSuffix(c.Field, ".id")) && crmname.LooksRounded(c.Value) {
			return maybeRounded
		}
	}
	return ""
}

// maxFields is how many fields a message names.
const maxFields = 10

// comparedBy names the fields that were compared, never their values.
func (s *search) comparedBy() string {
	fields := zoho.Compared(s.find, s.found)
	if len(fields) == 0 {
		return fmt.Sprintf(" (no field contains a value to compare; searched by %s)", searchedBy(s.find))
	}
	more := ""
	if n := len(fields) - maxFields; n > 0 {
		fields, more = fields[:maxFields], fmt.Sprintf(" and %d more", n)
	}
	if s.find.Phone != "" && s.find.Region == "" {
		more += "; without a `region`, a number without a country code is not the same as one that has it"
	}
	return " (compared: " + strings.Join(fields, ", ") + more + ")"
}

// searchedBy names what a search is by.
func searchedBy(s zoho.Search) string {
	switch {
	case s.Email != "":
		return "email"
	case s.Phone != "":
		return "phone"
	}
	fields := make([]string, len(s.Criteria))
	for i, c := range s.Criteria {
		fields[i] = c.Field
	}
	return strings.Join(fields, " and ")
}

// searchOf converts a Find to a Search.
func searchOf(f *rules.Find) zoho.Search {
	s := zoho.Search{Email: f.Email, Phone: f.Phone, Region: f.Region}
	for _, c := range f.Criteria {
		s.Criteria = append(s.Criteria, zoho.Criterion{Field: c.Field, Value: c.Value})
	}
	return s
}
