package rules

import (
	"math"
	"slices"
	"sync"

	"untag/internal/condition"
)

// index finds the rules of one source that may match an event. A rule that can match only if
// a field has one of certain constants is evaluated only when the field has one; all other
// rules are evaluated for every event.
type index struct {
	rules  []*rule
	fields []*fieldIndex
	always []int
	pool   sync.Pool // of []int, so that rules that are ruled out cost no allocation
}

// fieldIndex holds the rules that need a constant of one kind in one field.
type fieldIndex struct {
	path    condition.Path
	kind    condition.Kind
	byValue map[any][]int
	all     []int
}

func newIndex(all []*rule, source string) *index {
	ix := &index{}
	ix.pool.New = func() any { return new([]int) }
	for _, r := range all {
		if !r.disabled && slices.Contains(r.on, source) {
			ix.rules = append(ix.rules, r)
		}
	}
	common := make(frequency)
	for _, r := range ix.rules {
		for _, n := range r.when.Needs() {
			common.count(n)
		}
	}
	fields := make(map[string]*fieldIndex)
	for i, r := range ix.rules {
		n := common.rarest(r.when.Needs())
		if n == nil {
			ix.always = append(ix.always, i)
			continue
		}
		for _, m := range n {
			ix.add(fields, m, i)
		}
	}
	return ix
}

func (ix *index) add(fields map[string]*fieldIndex, m condition.Membership, i int) {
	name := string(rune('0'+m.Kind)) + m.Path.String()
	f := fields[name]
	if f == nil {
		f = &fieldIndex{path: m.Path, kind: m.Kind, byValue: make(map[any][]int)}
		fields[name] = f
		ix.fields = append(ix.fields, f)
	}
	f.all = append(f.all, i)
	for _, value := range m.Values {
		f.byValue[value] = append(f.byValue[value], i)
	}
}

// frequency counts how many rules need a constant in a field: the fewer need it, the more it
// rules out.
type frequency map[frequencyKey]int

type frequencyKey struct {
	path  string
	value any
}

func (f frequency) count(n condition.Need) {
	for _, m := range n {
		for _, value := range m.Values {
			f[frequencyKey{m.Path.String(), value}]++
		}
	}
}

// rarest returns the need that the fewest rules share, nil if there is none.
func (f frequency) rarest(needs []condition.Need) (best condition.Need) {
	least := math.MaxInt
	for _, n := range needs {
		shared := 0
		for _, m := range n {
			for _, value := range m.Values {
				shared += f[frequencyKey{m.Path.String(), value}]
			}
		}
		if shared < least {
			best, least = n, shared
		}
	}
	return best
}

// each calls do with every rule that may match the event, in the order of the file.
func (ix *index) each(s *condition.Scope, do func(*rule)) {
	buffer := ix.pool.Get().(*[]int)
	found := append((*buffer)[:0], ix.always...)
	for _, f := range ix.fields {
		found = append(found, f.concerned(s)...)
	}
	slices.Sort(found)
	for _, i := range slices.Compact(found) {
		do(ix.rules[i])
	}
	*buffer = found
	ix.pool.Put(buffer)
}

// concerned lists the rules that may match the value of the field. A missing field or null
// matches none of them and is not an error. A value of another type is an error that each of
// them must report.
func (f *fieldIndex) concerned(s *condition.Scope) []int {
	value, found := f.path.Find(s)
	if !found || value == nil {
		return nil
	}
	key, kind := condition.Key(value)
	if kind != f.kind {
		return f.all
	}
	return f.byValue[key]
}
