package condition

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strings"
	"time"
)

// maxDepth limits how deep lists and objects may be nested where they are compared or
// written as JSON.
const maxDepth = 1000

// equal compares values of one type. Values of different types are neither equal nor
// different: comparing a form's "42" with a JSON 42 is a mistake in the rule, not a fact.
func equal(r *Run, n *node, a, b any) any {
	if x, ok := a.(int); ok {
		if y, ok := b.(int); ok {
			return x == y
		}
	}
	v := r.equal(n, a, b, 0)
	if v == false && r.tracer != nil {
		r.alike(a, []any{b})
	}
	return v
}

// equal returns a bool or an Unknown.
func (r *Run) equal(n *node, a, b any, depth int) any {
	if a == nil || b == nil {
		r.charge(errorCost / 6)
		return &Unknown{at: n, what: "a null in a list or object cannot be compared"}
	}
	if kindOf(a) == 0 || kindOf(a).class() != kindOf(b).class() {
		return r.incomparable(n, a, b)
	}
	if !r.charge(1 + 4*min(depth, 1) + equalCost(a, b)) {
		return r.stopped(n)
	}
	switch a := a.(type) {
	case string:
		return a == b
	case bool:
		return a == b
	case []any:
		return r.equalLists(n, a, b.([]any), depth+1)
	case map[string]any:
		return r.equalObjects(n, a, b.(map[string]any), depth+1)
	}
	return order(a, b) == 0
}

func equalCost(a, b any) int {
	s, _ := a.(string)
	t, _ := b.(string)
	if len(s) != len(t) {
		return 0
	}
	return len(s) / 64
}

func (r *Run) equalLists(n *node, a, b []any, depth int) any {
	if len(a) != len(b) {
		return false
	}
	return r.all(n, len(a), depth, func(i int) any { return r.equal(n, a[i], b[i], depth) })
}

func (r *Run) equalObjects(n *node, a, b map[string]any, depth int) any {
	if len(a) != len(b) {
		return false
	}
	if !r.charge(4 * len(a)) {
		return r.stopped(n)
	}
	for key := range a {
		if _, found := b[key]; !found {
			return false
		}
	}
	// Keys are compared in order: the reason must not depend on the order of a map.
	keys := sortedKeys(a)
	return r.all(n, len(keys), depth, func(i int) any { return r.equal(n, a[keys[i]], b[keys[i]], depth) })
}

// all joins the comparisons of the elements of two lists or objects as `and` does.
func (r *Run) all(n *node, length, depth int, ask func(i int) any) any {
	if depth > maxDepth {
		return r.nestedTooDeep(n)
	}
	result, lowest := any(true), True
	for i := 0; i < length && lowest != False && r.err == nil; i++ {
		if truth, v := r.logical(n, ask(i)); truth < lowest {
			result, lowest = v, truth
		}
	}
	return result
}

func (r *Run) nestedTooDeep(n *node) *Unknown {
	return r.wrong(n, "lists or objects are nested more than %d levels deep", maxDepth)
}

func sortedKeys(m map[string]any) []string { return slices.Sorted(maps.Keys(m)) }

// inOrder returns an operator that compares two values by their order.
func inOrder(holds func(sign int) bool) func(*Run, *node, any, any) any {
	return func(r *Run, n *node, a, b any) any {
		if !r.charge(textCost(a, b)) {
			return r.stopped(n)
		}
		return holds(order(a, b))
	}
}

func textCost(a, b any) int {
	s, _ := a.(string)
	t, _ := b.(string)
	return min(len(s), len(t)) / 64
}

// order compares two values of one type.
func order(a, b any) int {
	switch a := a.(type) {
	case string:
		return strings.Compare(a, b.(string))
	case time.Time:
		return a.Compare(b.(time.Time))
	case time.Duration:
		return cmp.Compare(a, b.(time.Duration))
	case int:
		if b, ok := b.(int); ok {
			return cmp.Compare(a, b)
		}
		return -orderMixed(b.(float64), a)
	}
	if b, ok := b.(int); ok {
		return orderMixed(a.(float64), b)
	}
	return cmp.Compare(a.(float64), b.(float64))
}

// orderMixed compares a float and a whole number without rounding the whole number.
func orderMixed(f float64, i int) int {
	switch {
	case f >= math.MaxInt64:
		return 1
	case f < math.MinInt64:
		return -1
	}
	whole := math.Trunc(f)
	if c := cmp.Compare(int(whole), i); c != 0 {
		return c
	}
	return cmp.Compare(f, whole)
}

// incomparable says that two types cannot be compared, and what to write instead.
func (r *Run) incomparable(n *node, a, b any) *Unknown {
	u := r.wrong(n, "%s cannot be compared with %s", nameOf(a), nameOf(b))
	if way := wayOut(n); way != "" && (kindOf(a)|kindOf(b)).class()&(isList|isObject) == 0 {
		return u.advise("write `%s`", way)
	}
	return u.advise("%s", makeOneType(kindOf(a), kindOf(b)))
}

// makeOneType says how to convert a string and a number to one type, "" for other types.
func makeOneType(a, b kinds) string {
	if (a | b).class() != isText|isNumber {
		return ""
	}
	return "convert the string to a number with float(…), or the number to a string with string(…)"
}
