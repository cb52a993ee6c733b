package condition

import (
	"fmt"

	"github.com/expr-lang/expr/ast"
)

// callOf builds a call of a method, or of a function that the parser does not know.
func (b *builder) callOf(n *ast.CallNode, token int) *node {
	switch callee := n.Callee.(type) {
	case *ast.IdentifierNode:
		return b.call(n, callee.Value, n.Arguments, token)
	case *ast.MemberNode:
		return b.method(n, callee, token)
	case *ast.ChainNode:
		if member, ok := callee.Node.(*ast.MemberNode); ok {
			return b.method(n, member, token)
		}
	}
	return b.fail(n, "", "only functions can be called, not fields or methods")
}

// method builds `date(…).Year()` and the like as calls of the function year. There are no
// other methods.
func (b *builder) method(n *ast.CallNode, callee *ast.MemberNode, token int) *node {
	name, _ := callee.Property.(*ast.StringNode)
	if name == nil {
		return b.fail(n, "", "only functions can be called, not fields or methods")
	}
	if function := dateMethod(name.Value); function != "" && len(n.Arguments) == 0 {
		return b.call(n, function, []ast.Node{callee.Node}, token)
	}
	base := b.build(callee.Node)
	arguments := b.texts(n.Arguments)
	if b.fault != nil {
		return base
	}
	return b.fail(n, methodHint(name.Value, base.text, arguments), "only functions can be called, not fields or methods")
}

// texts returns the text of arguments. It builds them, so that a fault in one of them, which
// is more exact, is reported first.
func (b *builder) texts(args []ast.Node) []string {
	var list []string
	for _, arg := range args {
		list = append(list, b.build(arg).text)
	}
	return list
}

// call builds a call of a function by its name.
func (b *builder) call(n ast.Node, name string, args []ast.Node, token int) *node {
	f := functionOf(name)
	if f == nil {
		return b.fail(n, b.functionHint(name, b.texts(args)), "unknown name "+name)
	}
	if fault := f.arity(len(args)); fault != "" {
		return b.fail(n, "", fault)
	}
	if name == "has" {
		return b.has(n, args[0], token)
	}
	out := &node{form: formCall, function: f, kinds: f.gives, reads: name == "now"}
	if f.each != nil {
		out.form = formEach
		b.each(out, n, args)
	} else {
		for _, arg := range args {
			out.kids = append(out.kids, b.build(arg))
		}
	}
	if b.fault == nil {
		b.extent(out, token)
		b.arguments(out)
	}
	return out
}

// extent finds the tokens of a call. Its first argument may come before its name, as in
// `a | f()`.
func (b *builder) extent(n *node, token int) {
	open := token + 1
	n.first, n.last = token, b.tokens.list[open].partner
	switch {
	case b.tokens.is(token-1, "|", ".", "?."):
		n.first, _ = b.tokens.outer(n.kids[0].first, n.kids[0].last)
	case b.tokens.is(token-1, "::"):
		n.first--
	}
}

// arity says what is wrong with the number of arguments, "" if nothing is.
func (f *function) arity(count int) string {
	most := len(f.takes)
	switch {
	case f.name == "now" && count > 0:
		return "now takes no argument: all times are in UTC"
	case f.name == "date" && count > 2:
		return "date takes a string and a layout; a time zone belongs in the string, as in +01:00"
	case f.each != nil && count >= f.least:
		return "" // the parser has checked it
	case count != most && f.least == most && !f.variadic:
		return fmt.Sprintf("%s takes %s, not %d", f.name, counted(most), count)
	case count < f.least:
		return fmt.Sprintf("%s takes at least %s, not %d", f.name, counted(f.least), count)
	case count > most && !f.variadic:
		return fmt.Sprintf("%s takes at most %s, not %d", f.name, counted(most), count)
	}
	return ""
}

func counted(arguments int) string {
	if arguments == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", arguments)
}

// each builds the list, the predicate and any further arguments of a call.
func (b *builder) each(out *node, n ast.Node, args []ast.Node) {
	out.kids = []*node{b.build(args[0])}
	for i, arg := range args[1:] {
		predicate, ok := arg.(*ast.PredicateNode)
		if ok != (i == 0) {
			b.fail(n, "", out.function.name+" takes a list and an expression for each element, as in "+out.function.example)
			return
		}
		if !ok {
			out.kids = append(out.kids, b.build(arg))
			continue
		}
		b.predicates = append(b.predicates, out.function.name)
		out.kids = append(out.kids, b.build(predicate.Node))
		b.predicates = b.predicates[:len(b.predicates)-1]
	}
	if b.fault != nil {
		return
	}
	if list := out.kids[0]; list.kinds&isList == 0 {
		b.failAt(list.at, conversion(isList, list.kinds), list.kinds.class().String()+" is not a list")
	}
	if out.function.asks && len(out.kids) > 1 {
		b.needBool(out, 1)
	}
}

// arguments rejects arguments whose type can never be right, and checks constant ones.
func (b *builder) arguments(n *node) {
	f := n.function
	for i, kid := range n.kids {
		if len(f.takes) > 0 {
			takes := f.takes[min(i, len(f.takes)-1)]
			if kid.kinds&takes == 0 {
				b.failAt(kid.at, conversion(takes, kid.kinds), f.unfit(takes, kid.kinds))
			}
		}
		if kid.form != formConstant || f.literal == nil || b.fault != nil {
			continue
		}
		v, fault := f.literal(i, kid.value)
		if fault != "" {
			b.failAt(kid.at, "", fault)
		}
		kid.value = v
	}
}

// has builds `has(a.b)`. It treats `?.` in the field like a dot.
func (b *builder) has(n, arg ast.Node, token int) *node {
	if chain, ok := arg.(*ast.ChainNode); ok {
		arg = chain.Node
	}
	member, ok := arg.(*ast.MemberNode)
	if !ok || member.Method {
		hint := ""
		if written := bracketed(wordAround(b.tokens.text, b.tokens.list[min(token+2, len(b.tokens.list)-1)].begin)); written != "" {
			hint = "write has(" + written + ")"
		}
		return b.fail(n, hint, "has takes a field, as in has(event.Stage)")
	}
	field := b.member(member, b.tokens.at(member.Location().From))
	out := &node{form: formHas, kids: []*node{field}, kinds: isBool}
	if b.fault == nil {
		b.finish(field)
		b.extent(out, token)
	}
	return out
}

// fold evaluates a constant expression once, when the rules file is loaded, so that a fault
// in it is found before the first event.
func (b *builder) fold(n *node) *node {
	if !b.foldable(n) {
		return n
	}
	r := NewRun(Scope{}, foldWork, nil)
	v := r.value(n)
	u := asUnknown(v)
	switch {
	case r.err != nil || v == nil || u != nil && u.cause != causeWrong:
		return n // a computed null is not the nil of `a == nil`
	case u != nil:
		return b.failAt(u.at.at, u.advice, u.what)
	}
	return &node{value: v, kinds: kindOf(v), text: n.text, at: n.at, first: n.first, last: n.last}
}

// foldWork is the budget of a constant expression.
const foldWork = 50_000

func (b *builder) foldable(n *node) bool {
	switch n.form {
	case formConstant, formRoot, formPath, formVariable, formElement, formIndex, formAccumulator:
		return false
	case formLet, formEach:
		return !n.reads && len(b.variables) == 0 && len(b.predicates) == 0
	}
	for _, kid := range n.kids {
		if kid.form != formConstant {
			return false
		}
	}
	return !n.reads
}
