package rules

import (
	"slices"

	"go.yaml.in/yaml/v4"

	"untag/internal/condition"
	"untag/internal/event"
)

// noteUnsigned remembers the sources of a rule whose proof may cover only the body.
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

// unsignedSource is a source with a way to verify that does not cover the query.
type unsignedSource struct{ name, kind string }

// warnUnsigned warns about an expression that reads a query that no proof covers. The
// expression begins at an offset, in runes, of a scalar.
func (d *document) warnUnsigned(n *yaml.Node, offset int, e *condition.Expression) {
	if len(d.unsigned) == 0 {
		return
	}
	reads := e.Reads()
	i := slices.IndexFunc(reads, func(r condition.Read) bool { return r.Path.Root == "query" })
	if i < 0 {
		return
	}
	for _, s := range d.unsigned {
		d.warn(d.locate(n, offset+reads[i].Offset), "read values that matter from the body, as in event.id",
			"the query is not signed: `%s` of source `%s` proves only the body, so anyone who has seen a request can send it again with another query", s.kind, s.name)
	}
}
