package condition

import (
	"math"
	"strconv"
)

// numberFunctions are the functions of numbers.
var numberFunctions = [...]function{
	{name: "number", section: Numbers, takes: []kinds{isText | isNumber, isText}, least: 1, gives: isNumber, cost: readCost, run: number, literal: decimalSign,
		about:   "the number in a string as people write it, with separated thousands, a currency, and either decimal sign; a second argument `\",\"` or `\".\"` says which sign is the decimal sign",
		example: `number("12.500,00 €")`, result: `12500`},
	{name: "int", section: Numbers, takes: []kinds{isText | isNumber}, least: 1, gives: isWhole, cost: readCost, run: toInt,
		about: "the whole number in a plain string such as `42`; a number without its fraction", example: `int("42")`, result: `42`},
	{name: "float", section: Numbers, takes: []kinds{isText | isNumber}, least: 1, gives: isFraction, cost: readCost, run: toFloat,
		about: "the number in a plain string such as `1000.50`", example: `float("1000.50")`, result: `1000.5`},
	{name: "abs", section: Numbers, takes: []kinds{isNumber}, least: 1, gives: isNumber, run: abs,
		about: "a number without its sign", example: `abs(-2)`, result: `2`},
	{name: "ceil", section: Numbers, takes: []kinds{isNumber}, least: 1, gives: isFraction, run: rounded(math.Ceil),
		about: "a number rounded up to a whole number", example: `ceil(1.2)`, result: `2`},
	{name: "floor", section: Numbers, takes: []kinds{isNumber}, least: 1, gives: isFraction, run: rounded(math.Floor),
		about: "a number rounded down to a whole number", example: `floor(1.8)`, result: `1`},
	{name: "round", section: Numbers, takes: []kinds{isNumber}, least: 1, gives: isFraction, run: rounded(math.Round),
		about: "a number rounded to the nearest whole number", example: `round(1.5)`, result: `2`},
	{name: "max", section: Numbers, takes: []kinds{isNumber | isList}, least: 1, variadic: true, gives: isNumber | isNull, run: extreme(1),
		about: "the largest of some numbers, or of the numbers in lists; null if there are none", example: `max(1, 3, 2)`, result: `3`},
	{name: "min", section: Numbers, takes: []kinds{isNumber | isList}, least: 1, variadic: true, gives: isNumber | isNull, run: extreme(-1),
		about: "the smallest of some numbers, or of the numbers in lists; null if there are none", example: `min([1, 3, 2])`, result: `1`},
	{name: "mean", section: Numbers, takes: []kinds{isNumber | isList}, least: 1, variadic: true, gives: isFraction | isNull, run: mean,
		about: "the average of some numbers, or of the numbers in lists; null if there are none", example: `mean([1, 2, 3])`, result: `2`},
}

func toInt(r *Run, n *node, args []any) any {
	switch v := args[0].(type) {
	case string:
		i, err := strconv.Atoi(v)
		if err != nil {
			return r.notPlain(n, "int: the string is not a plain whole number", v)
		}
		return i
	case float64:
		i, ok := wholeOf(math.Trunc(v))
		return r.fits(n, ok, i)
	}
	return args[0]
}

func toFloat(r *Run, n *node, args []any) any {
	s, ok := args[0].(string)
	if !ok {
		return floatOf(args[0])
	}
	f, err := strconv.ParseFloat(s, 64)
	if err != nil || math.IsNaN(f) || math.IsInf(f, 0) {
		return r.notPlain(n, "float: the string is not a plain number", s)
	}
	return f
}

// notPlain says that a string is not a plain number, and suggests number(…) if that can read
// it.
func (r *Run) notPlain(n *node, message, text string) *Unknown {
	u := r.wrong(n, "%s", message)
	if _, fault := readNumber(text, ""); fault != notANumber {
		return u.advise("use number(%s), which reads numbers as people write them", n.kids[0].text)
	}
	return u
}

func abs(r *Run, n *node, args []any) any {
	if i, ok := args[0].(int); ok {
		if i < 0 {
			return r.fits(n, i != math.MinInt, -i)
		}
		return i
	}
	return math.Abs(args[0].(float64))
}

func rounded(round func(float64) float64) func(*Run, *node, []any) any {
	return func(_ *Run, _ *node, args []any) any {
		return round(floatOf(args[0]))
	}
}

// extreme returns max for the sign 1 and min for -1.
func extreme(sign int) func(*Run, *node, []any) any {
	return func(r *Run, n *node, args []any) any {
		var best any
		u := r.eachNumber(n, args, 0, func(v any) {
			if best == nil || order(v, best) == sign {
				best = v
			}
		})
		if u != nil {
			return u
		}
		return best
	}
}

func mean(r *Run, n *node, args []any) any {
	total, count := 0.0, 0
	u := r.eachNumber(n, args, 0, func(v any) {
		total += floatOf(v)
		count++
	})
	switch {
	case u != nil:
		return u
	case count == 0:
		return nil
	}
	return r.finite(n, total/float64(count))
}

// eachNumber visits the numbers among values, also those in lists.
func (r *Run) eachNumber(n *node, values []any, depth int, visit func(v any)) *Unknown {
	if !r.charge(2 * len(values)) {
		return r.stopped(n)
	}
	for _, v := range values {
		switch v := v.(type) {
		case nil:
			return &Unknown{at: n, what: n.function.name + ": a null in the list is not a number"}
		case int, float64:
			visit(v)
		case []any:
			if depth == maxDepth {
				return r.nestedTooDeep(n)
			}
			if u := r.eachNumber(n, v, depth+1, visit); u != nil {
				return u
			}
		default:
			u := r.wrong(n, "%s takes numbers, not %s", n.function.name, nameOf(v))
			return u.advise("%s", conversion(isNumber, kindOf(v)))
		}
	}
	return nil
}
