package condition

// Truth is what a condition comes to. The order of these values is the whole logic: `and`
// is the least of its parts, `or` the greatest, and `not` swaps True and False.
type Truth int

// The four truths, from the least to the greatest.
const (
	False Truth = iota
	// Missing means that a field the condition needs is absent or null.
	Missing
	// Failed means that the condition cannot be evaluated, as for types that do not compare.
	Failed
	True
)

func (t Truth) String() string {
	return [...]string{"false", "missing", "error", "true"}[t]
}

func truthOf(b bool) Truth {
	if b {
		return True
	}
	return False
}

// logical returns what a value says where a condition is needed, and the value again: a
// bool, or the Unknown that says why it is neither true nor false.
func (r *Run) logical(n *node, v any) (Truth, any) {
	switch v := v.(type) {
	case bool:
		return truthOf(v), v
	case *Unknown:
		return v.Truth(), v
	case nil:
		return Missing, r.null(n)
	}
	return Failed, r.wrong(n, "%s is not a condition; compare it with something", nameOf(v))
}

// not turns true and false, and leaves what is unknown.
func (r *Run) not(n *node, v any) any {
	truth, v := r.logical(n, v)
	switch truth {
	case True:
		return false
	case False:
		return true
	}
	return v
}

// least is `and`, greatest is `or`. The first of equal parts gives the reason.
func (r *Run) least(n *node) any {
	result, lowest := any(true), True
	for i, kid := range n.kids {
		truth, v := r.logical(kid, r.part(kid))
		if truth < lowest {
			result, lowest = v, truth
		}
		if lowest == False {
			r.aside(n, n.kids[i+1:])
			break
		}
	}
	return result
}

func (r *Run) greatest(n *node) any {
	result, highest := any(false), False
	for i, kid := range n.kids {
		truth, v := r.logical(kid, r.part(kid))
		if truth > highest {
			result, highest = v, truth
		}
		if highest == True {
			r.aside(n, n.kids[i+1:])
			break
		}
	}
	return result
}
