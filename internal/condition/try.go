package condition

// Tried is the value of an expression that somebody tries, with what explains it.
type Tried struct {
	// Value is nil if Unknown says why there is none.
	Value   any
	Unknown *Unknown
	// Trace is the tree of a condition; nil if the value is not true, false, missing or an error
	// of a condition's part.
	Trace *Trace
	// Met are the fields that the expression read and found.
	Met []Met
}

// Try parses any expression, not only a condition, and evaluates it once, with a trace. Its
// errors are of type *Fault.
func Try(text string, r *Run) (Tried, error) {
	e, fault := parse(text)
	if fault != nil {
		return Tried{}, fault
	}
	n := e.root
	switch n.form {
	case formAnd, formOr, formNot:
		if fault := n.skeleton(); fault != nil {
			return Tried{}, fault
		}
	default:
		n.place = placePart
	}
	top := &Trace{}
	r.tracer = &tracer{at: top, spare: budget{rest: Work}}
	v := r.part(n)
	r.tracer = nil
	trace := top.Kids[0]
	tried := Tried{Value: v, Unknown: asUnknown(v), Met: trace.Met}
	if r.err != nil {
		tried.Unknown = r.stopped(n)
	}
	if tried.Unknown != nil {
		tried.Value = nil
	}
	_, condition := tried.Value.(bool)
	if condition || tried.Unknown != nil && n.kinds&isBool != 0 {
		trace.decide(tried.truth())
		tried.Trace = trace
	}
	return tried, nil
}

func (t Tried) truth() Truth {
	switch {
	case t.Unknown != nil:
		return t.Unknown.Truth()
	case t.Value == true:
		return True
	}
	return False
}

// Message says why there is no value, as a trace does; "" if there is one.
func (t Tried) Message() string {
	if t.Unknown == nil {
		return ""
	}
	return t.Unknown.traced()
}
