package condition

import "fmt"

// predicates are the functions that evaluate a predicate for every element of a list. `any`
// joins the results as `or` does, `all` as `and` does, and `none` is `not any`. The other
// functions need every result to be known.
var predicates = [...]function{
	{name: "any", section: Lists, asks: true, least: 2, gives: isBool, each: (*Run).anyOf,
		about: "whether a condition is true for at least one element", example: `any([1, 2], # > 1)`, result: `true`},
	{name: "all", section: Lists, asks: true, least: 2, gives: isBool, each: (*Run).allOf,
		about: "whether a condition is true for every element", example: `all([1, 2], # > 1)`, result: `false`},
	{name: "none", section: Lists, asks: true, least: 2, gives: isBool, each: (*Run).noneOf,
		about: "whether a condition is true for no element", example: `none([1, 2], # > 2)`, result: `true`},
	{name: "one", section: Lists, asks: true, least: 2, gives: isBool, each: held(func(_ []any, held []int) any { return len(held) == 1 }),
		about: "whether a condition is true for exactly one element", example: `one([1, 2], # > 1)`, result: `true`},
	{name: "count", section: Lists, asks: true, least: 1, gives: isWhole, each: held(func(_ []any, held []int) any { return len(held) }),
		about: "the number of elements for which a condition is true", example: `count([1, 2, 3], # > 1)`, result: `2`},
	{name: "filter", section: Lists, asks: true, least: 2, gives: isList, each: held(pick),
		about: "the elements for which a condition is true", example: `filter([1, 2, 3], # > 1)`, result: `[2, 3]`},
	{name: "find", section: Lists, asks: true, least: 2, gives: isAny, each: held(at(0, false)),
		about: "the first element for which a condition is true; null if there is none", example: `find([1, 2, 3], # > 1)`, result: `2`},
	{name: "findIndex", section: Lists, asks: true, least: 2, gives: isWhole | isNull, each: held(at(0, true)),
		about: "the position of that element, counted from 0; null if there is none", example: `findIndex([1, 2, 3], # > 1)`, result: `1`},
	{name: "findLast", section: Lists, asks: true, least: 2, gives: isAny, each: held(at(-1, false)),
		about: "the last element for which a condition is true; null if there is none", example: `findLast([1, 2, 3], # > 1)`, result: `3`},
	{name: "findLastIndex", section: Lists, asks: true, least: 2, gives: isWhole | isNull, each: held(at(-1, true)),
		about: "the position of that element, counted from 0; null if there is none", example: `findLastIndex([1, 2, 3], # > 1)`, result: `2`},
	{name: "map", section: Lists, least: 2, gives: isList, each: (*Run).mapped,
		about: "a list of the values computed from each element", example: `map([{"n": 1}, {"n": 2}], .n)`, result: `[1, 2]`},
	{name: "sum", section: Lists, least: 1, gives: isNumber, each: (*Run).sum,
		about: "the sum of a list, or of the values computed from each element", example: `sum([{"n": 1}, {"n": 2}], .n)`, result: `3`},
	{name: "reduce", section: Lists, least: 2, gives: isAny, each: (*Run).reduce,
		about: "one value computed from a list, element by element; `#acc` is the result so far", example: `reduce([1, 2, 3], #acc + #, 0)`, result: `6`},
	{name: "groupBy", section: Lists, least: 2, gives: isObject, each: (*Run).groupBy,
		about: "the elements of a list, grouped by the value computed from each", example: `groupBy(["a", "bb", "c"], len(#))["1"]`, result: `["a", "c"]`},
	{name: "sortBy", section: Lists, least: 2, gives: isList, each: (*Run).sortBy, literal: sortByDirection,
		about: "a list sorted by the value computed from each element; with `\"desc\"`, in descending order", example: `sortBy([{"n": 2}, {"n": 1}], .n)[0].n`, result: `1`},
}

// each evaluates a call with a predicate. The kids are a list, the predicate if there is one,
// and the further arguments.
func (r *Run) each(n *node) any {
	v := r.value(n.kids[0])
	switch v := v.(type) {
	case []any:
		element, index, accumulator := r.element, r.index, r.accumulator
		result := n.function.each(r, n, v)
		r.element, r.index, r.accumulator = element, index, accumulator
		return result
	case *Unknown:
		return v
	case nil:
		return r.null(n.kids[0])
	}
	u := r.wrong(n, "%s is not a list", nameOf(v))
	return u.advise("%s", conversion(isList, kindOf(v)))
}

// say evaluates the predicate for an element. Without a predicate it returns the element.
func (r *Run) say(n *node, i int, element any) any {
	if !r.charge(1) {
		return r.stopped(n)
	}
	r.element, r.index = element, i
	if len(n.kids) < 2 {
		return element
	}
	v := r.value(n.kids[1])
	if u, ok := v.(*Unknown); ok && r.tracer != nil && u.cause != causeWrong && u.hint == "" {
		return &Unknown{cause: u.cause, at: u.at, what: u.what, hint: fmt.Sprintf(" in %s[%d]", n.kids[0].text, i)}
	}
	return v
}

// body returns the predicate of a call, or its list if it has none.
func (n *node) body() *node { return n.kids[min(1, len(n.kids)-1)] }

// join joins the results of the predicate: as `or` does if true is decisive, as `and` does if
// false is.
func (r *Run) join(n *node, list []any, decisive bool) any {
	var unknown *Unknown
	for i, element := range list {
		v := r.say(n, i, element)
		if said, ok := v.(bool); ok {
			if said == decisive {
				return v
			}
			continue
		}
		truth, v := r.logical(n.body(), v)
		if unknown == nil || truth != unknown.Truth() && (truth == Failed) == decisive {
			unknown = v.(*Unknown)
		}
		if r.err != nil {
			break
		}
	}
	if unknown != nil {
		return unknown
	}
	return !decisive
}

func (r *Run) anyOf(n *node, list []any) any { return r.join(n, list, true) }

func (r *Run) allOf(n *node, list []any) any { return r.join(n, list, false) }

func (r *Run) noneOf(n *node, list []any) any { return r.not(n, r.join(n, list, true)) }

// held returns a function that computes its result from the indexes of the elements for which
// the predicate is true.
func held(compute func(list []any, held []int) any) func(*Run, *node, []any) any {
	return func(r *Run, n *node, list []any) any {
		var held []int
		for i, element := range list {
			switch truth, v := r.logical(n.body(), r.say(n, i, element)); truth {
			case True:
				held = append(held, i)
			case False:
			default:
				return v
			}
		}
		if !r.charge(2 * len(held)) {
			return r.stopped(n)
		}
		return compute(list, held)
	}
}

func pick(list []any, held []int) any {
	picked := make([]any, len(held))
	for i, place := range held {
		picked[i] = list[place]
	}
	return picked
}

// at returns the first element for which the predicate is true if end is 0, the last if it is
// -1, or the index of that element; null if there is none.
func at(end int, place bool) func(list []any, held []int) any {
	return func(list []any, held []int) any {
		if len(held) == 0 {
			return nil
		}
		i := held[(end+len(held))%len(held)]
		if place {
			return i
		}
		return list[i]
	}
}

// said lists the results of the predicate. All of them must be known.
func (r *Run) said(n *node, list []any) ([]any, *Unknown) {
	if !r.charge(2 * len(list)) {
		return nil, r.stopped(n)
	}
	said := make([]any, len(list))
	for i, element := range list {
		switch v := r.say(n, i, element).(type) {
		case nil:
			return nil, r.null(n.body())
		case *Unknown:
			return nil, v
		default:
			said[i] = v
		}
	}
	return said, nil
}

func (r *Run) mapped(n *node, list []any) any {
	said, u := r.said(n, list)
	if u != nil {
		return u
	}
	return said
}

func (r *Run) sum(n *node, list []any) any {
	said, u := r.said(n, list)
	if u != nil {
		return u
	}
	var total any = 0
	for _, v := range said {
		if kindOf(v)&isNumber == 0 {
			return r.wrong(n, "sum takes numbers, not %s", plural(v)).advise("%s", conversion(isNumber, kindOf(v)))
		}
		if total = add(r, n, total, v); kindOf(total) == 0 {
			return total
		}
	}
	return total
}

// reduce starts with its third argument, or with the first element. An unknown step ends it,
// because all further steps depend on it.
func (r *Run) reduce(n *node, list []any) any {
	var result any
	skipped := 0
	switch {
	case len(n.kids) > 2:
		if result = r.value(n.kids[2]); asUnknown(result) != nil {
			return result
		}
	case len(list) == 0:
		return r.wrong(n, "reduce needs a start value for an empty list, as in reduce(…, #acc + #, 0)")
	default:
		result, list, skipped = list[0], list[1:], 1
	}
	for i, element := range list {
		r.accumulator = result
		if result = r.say(n, i+skipped, element); asUnknown(result) != nil {
			return result
		}
	}
	return result
}

func (r *Run) groupBy(n *node, list []any) any {
	said, u := r.said(n, list)
	if u != nil {
		return u
	}
	groups := make(map[string]any)
	for i, v := range said {
		key, ok := TextOf(v)
		if !ok {
			return r.wrong(n, "groupBy groups by strings, numbers or booleans, not by %s", plural(v))
		}
		if !r.charge(30 + len(key)/8) {
			return r.stopped(n)
		}
		group, _ := groups[key].([]any)
		groups[key] = append(group, list[i])
	}
	return groups
}

func (r *Run) sortBy(n *node, list []any) any {
	said, u := r.said(n, list)
	if u != nil {
		return u
	}
	var order []any
	for _, kid := range n.kids[2:] {
		order = append(order, r.value(kid))
	}
	if u := r.operands(n.kids[2:], order); u != nil {
		return u
	}
	return r.sort(n, list, said, order)
}
