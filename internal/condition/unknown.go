package condition

import "fmt"

// Unknown is the value of an expression that has none, and says why. It passes through every
// operator and function, so that nothing computed from it looks like a fact.
type Unknown struct {
	cause cause
	// at is the node that is missing, null or wrong.
	at *node
	// what says what is wrong, advice what to write instead.
	what, advice string
	// part is the part of the condition that failed.
	part *node
	// hint says more about what is missing. It is set only in a trace, as it names other
	// fields of the event.
	hint string
}

type cause int

const (
	causeMissing cause = iota
	causeNull
	causeWrong
)

// Truth returns Missing or Failed.
func (u *Unknown) Truth() Truth {
	if u.cause == causeWrong {
		return Failed
	}
	return Missing
}

// Message says what is missing, as the rule writes it, or what is wrong and what to write
// instead. It never contains a value of the event.
func (u *Unknown) Message() string {
	switch {
	case u.cause == causeWrong && u.part != nil:
		return fmt.Sprintf("`%s`: %s", u.part.text, u.reason())
	case u.what != "":
		return u.reason()
	case u.cause == causeNull:
		return u.at.text + " is null" + u.hint
	}
	return u.at.text + " is missing" + u.hint
}

func (u *Unknown) reason() string {
	if u.advice == "" {
		return u.what
	}
	return u.what + "; " + u.advice
}

// errorCost is the cost of an error message: every element of a list can cause one.
const errorCost = 60

// wrong returns the value of a node that cannot be evaluated.
func (r *Run) wrong(n *node, format string, args ...any) *Unknown {
	r.charge(errorCost)
	return &Unknown{cause: causeWrong, at: n, what: fmt.Sprintf(format, args...)}
}

// advise adds what to write instead.
func (u *Unknown) advise(format string, args ...any) *Unknown {
	u.advice = fmt.Sprintf(format, args...)
	return u
}

// null returns the value of anything that is computed from a null.
func (r *Run) null(n *node) *Unknown {
	r.charge(errorCost / 6)
	return &Unknown{cause: causeNull, at: n}
}

// eitherOperand is operands for two values, without a slice.
func (r *Run) eitherOperand(nodes []*node, a, b any) *Unknown {
	u, v := asUnknown(a), asUnknown(b)
	switch {
	case u != nil && (u.cause == causeWrong || v == nil || v.cause != causeWrong):
		return u
	case v != nil:
		return v
	case a == nil:
		return r.null(nodes[0])
	}
	return r.null(nodes[1])
}

func asUnknown(v any) *Unknown {
	u, _ := v.(*Unknown)
	return u
}

// operands returns why nothing can be computed from the values of some nodes, nil if
// something can. An error takes precedence over a missing field, and that over a null.
func (r *Run) operands(nodes []*node, values []any) *Unknown {
	var first *Unknown
	null := -1
	for i, v := range values {
		switch v := v.(type) {
		case *Unknown:
			if v.cause == causeWrong {
				return v
			}
			if first == nil {
				first = v
			}
		case nil:
			if null < 0 {
				null = i
			}
		}
	}
	if first == nil && null >= 0 {
		return r.null(nodes[min(null, len(nodes)-1)])
	}
	return first
}
