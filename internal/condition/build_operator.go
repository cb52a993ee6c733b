package condition

import "github.com/expr-lang/expr/ast"

func (b *builder) unary(n *ast.UnaryNode, token int) *node {
	if inner, ok := n.Node.(*ast.BinaryNode); ok && n.Operator == "not" && inner.Location() == n.Location() {
		out := b.binary(inner, token) // a not in b
		out.negated = true
		return out
	}
	kid := b.build(n.Node)
	out := &node{kids: []*node{kid}, first: token}
	_, out.last = b.tokens.outer(kid.first, kid.last)
	switch n.Operator {
	case "-", "+":
		out.form, out.operator = formOperator, &minus
		if n.Operator == "+" {
			out.operator = &plus
		}
		out.kids = []*node{{value: 0, kinds: isWhole}, kid}
		return b.fitting(out, token)
	}
	out.form, out.kinds = formNot, isBool
	return b.needBool(out, 0)
}

func (b *builder) binary(n *ast.BinaryNode, token int) *node {
	if !b.tokens.is(token, n.Operator) {
		return b.chain(n) // 1 < a < 5
	}
	out := &node{kids: []*node{b.build(n.Left), b.build(n.Right)}, kinds: isBool}
	b.around(out)
	switch n.Operator {
	case "and", "&&":
		return b.logical(out, formAnd)
	case "or", "||":
		return b.logical(out, formOr)
	case "??":
		out.form, out.kinds = formCoalesce, out.kids[0].kinds&^isNull|out.kids[1].kinds
		return out
	case "!=", "==":
		out.operator, out.negated = operatorOf("=="), n.Operator == "!="
		if nilled := asIsNil(out); nilled != nil {
			return nilled
		}
	default:
		out.operator = operatorOf(n.Operator)
	}
	out.form = formOperator
	if out.operator == nil || out.operator.run == nil {
		return b.fail(n, "docs/rules.md lists the operators", "unknown operator "+n.Operator)
	}
	b.dashed(out, token)
	b.typeNames(out)
	return b.asOneOf(b.fitting(out, token))
}

// around sets the tokens of a node: those of its kids and all between them.
func (b *builder) around(n *node) {
	first, last := n.kids[0], n.kids[len(n.kids)-1]
	n.first, _ = b.tokens.outer(first.first, first.last)
	_, n.last = b.tokens.outer(last.first, last.last)
}

// logical joins `a and b and c` into one node with three kids.
func (b *builder) logical(n *node, form form) *node {
	n.form = form
	var kids []*node
	for i, kid := range n.kids {
		if kid.form == form {
			kids = append(kids, kid.kids...)
			continue
		}
		b.needBool(n, i)
		kids = append(kids, kid)
	}
	n.kids = kids
	return n
}

// asIsNil turns a comparison with nil into a formIsNil. It returns nil for any other
// comparison.
func asIsNil(n *node) *node {
	for i, kid := range n.kids {
		if kid.form == formConstant && kid.value == nil {
			n.form, n.kids = formIsNil, []*node{n.kids[1-i]}
			return n
		}
	}
	return nil
}

// chain makes one node of `1 < a < 5`, which the parser returns as two comparisons.
func (b *builder) chain(n *ast.BinaryNode) *node {
	var comparisons []*ast.BinaryNode
	for {
		comparisons = append(comparisons, n.Right.(*ast.BinaryNode))
		left := n.Left.(*ast.BinaryNode)
		if b.tokens.is(b.tokens.at(left.Location().From), left.Operator) {
			comparisons = append(comparisons, left)
			break
		}
		n = left
	}
	out := &node{form: formCompare, kinds: isBool}
	for i := len(comparisons) - 1; i >= 0; i-- {
		c := comparisons[i]
		if len(out.kids) == 0 {
			out.kids = append(out.kids, b.build(c.Left))
		}
		out.kids = append(out.kids, b.build(c.Right))
		out.operators = append(out.operators, operatorOf(c.Operator))
		left, right := out.kids[len(out.kids)-2], out.kids[len(out.kids)-1]
		b.fits(operatorOf(c.Operator), left, right, b.tokens.at(c.Location().From))
	}
	if b.fault == nil {
		b.around(out)
	}
	return out
}

// fitting sets the kinds that the node's operator returns, and rejects operands that it can
// never take.
func (b *builder) fitting(n *node, token int) *node {
	n.kinds = b.fits(n.operator, n.kids[0], n.kids[1], token)
	if right := n.kids[1]; n.operator.symbol == "matches" && right.form == formConstant && b.fault == nil {
		p, fault := newPattern(right.value.(string))
		if fault != "" {
			return b.failAt(right.at, "", fault)
		}
		right.value = p
	}
	return n
}

func (b *builder) fits(op *operator, left, right *node, token int) kinds {
	gives := op.fit(left.kinds, right.kinds)
	if gives == 0 && b.fault == nil {
		message, hint := op.misfit(left.kinds, right.kinds)
		b.failAt(b.tokens.list[token].from, hint, message)
	}
	return gives
}

// asOneOf turns a comparison of a field with constants into a formOneOf.
func (b *builder) asOneOf(n *node) *node {
	if b.fault != nil || n.operator.symbol != "==" && n.operator.symbol != "in" {
		return n
	}
	field, constant := n.kids[0], n.kids[1]
	if n.operator.symbol == "==" && field.form == formConstant {
		field, constant = constant, field
	}
	list := []any{constant.value}
	if n.operator.symbol == "in" {
		list, _ = constant.value.([]any)
	}
	if field.form != formPath || constant.form != formConstant {
		return n
	}
	if n.set = constantsOf(list); n.set == nil {
		return n
	}
	n.form, n.kids = formOneOf, []*node{field, constant}
	return n
}

// dashed rejects a name with a dash in it, as in event.lead-source, which would be read as
// a subtraction.
func (b *builder) dashed(n *node, token int) {
	if n.operator.symbol != "-" || n.kids[0].form != formPath || len(n.kids[0].path.Names) == 0 {
		return
	}
	left, right := n.kids[0], n.kids[1]
	if right.path == nil || len(right.path.Names) > 0 || right.path.Root == "now" ||
		!b.tokens.joined(token) {
		return
	}
	if written := bracketed(wordAround(b.tokens.text, b.tokens.list[token].begin)); written != "" {
		b.failAt(left.at, "write "+written, "`"+left.text+"-"+right.text+"` is read as a subtraction")
	}
}

// typeNames rejects a comparison of `type(…)` with a string that it never returns.
func (b *builder) typeNames(n *node) {
	for i, kid := range n.kids {
		if kid.form != formCall || kid.function.name != "type" {
			continue
		}
		other := n.kids[1-i]
		list, ok := other.value.([]any)
		if !ok {
			list = []any{other.value}
		}
		for _, v := range list {
			if name, ok := v.(string); ok && !isTypeName(name) {
				b.failAt(other.at, "type(…) returns string, number, boolean, list, object, date or duration", "`"+name+"` is not a type")
			}
		}
	}
}

func isTypeName(name string) bool {
	for _, row := range kindNames {
		if row.name == name {
			return true
		}
	}
	return false
}
