package pipeline

import (
	"cmp"
	"slices"
)

// fold moves records of a group into groups of smaller tag sets that together are
// its own set, wherever that saves calls: records losing {a}, {b} and {a, b} need
// two calls, not three. A record only ever moves into subsets of its own tags, so
// nothing widens.
func fold(groups []*tagGroup) {
	bySize := slices.Clone(groups)
	slices.SortStableFunc(bySize, func(a, b *tagGroup) int { return cmp.Compare(len(b.tags), len(a.tags)) })
	for i, g := range bySize {
		parts := cover(g, bySize[i+1:])
		if parts == nil {
			continue
		}
		// Either every record of the group moves, or only those of its last,
		// partly filled call: nothing between saves more.
		for _, n := range []int{len(g.ids), len(g.ids) % maxIDs} {
			if n > 0 && saves(g, parts, n) {
				move(g, parts, n)
				break
			}
		}
	}
}

// cover finds smaller groups of the same module whose tags together are those of g,
// or nil. The larger come first, so few are needed.
func cover(g *tagGroup, smaller []*tagGroup) []*tagGroup {
	missing := make(map[string]bool, len(g.tags))
	for _, tag := range g.tags {
		missing[tag] = true
	}
	var parts []*tagGroup
	for _, part := range smaller {
		if len(missing) == 0 {
			break
		}
		if part.module != g.module || len(part.ids) == 0 || !subset(part.tags, g.tags) {
			continue
		}
		before := len(missing)
		for _, tag := range part.tags {
			delete(missing, tag)
		}
		if len(missing) < before {
			parts = append(parts, part)
		}
	}
	if len(missing) > 0 {
		return nil
	}
	return parts
}

// subset reports whether every one of a, sorted, is in b, sorted.
func subset(a, b []string) bool {
	for _, tag := range a {
		if _, found := slices.BinarySearch(b, tag); !found {
			return false
		}
	}
	return true
}

// saves reports whether moving n records of g into the parts lowers the number of calls.
func saves(g *tagGroup, parts []*tagGroup, n int) bool {
	saved := g.calls(len(g.ids)) - g.calls(len(g.ids)-n)
	for _, part := range parts {
		saved -= part.calls(len(part.ids)+n) - part.calls(len(part.ids))
	}
	return saved > 0
}

// move takes the last n records of g into every part. A record that an earlier
// move already brought into a part is not named there twice.
func move(g *tagGroup, parts []*tagGroup, n int) {
	rest := len(g.ids) - n
	moved := g.ids[rest:]
	for _, part := range parts {
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
