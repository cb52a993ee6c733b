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

// Key returns the key of a constant in a map, and its kind. Equal constants have equal keys:
// a whole number is an int, even if it is written as 1.0.
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

// wholeOf converts a float to an int; ok is false unless it is a whole number that fits.
func wholeOf(f float64) (whole int, ok bool) {
	if f != math.Trunc(f) || f < math.MinInt64 || f >= math.MaxInt64 {
		return 0, false
	}
	return int(f), true
}

// constants is a set of constants of one kind, with which a field is compared.
type constants struct {
	kind   Kind
	values []any
	keys   map[any]bool
}

// few is up to how many constants has compares one by one instead of using a map.
const few = 8

// constantsOf returns the constants of a list, nil if it is empty or they are not all of one
// kind.
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

// oneOf evaluates `path == constant` and `path in [constants]`. Most rules consist of these
// parts, and an index can answer them.
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
