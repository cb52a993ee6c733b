package condition

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// builder turns the parser's tree into the tree that is evaluated. It checks names,
// functions, their arguments, and types that can never match.
type builder struct {
	tokens *tokens
	// variables are those of `let` that are in scope; predicates are the functions in whose
	// predicates the builder is.
	variables  []variable
	predicates []string
	// fault is the first fault found.
	fault *Fault
}

// variable is a value that `let` has named.
type variable struct {
	name  string
	value *node
}

func (b *builder) variable(name string) int {
	return slices.IndexFunc(b.variables, func(v variable) bool { return v.name == name })
}

func (b *builder) fail(at ast.Node, hint, message string) *node {
	return b.failAt(at.Location().From, hint, message)
}

func (b *builder) failAt(offset int, hint, message string) *node {
	if b.fault == nil {
		b.fault = &Fault{Offset: offset, Message: message, Hint: hint}
	}
	return &node{kinds: isAny}
}

// build makes a node and sets its text.
func (b *builder) build(n ast.Node) *node {
	if b.fault != nil {
		return &node{kinds: isAny}
	}
	token := b.tokens.at(n.Location().From)
	out := b.make(n, token)
	if b.fault != nil {
		return out
	}
	b.finish(out)
	return b.fold(out)
}

// finish sets the text of a node, and what it inherits from its kids.
func (b *builder) finish(n *node) {
	n.text = b.tokens.slice(n.first, n.last)
	n.at = b.tokens.list[n.first].from
	for _, kid := range n.kids {
		n.reads = n.reads || kid.reads
	}
}

// make makes a node of one token, or calls the method for its type.
func (b *builder) make(n ast.Node, token int) *node {
	one := func(out node) *node {
		out.first, out.last = token, token
		return &out
	}
	constant := func(v any) *node { return one(node{value: v, kinds: kindOf(v)}) }
	switch n := n.(type) {
	case *ast.NilNode:
		return constant(nil)
	case *ast.BoolNode:
		return constant(n.Value)
	case *ast.IntegerNode:
		return constant(n.Value)
	case *ast.FloatNode:
		return constant(n.Value)
	case *ast.StringNode:
		return constant(n.Value)
	case *ast.IdentifierNode:
		return b.name(n, token)
	case *ast.PointerNode:
		return b.pointer(n, token)
	case *ast.ChainNode:
		return b.make(n.Node, b.tokens.at(n.Node.Location().From))
	case *ast.MemberNode:
		return b.member(n, token)
	case *ast.SliceNode:
		return b.slice(n, token)
	case *ast.UnaryNode:
		return b.unary(n, token)
	case *ast.BinaryNode:
		return b.binary(n, token)
	}
	return b.makeMore(n, token)
}

func (b *builder) makeMore(n ast.Node, token int) *node {
	switch n := n.(type) {
	case *ast.ConditionalNode:
		return b.choice(n)
	case *ast.VariableDeclaratorNode:
		return b.let(n, token)
	case *ast.ArrayNode:
		return b.bracketed(node{form: formList, kinds: isList}, token, n.Nodes)
	case *ast.MapNode:
		var parts []ast.Node
		for _, pair := range n.Pairs {
			parts = append(parts, pair.(*ast.PairNode).Key, pair.(*ast.PairNode).Value)
		}
		return b.bracketed(node{form: formObject, kinds: isObject}, token, parts)
	case *ast.BuiltinNode:
		return b.call(n, n.Name, n.Arguments, token)
	case *ast.CallNode:
		return b.callOf(n, token)
	case *ast.SequenceNode:
		return b.failAt(n.Nodes[len(n.Nodes)-1].Location().From, "join conditions with `and` or `or`", "unexpected `;`: only a `let` ends with one")
	}
	return b.fail(n, "docs/rules.md lists the operators and functions", "rules do not have this kind of expression")
}

func (b *builder) bracketed(out node, token int, parts []ast.Node) *node {
	for _, part := range parts {
		out.kids = append(out.kids, b.build(part))
	}
	out.first, out.last = token, b.tokens.list[token].partner
	return &out
}

func (b *builder) name(n *ast.IdentifierNode, token int) *node {
	out := node{form: formRoot, path: &Path{Root: n.Value}, kinds: isObject, reads: true, first: token, last: token}
	switch n.Value {
	case "event", "headers", "query", "record":
		return &out
	case "source":
		out.form, out.kinds, out.shown = formPath, isText, true
		return &out
	case "now":
		out.kinds = isDate
		return &out
	}
	if slot := b.variable(n.Value); slot >= 0 {
		value := b.variables[slot].value
		return &node{form: formVariable, slot: slot, kinds: value.kinds, field: isField(value), first: token, last: token}
	}
	return b.fail(n, b.nameHint(n.Value, token), "unknown name "+n.Value)
}

func (b *builder) pointer(n *ast.PointerNode, token int) *node {
	out := &node{form: formElement, kinds: isAny, first: token, last: token}
	if n.Name != "" {
		out.last++
	}
	switch n.Name {
	case "":
	case "index":
		out.form, out.kinds = formIndex, isWhole
	case "acc":
		out.form = formAccumulator
		if !slices.Contains(b.predicates, "reduce") {
			return b.fail(n, "it is the result so far", "#acc can only be used in the second argument of reduce")
		}
	default:
		return b.fail(n, "# is the element, #index its position, #acc the result of reduce so far", "unknown name #"+n.Name)
	}
	return out
}

func (b *builder) member(n *ast.MemberNode, token int) *node {
	base := b.build(n.Node)
	if b.fault != nil {
		return base
	}
	key := b.build(n.Property)
	out := &node{form: formMember, kids: []*node{base, key}, kinds: isAny}
	out.first, _ = b.tokens.outer(base.first, base.last)
	out.last = token
	if b.tokens.is(token, "[") {
		out.last = b.tokens.list[token].partner
	}
	out.missing = &Unknown{at: out}
	out.shown = base.shown || base.form == formRoot
	base.shown = false
	if n.Optional {
		out.form = formOptional
	}
	name, constant := key.value.(string)
	if constant && key.form == formConstant && out.form == formMember && (base.form == formRoot || base.form == formPath) {
		if len(base.path.Names) == maxNames {
			return b.fail(n, "", "the field is nested too deep: more than 1,000 names")
		}
		names := append(slices.Clone(base.path.Names), name)
		out.form, out.path, out.reads, out.kids = formPath, &Path{base.path.Root, names}, true, nil
	}
	if base.kinds&(isObject|isList) == 0 && !n.Method {
		return b.fail(n, "", base.kinds.class().String()+" has no fields")
	}
	return out
}

// maxNames limits how deep a field can be. No event is nested deeper.
const maxNames = 1000

func (b *builder) slice(n *ast.SliceNode, token int) *node {
	bound := func(n ast.Node, unwritten int) *node {
		if n == nil {
			return &node{value: unwritten, kinds: isWhole}
		}
		return b.build(n)
	}
	base := b.build(n.Node)
	out := &node{form: formSlice, kids: []*node{base, bound(n.From, 0), bound(n.To, noBound)}, kinds: base.kinds & (isText | isList)}
	out.first, _ = b.tokens.outer(base.first, base.last)
	out.last = b.tokens.list[token].partner
	if out.kinds == 0 {
		return b.fail(n, "", "[from:to] needs a string or a list before it, not "+base.kinds.class().String())
	}
	return out
}

func (b *builder) choice(n *ast.ConditionalNode) *node {
	out := &node{form: formChoice, kids: []*node{b.build(n.Cond)}}
	if n.Exp1 == n.Cond { // a ?: b
		out.kids = append(out.kids, &node{value: true, kinds: isBool})
	} else {
		out.kids = append(out.kids, b.build(n.Exp1))
	}
	out.kids = append(out.kids, b.build(n.Exp2))
	if b.fault != nil {
		return out
	}
	out.kinds = out.kids[1].kinds | out.kids[2].kinds
	out.first, _ = b.tokens.outer(out.kids[0].first, out.kids[0].last)
	_, out.last = b.tokens.outer(out.kids[2].first, out.kids[2].last)
	if !n.Ternary { // if a { b } else { c }
		out.first--
		if last, ok := n.Exp2.(*ast.ConditionalNode); !ok || last.Ternary {
			out.last++
		}
	}
	return b.needBool(out, 0)
}

func (b *builder) let(n *ast.VariableDeclaratorNode, token int) *node {
	if b.variable(n.Name) >= 0 || slices.Contains(roots[:], n.Name) || n.Name == "now" {
		return b.fail(n, "choose another name", "the name "+n.Name+" is already in use")
	}
	out := &node{form: formLet, slot: len(b.variables), kids: []*node{b.build(n.Value)}}
	b.variables = append(b.variables, variable{n.Name, out.kids[0]})
	out.kids = append(out.kids, b.build(n.Expr))
	b.variables = b.variables[:out.slot]
	out.kinds = out.kids[1].kinds
	out.first = token - 1
	_, out.last = b.tokens.outer(out.kids[1].first, out.kids[1].last)
	return out
}

// needBool rejects a kid that is used as a condition but can never be true or false.
func (b *builder) needBool(n *node, kid int) *node {
	if k := n.kids[kid]; k.kinds&isBool == 0 && b.fault == nil {
		return b.failAt(k.at, compareHint(k), notCondition)
	}
	return n
}

// compareHint says what to write instead of a value that is used as a condition.
func compareHint(n *node) string {
	if n.form == formConstant && n.kinds&isText != 0 {
		return `repeat the comparison, as in event.Stage == "Closed Won" or event.Stage == "Closed Lost", or write event.Stage in ["Closed Won", "Closed Lost"]`
	}
	return compareIt
}

// What is wrong with a value that is used as a condition, and what to write instead.
const (
	notCondition = "this is not a condition: it is neither true nor false"
	compareIt    = `compare it with a value, as in event.Stage == "Closed Won"`
)
