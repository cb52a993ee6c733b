package auditlog

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"untag/internal/audit"
)

// Filter selects lines. An empty field selects all.
type Filter struct {
	Rule, Module, Record, Source, Event, Tag string
	Since                                    time.Time
}

// Matches reports whether a line is selected.
func (f Filter) Matches(l audit.Line) bool {
	is := func(want, got string) bool { return want == "" || want == got }
	return is(f.Rule, l.Rule) && is(f.Module, l.Module) && is(f.Record, l.RecordID) && is(f.Source, l.Source) &&
		(is(f.Event, l.EventID) || f.Event == l.DeliveryID) && (f.Tag == "" || slices.Contains(l.Asked, f.Tag)) && !l.Time.Before(f.Since)
}

// Select returns the selected lines, the oldest first.
func (f Filter) Select(lines []audit.Line) []audit.Line {
	selected := slices.DeleteFunc(slices.Clone(lines), func(l audit.Line) bool { return !f.Matches(l) })
	slices.SortStableFunc(selected, func(a, b audit.Line) int { return a.Time.Compare(b.Time) })
	return selected
}

// Narrow returns the lines with only the tag that the filter names, all of them if it names none.
// What is done because of a line must not be done to its other tags.
func (f Filter) Narrow(lines []audit.Line) []audit.Line {
	if f.Tag == "" {
		return lines
	}
	only := func(tags []string) []string {
		return slices.DeleteFunc(slices.Clone(tags), func(tag string) bool { return tag != f.Tag })
	}
	narrow := slices.Clone(lines)
	for i := range narrow {
		l := &narrow[i]
		l.Asked, l.Removed, l.Added = only(l.Asked), only(l.Removed), only(l.Added)
	}
	return narrow
}

// Since reads how far back to look: a duration such as 2h or 3d, or a time such as
// 2026-11-25T12:00:00Z.
func Since(text string, now time.Time) (time.Time, error) {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	if days, found := strings.CutSuffix(text, "d"); found {
		if n, err := strconv.Atoi(days); err == nil && n > 0 {
			return now.AddDate(0, 0, -n), nil
		}
	}
	d, err := time.ParseDuration(text)
	if err != nil || d <= 0 {
		return time.Time{}, fmt.Errorf("--since %s: write a duration such as 30m, 2h or 3d, or a time such as 2026-11-25T12:00:00Z", text)
	}
	return now.Add(-d), nil
}
