package condition

import (
	"math"
	"time"
)

// add is `a + b`.
func add(r *Run, n *node, a, b any) any {
	switch a := a.(type) {
	case string:
		if b, ok := b.(string); ok {
			return a + b
		}
	case time.Time:
		if b, ok := b.(time.Duration); ok {
			return a.Add(b)
		}
	case time.Duration:
		switch b := b.(type) {
		case time.Time:
			return b.Add(a)
		case time.Duration:
			return r.spanOf(n, float64(a)+float64(b), a+b)
		}
	case int:
		if b, ok := b.(int); ok {
			return r.fits(n, (a+b > a) == (b > 0) || b == 0, a+b)
		}
	}
	return r.floats(n, "+", a, b, func(x, y float64) float64 { return x + y })
}

// subtract is `a - b`.
func subtract(r *Run, n *node, a, b any) any {
	switch a := a.(type) {
	case time.Time:
		switch b := b.(type) {
		case time.Time:
			return a.Sub(b)
		case time.Duration:
			return a.Add(-b)
		}
	case time.Duration:
		if b, ok := b.(time.Duration); ok {
			return r.spanOf(n, float64(a)-float64(b), a-b)
		}
	case int:
		if b, ok := b.(int); ok {
			return r.fits(n, (a-b < a) == (b > 0) || b == 0, a-b)
		}
	}
	return r.floats(n, "-", a, b, func(x, y float64) float64 { return x - y })
}

// multiply is `a * b`.
func multiply(r *Run, n *node, a, b any) any {
	if _, ok := b.(time.Duration); ok {
		a, b = b, a
	}
	switch a := a.(type) {
	case time.Duration:
		switch b := b.(type) {
		case int:
			return r.spanOf(n, float64(a)*float64(b), a*time.Duration(b))
		case float64:
			return r.spanOf(n, float64(a)*b, time.Duration(float64(a)*b))
		}
	case int:
		if b, ok := b.(int); ok {
			return r.fits(n, a == 0 || a*b/a == b && (a != -1 || b != math.MinInt), a*b)
		}
	}
	return r.floats(n, "*", a, b, func(x, y float64) float64 { return x * y })
}

// divide is `a / b`, with a fraction.
func divide(r *Run, n *node, a, b any) any {
	if a, ok := a.(time.Duration); ok {
		switch b := b.(type) {
		case time.Duration:
			return r.finite(n, float64(a)/float64(b))
		case int:
			return r.spanOf(n, float64(a)/float64(b), time.Duration(float64(a)/float64(b)))
		}
	}
	return r.floats(n, "/", a, b, func(x, y float64) float64 { return x / y })
}

// modulo is `a % b`, of whole numbers.
func modulo(r *Run, n *node, a, b any) any {
	x, ok := a.(int)
	y, ok2 := b.(int)
	switch {
	case !ok || !ok2:
		return r.wrong(n, "%% needs two whole numbers")
	case y == 0:
		return r.wrong(n, "the result is not a number")
	}
	return x % y
}

// power is `a ** b`.
func power(r *Run, n *node, a, b any) any {
	return r.floats(n, "**", a, b, math.Pow)
}

// negate is `-a`; the node has a as its second operand, and 0 as its first.
func negate(r *Run, n *node, _, a any) any {
	switch a := a.(type) {
	case int:
		return r.fits(n, a != math.MinInt, -a)
	case float64:
		return -a
	case time.Duration:
		return -a
	}
	return r.wrong(n, "%s cannot be negated", nameOf(a))
}

// plus is `+a`.
func plus(r *Run, n *node, _, a any) any {
	if kindOf(a)&isNumber == 0 {
		return r.wrong(n, "+ needs a number after it, not %s", nameOf(a))
	}
	return a
}

// floats computes with numbers that are not both whole.
func (r *Run) floats(n *node, symbol string, a, b any, compute func(x, y float64) float64) any {
	x, ok := floatOf(a)
	y, ok2 := floatOf(b)
	if !ok || !ok2 {
		u := r.wrong(n, "%s and %s cannot be computed with %s", nameOf(a), nameOf(b), symbol)
		if k := kindOf(a) | kindOf(b); k&isText != 0 && k&isNumber != 0 {
			return u.advise("make a number of the string with float(…), or a string of the number with string(…)")
		}
		return u
	}
	return r.finite(n, compute(x, y))
}

func floatOf(v any) (float64, bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case float64:
		return v, true
	}
	return 0, false
}

// finite refuses what is not a number: a division by zero, the root of a negative.
func (r *Run) finite(n *node, f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return r.wrong(n, "the result is not a number")
	}
	return f
}

// fits refuses a whole number that 64 bits cannot hold.
func (r *Run) fits(n *node, ok bool, i int) any {
	if !ok {
		return r.wrong(n, "the result is beyond 64 bits")
	}
	return i
}

// spanOf refuses a duration of more than 292 years.
func (r *Run) spanOf(n *node, size float64, d time.Duration) any {
	if math.IsNaN(size) || math.Abs(size) >= math.MaxInt64 {
		return r.wrong(n, "the duration is too long")
	}
	return d
}
