package condition

import "strings"

// operator describes an operator: its types, its cost, how it is computed, and its
// documentation.
type operator struct {
	symbol string
	// takes are the types that the operands can have, and the type of the result for each.
	// An unknown or null operand makes the result unknown.
	takes []signature
	// cost returns what the operator costs in addition to one step; nil if it costs no more.
	cost func(a, b any) int
	// run computes the result, or an Unknown. It is nil for operators that do not just take
	// the values of their operands, such as `and`: these have forms of their own.
	run func(r *Run, n *node, a, b any) any

	about, example, gives string
}

// signature is a pair of types that an operator takes, and the type of the result.
type signature struct{ left, right, gives kinds }

var (
	compared = []signature{{isNumber, isNumber, isBool}, {isText, isText, isBool}, {isBool, isBool, isBool}, {isList, isList, isBool},
		{isObject, isObject, isBool}, {isDate, isDate, isBool}, {isSpan, isSpan, isBool}}
	ordered   = []signature{{isNumber, isNumber, isBool}, {isText, isText, isBool}, {isDate, isDate, isBool}, {isSpan, isSpan, isBool}}
	textual   = []signature{{isText, isText, isBool}}
	listed    = []signature{{isAny, isList, isBool}, {isText, isObject, isBool}}
	summed    = []signature{{isWhole, isWhole, isWhole}, {isNumber, isNumber, isNumber}, {isText, isText, isText}, {isDate, isSpan, isDate}, {isSpan, isDate, isDate}, {isSpan, isSpan, isSpan}}
	differing = []signature{{isWhole, isWhole, isWhole}, {isNumber, isNumber, isNumber}, {isDate, isDate, isSpan}, {isDate, isSpan, isDate}, {isSpan, isSpan, isSpan}}
	scaled    = []signature{{isWhole, isWhole, isWhole}, {isNumber, isNumber, isNumber}, {isSpan, isNumber, isSpan}, {isNumber, isSpan, isSpan}}
	divided   = []signature{{isNumber, isNumber, isFraction}, {isSpan, isNumber, isSpan}, {isSpan, isSpan, isFraction}}
	powers    = []signature{{isNumber, isNumber, isFraction}}
	wholes    = []signature{{isWhole, isWhole, isWhole}}
	spanned   = []signature{{isWhole, isWhole, isList}}
	signed    = []signature{{isWhole, isNumber, isNumber}, {isWhole, isSpan, isSpan}}
)

// operators is the table of operators, in the order of the documentation.
var operators = [...]operator{
	{symbol: "==", takes: compared, run: equal,
		about: "whether two values of the same type are equal", example: `event.Stage == "Closed Won"`, gives: `true`},
	{symbol: "!=", about: "whether they are different", example: `event.Stage != "Open"`, gives: `true`},
	{symbol: "<", takes: ordered, run: inOrder(func(sign int) bool { return sign < 0 }),
		about: "less than; of dates and strings, before", example: `event.Amount < 2000`, gives: `true`},
	{symbol: "<=", takes: ordered, run: inOrder(func(sign int) bool { return sign <= 0 }),
		about: "less than or equal; `1 < a <= 5` works too", example: `1000 < event.Amount <= 1200`, gives: `true`},
	{symbol: ">", takes: ordered, run: inOrder(func(sign int) bool { return sign > 0 }),
		about: "greater than; of dates and strings, after", example: `event.Amount > 1000`, gives: `true`},
	{symbol: ">=", takes: ordered, run: inOrder(func(sign int) bool { return sign >= 0 }),
		about: "greater than or equal", example: `event.Amount >= 1200`, gives: `true`},
	{symbol: "and", about: "whether both conditions are true; also written `&&`", example: `event.Amount > 1000 and event.Stage == "Closed Won"`, gives: `true`},
	{symbol: "or", about: "whether at least one condition is true; also written `||`", example: `event.Amount > 5000 or event.Stage == "Closed Won"`, gives: `true`},
	{symbol: "not", about: "the opposite; also written `!`; also before `in`, `contains`, `startsWith`, `endsWith` and `matches`, as in `a not in b`", example: `not (event.Amount > 5000)`, gives: `true`},
	{symbol: "in", takes: listed, cost: inCost, run: in,
		about: "whether a list contains a value, or an object has a key", example: `event.Stage in ["Closed Won", "Closed Lost"]`, gives: `true`},
	{symbol: "contains", takes: textual, cost: searchCost, run: ofTexts(strings.Contains),
		about: "whether a string contains another", example: `event.Stage contains "Won"`, gives: `true`},
	{symbol: "startsWith", takes: textual, run: ofTexts(strings.HasPrefix),
		about: "whether a string begins with another", example: `event.Stage startsWith "Closed"`, gives: `true`},
	{symbol: "endsWith", takes: textual, run: ofTexts(strings.HasSuffix),
		about: "whether a string ends with another", example: `event.Stage endsWith "Won"`, gives: `true`},
	{symbol: "matches", takes: textual, run: matches,
		about: "whether a regular expression ([RE2](https://github.com/google/re2/wiki/Syntax)) matches any part of a string", example: `event.Stage matches "^Closed (Won|Lost)$"`, gives: `true`},
	{symbol: "?.", about: "a field, or null if it is missing", example: `event?.Discount == nil`, gives: `true`},
	{symbol: "??", about: "a value, or the second one if the first is missing or null", example: `(event.Discount ?? 0) == 0`, gives: `true`},
	{symbol: "? :", about: "one of two values, depending on a condition", example: `event.Amount > 1000 ? "large" : "small"`, gives: `"large"`},
	{symbol: "[ ]", about: "an element of a list, counted from 0, or from the end with a negative number; a field with any name", example: `event.Tags[-1] == event["Tags"][1]`, gives: `true`},
	{symbol: "[ : ]", about: "a part of a list or string, from one position up to, but not including, another", example: `event.Stage[:6]`, gives: `"Closed"`},
	{symbol: "..", takes: spanned, cost: spanCost, run: span,
		about: "the whole numbers from one to another", example: `1..3`, gives: `[1, 2, 3]`},
	{symbol: "+", takes: summed, cost: joinCost, run: add,
		about: "the sum of two numbers or durations; two strings joined; a date plus a duration", example: `event.Amount + 1`, gives: `1201`},
	{symbol: "-", takes: differing, run: subtract, about: "the difference of two numbers or durations; the duration between two dates; a date minus a duration", example: `event.Amount - 1`, gives: `1199`},
	{symbol: "*", takes: scaled, run: multiply, about: "the product of two numbers, or of a duration and a number", example: `event.Amount * 2`, gives: `2400`},
	{symbol: "/", takes: divided, run: divide, about: "the quotient of two numbers, with its fraction; a duration divided by a number or a duration", example: `7 / 2`, gives: `3.5`},
	{symbol: "%", takes: wholes, run: modulo, about: "the remainder of a division of whole numbers", example: `7 % 4`, gives: `3`},
	{symbol: "**", takes: powers, run: power, about: "a number to the power of another", example: `2 ** 3`, gives: `8`},
	{symbol: "|", about: "a function call whose first argument is written before it", example: `event.Stage | lower()`, gives: `"closed won"`},
	{symbol: "let", about: "a name for a value, in the expression after `;`", example: `let net = event.Amount / 1.2; net == 1000`, gives: `true`},
}

// minus and plus are signs before an operand. It is their second operand; the first is 0.
var (
	minus = operator{symbol: "-", takes: signed, run: subtractFrom0}
	plus  = operator{symbol: "+", takes: signed, run: func(_ *Run, _ *node, _, b any) any { return b }}
)

// operatorOf returns the operator that is written so, nil if there is none.
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

// fits reports whether the operator takes operands of these types.
func (o *operator) fits(left, right kinds) bool {
	for i := range o.takes {
		if s := &o.takes[i]; s.left&left != 0 && s.right&right != 0 {
			return true
		}
	}
	return false
}

// fit returns the types that the result can have for operands of these types; 0 if the
// operator never takes them.
func (o *operator) fit(left, right kinds) (gives kinds) {
	for _, s := range o.takes {
		if s.left&left != 0 && s.right&right != 0 {
			gives |= s.gives
		}
	}
	return gives
}

// compares reports whether the operator compares by value or order.
func (o *operator) compares() bool {
	return o.fit(isDate, isDate) == isBool && o.symbol != "in"
}

// misfit says why the operator does not take operands of these types, and what to write
// instead.
func (o *operator) misfit(left, right kinds) (message, hint string) {
	if left != isNull && right != isNull {
		left, right = left&^isNull, right&^isNull
	}
	left, right = left.class(), right.class()
	hint = makeOneType(left, right)
	both, anything := left.String()+" and "+right.String(), (isAny &^ isNull).class()
	one := left&right != 0 || left == anything || right == anything
	if left == anything || one && left == right {
		both = right.String()
	} else if right == anything {
		both = left.String()
	}
	switch {
	case o == &minus || o == &plus:
		return o.symbol + " needs a number after it, not " + right.String(), conversion(isNumber, right)
	case o.symbol == "in" && right == isObject:
		return "in needs a string before it to find a key of an object, not " + left.String(), ""
	case o.symbol == "in" && right == isText:
		return "in needs a list after it, not a string", "use contains to find text in a string"
	case o.symbol == "in":
		return "in needs a list after it, not " + right.String(), ""
	case o.symbol == "contains" && left == isList:
		return "contains needs two strings, not a list", "for a list, write the element first, as in \"VIP\" in event.tags"
	case o.fit(isText, isText) == isBool && !o.compares():
		return o.symbol + " needs two strings, not " + both, conversion(isText, (left|right)&^isText)
	case o.compares() && one:
		return o.symbol + " compares numbers, strings, dates or durations, not " + both, hint
	case o.compares():
		return left.String() + " cannot be compared with " + right.String(), hint
	}
	return o.symbol + " cannot be used with " + both, hint
}

func searchCost(a, _ any) int { return sizeOf(a) / 8 }

func joinCost(a, b any) int { return (sizeOf(a) + sizeOf(b)) / 8 }

// sizeOf returns the length of a string in bytes, 0 for any other value.
func sizeOf(v any) int {
	s, _ := v.(string)
	return len(s)
}

func ofTexts(holds func(s, t string) bool) func(*Run, *node, any, any) any {
	return func(_ *Run, _ *node, a, b any) any { return holds(a.(string), b.(string)) }
}

func inCost(_, b any) int {
	list, _ := b.([]any)
	return len(list)
}

// in compares a value with every element of a list and joins the results as `or` does, or
// looks for a key in an object.
func in(r *Run, n *node, a, b any) any {
	if object, ok := b.(map[string]any); ok {
		_, found := object[a.(string)]
		return found
	}
	result, highest := any(false), False
	for _, item := range b.([]any) {
		truth, v := r.logical(n, r.equal(n, a, item, 0))
		if truth > highest {
			result, highest = v, truth
		}
		if highest == True || r.err != nil {
			break
		}
	}
	if highest == False {
		r.alike(a, b.([]any))
	}
	return result
}

// maxSpan limits how many numbers a range has.
const maxSpan = 10_000

func spanCost(a, b any) int { return 4 * min(max(b.(int)-a.(int), 0), maxSpan) }

func span(r *Run, n *node, a, b any) any {
	from, to := a.(int), b.(int)
	switch {
	case to < from:
		return []any{}
	case to-from >= maxSpan || to-from < 0:
		return r.wrong(n, "the range is too long: more than %d numbers", maxSpan)
	}
	list := make([]any, 0, to-from+1)
	for i := from; i <= to; i++ {
		list = append(list, i)
	}
	return list
}
