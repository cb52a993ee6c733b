package copyas

import (
	"context"
	"maps"
	"slices"

	"go.yaml.in/yaml/v4"

	"untag/internal/event"
	"untag/internal/rules"
	"untag/internal/sandbox"
)

// mostExamined is how often an event is examined to find the records that matter.
const mostExamined = 100

// readsRecords reports whether a rule that an event concerns looks for a record, or reads one.
func readsRecords(set *rules.Rules, ev event.Event) bool {
	return slices.ContainsFunc(set.Explain(ev), func(e rules.Explanation) bool {
		return e.Candidate != nil && (e.Candidate.NeedsRecord || e.Candidate.Find != nil)
	})
}

// needed returns the records without which the rules would do something else: none, those that
// decided, or as few as can be found quickly.
func (h Happened) needed(ctx context.Context, ev event.Event, found outcome) (sandbox.Records, error) {
	same := func(records sandbox.Records) (bool, error) {
		got, err := h.examine(ctx, h.asRead(ev), records)
		return got.mark == found.mark, err
	}
	for _, few := range []sandbox.Records{nil, h.only(found.read), h.only(found.read, found.named)} {
		if ok, err := same(few); ok || err != nil {
			return few, err
		}
	}
	return fewer(h.Records, same)
}

// only returns the records with some ids, by module.
func (h Happened) only(ids ...map[string][]string) sandbox.Records {
	records := make(sandbox.Records)
	for module, list := range h.Records {
		for _, record := range list {
			id, _ := record["id"].(string)
			if slices.ContainsFunc(ids, func(ids map[string][]string) bool {
				// A task may be read as one of Activities.
				return slices.Contains(ids[module], id) || slices.Contains(ids["Activities"], id)
			}) {
				records[module] = append(records[module], record)
			}
		}
	}
	return records
}

// one is a record and its module.
type one struct {
	module string
	record map[string]any
}

// fewer leaves out records, in smaller and smaller groups, as long as nothing changes.
func fewer(records sandbox.Records, same func(sandbox.Records) (bool, error)) (sandbox.Records, error) {
	var list []one
	for _, module := range slices.Sorted(maps.Keys(records)) {
		for _, record := range records[module] {
			list = append(list, one{module, record})
		}
	}
	examined := 0
	for size := (len(list) + 1) / 2; size > 0; size /= 2 {
		for at := 0; at < len(list) && examined < mostExamined; {
			without := slices.Delete(slices.Clone(list), at, min(at+size, len(list)))
			examined++
			ok, err := same(grouped(without))
			if err != nil {
				return nil, err
			}
			if ok {
				list = without
			} else {
				at += size
			}
		}
	}
	return grouped(list), nil
}

func grouped(list []one) sandbox.Records {
	records := make(sandbox.Records)
	for _, o := range list {
		records[o.module] = append(records[o.module], o.record)
	}
	return records
}

// recordsNode writes records as a file of records has them.
func recordsNode(records sandbox.Records) *yaml.Node {
	n := mapping()
	for _, module := range slices.Sorted(maps.Keys(records)) {
		list := sequence()
		for _, record := range records[module] {
			list.Content = append(list.Content, recordNode(record))
		}
		n.Content = append(n.Content, text(module), folded(list))
	}
	return folded(n)
}

// recordNode writes a record: its id first, its tags last.
func recordNode(record map[string]any) *yaml.Node {
	n := mapping(pair{"id", value(record["id"])})
	for _, name := range slices.Sorted(maps.Keys(record)) {
		if name != "id" && name != "Tag" {
			n.Content = append(n.Content, text(name), value(record[name]))
		}
	}
	if tags, has := record["Tag"]; has {
		n.Content = append(n.Content, text("Tag"), value(tags))
	}
	return folded(n)
}
