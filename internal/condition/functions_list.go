package condition

import (
	"math/bits"
	"slices"
	"strings"
)

// listFunctions are the functions of lists that take no predicate.
var listFunctions = [...]function{
	{name: "list", section: Lists, takes: []kinds{isAny}, least: 1, gives: isList, run: toList,
		about: "a list of one value; a list stays as it is", example: `list("a")`, result: `["a"]`},
	{name: "sort", section: Lists, takes: []kinds{isList, isText}, least: 1, gives: isList, run: sorted, literal: sortDirection,
		about: "a list in ascending order; with `\"desc\"`, in descending order", example: `sort([2, 1])`, result: `[1, 2]`},
	{name: "reverse", section: Lists, takes: []kinds{isList}, least: 1, gives: isList, cost: listCost, run: reverse,
		about: "a list in reverse order", example: `reverse([1, 2])`, result: `[2, 1]`},
	{name: "uniq", section: Lists, takes: []kinds{isList}, least: 1, gives: isList, cost: setCost, run: uniq,
		about: "a list without duplicates", example: `uniq([1, 2, 1])`, result: `[1, 2]`},
	{name: "concat", section: Lists, takes: []kinds{isList}, least: 1, variadic: true, gives: isList, cost: listCost, run: concat,
		about: "several lists joined into one", example: `concat([1], [2, 3])`, result: `[1, 2, 3]`},
	{name: "flatten", section: Lists, takes: []kinds{isList}, least: 1, gives: isList, run: flatten,
		about: "a list in which every inner list is replaced by its elements", example: `flatten([1, [2, [3]]])`, result: `[1, 2, 3]`},
	{name: "first", section: Lists, takes: []kinds{isList}, least: 1, gives: isAny, run: element(0),
		about: "the first element of a list; null if the list is empty", example: `first([1, 2])`, result: `1`},
	{name: "last", section: Lists, takes: []kinds{isList}, least: 1, gives: isAny, run: element(-1),
		about: "the last element of a list; null if the list is empty", example: `last([1, 2])`, result: `2`},
	{name: "take", section: Lists, takes: []kinds{isList, isWhole}, least: 2, gives: isList, run: take,
		about: "the first elements of a list, as many as the number says", example: `take([1, 2, 3], 2)`, result: `[1, 2]`},
}

// listCost is the cost of new lists as long as the arguments.
func listCost(args []any) int {
	elements := 0
	for _, arg := range args {
		list, _ := arg.([]any)
		elements += len(list)
	}
	return 2 * elements
}

// setCost is the cost of looking up each element of a list in a set.
func setCost(args []any) int { return 25 * len(args[0].([]any)) }

// sortCost is the cost of sorting a number of elements.
func sortCost(elements int) int { return 4 * elements * (1 + bits.Len(uint(elements))) }

func toList(_ *Run, _ *node, args []any) any {
	if list, ok := args[0].([]any); ok {
		return list
	}
	return []any{args[0]}
}

// sortDirection checks the second argument of sort.
func sortDirection(i int, v any) (any, string) {
	if i > 0 && v != "asc" && v != "desc" {
		return nil, `the order must be "asc" or "desc"`
	}
	return v, ""
}

// sortByDirection checks the third argument of sortBy, whose second is a predicate.
func sortByDirection(i int, v any) (any, string) {
	if i < 2 {
		return v, ""
	}
	return sortDirection(i, v)
}

func sorted(r *Run, n *node, args []any) any {
	list := args[0].([]any)
	return r.sort(n, list, list, args[1:])
}

// hasOrder are the types that can be sorted.
const hasOrder = isText | isNumber | isDate | isSpan

// sort sorts a list by keys, one for each element.
func (r *Run) sort(n *node, list, said, direction []any) any {
	sign := 1
	for _, v := range direction {
		if _, fault := sortDirection(1, v); fault != "" {
			return r.wrong(n, "%s", fault)
		}
		if v == "desc" {
			sign = -1
		}
	}
	if !r.charge(sortCost(len(list))) {
		return r.stopped(n)
	}
	places := make([]int, len(list))
	for i := range places {
		places[i] = i
		if said[i] == nil {
			return &Unknown{at: n, what: "a null in the list cannot be sorted"}
		}
	}
	var bad *Unknown
	slices.SortStableFunc(places, func(i, j int) int {
		switch a, b := said[i], said[j]; {
		case bad != nil:
		case kindOf(a).class() != kindOf(b).class():
			bad = r.incomparable(n, a, b)
		case kindOf(a)&hasOrder == 0:
			bad = r.wrong(n, "%s cannot be sorted", nameOf(a))
		case !r.charge(textCost(a, b)):
			bad = r.stopped(n)
		default:
			return sign * order(a, b)
		}
		return 0
	})
	if bad != nil {
		return bad
	}
	out := make([]any, len(list))
	for i, place := range places {
		out[i] = list[place]
	}
	return out
}

func reverse(_ *Run, _ *node, args []any) any {
	list := slices.Clone(args[0].([]any))
	slices.Reverse(list)
	return list
}

// uniq keeps the first of equal elements. Lists and objects are equal if their JSON is.
func uniq(r *Run, n *node, args []any) any {
	list := args[0].([]any)
	kept := make([]any, 0, len(list))
	seen := make(map[any]bool, len(list))
	for _, item := range list {
		key, kind := Key(item)
		if kind == OtherKind {
			key = item
			if k := kindOf(item); k&(isList|isObject) != 0 {
				var text strings.Builder
				if u := r.write(n, &text, item, 0); u != nil {
					return u
				}
				key = composite(text.String())
			}
		}
		if !seen[key] {
			seen[key] = true
			kept = append(kept, item)
		}
	}
	return kept
}

// composite is the JSON of a list or an object. Its own type keeps it from equaling a string.
type composite string

func concat(_ *Run, _ *node, args []any) any {
	var list []any
	for _, arg := range args {
		list = append(list, arg.([]any)...)
	}
	return orNone(list)
}

func orNone(list []any) []any {
	if list == nil {
		return []any{}
	}
	return list
}

func flatten(r *Run, n *node, args []any) any {
	var list []any
	if u := r.flatten(n, &list, args[0].([]any), 0); u != nil {
		return u
	}
	return orNone(list)
}

func (r *Run) flatten(n *node, into *[]any, list []any, depth int) *Unknown {
	if depth > maxDepth {
		return r.nestedTooDeep(n)
	}
	if !r.charge(1 + 10*len(list)) {
		return r.stopped(n)
	}
	for _, item := range list {
		inner, ok := item.([]any)
		if !ok {
			*into = append(*into, item)
			continue
		}
		if u := r.flatten(n, into, inner, depth+1); u != nil {
			return u
		}
	}
	return nil
}

func element(place int) func(*Run, *node, []any) any {
	return func(_ *Run, _ *node, args []any) any {
		v, _ := lookup(args[0], place)
		return v
	}
}

func take(r *Run, n *node, args []any) any {
	list, count := args[0].([]any), args[1].(int)
	if count < 0 {
		return r.wrong(n, "take: the number of elements must be 0 or more")
	}
	count = min(count, len(list))
	return list[:count:count]
}
