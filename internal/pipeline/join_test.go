package pipeline_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"untag/internal/pipeline"
)

func ids(from, to int) []string {
	var list []string
	for i := from; i < to; i++ {
		list = append(list, fmt.Sprintf("57257670000%08d", i))
	}
	return list
}

func removals(rule, module string, records []string, tags ...string) []pipeline.Removal {
	var list []pipeline.Removal
	for _, id := range records {
		list = append(list, pipeline.Removal{Rule: rule, Module: module, ID: id, Tags: tags})
	}
	return list
}

func TestJoin(t *testing.T) {
	elevenTags := []string{"a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k"}
	tests := map[string]struct {
		removals []pipeline.Removal
		want     []pipeline.Call
	}{
		"nothing": {nil, nil},
		"a removal without tags asks for nothing": {
			removals("r", "Deals", ids(0, 1)), nil,
		},
		"records that lose the same tag share a call": {
			removals("r", "Deals", ids(0, 3), "x"),
			[]pipeline.Call{{Module: "Deals", IDs: ids(0, 3), Tags: []string{"x"}, Wave: 1}},
		},
		"modules never share a call": {
			slices.Concat(removals("r", "Deals", ids(0, 1), "x"), removals("r", "Leads", ids(0, 1), "x")),
			[]pipeline.Call{
				{Module: "Deals", IDs: ids(0, 1), Tags: []string{"x"}, Wave: 1},
				{Module: "Leads", IDs: ids(0, 1), Tags: []string{"x"}, Wave: 1},
			},
		},
		"a record that two rules name loses the union in one call": {
			slices.Concat(removals("r", "Deals", ids(0, 1), "x", "y"), removals("s", "Deals", ids(0, 1), "z", "x")),
			[]pipeline.Call{{Module: "Deals", IDs: ids(0, 1), Tags: []string{"x", "y", "z"}, Wave: 1}},
		},
		"at most 100 ids a call": {
			removals("r", "Deals", ids(0, 101), "x"),
			[]pipeline.Call{
				{Module: "Deals", IDs: ids(0, 100), Tags: []string{"x"}, Wave: 1},
				{Module: "Deals", IDs: ids(100, 101), Tags: []string{"x"}, Wave: 1},
			},
		},
		"at most 10 tags a call, and the calls for one record in turn": {
			removals("r", "Deals", ids(0, 1), elevenTags...),
			[]pipeline.Call{
				{Module: "Deals", IDs: ids(0, 1), Tags: elevenTags[:10], Wave: 1},
				{Module: "Deals", IDs: ids(0, 1), Tags: elevenTags[10:], Wave: 2},
			},
		},
		"a separate call costs less than two where others are full": {
			slices.Concat(
				removals("r", "Deals", ids(0, 100), "x"),
				removals("r", "Deals", ids(100, 200), "y"),
				removals("r", "Deals", ids(200, 201), "x", "y"),
			),
			[]pipeline.Call{
				{Module: "Deals", IDs: ids(0, 100), Tags: []string{"x"}, Wave: 1},
				{Module: "Deals", IDs: ids(100, 200), Tags: []string{"y"}, Wave: 1},
				{Module: "Deals", IDs: ids(200, 201), Tags: []string{"x", "y"}, Wave: 1},
			},
		},
		"a set of tags that others make up needs no separate call": {
			slices.Concat(
				removals("r", "Deals", ids(0, 1), "x"),
				removals("r", "Deals", ids(1, 2), "y"),
				removals("r", "Deals", ids(2, 3), "x", "y"),
			),
			[]pipeline.Call{
				{Module: "Deals", IDs: []string{ids(0, 1)[0], ids(2, 3)[0]}, Tags: []string{"x"}, Wave: 1},
				{Module: "Deals", IDs: []string{ids(1, 2)[0], ids(2, 3)[0]}, Tags: []string{"y"}, Wave: 2},
			},
		},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, pipeline.Join(tt.removals)); diff != "" {
				t.Errorf("Join(%v): -want +got\n%s", tt.removals, diff)
			}
		})
	}
}

func TestJoinSpreadsAGroupOverTheRoomInOtherCalls(t *testing.T) {
	list := slices.Concat(
		removals("r", "Deals", ids(0, 95), "a", "b"),
		removals("r", "Deals", ids(100, 195), "b", "c"),
		removals("r", "Deals", ids(200, 250), "a"),
		removals("r", "Deals", ids(300, 350), "c"),
		// Five of these have room with the first and the last, five with the others.
		removals("r", "Deals", ids(400, 410), "a", "b", "c"),
	)
	calls := pipeline.Join(list)
	if len(calls) != 4 {
		t.Errorf("Join makes %d calls, want 4: %v", len(calls), calls)
	}
	if diff := cmp.Diff(effect(naive(list)), effect(calls)); diff != "" {
		t.Errorf("Join removes other tags than one call for each removal: -want +got\n%s", diff)
	}
}

// effect returns every tag that is removed from every record.
func effect(calls []pipeline.Call) map[string]bool {
	off := make(map[string]bool)
	for _, c := range calls {
		for _, id := range c.IDs {
			for _, tag := range c.Tags {
				off[c.Module+" "+id+" "+tag] = true
			}
		}
	}
	return off
}

// naive returns one call for each record and removal: joined calls must have the same effect.
func naive(list []pipeline.Removal) []pipeline.Call {
	var calls []pipeline.Call
	for _, r := range list {
		if len(r.Tags) > 0 {
			calls = append(calls, pipeline.Call{Module: r.Module, IDs: []string{r.ID}, Tags: r.Tags})
		}
	}
	return calls
}

// unfolded returns how many calls are needed if only records that lose the same tags share
// one.
func unfolded(list []pipeline.Removal) int {
	tags := make(map[string][]string) // by record
	for _, r := range list {
		if len(r.Tags) > 0 {
			tags[r.Module+" "+r.ID] = append(tags[r.Module+" "+r.ID], r.Tags...)
		}
	}
	records, size := make(map[string]int), make(map[string]int) // by module and tags
	for key, list := range tags {
		slices.Sort(list)
		list = slices.Compact(list)
		module, _, _ := strings.Cut(key, " ")
		group := fmt.Sprint(module, list)
		records[group]++
		size[group] = len(list)
	}
	calls := 0
	for group, n := range records {
		calls += (n + 99) / 100 * ((size[group] + 9) / 10)
	}
	return calls
}

func removalsGen(t *rapid.T) []pipeline.Removal {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) pipeline.Removal {
		return pipeline.Removal{
			Rule:   rapid.SampledFrom([]string{"r", "s", "t"}).Draw(t, "rule"),
			Module: rapid.SampledFrom([]string{"Deals", "Leads"}).Draw(t, "module"),
			ID:     fmt.Sprint(rapid.IntRange(1, 250).Draw(t, "id")),
			Tags:   rapid.SliceOfN(rapid.StringMatching(`[a-f]`), 0, 6).Draw(t, "tags"),
		}
	}), 0, 600).Draw(t, "removals")
}

func TestJoinRemovesWhatWasNamedAndNoMore(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := removalsGen(t)
		calls := pipeline.Join(list)
		if diff := cmp.Diff(effect(naive(list)), effect(calls)); diff != "" {
			t.Fatalf("Join removes other tags than one call for each removal: -want +got\n%s", diff)
		}
		if got, most := len(calls), unfolded(list); got > most {
			t.Fatalf("Join makes %d calls, want at most %d", got, most)
		}
		inWave := make(map[string]bool)
		for _, c := range calls {
			if len(c.IDs) == 0 || len(c.IDs) > 100 || len(c.Tags) == 0 || len(c.Tags) > 10 {
				t.Fatalf("Join made a call of %d ids and %d tags", len(c.IDs), len(c.Tags))
			}
			for _, id := range c.IDs {
				key := fmt.Sprint(c.Wave, c.Module, id)
				if inWave[key] {
					t.Fatalf("Join names record %s twice in wave %d", id, c.Wave)
				}
				inWave[key] = true
			}
		}
	})
}
