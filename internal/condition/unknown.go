package condition

import "fmt"

// Unknown is the value of what cannot be told, and why. It flows through every operator
// and function, so that nothing computed from it looks like a fact.
type Unknown struct {
	cause cause
	// at is what is missing, null or wrong.
	at *node
	// what says what is wrong; advice, what to do about it.
	what, advice string
	// part is the part of the condition that failed.
	part *node
	// hint says more about what is missing. Only a trace has it: it names other fields.
	hint string
}

type cause int

const (
	causeMissing cause = iota
	causeNull
	causeWrong
)

// Truth is Missing or Failed.
func (u *Unknown) Truth() Truth {
	if u.cause == causeWrong {
		return Failed
	}
	return Missing
}

// Message says what is missing, as it is written in the rule, or what is wrong and what to
// do. It never holds a value of the event.
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

// errorCost is what saying what is wrong costs: a list can have many elements that are.
const errorCost = 60

// wrong is the value of what cannot be evaluated.
func (r *Run) wrong(n *node, format string, args ...any) *Unknown {
	r.charge(errorCost)
	return &Unknown{cause: causeWrong, at: n, what: fmt.Sprintf(format, args...)}
}

func (u *Unknown) advise(format string, args ...any) *Unknown {
	u.advice = fmt.Sprintf(format, args...)
	return u
}

// null is the value of what is computed from a null.
func (r *Run) null(n *node) *Unknown {
	r.charge(errorCost / 6)
	return &Unknown{cause: causeNull, at: n}
}

// eitherOperand is operands for two values, without a list of them.
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

// operands returns why nothing can be computed from some values: an error before what is
// missing, and that before a null. The values are those of the nodes.
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
