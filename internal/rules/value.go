package rules

import (
	"fmt"
	"time"
)

// unknown is the value of whatever cannot be told. It flows through every operator
// and function, so that nothing that was computed from it looks like a fact.
type unknown struct {
	// fault is set where something is wrong rather than absent: types that do not
	// compare, a function that refuses its argument. It is reported.
	fault bool
	// what names the missing path, or says what is wrong.
	what string
	// advice is what to do about types that do not compare.
	advice string
}

func missing(what string) *unknown { return &unknown{what: what} }

func wrong(format string, args ...any) *unknown {
	return &unknown{fault: true, what: fmt.Sprintf(format, args...)}
}

// firstUnknown gives the unknown that decides what becomes of a computation: one that
// is a fault before one that is only absent.
func firstUnknown(values ...any) *unknown {
	var first *unknown
	for _, v := range values {
		if u, ok := v.(*unknown); ok && (first == nil || u.fault && !first.fault) {
			first = u
		}
	}
	return first
}

// operands refuses what no operator can use: an unknown, and null.
func operands(values ...any) *unknown {
	if u := firstUnknown(values...); u != nil {
		return u
	}
	for _, v := range values {
		if v == nil {
			return missing("null")
		}
	}
	return nil
}

// typeName is what a person calls the type of a value of an event.
func typeName(v any) string {
	switch v.(type) {
	case nil:
		return "null"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case int, int64, int32, float64:
		return "a number"
	case []any, []string:
		return "a list"
	case map[string]any, map[string]string:
		return "an object"
	case time.Time:
		return "a date"
	case time.Duration:
		return "a duration"
	}
	return fmt.Sprintf("a %T", v)
}

func isNumber(v any) bool {
	switch v.(type) {
	case int, int64, int32, float64:
		return true
	}
	return false
}
