package rules

import (
	"slices"

	"untag/internal/condition"
	"untag/internal/event"
	"untag/internal/nearest"
)

// Rules holds the checked sources and rules of one file. It is safe for concurrent use.
type Rules struct {
	sources  []event.Source
	bySource map[string]*index
	names    []string
	version  string
	reads    map[string]bool
}

func (d *document) rules() *Rules {
	r := &Rules{sources: d.sources, bySource: make(map[string]*index), reads: make(map[string]bool)}
	for _, s := range d.sources {
		r.bySource[s.Name] = newIndex(d.list, s.Name)
	}
	for _, rule := range d.list {
		r.names = append(r.names, rule.name)
		r.reads[rule.name] = rule.where != nil || len(rule.patterns) > 0
	}
	return r
}

// Version identifies the content of the file: the first twelve hexadecimal digits of its
// SHA-256.
func (r *Rules) Version() string { return r.version }

// Names lists the names of all rules in the order of the file, including disabled ones.
func (r *Rules) Names() []string { return slices.Clone(r.names) }

// Reads reports whether a rule reads a record before its tags are removed, so that it is known
// which of them the record had.
func (r *Rules) Reads(name string) bool { return r.reads[name] }

// NamesOn lists the names of the enabled rules of a source, in the order of the file.
func (r *Rules) NamesOn(source string) []string {
	ix := r.bySource[source]
	if ix == nil {
		return nil
	}
	names := make([]string, len(ix.rules))
	for i, rule := range ix.rules {
		names[i] = rule.name
	}
	return names
}

// Sources lists the declared sources, in the order of the file.
func (r *Rules) Sources() []event.Source { return slices.Clone(r.sources) }

// Source returns the declared source with a name.
func (r *Rules) Source(name string) (s event.Source, ok bool) {
	i := slices.IndexFunc(r.sources, func(s event.Source) bool { return s.Name == name })
	if i < 0 {
		return event.Source{}, false
	}
	return r.sources[i], true
}

// Proven returns a stored delivery with its proof. If an older version of untag stored it
// without one, that is the likely proof of its source.
func (r *Rules) Proven(d event.Delivery) event.Delivery {
	if d.Proof == "" {
		s, _ := r.Source(d.Source)
		d.Proof = s.LikelyProof()
	}
	return d
}

// ClosestSource returns the source whose name is closest to a misspelled one, "" if none is
// close.
func (r *Rules) ClosestSource(name string) string {
	// No source has a longer name, and comparing with very many takes too long.
	const longest, most = 64, 100
	if len(name) > longest || len(r.sources) > most {
		return ""
	}
	names := make([]string, len(r.sources))
	for i, s := range r.sources {
		names[i] = s.Name
	}
	return nearest.Of(name, names)
}

// SourceForEventBridge returns the source whose `eventbridge` is the `source` of an
// EventBridge event.
func (r *Rules) SourceForEventBridge(source string) (name string, ok bool) {
	for _, s := range r.sources {
		if s.EventBridge == source && source != "" {
			return s.Name, true
		}
	}
	return "", false
}

// Headers returns the lower-case names of the headers that the rules of a source can read;
// all is true if a rule computes a name.
func (r *Rules) Headers(source string) (names []string, all bool) {
	ix := r.bySource[source]
	if ix == nil {
		return nil, false
	}
	seen := make(map[string]bool)
	for _, rule := range ix.rules {
		for _, e := range rule.expressions() {
			for _, read := range e.Reads() {
				switch path := read.Path; {
				case path.Root != "headers":
				case len(path.Names) == 0:
					all = true
				default:
					seen[path.Names[0]] = true
				}
			}
		}
	}
	for name := range seen {
		names = append(names, name)
	}
	slices.Sort(names)
	return names, all
}

// expressions lists everything that a rule evaluates.
func (r *rule) expressions() []*condition.Expression {
	var all []*condition.Expression
	add := func(e *condition.Expression) {
		if e != nil {
			all = append(all, e)
		}
	}
	for _, c := range []*condition.Condition{r.when, r.where} {
		if c != nil {
			add(&c.Expression)
		}
	}
	all = append(all, r.id...)
	if r.find != nil {
		all = append(append(all, r.find.email...), r.find.phone...)
		for _, c := range r.find.criteria {
			add(c.value)
		}
	}
	for _, t := range append([]*template{r.module}, r.names...) {
		for _, p := range t.pieces {
			add(p.expression)
		}
	}
	return all
}
