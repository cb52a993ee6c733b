package rules

import (
	"math"
	"time"

	"github.com/expr-lang/expr/vm/runtime"
)

func arithmetic(operator string, a, b any) any {
	if u := operands(a, b); u != nil {
		return u
	}
	if !computable(operator, a, b) {
		return wrong("%s and %s cannot be computed with %s", typeName(a), typeName(b), operator)
	}
	if i, ok := a.(int); ok {
		if j, ok := b.(int); ok && overflows(operator, i, j) {
			return wrong("the result is beyond 64 bits")
		}
	}
	return finite(guard(func() any {
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
	}))
}

// overflows reports whether two whole numbers have a result that 64 bits cannot hold.
func overflows(operator string, a, b int) bool {
	switch operator {
	case "+":
		return (a+b > a) != (b > 0) && b != 0
	case "-":
		return (a-b < a) != (b > 0) && b != 0
	case "*":
		return a != 0 && (a*b/a != b || a == -1 && b == math.MinInt)
	}
	return false
}

// finite refuses what no number is: a division by zero, the root of a negative. The
// comparisons of such values say nothing about the event.
func finite(v any) any {
	if f, ok := v.(float64); ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
		return wrong("the result is not a number")
	}
	return v
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
