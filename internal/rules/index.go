package rules

import (
	"slices"
	"sync"
)

// index finds the rules of one source that an event can concern. A rule that cannot
// hold without `path == "constant"` is only looked at when the event has that
// constant there; the others always are.
type index struct {
	rules  []*rule
	fields []*fieldIndex
	always []int
	pool   sync.Pool // of []int, so that ruled-out rules cost no allocation
}

type fieldIndex struct {
	path   path
	byText map[string][]int
	all    []int
}

func newIndex(all []*rule, source string) *index {
	ix := &index{}
	ix.pool.New = func() any { return new([]int) }
	byPath := make(map[string]*fieldIndex)
	for _, r := range all {
		if r.disabled || !contains(r.on, source) {
			continue
		}
		i := len(ix.rules)
		ix.rules = append(ix.rules, r)
		if r.when.needed == nil {
			ix.always = append(ix.always, i)
			continue
		}
		m := r.when.needed.member
		f := byPath[m.path.String()]
		if f == nil {
			f = &fieldIndex{path: m.path, byText: make(map[string][]int)}
			byPath[m.path.String()] = f
			ix.fields = append(ix.fields, f)
		}
		f.all = append(f.all, i)
		for _, value := range m.values {
			if list := f.byText[value]; len(list) == 0 || list[len(list)-1] != i {
				f.byText[value] = append(list, i)
			}
		}
	}
	return ix
}

// each calls do with every rule that the event can concern, in the order of the file.
func (ix *index) each(s scope, do func(*rule)) {
	buffer := ix.pool.Get().(*[]int)
	found := append((*buffer)[:0], ix.always...)
	for _, f := range ix.fields {
		switch v := f.path.value(s).(type) {
		case string:
			found = append(found, f.byText[v]...)
		case nil, *unknown:
			// Absent and null hold for none of them, and are nothing to report.
		default:
			// Another type is a mistake that each of these rules has to report.
			found = append(found, f.all...)
		}
	}
	slices.Sort(found)
	for _, i := range found {
		do(ix.rules[i])
	}
	*buffer = found
	ix.pool.Put(buffer)
}
