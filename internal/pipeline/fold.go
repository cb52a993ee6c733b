package pipeline

import (
	"cmp"
	"slices"
)

// fold moves records of a group into groups of smaller tag sets that together make up its own
// set, if that saves calls: records losing {a}, {b} and {a, b} need two calls, not three. A
// record only ever moves into subsets of its own tags, so it never loses more tags.
func fold(groups []*tagGroup) {
	modules := make(map[string][]*tagGroup)
	var order []string
	for _, g := range groups {
		if modules[g.module] == nil {
			order = append(order, g.module)
		}
		modules[g.module] = append(modules[g.module], g)
	}
	for _, module := range order {
		f := newFolding(modules[module])
		for f.pass() {
		}
	}
}

// folding holds the groups of one module while records move between them.
type folding struct {
	groups []*tagGroup
	// carriers is how many groups have a tag: if only one group has it, no other covers it.
	carriers map[string]int
	// bits are the tags' positions in a signature; from the 65th tag on, they are shared.
	bits map[string]uint
	// byRarest lists the groups under the tag of theirs that the fewest groups have: a
	// subset of a group is found under one of the group's tags.
	byRarest map[string][]signed
}

// signed is a group by its number, with a bit for each of its tags.
type signed struct {
	number int
	tags   uint64
}

func newFolding(groups []*tagGroup) *folding {
	f := &folding{groups: groups, carriers: make(map[string]int), bits: make(map[string]uint), byRarest: make(map[string][]signed)}
	for _, g := range groups {
		for _, tag := range g.tags {
			f.carriers[tag]++
			if _, known := f.bits[tag]; !known {
				f.bits[tag] = uint(len(f.bits) % 64)
			}
		}
	}
	for i, g := range groups {
		rarest := slices.MinFunc(g.tags, func(a, b string) int { return cmp.Compare(f.carriers[a], f.carriers[b]) })
		f.byRarest[rarest] = append(f.byRarest[rarest], signed{i, f.signature(g)})
	}
	return f
}

func (f *folding) signature(g *tagGroup) uint64 {
	var bits uint64
	for _, tag := range g.tags {
		bits |= 1 << f.bits[tag]
	}
	return bits
}

// pass tries each group once, those with the fewest records in their last call first, and
// reports whether it saved a call.
func (f *folding) pass() bool {
	order := slices.Clone(f.groups)
	slices.SortStableFunc(order, func(a, b *tagGroup) int { return cmp.Compare(a.last(), b.last()) })
	saved := false
	for _, g := range order {
		parts := f.subsets(g)
		// Either every record of the group moves, or only those of its last, partly filled
		// call: any number between saves no more calls.
		for _, n := range []int{g.last(), len(g.ids)} {
			if moves := spread(g, parts, n); moves != nil {
				for _, m := range moves {
					m.make(g)
				}
				saved = true
				break
			}
		}
	}
	return saved
}

// subsets returns the other groups whose tags are all in g, nil if some tag of g is in no
// other group.
func (f *folding) subsets(g *tagGroup) []*tagGroup {
	if len(g.ids) == 0 {
		return nil
	}
	for _, tag := range g.tags {
		if f.carriers[tag] < 2 {
			return nil
		}
	}
	var numbers []int
	others := ^f.signature(g)
	for _, tag := range g.tags {
		for _, part := range f.byRarest[tag] {
			if part.tags&others == 0 {
				numbers = append(numbers, part.number)
			}
		}
	}
	slices.Sort(numbers)
	var list []*tagGroup
	for _, i := range numbers {
		if part := f.groups[i]; part != g && len(part.ids) > 0 && subset(part.tags, g.tags) {
			list = append(list, part)
		}
	}
	return list
}

// subset reports whether every item of a is in b; both are sorted.
func subset(a, b []string) bool {
	if len(a) > len(b) {
		return false
	}
	for _, tag := range a {
		if _, found := slices.BinarySearch(b, tag); !found {
			return false
		}
	}
	return true
}

// move says how many records of a group go into each of the parts.
type move struct {
	parts []*tagGroup
	n     int
}

// spread finds parts for n records of g that need fewer calls than the records need now, nil
// if there are none. Room in calls that are made anyway costs nothing.
func spread(g *tagGroup, parts []*tagGroup, n int) []move {
	budget := g.calls(len(g.ids)) - g.calls(len(g.ids)-n) - 1
	room := make(map[*tagGroup]int, len(parts))
	for _, part := range parts {
		room[part] = part.room()
	}
	var moves []move
	for n > 0 {
		m := move{parts: cover(g, parts, room, budget), n: n}
		if m.parts == nil {
			return nil
		}
		for _, part := range m.parts {
			if room[part] == 0 {
				budget -= part.calls(1)
				room[part] = maxIDs
			}
			m.n = min(m.n, room[part])
		}
		for _, part := range m.parts {
			room[part] -= m.n
		}
		n -= m.n
		moves = append(moves, m)
	}
	return moves
}

// cover chooses parts whose tags together are those of g, nil if there are none within the
// budget of new calls. It repeatedly takes the part that adds most tags; among equals, the
// one with most room.
func cover(g *tagGroup, parts []*tagGroup, room map[*tagGroup]int, budget int) []*tagGroup {
	missing := make(map[string]bool, len(g.tags))
	for _, tag := range g.tags {
		missing[tag] = true
	}
	var chosen []*tagGroup
	for len(missing) > 0 {
		var best *tagGroup
		most := 0
		for _, part := range parts {
			if room[part] == 0 && part.calls(1) > budget {
				continue
			}
			adds := 0
			for _, tag := range part.tags {
				if missing[tag] {
					adds++
				}
			}
			if adds > most || adds == most && adds > 0 && room[part] > room[best] {
				best, most = part, adds
			}
		}
		if best == nil {
			return nil
		}
		for _, tag := range best.tags {
			delete(missing, tag)
		}
		if room[best] == 0 {
			budget -= best.calls(1)
		}
		chosen = append(chosen, best)
	}
	return chosen
}

// make moves the last records of g into every part. It does not name a record twice in a part
// if an earlier move has already put it there.
func (m move) make(g *tagGroup) {
	rest := len(g.ids) - m.n
	moved := g.ids[rest:]
	for _, part := range m.parts {
		has := make(map[string]bool, len(part.ids))
		for _, id := range part.ids {
			has[id] = true
		}
		for _, id := range moved {
			if !has[id] {
				part.ids = append(part.ids, id)
			}
		}
	}
	g.ids = g.ids[:rest]
}
