package condition

// value evaluates a node. Nothing else evaluates: conditions, ids, templates with
// expressions, and the constants of a rules file all come here.
func (r *Run) value(n *node) any {
	switch n.form {
	case formConstant:
		return n.value
	case formElement:
		return r.element
	}
	if !r.charge(1) {
		return r.stopped(n)
	}
	switch n.form {
	case formPath:
		return r.path(n)
	case formOneOf:
		return r.oneOf(n)
	case formOperator:
		return r.apply(n, n.operator, n.kids, r.value(n.kids[0]), r.value(n.kids[1]))
	case formMember, formOptional:
		return r.member(n)
	case formAnd:
		return r.least(n)
	case formOr:
		return r.greatest(n)
	case formNot:
		return r.not(n.kids[0], r.part(n.kids[0]))
	case formCall:
		return r.call(n)
	case formEach:
		return r.each(n)
	}
	return r.other(n)
}

// other evaluates the less frequent forms.
func (r *Run) other(n *node) any {
	switch n.form {
	case formRoot:
		return r.root(n.path.Root)
	case formHas:
		return r.has(n)
	case formIsNil:
		return r.isNil(n)
	case formSlice:
		return r.slice(n)
	case formLet:
		return r.let(n)
	case formVariable:
		return r.variables[n.slot]
	case formIndex:
		return r.index
	case formAccumulator:
		return r.accumulator
	case formCompare:
		return r.compare(n)
	case formCoalesce:
		return r.coalesce(n)
	case formChoice:
		return r.choose(n)
	case formList:
		return r.list(n)
	}
	return r.object(n)
}

func (r *Run) path(n *node) any {
	if !r.charge(2 * len(n.path.Names)) {
		return r.stopped(n)
	}
	v, depth := n.path.find(&r.scope)
	if depth < len(n.path.Names) {
		return r.absent(n, v, depth)
	}
	r.met(n, v)
	return v
}

// let evaluates `let a = b; c`.
func (r *Run) let(n *node) any {
	v := r.value(n.kids[0])
	r.variables = append(r.variables[:n.slot], v)
	return r.value(n.kids[1])
}

// isNil evaluates `a == nil`, the only comparison in which null is not unknown.
func (r *Run) isNil(n *node) any {
	v := r.value(n.kids[0])
	if u, ok := v.(*Unknown); ok {
		return u
	}
	return (v == nil) != n.negated
}

// coalesce evaluates `a ?? b`: b if a is null or missing.
func (r *Run) coalesce(n *node) any {
	v := r.value(n.kids[0])
	if u, ok := v.(*Unknown); v == nil || ok && u.cause != causeWrong {
		return r.value(n.kids[1])
	}
	return v
}

// choose evaluates `a ? b : c`.
func (r *Run) choose(n *node) any {
	truth, v := r.logical(n.kids[0], r.value(n.kids[0]))
	switch truth {
	case True:
		return r.value(n.kids[1])
	case False:
		return r.value(n.kids[2])
	}
	return v
}

// apply evaluates an operator of the table for the values of its operands.
func (r *Run) apply(n *node, op *operator, kids []*node, a, b any) any {
	left, right := kindOf(a), kindOf(b)
	if left <= isNull || right <= isNull {
		return r.eitherOperand(kids, a, b)
	}
	if !op.fits(left, right) {
		return r.misfit(n, op, a, b)
	}
	if op.cost != nil && !r.charge(op.cost(a, b)) {
		return r.stopped(n)
	}
	v := op.run(r, n, a, b)
	if n.negated {
		return r.not(n, v)
	}
	return v
}

// compare evaluates a chain such as `1 < a < 5`. Every value is evaluated once, and every
// comparison must be true.
func (r *Run) compare(n *node) any {
	result, lowest := any(true), True
	a := r.value(n.kids[0])
	for i, op := range n.operators {
		b := r.value(n.kids[i+1])
		truth, v := r.logical(n, r.apply(n, op, n.kids[i:i+2], a, b))
		if truth < lowest {
			result, lowest = v, truth
		}
		a = b
	}
	return result
}

func (r *Run) misfit(n *node, op *operator, a, b any) *Unknown {
	if op.compares() && kindOf(a).class() != kindOf(b).class() {
		return r.incomparable(n, a, b)
	}
	message, hint := op.misfit(kindOf(a), kindOf(b))
	return r.wrong(n, "%s", message).advise("%s", hint)
}

func (r *Run) list(n *node) any {
	if !r.charge(4 + 2*len(n.kids)) {
		return r.stopped(n)
	}
	list := make([]any, len(n.kids))
	for i, kid := range n.kids {
		list[i] = r.value(kid)
	}
	if u := r.operands(n.kids, list); u != nil {
		return u
	}
	return list
}

// object evaluates `{"a": b}`. Its kids are a key, its value, the next key and so on.
func (r *Run) object(n *node) any {
	if !r.charge(10 + 20*len(n.kids)) {
		return r.stopped(n)
	}
	object := make(map[string]any, len(n.kids)/2)
	for i := 0; i < len(n.kids); i += 2 {
		pair := []any{r.value(n.kids[i]), r.value(n.kids[i+1])}
		if u := r.operands(n.kids[i:i+2], pair); u != nil {
			return u
		}
		key, ok := pair[0].(string)
		if !ok {
			return r.wrong(n.kids[i], "the keys of an object must be strings, not %s", nameOf(pair[0]))
		}
		object[key] = pair[1]
	}
	return object
}
