package undo

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	"untag/internal/audit"
	"untag/internal/terminal"
)

// maxShown is how many records the preview names.
const maxShown = 20

// Preview prints what would be put back, and on which records.
func Preview(w io.Writer, items []Item, gone []string) error {
	var out strings.Builder
	tags, unsure := 0, 0
	for i, item := range items {
		tags += len(item.Tags)
		unsure += len(item.Unsure)
		if i < maxShown {
			fmt.Fprintf(&out, "  %s %s  %s\n", terminal.Clean(item.Module), terminal.Clean(item.ID), terminal.Clean(terminal.Quoted(item.Tags)))
		}
	}
	if more := len(items) - maxShown; more > 0 {
		fmt.Fprintf(&out, "  and %d more records\n", more)
	}
	if len(gone) > 0 {
		fmt.Fprintf(&out, "Records that do not exist any more: %d\n", len(gone))
	}
	if unsure > 0 {
		fmt.Fprintf(&out, "It is not known of %d of the tags whether the records had them, as they were not read before the removal; --sure leaves those out.\n", unsure)
	}
	title := "Nothing to put back: of the tags that these flags select, none is missing that should be there.\n"
	if len(items) > 0 {
		title = fmt.Sprintf("Tags to put back: %d, on records: %d\n", tags, len(items))
	}
	_, err := io.WriteString(w, title+out.String())
	return err
}

// Report counts what was put back.
type Report struct {
	Done, Failed int
	codes        map[string]int
}

// Add counts one record.
func (r *Report) Add(l audit.Line) {
	if len(l.Added) > 0 {
		r.Done++
		return
	}
	r.Failed++
	if r.codes == nil {
		r.codes = make(map[string]int)
	}
	r.codes[l.Answer]++
}

// Print prints the counts, with Zoho's codes for those that failed.
func (r *Report) Print(w io.Writer) error {
	var out strings.Builder
	fmt.Fprintf(&out, "Put back: %d\n", r.Done)
	for _, code := range slices.Sorted(maps.Keys(r.codes)) {
		fmt.Fprintf(&out, "Refused with %s: %d\n", terminal.Clean(code), r.codes[code])
	}
	_, err := io.WriteString(w, out.String())
	return err
}
