package condition

import (
	"math"
	"time"
)

// add computes `a + b`.
func add(r *Run, n *node, a, b any) any {
	switch a := a.(type) {
	case string:
		return a + b.(string)
	case time.Time:
		return a.Add(b.(time.Duration))
	case time.Duration:
		if t, ok := b.(time.Time); ok {
			return t.Add(a)
		}
		return r.spanOf(n, float64(a)+float64(b.(time.Duration)), a+b.(time.Duration))
	case int:
		if b, ok := b.(int); ok {
			return r.fits(n, (a+b > a) == (b > 0) || b == 0, a+b)
		}
	}
	return r.finite(n, floatOf(a)+floatOf(b))
}

// subtract computes `a - b`.
func subtract(r *Run, n *node, a, b any) any {
	switch a := a.(type) {
	case time.Time:
		if t, ok := b.(time.Time); ok {
			return a.Sub(t)
		}
		return a.Add(-b.(time.Duration))
	case time.Duration:
		return r.spanOf(n, float64(a)-float64(b.(time.Duration)), a-b.(time.Duration))
	case int:
		if b, ok := b.(int); ok {
			return r.fits(n, (a-b < a) == (b > 0) || b == 0, a-b)
		}
	}
	return r.finite(n, floatOf(a)-floatOf(b))
}

// subtractFrom0 computes `-b`; a is 0.
func subtractFrom0(r *Run, n *node, a, b any) any {
	if d, ok := b.(time.Duration); ok {
		return -d
	}
	return subtract(r, n, a, b)
}

// multiply computes `a * b`.
func multiply(r *Run, n *node, a, b any) any {
	if d, ok := b.(time.Duration); ok {
		a, b = d, a
	}
	switch a := a.(type) {
	case time.Duration:
		if i, ok := b.(int); ok {
			return r.spanOf(n, float64(a)*float64(i), a*time.Duration(i))
		}
		return r.spanOf(n, float64(a)*b.(float64), time.Duration(float64(a)*b.(float64)))
	case int:
		if b, ok := b.(int); ok {
			return r.fits(n, a == 0 || a*b/a == b && (a != -1 || b != math.MinInt), a*b)
		}
	}
	return r.finite(n, floatOf(a)*floatOf(b))
}

// divide computes `a / b`, with a fraction.
func divide(r *Run, n *node, a, b any) any {
	if a, ok := a.(time.Duration); ok {
		if b, ok := b.(time.Duration); ok {
			return r.finite(n, float64(a)/float64(b))
		}
		return r.spanOf(n, float64(a)/floatOf(b), time.Duration(float64(a)/floatOf(b)))
	}
	return r.finite(n, floatOf(a)/floatOf(b))
}

// modulo computes `a % b`.
func modulo(r *Run, n *node, a, b any) any {
	if b.(int) == 0 {
		return r.wrong(n, noNumber)
	}
	return a.(int) % b.(int)
}

// power computes `a ** b`.
func power(r *Run, n *node, a, b any) any { return r.finite(n, math.Pow(floatOf(a), floatOf(b))) }

// floatOf returns a number as a float, 0 for any other value.
func floatOf(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

// finite rejects a result that is not a finite number, as of a division by zero or the root
// of a negative number.
func (r *Run) finite(n *node, f float64) any {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return r.wrong(n, noNumber)
	}
	return f
}

const noNumber = "the result is not a number, as when dividing by zero"

// fits rejects a whole number that 64 bits cannot hold.
func (r *Run) fits(n *node, ok bool, i int) any {
	if !ok {
		return r.wrong(n, "the result is too large for 64 bits")
	}
	return i
}

// spanOf rejects a duration of more than 292 years.
func (r *Run) spanOf(n *node, size float64, d time.Duration) any {
	if math.IsNaN(size) || math.Abs(size) >= math.MaxInt64 {
		return r.wrong(n, "the duration is too long: more than 292 years")
	}
	return d
}
