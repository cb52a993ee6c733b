package condition

// Truth is the result of a condition. Its values are ordered, and that order is the whole
// logic: `and` is the least of its parts, `or` is the greatest, and `not` swaps True and
// False.
type Truth int

// The four truths, from the least to the greatest.
const (
	False Truth = iota
	// Missing means that a field that the condition needs is missing or null.
	Missing
	// Failed means that the condition cannot be evaluated, as when a string is compared with
	// a number.
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

// logical returns the truth of a value that is used as a condition, and the value: a bool, or
// the Unknown that says why it is neither true nor false.
func (r *Run) logical(n *node, v any) (Truth, any) {
	switch v := v.(type) {
	case bool:
		return truthOf(v), v
	case *Unknown:
		return v.Truth(), v
	case nil:
		return Missing, r.null(n)
	}
	return Failed, r.wrong(n, "%s is neither true nor false", nameOf(v)).advise(compareIt)
}

// not swaps true and false, and returns an Unknown as it is.
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

// least evaluates `and`. Of parts with the same result, the first says why.
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

// greatest evaluates `or`.
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
