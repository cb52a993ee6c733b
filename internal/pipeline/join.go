package pipeline

import (
	"slices"
	"strings"

	"untag/internal/zoho"
)

// maxIDs and maxTags are the limits of one call.
const (
	maxIDs  = zoho.MaxIDs
	maxTags = zoho.MaxTags
)

// Removal is what one rule asks for: to remove these tags from this record.
type Removal struct {
	Rule   string
	Module string
	ID     string
	Tags   []string
	// Rounded says that the id came as a number that looks rounded.
	Rounded bool
}

// Call is one remove_tags call: it removes all Tags from all IDs.
type Call struct {
	Module string
	IDs    []string
	Tags   []string
	// Wave orders calls that name the same record: calls of one wave share no record and may
	// run concurrently.
	Wave int
}

type recordKey struct{ module, id string }

// Join returns the calls for a batch of removals. A record that several removals name loses
// the union of their tags; records of one module that lose the same set of tags share a
// call. No call removes a tag from a record unless a removal names it for that record. The
// order follows the removals, so equal batches lead to equal calls.
func Join(removals []Removal) []Call {
	order, tags := union(removals)
	groups := group(order, tags)
	fold(groups)
	return split(groups)
}

// union collects each record's tags: records in the order of their first mention, tags
// sorted.
func union(removals []Removal) ([]recordKey, map[recordKey][]string) {
	var order []recordKey
	tags := make(map[recordKey][]string, len(removals))
	for _, r := range removals {
		if len(r.Tags) == 0 {
			continue
		}
		key := recordKey{r.Module, r.ID}
		if _, seen := tags[key]; !seen {
			order = append(order, key)
		}
		tags[key] = append(tags[key], r.Tags...)
	}
	for key, list := range tags {
		slices.Sort(list)
		tags[key] = slices.Compact(list)
	}
	return order, tags
}

// tagGroup holds the records of one module that lose the same set of tags.
type tagGroup struct {
	module string
	tags   []string
	ids    []string
}

func (g *tagGroup) calls(ids int) int {
	return ceil(ids, maxIDs) * ceil(len(g.tags), maxTags)
}

// last returns how many records the last, partly filled call has, 0 if all calls are full.
func (g *tagGroup) last() int { return len(g.ids) % maxIDs }

// room returns how many more records the last call has room for.
func (g *tagGroup) room() int { return (maxIDs - g.last()) % maxIDs }

func ceil(n, size int) int { return (n + size - 1) / size }

func group(order []recordKey, tags map[recordKey][]string) []*tagGroup {
	var groups []*tagGroup
	byKey := make(map[string]*tagGroup)
	for _, record := range order {
		list := tags[record]
		// A tag's name cannot contain a comma, so the joined text is unambiguous.
		key := record.module + "," + strings.Join(list, ",")
		g := byKey[key]
		if g == nil {
			g = &tagGroup{module: record.module, tags: list}
			byKey[key] = g
			groups = append(groups, g)
		}
		g.ids = append(g.ids, record.id)
	}
	return groups
}

// split cuts the groups into calls within Zoho's limits.
func split(groups []*tagGroup) []Call {
	var calls []Call
	lastWave := make(map[recordKey]int)
	for _, g := range groups {
		for ids := range slices.Chunk(g.ids, maxIDs) {
			for tags := range slices.Chunk(g.tags, maxTags) {
				wave := 0
				for _, id := range ids {
					wave = max(wave, lastWave[recordKey{g.module, id}])
				}
				wave++
				for _, id := range ids {
					lastWave[recordKey{g.module, id}] = wave
				}
				calls = append(calls, Call{Module: g.module, IDs: ids, Tags: tags, Wave: wave})
			}
		}
	}
	return calls
}
