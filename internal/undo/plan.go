package undo

import (
	"cmp"
	"slices"
	"time"

	"untag/internal/audit"
)

// Item are the tags of one record that are to be put back.
type Item struct {
	Rule, Source, EventID string
	Module, ID            string
	Tags                  []string
	// Unsure are those of Tags of which it is not known whether the record had them.
	Unsure []string
}

type tagKey struct{ module, id, tag string }

// Plan returns what the selected lines say was taken off and not put back since, by record. Its
// order is that of the modules and ids. It leaves out tags that a removal
// of another rule took off too, no earlier: they should be off. With sureOnly, it leaves out tags of which it
// is not known whether the record had them.
func Plan(selected, all []audit.Line, rule string, sureOnly bool) []Item {
	lines := selected
	type loss struct {
		line audit.Line
		seen bool
	}
	lost := make(map[tagKey]loss)
	back := make(map[tagKey]time.Time)
	for _, l := range lines {
		for _, tag := range l.Added {
			key := tagKey{l.Module, l.RecordID, tag}
			if l.Mode == audit.ModeUndo && l.Time.After(back[key]) {
				back[key] = l.Time
			}
		}
		if l.Mode != audit.ModeRemove {
			continue
		}
		for _, tag := range l.Removed {
			key := tagKey{l.Module, l.RecordID, tag}
			before, again := lost[key]
			// The first removal is the one that took it off: later ones found nothing.
			seen := l.Seen || before.seen
			if !again || l.Seen && !before.seen {
				before.line = l
			}
			lost[key] = loss{before.line, seen}
		}
	}
	for _, l := range all {
		if l.Rule == rule {
			continue
		}
		for _, tag := range l.Removed {
			key := tagKey{l.Module, l.RecordID, tag}
			if taken, mine := lost[key]; mine && l.Mode == audit.ModeRemove && !l.Time.Before(taken.line.Time) {
				delete(lost, key)
			}
		}
	}
	items := make(map[tagKey]*Item)
	for key, l := range lost {
		if at, undone := back[key]; undone && !l.line.Time.After(at) || sureOnly && !l.seen {
			continue
		}
		record := tagKey{module: key.module, id: key.id}
		item := items[record]
		if item == nil {
			item = &Item{Rule: l.line.Rule, Source: l.line.Source, EventID: l.line.EventID, Module: key.module, ID: key.id}
			items[record] = item
		}
		item.Tags = append(item.Tags, key.tag)
		if !l.seen {
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
