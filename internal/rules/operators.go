package rules

import (
	"maps"
	"slices"
	"strings"

	"github.com/expr-lang/expr/vm/runtime"
)

// equal compares values of one type. Values of different types are never told equal
// or different: a form's "42" beside a JSON 42 is a mistake in the rule, not a fact.
func equal(a, b any) any {
	if u := operands(a, b); u != nil {
		return u
	}
	if s, ok := a.(string); ok {
		if t, ok := b.(string); ok {
			return s == t
		}
	}
	if !comparable(a, b) {
		return mismatch(a, b)
	}
	switch a := a.(type) {
	case []any:
		return equalLists(a, b.([]any))
	case map[string]any:
		return equalObjects(a, b.(map[string]any))
	}
	return guard(func() any { return runtime.Equal(a, b) })
}

func equalLists(a, b []any) any {
	if len(a) != len(b) {
		return false
	}
	result := any(true)
	for i := range a {
		if result = and(result, equal(a[i], b[i])); result == false {
			break
		}
	}
	return result
}

func equalObjects(a, b map[string]any) any {
	if len(a) != len(b) {
		return false
	}
	// Every pair is compared: the reason given must not depend on the order of a map.
	result := any(true)
	for _, key := range sortedKeys(a) {
		other, found := b[key]
		if !found {
			return false
		}
		result = and(result, equal(a[key], other))
	}
	return result
}

func comparable(a, b any) bool {
	return isNumber(a) && isNumber(b) || typeName(a) == typeName(b)
}

func mismatch(a, b any) *unknown {
	u := wrong("%s and %s do not compare", typeName(a), typeName(b))
	u.advice = "make them one type"
	_, aText := a.(string)
	_, bText := b.(string)
	if aText && isNumber(b) || bText && isNumber(a) {
		u.advice = "make a number of the string with float(…), or a string of the number with string(…)"
	}
	return u
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// isNil is the only question that may be asked of null.
func isNil(a any) any {
	if u := firstUnknown(a); u != nil {
		return u
	}
	return a == nil
}

// order compares numbers, strings, dates and durations.
func order(operator string, a, b any) any {
	if u := operands(a, b); u != nil {
		return u
	}
	if !comparable(a, b) {
		return mismatch(a, b)
	}
	switch a.(type) {
	case bool, []any, map[string]any:
		return wrong("%s has no order", typeName(a))
	}
	return guard(func() any {
		switch operator {
		case "<":
			return runtime.Less(a, b)
		case ">":
			return runtime.More(a, b)
		case "<=":
			return runtime.LessOrEqual(a, b)
		}
		return runtime.MoreOrEqual(a, b)
	})
}

// within is `in`: an element of a list, or a key of an object.
func within(needle, haystack any) any {
	if u := operands(needle, haystack); u != nil {
		return u
	}
	switch h := haystack.(type) {
	case map[string]any:
		key, ok := needle.(string)
		if !ok {
			return wrong("the keys of an object are strings, not %s", typeName(needle))
		}
		_, found := h[key]
		return found
	case []any:
		var result any = false
		for _, item := range h {
			result = or(result, equal(needle, item))
		}
		return result
	}
	return wrong("%s is neither a list nor an object", typeName(haystack))
}

// maxText and maxList bound what an expression can make, in bytes and in elements.
const (
	maxText = 2 << 20
	maxList = 10_000
)

func text(operator string, a, b any) any {
	if u := operands(a, b); u != nil {
		return u
	}
	s, ok := a.(string)
	if !ok {
		return wrong("%s needs a string, not %s", operator, typeName(a))
	}
	t, ok := b.(string)
	if !ok {
		return wrong("%s needs a string, not %s", operator, typeName(b))
	}
	switch operator {
	case "contains":
		return strings.Contains(s, t)
	case "startsWith":
		return strings.HasPrefix(s, t)
	}
	return strings.HasSuffix(s, t)
}

func span(a, b any) any {
	if u := operands(a, b); u != nil {
		return u
	}
	from, ok := a.(int)
	to, ok2 := b.(int)
	if !ok || !ok2 {
		return wrong("a range needs whole numbers")
	}
	if to < from {
		return []any{}
	}
	if to-from >= maxList || to-from < 0 {
		return wrong("a range of more than %d numbers", maxList)
	}
	list := make([]any, 0, to-from+1)
	for i := from; i <= to; i++ {
		list = append(list, i)
	}
	return list
}

// guard turns a panic of the expression library into an unknown: it panics where
// types do not fit, and its text may quote the values.
func guard(compute func() any) (result any) {
	defer func() {
		if recover() != nil {
			result = wrong("the values do not fit the operator or function")
		}
	}()
	return compute()
}
