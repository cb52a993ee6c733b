package condition

import "strings"

// operator is all there is to say about an operator.
type operator struct {
	symbol string
	// takes returns the kinds that two values of these kinds give; none where they never
	// fit.
	takes func(a, b kinds) kinds
	// orders marks the comparisons by order.
	orders bool
	// cost is what evaluating costs beyond a step, nil for nothing.
	cost func(a, b any) int
	// run computes a bool, another value, or an Unknown. Its operands are known: an
	// unknown or null operand makes the result unknown. It is nil where the form of the
	// expression says more than its operands: those evaluate by themselves.
	run func(r *Run, n *node, a, b any) any

	about, example, gives string
}

// operators is the table of operators, in the order of the documentation.
var operators = [...]operator{
	{symbol: "==", takes: comparable, run: equal,
		about: "whether two values of one type are equal", example: `event.Stage == "Closed Won"`, gives: `true`},
	{symbol: "!=", about: "whether they differ", example: `event.Stage != "Open"`, gives: `true`},
	{symbol: "<", takes: orderable, orders: true, run: ordered(func(sign int) bool { return sign < 0 }),
		about: "whether a number, text, date or duration comes before another", example: `event.Amount < 2000`, gives: `true`},
	{symbol: "<=", takes: orderable, orders: true, run: ordered(func(sign int) bool { return sign <= 0 }),
		about: "whether it comes before or is equal; `1 < a <= 5` works too", example: `1000 < event.Amount <= 1200`, gives: `true`},
	{symbol: ">", takes: orderable, orders: true, run: ordered(func(sign int) bool { return sign > 0 }),
		about: "whether it comes after", example: `event.Amount > 1000`, gives: `true`},
	{symbol: ">=", takes: orderable, orders: true, run: ordered(func(sign int) bool { return sign >= 0 }),
		about: "whether it comes after or is equal", example: `event.Amount >= 1200`, gives: `true`},
	{symbol: "and", about: "whether both hold; also written &&", example: `event.Amount > 1000 and event.Stage == "Closed Won"`, gives: `true`},
	{symbol: "or", about: "whether one of them holds; also written ||", example: `event.Amount > 5000 or event.Stage == "Closed Won"`, gives: `true`},
	{symbol: "not", about: "the opposite; also written !, and before in, contains, startsWith, endsWith and matches", example: `not (event.Amount > 5000)`, gives: `true`},
	{symbol: "in", takes: listed, cost: inCost, run: in,
		about: "whether a list has a value, or an object a key", example: `event.Stage in ["Closed Won", "Closed Lost"]`, gives: `true`},
	{symbol: "contains", takes: texts, cost: searchCost, run: textual("contains", strings.Contains),
		about: "whether a text has another in it", example: `event.Stage contains "Won"`, gives: `true`},
	{symbol: "startsWith", takes: texts, run: textual("startsWith", strings.HasPrefix),
		about: "whether a text begins with another", example: `event.Stage startsWith "Closed"`, gives: `true`},
	{symbol: "endsWith", takes: texts, run: textual("endsWith", strings.HasSuffix),
		about: "whether a text ends with another", example: `event.Stage endsWith "Won"`, gives: `true`},
	{symbol: "matches", takes: texts, run: matches,
		about: "whether a regular expression (RE2) fits somewhere in a text", example: `event.Stage matches "^Closed (Won|Lost)$"`, gives: `true`},
	{symbol: "?.", about: "a field that may be absent: null then", example: `event?.Discount == nil`, gives: `true`},
	{symbol: "??", about: "another value where the first is missing or null", example: `(event.Discount ?? 0) == 0`, gives: `true`},
	{symbol: "? :", about: "one of two values", example: `event.Amount > 1000 ? "large" : "small"`, gives: `"large"`},
	{symbol: "[ ]", about: "an element from 0, or from the end with a negative number; a field of any name", example: `event.Tags[-1] == event["Tags"][1]`, gives: `true`},
	{symbol: "[ : ]", about: "a part of a list or text, from an element to before another", example: `event.Stage[:6]`, gives: `"Closed"`},
	{symbol: "..", takes: numbers(isList), cost: spanCost, run: span,
		about: "the whole numbers from one to another", example: `1..3`, gives: `[1, 2, 3]`},
	{symbol: "+", takes: sums, cost: joinCost, run: add,
		about: "a sum; two texts joined; a date and a duration", example: `event.Amount + 1`, gives: `1201`},
	{symbol: "-", takes: differences, run: subtract, about: "a difference; the duration between two dates", example: `event.Amount - 1`, gives: `1199`},
	{symbol: "*", takes: products, run: multiply, about: "a product", example: `event.Amount * 2`, gives: `2400`},
	{symbol: "/", takes: products, run: divide, about: "a quotient, with its fraction", example: `7 / 2`, gives: `3.5`},
	{symbol: "%", takes: numbers(isWhole), run: modulo, about: "the rest of a division of whole numbers", example: `7 % 4`, gives: `3`},
	{symbol: "**", takes: numbers(isFraction), run: power, about: "a power", example: `2 ** 3`, gives: `8`},
	{symbol: "|", about: "a call whose first argument stands before it", example: `event.Stage | lower()`, gives: `"closed won"`},
	{symbol: "let", about: "a name for a value, for what follows `;`", example: `let net = event.Amount / 1.2; net == 1000`, gives: `true`},
}

// negation and sign are written before their operand.
var (
	negation = operator{symbol: "-", takes: products, run: negate}
	sign     = operator{symbol: "+", takes: numbers(isNumber), run: plus}
)

// operatorOf returns the row of an operator as it is written.
func operatorOf(symbol string) *operator {
	if symbol == "^" {
		symbol = "**"
	}
	for i := range operators {
		if operators[i].symbol == symbol {
			return &operators[i]
		}
	}
	return nil
}

func comparable(a, b kinds) kinds {
	if a.class()&b.class() == 0 {
		return 0
	}
	return isBool
}

func orderable(a, b kinds) kinds {
	if a.class()&b.class()&hasOrder == 0 {
		return 0
	}
	return isBool
}

func listed(a, b kinds) kinds {
	if b&isList == 0 && (b&isObject == 0 || a&isText == 0) {
		return 0
	}
	return isBool
}

func texts(a, b kinds) kinds {
	if a&b&isText == 0 {
		return 0
	}
	return isBool
}

func numbers(result kinds) func(a, b kinds) kinds {
	return func(a, b kinds) kinds {
		if a&isNumber == 0 || b&isNumber == 0 {
			return 0
		}
		return result
	}
}

func sums(a, b kinds) kinds {
	result := a & b & (isText | isSpan | isWhole)
	if a&isNumber != 0 && b&isNumber != 0 && (a|b)&isFraction != 0 {
		result |= isFraction
	}
	if a&isDate != 0 && b&isSpan != 0 || a&isSpan != 0 && b&isDate != 0 {
		result |= isDate
	}
	return result
}

func differences(a, b kinds) kinds {
	result := sums(a, b) &^ (isText | isDate)
	if a&isDate != 0 {
		if b&isDate != 0 {
			result |= isSpan
		}
		if b&isSpan != 0 {
			result |= isDate
		}
	}
	return result
}

func products(a, b kinds) kinds {
	var result kinds
	if a&isNumber != 0 && b&isNumber != 0 {
		result |= isNumber
	}
	if a&isSpan != 0 && b&(isNumber|isSpan) != 0 || a&isNumber != 0 && b&isSpan != 0 {
		result |= isSpan | isNumber
	}
	return result
}

func searchCost(a, b any) int { return sizeOf(a) / 8 }

func joinCost(a, b any) int { return (sizeOf(a) + sizeOf(b)) / 8 }

// sizeOf is the length of a text in bytes.
func sizeOf(v any) int {
	s, _ := v.(string)
	return len(s)
}

func textual(symbol string, holds func(s, t string) bool) func(*Run, *node, any, any) any {
	return func(r *Run, n *node, a, b any) any {
		s, ok := a.(string)
		t, ok2 := b.(string)
		switch {
		case !ok:
			return r.wrong(n, "%s needs a string, not %s", symbol, nameOf(a))
		case !ok2:
			return r.wrong(n, "%s needs a string, not %s", symbol, nameOf(b))
		}
		return holds(s, t)
	}
}

func inCost(_, b any) int {
	list, _ := b.([]any)
	return len(list)
}

// in is the greatest of the comparisons with the elements of a list, or asks for a key of an
// object.
func in(r *Run, n *node, a, b any) any {
	switch b := b.(type) {
	case map[string]any:
		key, ok := a.(string)
		if !ok {
			return r.wrong(n, "the keys of an object are strings, not %s", nameOf(a))
		}
		_, found := b[key]
		return found
	case []any:
		result, highest := any(false), False
		for _, item := range b {
			truth, v := r.logical(n, r.equal(n, a, item, 0))
			if truth > highest {
				result, highest = v, truth
			}
			if highest == True || r.err != nil {
				break
			}
		}
		if highest == False {
			r.alike(a, b)
		}
		return result
	}
	return r.wrong(n, "%s is neither a list nor an object", nameOf(b))
}

// maxSpan is how many numbers a range has at most.
const maxSpan = 10_000

func spanCost(a, b any) int {
	from, _ := a.(int)
	to, _ := b.(int)
	return 4 * min(max(to-from, 0), maxSpan)
}

func span(r *Run, n *node, a, b any) any {
	from, ok := a.(int)
	to, ok2 := b.(int)
	switch {
	case !ok || !ok2:
		return r.wrong(n, "a range needs whole numbers")
	case to < from:
		return []any{}
	case to-from >= maxSpan || to-from < 0:
		return r.wrong(n, "a range of more than %d numbers", maxSpan)
	}
	list := make([]any, 0, to-from+1)
	for i := from; i <= to; i++ {
		list = append(list, i)
	}
	return list
}
