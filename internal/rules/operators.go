package rules

import (
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/expr-lang/expr/vm/runtime"
)

// Logic is Kleene's: false decides an and, true an or, whatever the other side is.

func and(a, b any) any {
	switch {
	case a == false || b == false:
		return false
	case a == true && b == true:
		return true
	}
	return undecided(a, b)
}

func or(a, b any) any {
	switch {
	case a == true || b == true:
		return true
	case a == false && b == false:
		return false
	}
	return undecided(a, b)
}

func not(a any) any {
	if b, ok := a.(bool); ok {
		return !b
	}
	return undecided(a)
}

// undecided is why a logical operator cannot tell.
func undecided(values ...any) *unknown {
	for _, v := range values {
		switch v.(type) {
		case bool, *unknown:
		case nil:
			return missing("null")
		default:
			return wrong("%s is no condition; compare it with something", typeName(v))
		}
	}
	if u := firstUnknown(values...); u != nil {
		return u
	}
	return missing("")
}

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
	return guard(func() any { return runtime.Equal(a, b) })
}

func comparable(a, b any) bool {
	return isNumber(a) && isNumber(b) || typeName(a) == typeName(b)
}

func mismatch(a, b any) *unknown {
	text := fmt.Sprintf("%s and %s do not compare", typeName(a), typeName(b))
	_, aText := a.(string)
	_, bText := b.(string)
	if aText && isNumber(b) || bText && isNumber(a) {
		text += "; make a number of the string with float(…), or a string of the number with string(…)"
	}
	return wrong("%s", text)
}

func notEqual(a, b any) any { return not(equal(a, b)) }

// isNil is the only question that may be asked of null.
func isNil(a any) any {
	if u := firstUnknown(a); u != nil {
		return u
	}
	return a == nil
}

// order compares numbers, strings, dates and durations.
func order(a, b any, holds func(a, b any) bool) any {
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
	return guard(func() any { return holds(a, b) })
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

func arithmetic(operator string, a, b any) any {
	if u := operands(a, b); u != nil {
		return u
	}
	if !computable(operator, a, b) {
		return wrong("%s and %s cannot be computed with %s", typeName(a), typeName(b), operator)
	}
	return guard(func() any {
		switch operator {
		case "+":
			return runtime.Add(a, b)
		case "-":
			return runtime.Subtract(a, b)
		case "*":
			return runtime.Multiply(a, b)
		case "/":
			return runtime.Divide(a, b)
		case "%":
			return runtime.Modulo(a, b)
		}
		return runtime.Exponent(a, b)
	})
}

// computable keeps text short: "+" on strings is bounded by maxText.
func computable(operator string, a, b any) bool {
	s, aText := a.(string)
	t, bText := b.(string)
	if aText || bText {
		return operator == "+" && aText && bText && len(s)+len(t) <= maxText
	}
	switch a.(type) {
	case []any, map[string]any, bool:
		return false
	}
	return true
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
	if pattern, ok := b.(*regexp.Regexp); ok {
		return pattern.MatchString(s)
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
	case "endsWith":
		return strings.HasSuffix(s, t)
	}
	pattern, err := regexp.Compile(t)
	if err != nil {
		return wrong("the pattern is no regular expression")
	}
	return pattern.MatchString(s)
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

func negate(a any) any {
	if u := operands(a); u != nil {
		return u
	}
	if d, ok := a.(time.Duration); ok {
		return -d
	}
	if !isNumber(a) {
		return wrong("%s has no negative", typeName(a))
	}
	return guard(func() any { return runtime.Negate(a) })
}

// choose is `a ? b : c`. Both sides are values already: nothing here has effects.
func choose(cond, yes, no any) any {
	switch cond {
	case true:
		return yes
	case false:
		return no
	}
	return undecided(cond)
}

// coalesce is `a ?? b`.
func coalesce(a, b any) any {
	if u, ok := a.(*unknown); a == nil || ok && !u.fault {
		return b
	}
	return a
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

func orderBy(operator string, a, b any) any {
	return order(a, b, func(a, b any) bool {
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
