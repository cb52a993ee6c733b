package rules

import (
	"cmp"
	"fmt"
	"slices"

	"untag/internal/nearest"
)

// Severity says whether a fault keeps a rules file from being used.
type Severity string

// The severities of a fault.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning"
)

// Fault describes what is wrong in a rules file. Line and Column count from 1.
type Fault struct {
	Line     int      `json:"line"`
	Column   int      `json:"column"`
	Severity Severity `json:"severity"`
	Message  string   `json:"message"`
	// Hint says what to do, "" if the message is enough.
	Hint string `json:"hint"`
	// Masked says that the line holds a secret and must not be shown.
	Masked bool `json:"-"`
}

func (f Fault) String() string {
	text := fmt.Sprintf("%d:%d: %s", f.Line, f.Column, f.Message)
	if f.Hint != "" {
		text += " (" + f.Hint + ")"
	}
	return text
}

// faults collects all faults of a file, so that they can be fixed in one go.
type faults struct {
	list []Fault
}

func (f *faults) add(at place, severity Severity, hint, format string, args ...any) {
	f.list = append(f.list, Fault{
		Line: at.line, Column: at.column, Severity: severity, Message: fmt.Sprintf(format, args...), Hint: hint,
	})
}

func (f *faults) wrong(at place, hint, format string, args ...any) {
	f.add(at, SeverityError, hint, format, args...)
}

func (f *faults) warn(at place, hint, format string, args ...any) {
	f.add(at, SeverityWarning, hint, format, args...)
}

// sorted returns the faults in the order of the file. It masks all faults on a line with a
// secret.
func (f *faults) sorted() []Fault {
	masked := make(map[int]bool)
	for _, fault := range f.list {
		if fault.Masked {
			masked[fault.Line] = true
		}
	}
	for i := range f.list {
		f.list[i].Masked = masked[f.list[i].Line]
	}
	slices.SortStableFunc(f.list, func(a, b Fault) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	return f.list
}

func (f *faults) fatal() bool {
	return slices.ContainsFunc(f.list, func(f Fault) bool { return f.Severity == SeverityError })
}

// place is a position in the file.
type place struct{ line, column int }

func didYouMean(name string, known []string) string {
	if best := nearest.Of(name, known); best != "" {
		return fmt.Sprintf("did you mean `%s`?", best)
	}
	return ""
}
