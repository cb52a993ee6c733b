package undo

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"untag/internal/audit"
)

// Item are the tags of one record that are to be put back.
type Item struct {
	Rule, Source, EventID string
	Module, ID            string
	// DeliveryID and Rules are those of the removal, and Taken is its time.
	DeliveryID, Rules string
	Taken             time.Time
	Tags              []string
	// Unsure are those of Tags of which it is not known whether the record had them.
	Unsure []string
}

type tagKey struct{ module, id, tag string }

// together is how long lines of the same batch of events may be apart. Their removals are made
// in the same calls, so each of them saw the tag that all of them took.
const together = 10 * time.Second

// taking is what the audit says of one tag of one record since it was last put back.
type taking struct {
	// mine is the selected removal that took the tag, nil for none, and seen says that it is
	// known to have been there.
	mine *audit.Line
	seen bool
	// other is the last removal that is not selected, nil for none, and off says that the tag
	// should be off because of it.
	other *audit.Line
	off   bool
}

// take notes a selected removal. One that found nothing does not replace the one that took the tag.
func (t *taking) take(l *audit.Line) {
	if t.other != nil {
		// The tag was there again if it was seen after another rule took it.
		t.off = !l.Seen || l.EventID == t.other.EventID || l.Time.Sub(t.other.Time) <= together
	}
	if t.mine == nil || l.Seen {
		t.mine = l
	}
	t.seen = t.seen || l.Seen
}

// Plan returns what the selected lines say was taken off and not put back since, by record. Its
// order is that of the modules and ids. It leaves out tags that a removal that is not selected
// took off as well, or later: they should be off. With sureOnly, it leaves out tags of which it
// is not known whether the record had them.
func Plan(selected, all []audit.Line, rule string, sureOnly bool) []Item {
	items := make(map[tagKey]*Item)
	last := make(map[tagKey]*audit.Line) // the last removal that an item is about
	for key, t := range takings(selected, all, rule) {
		if t.mine == nil || t.off || sureOnly && !t.seen {
			continue
		}
		record := tagKey{module: key.module, id: key.id}
		item := items[record]
		if item == nil {
			item = &Item{Module: key.module, ID: key.id}
			items[record] = item
		}
		if before := last[record]; before == nil || newer(*t.mine, *before) {
			last[record] = t.mine
			item.Rule, item.Source, item.EventID = t.mine.Rule, t.mine.Source, t.mine.EventID
			item.DeliveryID, item.Rules, item.Taken = t.mine.DeliveryID, t.mine.Rules, t.mine.Time
		}
		item.Tags = append(item.Tags, key.tag)
		if !t.seen {
			item.Unsure = append(item.Unsure, key.tag)
		}
	}
	list := make([]Item, 0, len(items))
	for _, item := range items {
		slices.Sort(item.Tags)
		slices.Sort(item.Unsure)
		list = append(list, *item)
	}
	slices.SortFunc(list, func(a, b Item) int {
		return cmp.Or(cmp.Compare(a.Module, b.Module), cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
	})
	return list
}

// newer orders lines by their time, and those of the same time by their event.
func newer(a, b audit.Line) bool {
	return cmp.Or(a.Time.Compare(b.Time), cmp.Compare(a.EventID, b.EventID)) > 0
}

// takings follows each tag of each record through the audit.
func takings(selected, all []audit.Line, rule string) map[tagKey]*taking {
	mine := make(map[lineKey]bool, len(selected))
	for _, l := range selected {
		if l.Rule == rule {
			mine[keyOf(l)] = true
		}
	}
	lines := make([]audit.Line, 0, len(selected)+len(all))
	lines = append(lines, selected...)
	for _, l := range all {
		if !mine[keyOf(l)] {
			lines = append(lines, l)
		}
	}
	slices.SortStableFunc(lines, func(a, b audit.Line) int { return a.Time.Compare(b.Time) })
	state := make(map[tagKey]*taking)
	for i := range lines {
		l := &lines[i]
		switch l.Mode {
		case audit.ModeUndo:
			for _, tag := range l.Added {
				delete(state, tagKey{l.Module, l.RecordID, tag})
			}
		case audit.ModeRemove:
			for _, tag := range l.Removed {
				key := tagKey{l.Module, l.RecordID, tag}
				t := state[key]
				if t == nil {
					t = &taking{}
					state[key] = t
				}
				if mine[keyOf(*l)] {
					t.take(l)
				} else {
					t.other, t.off = l, true
				}
			}
		}
	}
	maps.DeleteFunc(state, func(_ tagKey, t *taking) bool { return t.mine == nil })
	return state
}

// lineKey identifies a line of the audit.
type lineKey struct {
	at                                int64
	mode, event, rule, module, record string
}

func keyOf(l audit.Line) lineKey {
	return lineKey{l.Time.UnixNano(), l.Mode, l.EventID, l.Rule, l.Module, l.RecordID}
}
