package condition

import "math"

// Kind is the kind of constant that a membership compares with.
type Kind int

// The kinds of constants.
const (
	OtherKind Kind = iota
	TextKind
	NumberKind
	BoolKind
)

// Key returns a value in the form in which equal constants are equal keys of a map, and its
// kind: a whole number is an int, whatever it was written as.
func Key(v any) (any, Kind) {
	switch v := v.(type) {
	case string:
		return v, TextKind
	case bool:
		return v, BoolKind
	case int:
		return v, NumberKind
	case float64:
		if whole, ok := wholeOf(v); ok {
			return whole, NumberKind
		}
		return v, NumberKind
	}
	return nil, OtherKind
}

// wholeOf returns the whole number that a number is.
func wholeOf(f float64) (int, bool) {
	if f != math.Trunc(f) || f < math.MinInt64 || f >= math.MaxInt64 {
		return 0, false
	}
	return int(f), true
}

// constants are those that a field is compared with, all of one kind.
type constants struct {
	kind   Kind
	values []any
	keys   map[any]bool
}

// few is how many constants are looked through one by one.
const few = 8

// constantsOf returns the constants of a list, nil unless they are of one kind.
func constantsOf(list []any) *constants {
	c := &constants{}
	if len(list) > few {
		c.keys = make(map[any]bool, len(list))
	}
	for i, v := range list {
		key, kind := Key(v)
		if kind == OtherKind || i > 0 && kind != c.kind {
			return nil
		}
		c.kind = kind
		if c.has(key) {
			continue
		}
		c.values = append(c.values, key)
		if c.keys != nil {
			c.keys[key] = true
		}
	}
	if len(list) == 0 {
		return nil
	}
	return c
}

func (c *constants) has(key any) bool {
	if c.keys != nil {
		return c.keys[key]
	}
	for _, value := range c.values {
		if value == key {
			return true
		}
	}
	return false
}

// oneOf is `path == constant` and `path in [constants]`, the parts that most rules consist
// of and that an index can answer.
func (r *Run) oneOf(n *node) any {
	v := r.path(n.kids[0])
	key, kind := Key(v)
	if kind != n.set.kind {
		switch v := v.(type) {
		case nil:
			return r.null(n.kids[0])
		case *Unknown:
			return v
		}
		return r.incomparable(n, v, n.set.values[0])
	}
	found := n.set.has(key)
	if !found {
		r.alike(v, n.set.values)
	}
	return found != n.negated
}
