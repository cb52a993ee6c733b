package condition

import "unicode/utf8"

// member evaluates `a.b` and `a[b]`, which are missing if a has no b, and `a?.b`, which is
// null then.
func (r *Run) member(n *node) any {
	from, key, u := r.look(n)
	if u != nil {
		return u
	}
	v, found := lookup(from, key)
	switch before, unknown := from.(*Unknown); {
	case found:
		r.met(n, v)
		return v
	case n.form == formOptional:
		return nil
	case !unknown:
		return r.absentKey(n, from, key)
	case before.at != n.kids[0]:
		return before // a variable: name what was missing when it was set
	case before.hint != "":
		return &Unknown{at: n, hint: before.hint}
	}
	return n.missing
}

// has evaluates `has(a.b)`.
func (r *Run) has(n *node) any {
	field := n.kids[0]
	if field.form == formPath {
		v, found := field.path.Find(&r.scope)
		if found {
			r.met(field, v)
		}
		return found
	}
	from, key, u := r.look(field)
	if u != nil {
		return u
	}
	v, found := lookup(from, key)
	if found {
		r.met(field, v)
	}
	return found
}

// look evaluates what a field is looked up in, and the field's name. If the first is itself
// a missing field, from is an Unknown, which `?.` and `has` accept. They do not accept a
// value that could not be computed, nor an unknown name: u is the reason then.
func (r *Run) look(n *node) (from, key any, u *Unknown) {
	from, key = r.value(n.kids[0]), r.value(n.kids[1])
	if u := asUnknown(key); u != nil {
		return nil, nil, u
	}
	if u := asUnknown(from); u != nil && (u.cause == causeWrong || !isField(n.kids[0])) {
		return nil, nil, u
	}
	return from, key, nil
}

// isField reports whether a node is a field: a root or element, and names below it.
func isField(n *node) bool {
	switch n.form {
	case formPath, formRoot, formElement:
		return true
	case formVariable:
		return n.field
	case formMember, formOptional:
		return isField(n.kids[0])
	}
	return false
}

func lookup(from, key any) (any, bool) {
	switch from := from.(type) {
	case map[string]any:
		name, ok := key.(string)
		if !ok {
			return nil, false
		}
		v, found := from[name]
		return v, found
	case []any:
		i, ok := key.(int)
		if i < 0 {
			i += len(from)
		}
		if !ok || i < 0 || i >= len(from) {
			return nil, false
		}
		return from[i], true
	}
	return nil, false
}

// slice is `a[from:to]`, of a text in characters; bounds outside are moved to the ends. The
// kids are a, from and to.
func (r *Run) slice(n *node) any {
	values := []any{r.value(n.kids[0]), r.value(n.kids[1]), r.value(n.kids[2])}
	if u := r.operands(n.kids, values); u != nil {
		return u
	}
	from, ok := values[1].(int)
	to, ok2 := values[2].(int)
	if !ok || !ok2 {
		return r.wrong(n, "the positions in [from:to] must be whole numbers")
	}
	switch v := values[0].(type) {
	case string:
		if !r.charge(1 + len(v)) {
			return r.stopped(n)
		}
		length := utf8.RuneCountInString(v)
		from, to = within(from, to, length)
		start := byteOffset(v, from)
		return v[start : start+byteOffset(v[start:], to-from)]
	case []any:
		from, to = within(from, to, len(v))
		return v[from:to:to]
	}
	return r.wrong(n, "[from:to] needs a string or a list before it, not %s", nameOf(values[0]))
}

// noBound is the end of a slice whose bound is not written.
const noBound = 1<<63 - 1

// within counts negative bounds from the end, and moves those outside to the ends.
func within(from, to, length int) (int, int) {
	clamp := func(i int) int {
		if i < 0 {
			i += length
		}
		return min(max(i, 0), length)
	}
	from = clamp(from)
	return from, max(from, clamp(to))
}

// byteOffset is where a character of a text begins.
func byteOffset(s string, runes int) int {
	for i := range s {
		if runes == 0 {
			return i
		}
		runes--
	}
	return len(s)
}
