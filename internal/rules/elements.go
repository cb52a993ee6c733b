package rules

import (
	"fmt"
	"slices"
)

// An element of a list, together with what the predicate said of it. Predicates of
// any, all, filter and their kin are evaluated for every element first, so that an
// element about which nothing is known does not hide one that decides.
type element struct{ value, said any }

// iterate gives the elements to evaluate a predicate for. What is no list gives one
// element that says so.
func iterate(list any) any {
	if u := operands(list); u != nil {
		return []any{u}
	}
	switch l := list.(type) {
	case []any:
		return l
	case map[string]any:
		return []any{wrong("an object is no list; use values(…)")}
	}
	return []any{wrong("%s is no list", typeName(list))}
}

// pair notes what a predicate said. It counts: an event can have long lists, and
// predicates can be nested.
func pair(m *meter, value, said any) any {
	m.spend(1)
	if u, ok := value.(*unknown); ok {
		said = u
	}
	return element{value, said}
}

// step notes what one step of a reduction came to, which the next one starts from: it
// may grow with every step.
func step(m *meter, value, said any) any {
	m.spend(weigh(said))
	return pair(m, value, said).(element).said
}

// charge takes the size of what an operation looks at from the allowance.
func charge(m *meter, args []any) {
	for _, a := range args {
		m.spend(size(a))
	}
}

// size is what looking at a value takes of the allowance.
func size(v any) int {
	switch v := v.(type) {
	case string:
		return len(v) / 64
	case []any, map[string]any:
		return weigh(v)
	}
	return 0
}

// maxWeight bounds what an expression can make of lists and objects, in elements. The
// same list can be in another many times, so this is not what it takes of memory.
const maxWeight = 200_000

// weigh counts the elements of a value, up to a little over maxWeight.
func weigh(v any) int {
	count := 0
	var walk func(any)
	walk = func(v any) {
		if count++; count > maxWeight {
			return
		}
		switch v := v.(type) {
		case []any:
			for _, item := range v {
				if count <= maxWeight {
					walk(item)
				}
			}
		case map[string]any:
			for _, item := range v {
				if count <= maxWeight {
					walk(item)
				}
			}
		}
	}
	walk(v)
	return count
}

// light refuses a value that has become too big.
func light(v any) any {
	if weigh(v) > maxWeight {
		return wrong("the expression makes a list or object of more than %d elements", maxWeight)
	}
	return v
}

// gather computes any, all, filter and their kin from the elements.
func gather(m *meter, name string, elements []any) any {
	switch name {
	case "any":
		return fold(elements, false, or)
	case "all":
		return fold(elements, true, and)
	case "none":
		return not(fold(elements, false, or))
	}
	// The others say something of every element, so all have to be known.
	for _, e := range elements {
		if u := firstUnknown(e.(element).said); u != nil {
			return u
		}
	}
	switch name {
	case "map":
		return mapped(elements)
	case "sum":
		return sum(elements)
	case "groupBy":
		return groupBy(m, elements)
	case "sortBy":
		return sortBy(elements)
	}
	held, u := holding(elements)
	if u != nil {
		return u
	}
	return pick(name, elements, held)
}

func fold(elements []any, start any, join func(a, b any) any) any {
	result := start
	for _, e := range elements {
		result = join(result, e.(element).said)
	}
	return result
}

// mapped is a list of what was said, all of which has to be there.
func mapped(elements []any) any {
	list := said(elements)
	if u := operands(list...); u != nil {
		return u
	}
	return light(list)
}

func said(elements []any) []any {
	list := make([]any, len(elements))
	for i, e := range elements {
		list[i] = e.(element).said
	}
	return list
}

// holding gives the places of the elements for which the predicate is true.
func holding(elements []any) ([]int, *unknown) {
	var held []int
	for i, e := range elements {
		switch e.(element).said {
		case true:
			held = append(held, i)
		case false:
		default:
			return nil, undecided(e.(element).said)
		}
	}
	return held, nil
}

func pick(name string, elements []any, held []int) any {
	value := func(i int) any { return elements[i].(element).value }
	switch name {
	case "one":
		return len(held) == 1
	case "count":
		return len(held)
	case "filter":
		list := make([]any, 0, len(held))
		for _, i := range held {
			list = append(list, value(i))
		}
		return list
	}
	if len(held) == 0 {
		return nil
	}
	switch name {
	case "find":
		return value(held[0])
	case "findIndex":
		return held[0]
	case "findLast":
		return value(held[len(held)-1])
	}
	return held[len(held)-1] // findLastIndex
}

func sum(elements []any) any {
	var total any = 0
	for _, v := range said(elements) {
		total = arithmetic("+", total, v)
	}
	return total
}

func groupBy(m *meter, elements []any) any {
	groups := make(map[string]any)
	for _, e := range elements {
		if u := operands(e.(element).said); u != nil {
			return u
		}
		m.spend(size(e.(element).said)) // whose text is made
		if textSize(e.(element).said) > maxText {
			return wrong("groupBy makes a text of more than %d bytes", maxText)
		}
		key := fmt.Sprint(e.(element).said)
		group, _ := groups[key].([]any)
		groups[key] = append(group, e.(element).value)
	}
	return groups
}

func sortBy(elements []any) any {
	sorted := slices.Clone(elements)
	var bad *unknown
	slices.SortStableFunc(sorted, func(a, b any) int {
		less := order("<", a.(element).said, b.(element).said)
		more := order("<", b.(element).said, a.(element).said)
		if u := firstUnknown(less, more); u != nil {
			bad = u
			return 0
		}
		switch {
		case less == true:
			return -1
		case more == true:
			return 1
		}
		return 0
	})
	if bad != nil {
		return bad
	}
	list := make([]any, len(sorted))
	for i, e := range sorted {
		list[i] = e.(element).value
	}
	return list
}
