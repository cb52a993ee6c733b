package pipeline

import (
	"context"
	"maps"
	"slices"
	"sync"

	"untag/internal/rules"
	"untag/internal/zoho"
)

// fetch collects the records of one module that rules need.
type fetch struct {
	module string
	ids    []string
	asked  map[string]bool
	fields map[string]bool
	all    bool

	mu     sync.Mutex
	record map[string]zoho.Record
	failed map[string]*Problem
}

func newFetch(module string) *fetch {
	return &fetch{
		module: module, asked: make(map[string]bool), fields: make(map[string]bool),
		record: make(map[string]zoho.Record), failed: make(map[string]*Problem),
	}
}

// want records that a rule needs these records, with the fields that it reads.
func (l *lookup) want(c rules.Candidate, ids []string) {
	if len(ids) == 0 {
		return
	}
	f := l.modules[c.Module]
	if f == nil {
		f = newFetch(c.Module)
		l.modules[c.Module] = f
	}
	f.all = f.all || c.AllFields
	for _, field := range c.Fields {
		f.fields[field] = true
	}
	for _, id := range ids {
		if !f.asked[id] {
			f.asked[id] = true
			f.ids = append(f.ids, id)
		}
	}
}

// page is one request for records.
type page struct {
	of  *fetch
	ids []string
}

// paging is a CRM whose number of records in one call depends on the fields.
type paging interface {
	RecordsAtOnce(fields []string) int
}

// atOnce returns how many of the records one call reads.
func (l *lookup) atOnce(f *fetch) int {
	if crm, ok := l.crm.(paging); ok {
		return crm.RecordsAtOnce(f.wanted())
	}
	return maxIDs
}

// fetch reads the wanted records, 100 in one call, or one if the CRM returns all fields only
// for one record at a time. It goes through the modules in the order of their names.
func (l *lookup) fetch(ctx context.Context) {
	var pages []page
	for _, module := range slices.Sorted(maps.Keys(l.modules)) {
		f := l.modules[module]
		for ids := range slices.Chunk(f.ids, l.atOnce(f)) {
			pages = append(pages, page{of: f, ids: ids})
		}
	}
	sideBySide(l.failures, l.maxConcurrency, pages, func(p page) route { return route{doRead, p.of.module} }, func(p page) { l.read(ctx, p) })
}

// read makes one request. If it is refused because of one of its ids, read makes it again in
// halves: the events of all other ids must not fail with it.
func (l *lookup) read(ctx context.Context, p page) {
	if problem := l.failures.handBack(ctx, route{doRead, p.of.module}); problem != nil {
		p.of.take(p.ids, nil, problem)
		return
	}
	records, err := l.crm.Records(ctx, p.of.module, p.ids, p.of.wanted())
	problem := l.failures.note(route{doRead, p.of.module}, problemOf(err))
	if half := len(p.ids) / 2; problem != nil && problem.OneOfSeveral && half > 0 {
		l.read(ctx, page{p.of, p.ids[:half]})
		l.read(ctx, page{p.of, p.ids[half:]})
		return
	}
	p.of.take(p.ids, records, problem)
}

// wanted returns the fields to ask for, nil for all of them.
func (f *fetch) wanted() []string {
	if f.all {
		return nil
	}
	return slices.Sorted(maps.Keys(f.fields))
}

func (f *fetch) take(ids []string, records []zoho.Record, p *Problem) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if p != nil {
		for _, id := range ids {
			f.failed[id] = p
		}
		return
	}
	for _, record := range records {
		f.record[record.ID()] = record
	}
}

// answer returns the record, or why it could not be read; both are nil if the CRM has none.
func (f *fetch) answer(id string) (zoho.Record, *Problem) {
	return f.record[id], f.failed[id]
}
