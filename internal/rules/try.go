package rules

import (
	"errors"
	"strings"

	"untag/internal/condition"
	"untag/internal/event"
)

// Tried is what an expression results in for an event.
type Tried struct {
	// Value is the result; nil if there is none, or if it is null.
	Value any
	// Kind is the type of the value, such as "number", or "missing", "error" or "fault".
	Kind string
	// Message says why there is no value, Hint what to write instead. They hold no value of the
	// event.
	Message, Hint string
	// Line and Column are where the fault is, from 1; 0 if there is none.
	Line, Column int
	// Tree is the condition; nil if the expression is not one.
	Tree *Tree
	// Met are the fields that the expression read and found.
	Met []Met
}

// The kinds of a result that is no value.
const (
	TriedMissing = "missing"
	TriedError   = "error"
	TriedFault   = "fault"
)

// Try evaluates an expression of any kind for an event, as a rule would, and within the same
// limits. The record is what `record` stands for; nil for none.
func Try(expression string, ev event.Event, record map[string]any) (tried Tried) {
	defer func() {
		if recover() != nil {
			tried = Tried{Kind: TriedError, Message: "the expression cannot be evaluated"}
		}
	}()
	scope := *scopeOf(ev)
	scope.Record = record
	got, err := condition.Try(expression, condition.NewRun(scope, condition.Work, nil))
	if f, ok := errors.AsType[*condition.Fault](err); ok {
		before := string([]rune(expression)[:min(f.Offset, len([]rune(expression)))])
		line := before[strings.LastIndexByte(before, '\n')+1:]
		return Tried{Kind: TriedFault, Message: f.Message, Hint: f.Hint, Line: 1 + strings.Count(before, "\n"), Column: 1 + len([]rune(line))}
	}
	tried = Tried{Value: got.Value, Kind: condition.NameOf(got.Value), Message: got.Message(), Tree: treeOf(got.Trace), Met: metOf(got.Met)}
	switch {
	case got.Unknown == nil:
	case got.Unknown.Truth() == condition.Missing:
		tried.Kind = TriedMissing
		if record == nil && strings.HasPrefix(tried.Message, "record.") {
			tried.Hint = "only `where` sees the record, and no record is in view"
		}
	default:
		tried.Kind = TriedError
	}
	return tried
}
