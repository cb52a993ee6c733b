package handler

import (
	"log/slog"
	"slices"

	"untag/internal/event"
)

// passedOverLog returns how many files of a form were passed over, and the content types of
// those that the event lists. The names of the fields are the sender's, and are not logged.
func passedOverLog(p event.PassedOver) slog.Attr {
	var types []string
	for _, f := range p.Files {
		if f.Type != "" && !slices.Contains(types, f.Type) {
			types = append(types, f.Type)
		}
	}
	slices.Sort(types)
	return slog.Group("files_passed_over", slog.Int("count", p.Count), slog.Any("types", types))
}
