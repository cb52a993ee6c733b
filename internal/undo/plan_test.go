package undo_test

import (
	"slices"
	"testing"
	"time"

	"untag/internal/audit"
	"untag/internal/undo"
)

// at is a line about the tag "In progress" of one deal, some seconds after the first.
func at(seconds int, mode, rule, event string, seen bool) audit.Line {
	l := audit.Line{
		Time: time.Date(2026, 11, 25, 12, 0, seconds, 0, time.UTC), Message: audit.Message, Mode: mode, Rule: rule, EventID: event,
		Module: "Deals", RecordID: "1", Seen: seen,
	}
	switch mode {
	case audit.ModeUndo:
		l.Added = []string{"In progress"}
	case audit.ModeRemove:
		l.Removed = []string{"In progress"}
	}
	return l
}

// A tag is put back if the rule was the last to take it off, and nobody has put it back since.
func TestPlan(t *testing.T) {
	mine := func(seconds int, event string, seen bool) audit.Line {
		return at(seconds, audit.ModeRemove, "deal-closed", event, seen)
	}
	other := func(seconds int, event string, seen bool) audit.Line {
		return at(seconds, audit.ModeRemove, "another", event, seen)
	}
	undone := func(seconds int) audit.Line { return at(seconds, audit.ModeUndo, "deal-closed", "u", true) }
	for name, tt := range map[string]struct {
		lines []audit.Line
		sure  bool
		event string // the event whose removal is undone, "" for none
	}{
		"taken off":                     {[]audit.Line{mine(0, "e1", true)}, false, "e1"},
		"put back":                      {[]audit.Line{mine(0, "e1", true), undone(60)}, false, ""},
		"put back, and taken off again": {[]audit.Line{mine(0, "e1", true), undone(60), mine(120, "e2", true)}, false, "e2"},
		"put back twice":                {[]audit.Line{mine(0, "e1", true), undone(60), mine(120, "e2", true), undone(180)}, false, ""},
		"the lines of two log groups, not in order": {[]audit.Line{mine(120, "e2", true), undone(60), mine(0, "e1", true)}, false, "e2"},
		"taken off, then nothing was there":         {[]audit.Line{mine(0, "e1", true), mine(60, "e2", false)}, false, "e1"},
		"not known to have been there":              {[]audit.Line{mine(0, "e1", false)}, false, "e1"},
		"not known to have been there, and --sure":  {[]audit.Line{mine(0, "e1", false)}, true, ""},
		"known before the undo only, and --sure":    {[]audit.Line{mine(0, "e1", true), undone(60), mine(120, "e2", false)}, true, ""},
		"another rule takes it later":               {[]audit.Line{mine(0, "e1", true), other(60, "e2", true)}, false, ""},
		"another rule finds nothing later":          {[]audit.Line{mine(0, "e1", true), other(60, "e2", false)}, false, ""},
		"another rule of the same event":            {[]audit.Line{other(0, "e1", true), mine(0, "e1", true)}, false, ""},
		"another rule in the same batch":            {[]audit.Line{other(0, "e1", true), mine(1, "e2", true)}, false, ""},
		"another rule took it, this found nothing":  {[]audit.Line{other(0, "e1", true), mine(60, "e2", false)}, false, ""},
		"another rule took it, but it came back":    {[]audit.Line{other(0, "e1", true), mine(60, "e2", true)}, false, "e2"},
		"another rule takes it after an undo":       {[]audit.Line{mine(0, "e1", true), undone(60), other(120, "e2", true)}, false, ""},
		"put back after another rule took it":       {[]audit.Line{other(0, "e1", true), undone(60), mine(120, "e2", false)}, false, "e2"},
		"another rule only observes":                {[]audit.Line{mine(0, "e1", true), at(60, audit.ModeObserve, "another", "e2", true)}, false, "e1"},
	} {
		t.Run(name, func(t *testing.T) {
			selected := slices.DeleteFunc(slices.Clone(tt.lines), func(l audit.Line) bool { return l.Rule != "deal-closed" })
			event := ""
			for _, item := range undo.Plan(selected, tt.lines, "deal-closed", tt.sure) {
				event += item.EventID
			}
			if event != tt.event {
				t.Errorf("undoes the removal of %q, want %q", event, tt.event)
			}
		})
	}
}
