package rules

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
