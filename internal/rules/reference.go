package rules

// Function is a function that conditions can call, with an example that a test runs.
type Function struct {
	Name    string
	About   string
	Example string
	// Gives is what the example is, as an expression.
	Gives string
	// Own says that untag brings the function, or gives it a meaning of its own; the
	// others are those of expr-lang/expr.
	Own bool
}

// Functions lists all functions, in the order of the documentation: untag's own first.
func Functions() []Function {
	list := own()
	for i := range list {
		list[i].Own = true
	}
	return append(list, library()...)
}

func own() []Function {
	return functionsOf([][4]string{
		{"has", "whether a field is there, even if it is null", `has({"Stage": "Closed Won"}.Stage)`, `true`},
		{"date", "a date from text, as RFC 3339 or YYYY-MM-DD in UTC, or with a layout", `date("2026-03-01") < date("02.03.2026", "02.01.2006")`, `true`},
		{"now", "the time at which the event was received", `now() - duration("1h") < now()`, `true`},
		{"lower", "text in lower case", `lower("Ada@Example.COM")`, `"ada@example.com"`},
		{"digits", "the digits of a text, such as a phone number", `digits("+49 (30) 1234-567")`, `"49301234567"`},
	})
}

func library() []Function {
	return functionsOf([][4]string{
		{"upper", "text in upper case", `upper("won")`, `"WON"`},
		{"trim", "text without white space around it, or without the characters given", `trim("  won ")`, `"won"`},
		{"trimPrefix", "text without a beginning", `trimPrefix("mailto:ada", "mailto:")`, `"ada"`},
		{"trimSuffix", "text without an end", `trimSuffix("ada.", ".")`, `"ada"`},
		{"hasPrefix", "whether a text begins with another", `hasPrefix("Closed Won", "Closed")`, `true`},
		{"hasSuffix", "whether a text ends with another", `hasSuffix("Closed Won", "Won")`, `true`},
		{"indexOf", "where a text is in another, -1 if it is not", `indexOf("a-b", "-")`, `1`},
		{"lastIndexOf", "where a text is in another for the last time", `lastIndexOf("a-b-c", "-")`, `3`},
		{"split", "the parts of a text", `split("a,b", ",")`, `["a", "b"]`},
		{"splitAfter", "the parts of a text, with what separates them", `splitAfter("a,b", ",")`, `["a,", "b"]`},
		{"join", "one text of several", `join(["a", "b"], "-")`, `"a-b"`},
		{"replace", "text with a part of it replaced", `replace("a b", " ", "_")`, `"a_b"`},
		{"repeat", "text several times", `repeat("ab", 2)`, `"abab"`},
		{"string", "a value as text", `string(42)`, `"42"`},
		{"int", "a whole number of a text or number", `int("42")`, `42`},
		{"float", "a number of a text or number", `float("1000.50")`, `1000.5`},
		{"abs", "a number without its sign", `abs(-2)`, `2`},
		{"ceil", "the next whole number above", `ceil(1.2)`, `2.0`},
		{"floor", "the next whole number below", `floor(1.8)`, `1.0`},
		{"round", "the nearest whole number", `round(1.5)`, `2.0`},
		{"max", "the largest number", `max(1, 3, 2)`, `3`},
		{"min", "the smallest number", `min(1, 3, 2)`, `1`},
		{"mean", "the average", `mean([1, 2, 3])`, `2.0`},
		{"median", "the middle number", `median([1, 9, 2])`, `2.0`},
		{"sum", "the sum of a list, or of what is computed from each element", `sum([{"n": 1}, {"n": 2}], .n)`, `3`},
		{"len", "how many elements a list has, keys an object, characters a text", `len("won")`, `3`},
		{"type", "the name of a type", `type(1)`, `"int"`},
		{"duration", "a span of time", `duration("90m") > duration("1h")`, `true`},
		{"any", "whether the condition holds for some element", `any([1, 2], # > 1)`, `true`},
		{"all", "whether it holds for every element", `all([1, 2], # > 1)`, `false`},
		{"none", "whether it holds for no element", `none([1, 2], # > 2)`, `true`},
		{"one", "whether it holds for exactly one element", `one([1, 2], # > 1)`, `true`},
		{"count", "for how many elements it holds", `count([1, 2, 3], # > 1)`, `2`},
		{"filter", "the elements for which it holds", `filter([1, 2, 3], # > 1)`, `[2, 3]`},
		{"map", "what is computed from each element", `map([{"n": 1}, {"n": 2}], .n)`, `[1, 2]`},
		{"find", "the first element for which it holds", `find([1, 2, 3], # > 1)`, `2`},
		{"findIndex", "the place of that element, from 0", `findIndex([1, 2, 3], # > 1)`, `1`},
		{"findLast", "the last element for which it holds", `findLast([1, 2, 3], # > 1)`, `3`},
		{"findLastIndex", "the place of that element, from 0", `findLastIndex([1, 2, 3], # > 1)`, `2`},
		{"reduce", "one value of a list, built up element by element", `reduce([1, 2, 3], #acc + #, 0)`, `6`},
		{"groupBy", "the elements by what is computed from them", `groupBy(["a", "bb", "c"], len(#))["1"]`, `["a", "c"]`},
		{"sortBy", "the elements in the order of what is computed from them", `sortBy([{"n": 2}, {"n": 1}], .n)[0].n`, `1`},
		{"sort", "a list in order", `sort([2, 1])`, `[1, 2]`},
		{"reverse", "a list from its end", `reverse([1, 2])`, `[2, 1]`},
		{"uniq", "a list without repeats", `uniq([1, 2, 1])`, `[1, 2]`},
		{"concat", "lists one after another", `concat([1], [2, 3])`, `[1, 2, 3]`},
		{"flatten", "a list without lists in it", `flatten([1, [2, [3]]])`, `[1, 2, 3]`},
		{"first", "the first element", `first([1, 2])`, `1`},
		{"last", "the last element", `last([1, 2])`, `2`},
		{"take", "the first elements", `take([1, 2, 3], 2)`, `[1, 2]`},
		{"get", "an element or field that may be absent: null then", `get({"a": 1}, "b") == nil`, `true`},
		{"keys", "the keys of an object, in order", `keys({"b": 1, "a": 2})`, `["a", "b"]`},
		{"values", "the values of an object, in the order of its keys", `values({"b": 1, "a": 2})`, `[2, 1]`},
		{"toPairs", "keys and values of an object", `toPairs({"a": 1})`, `[["a", 1]]`},
		{"fromPairs", "an object of keys and values", `fromPairs([["a", 1]]).a`, `1`},
		{"toJSON", "a value as JSON", `toJSON("a")`, `"\"a\""`},
		{"fromJSON", "the value of a JSON text; numbers keep every digit", `fromJSON("[5725767000000524157]")[0]`, `5725767000000524157`},
		{"toBase64", "text in Base64", `toBase64("ab")`, `"YWI="`},
		{"fromBase64", "text of Base64", `fromBase64("YWI=")`, `"ab"`},
		{"bitand", "the bits that both numbers have", `bitand(6, 3)`, `2`},
		{"bitor", "the bits that either number has", `bitor(6, 3)`, `7`},
		{"bitxor", "the bits in which the numbers differ", `bitxor(6, 3)`, `5`},
		{"bitnand", "the bits of the first number that the second lacks", `bitnand(6, 3)`, `4`},
		{"bitnot", "a number with every bit turned", `bitnot(0)`, `-1`},
		{"bitshl", "a number with its bits moved up", `bitshl(1, 3)`, `8`},
		{"bitshr", "a number with its bits moved down", `bitshr(8, 3)`, `1`},
		{"bitushr", "the same, without regard to the sign", `bitushr(8, 3)`, `1`},
	})
}

func functionsOf(rows [][4]string) []Function {
	list := make([]Function, len(rows))
	for i, r := range rows {
		list[i] = Function{Name: r[0], About: r[1], Example: r[2], Gives: r[3]}
	}
	return list
}
