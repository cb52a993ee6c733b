package rules

import (
	"fmt"
	"strings"
	"time"
)

func digits(args []any) any {
	s, ok := args[0].(string)
	if n, isInt := args[0].(int); isInt {
		s, ok = fmt.Sprint(n), true
	}
	if len(args) != 1 || !ok {
		return wrong("digits takes one string, not %s", typeNames(args))
	}
	return strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, s)
}

// dateLayouts are the ways in which systems write a date, tried in turn. One without
// a zone is taken as UTC, so that a decision does not depend on where it is made.
var dateLayouts = [...]string{
	time.RFC3339Nano, "2006-01-02T15:04:05", "2006-01-02 15:04:05", time.DateOnly, time.RFC1123Z, time.RFC1123,
}

func parseDate(args []any) any {
	s, ok := args[0].(string)
	if !ok {
		return wrong("date takes a string, not %s", typeName(args[0]))
	}
	layouts := dateLayouts[:]
	if len(args) > 1 {
		layout, ok := args[1].(string)
		if !ok {
			return wrong("the layout of a date is a string, not %s", typeName(args[1]))
		}
		layouts = []string{layout}
	}
	for _, layout := range layouts {
		if t, err := time.Parse(layout, s); err == nil {
			return t.UTC()
		}
	}
	return wrong("date: the string is no date; give its layout as a second argument")
}
