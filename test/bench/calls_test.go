package bench_test

import (
	"math/bits"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"untag/internal/event"
	"untag/internal/pipeline"
	"untag/internal/rules"
)

const (
	callsLimit  = 1.05
	mixedEvents = 10_000
	// idsACall is how many records Zoho accepts in one remove_tags call.
	idsACall = 100
)

// fewestCalls returns a lower bound for the number of remove_tags calls of any plan. It
// does not depend on how calls are planned.
//
// Put the tags of a module into any order, and call the first of a record's tags in
// that order its leading tag. Some call removes the leading tag from the record. If one
// call did that for two records with different leading tags, it would name both tags.
// A call removes each of its tags from each of its records, so the record whose leading
// tag comes later would also lose the earlier tag. But no rule named that tag for this
// record, or it would be its leading tag. So one call removes leading tags from at most
// 100 records, which all have the same leading tag, and each tag needs at least one call
// for every hundred records that it leads, rounded up. This holds for every order. The
// code finds the best one by extending the order tag by tag, over all sets of tags that
// may come first.
func fewestCalls(b *testing.B, n need) int {
	sum := 0
	for _, records := range n {
		sum += fewestOfModule(b, records)
	}
	return sum
}

func fewestOfModule(b *testing.B, records map[string][]string) int {
	bit := make(map[string]int)
	sets := make(map[uint]int) // records, by the set of their tags
	for _, tags := range records {
		set := uint(0)
		for _, tag := range tags {
			if _, known := bit[tag]; !known {
				bit[tag] = len(bit)
			}
			set |= 1 << bit[tag]
		}
		sets[set]++
	}
	if len(bit) > 16 {
		b.Fatalf("%d tags of one module are too many: the bound tries all sets of them", len(bit))
	}
	// best[first] is the largest number of calls that the tags in first need when they come
	// first.
	best := make([]int, 1<<len(bit))
	for first := range best {
		for tag := range bits.Len(uint(len(best) - 1)) {
			if first&(1<<tag) != 0 {
				continue
			}
			leads := 0
			for set, count := range sets {
				if set&(1<<tag) != 0 && set&uint(first) == 0 {
					leads += count
				}
			}
			next := first | 1<<tag
			best[next] = max(best[next], best[first]+(leads+idsACall-1)/idsACall)
		}
	}
	return best[len(best)-1]
}

// madeCalls runs a batch and returns the number of its remove_tags calls, and the fewest
// possible. It fails unless exactly the tags that the rules name were removed.
func madeCalls(b *testing.B, set *rules.Rules, batch []mixed) (made, fewest, lookups int) {
	crm := &freeCRM{}
	wanted, off := need{}, need{}
	list := make([]event.Event, len(batch))
	for i, m := range batch {
		list[i] = m.event
		m.add(wanted)
	}
	pipeline.New(pipeline.Config{Rules: set, CRM: crm}).Run(b.Context(), slices.Values(list))
	for _, c := range crm.removals {
		for _, id := range c.ids {
			off.add(c.module, id, c.tags...)
		}
	}
	inOrder := cmpopts.SortSlices(strings.Compare)
	if diff := cmp.Diff(wanted, off, inOrder); diff != "" {
		b.Fatalf("the removed tags are not those that the rules name: -want +got\n%.2000s", diff)
	}
	return len(crm.removals), fewestCalls(b, wanted), crm.records + crm.searches
}

// BenchmarkLimitCalls counts the calls for all events in one batch, and for comparison
// those for batches of 1,000, the most that SQS passes to one invocation.
func BenchmarkLimitCalls(b *testing.B) {
	set, all := loadRules(b, mixedRules), mixOfEvents(b, mixedEvents)
	for b.Loop() {
		made, fewest, lookups := madeCalls(b, set, all)
		inBatches, fewestInBatches := 0, 0
		for batch := range slices.Chunk(all, batchSize) {
			m, f, _ := madeCalls(b, set, batch)
			inBatches, fewestInBatches = inBatches+m, fewestInBatches+f
		}
		ratio := float64(made) / float64(fewest)
		ratioInBatches := float64(inBatches) / float64(fewestInBatches)
		b.ReportMetric(float64(lookups), "lookups")
		b.ReportMetric(float64(made), "calls")
		b.ReportMetric(float64(fewest), "fewest")
		b.ReportMetric(ratio, "ratio")
		b.ReportMetric(float64(inBatches), "calls-in-batches")
		b.ReportMetric(float64(fewestInBatches), "fewest-in-batches")
		b.ReportMetric(ratioInBatches, "ratio-in-batches")
		if ratio > callsLimit {
			b.Errorf("%d events take %d calls, %.3f times the fewest possible, %d; the limit is %.2f", mixedEvents, made, ratio, fewest, callsLimit)
		}
		if ratioInBatches > callsLimit {
			b.Errorf("in batches of %d they take %d calls, %.3f times the fewest possible, %d; the limit is %.2f", batchSize, inBatches, ratioInBatches, fewestInBatches, callsLimit)
		}
	}
}
