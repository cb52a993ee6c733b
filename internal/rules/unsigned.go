package rules

import (
	"slices"

	"untag/internal/event"
)

// noteUnsigned remembers the sources of a rule whose deliveries may be proved by their
// body alone.
func (d *document) noteUnsigned(on []string) {
	d.unsigned = nil
	for _, s := range d.sources {
		if !slices.Contains(on, s.Name) {
			continue
		}
		i := slices.IndexFunc(s.Verify, func(v event.Scheme) bool { return !event.CoversQuery(v.Kind) })
		if i >= 0 {
			d.unsigned = append(d.unsigned, unsignedSource{s.Name, s.Verify[i].Kind})
		}
	}
}

// unsignedSource is a source, with a way to verify that does not cover the query.
type unsignedSource struct{ name, kind string }

// warnUnsigned warns where an expression reads a query that nothing vouches for.
func (d *document) warnUnsigned(at place, paths []path) {
	if !slices.ContainsFunc(paths, func(p path) bool { return p.root == "query" }) {
		return
	}
	for _, s := range d.unsigned {
		d.warn(at, "read it from the body, as in event.id, where it decides anything",
			"the query is not signed: `%s` of source `%s` proves the body alone, so a request that was seen once can be sent again with another query", s.kind, s.name)
	}
}
