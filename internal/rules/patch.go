package rules

import (
	"fmt"
	"regexp"

	"github.com/expr-lang/expr/ast"
)

// strict rewrites an expression so that every lookup, operator and function goes
// through this package, where an absent field is unknown and not null. It visits
// children before their parents.
type strict struct {
	// fault is the first thing in the expression that untag does not allow.
	fault error
	at    ast.Node
}

func (p *strict) refuse(node ast.Node, format string, args ...any) {
	if p.fault == nil {
		p.fault, p.at = fmt.Errorf(format, args...), node
	}
}

func (p *strict) Visit(node *ast.Node) {
	switch n := (*node).(type) {
	case *ast.MemberNode:
		name := "$member"
		if n.Optional {
			name = "$optional"
		}
		replace(node, name, n.Node, n.Property)
	case *ast.ChainNode:
		*node = n.Node
	case *ast.SliceNode:
		replace(node, "$slice", n.Node, orNil(n.From), orNil(n.To))
	case *ast.UnaryNode:
		p.unary(node, n)
	case *ast.BinaryNode:
		p.binary(node, n)
	case *ast.ConditionalNode:
		replace(node, "$choose", n.Cond, n.Exp1, n.Exp2)
	case *ast.ArrayNode:
		replace(node, "$list", n.Nodes...)
	case *ast.MapNode:
		var pairs []ast.Node
		for _, item := range n.Pairs {
			pair := item.(*ast.PairNode)
			pairs = append(pairs, pair.Key, pair.Value)
		}
		replace(node, "$object", pairs...)
	case *ast.BuiltinNode:
		p.builtin(node, n)
	case *ast.CallNode:
		p.call(node, n)
	}
}

// replace puts a call of one of this package's functions where a node was.
func replace(node *ast.Node, name string, args ...ast.Node) {
	ast.Patch(node, &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: args})
}

func orNil(n ast.Node) ast.Node {
	if n == nil {
		return &ast.NilNode{}
	}
	return n
}

func (p *strict) unary(node *ast.Node, n *ast.UnaryNode) {
	switch n.Operator {
	case "!", "not":
		replace(node, "$not", n.Node)
	case "-":
		// A negative number stays a constant. The node is not changed: the middle of a
		// chained comparison is in two places.
		switch c := n.Node.(type) {
		case *ast.IntegerNode:
			ast.Patch(node, &ast.IntegerNode{Value: -c.Value})
		case *ast.FloatNode:
			ast.Patch(node, &ast.FloatNode{Value: -c.Value})
		default:
			replace(node, "$negate", n.Node)
		}
	}
}

func (p *strict) binary(node *ast.Node, n *ast.BinaryNode) {
	switch n.Operator {
	case "==", "!=":
		p.equality(node, n)
	case "and", "&&":
		replace(node, "$and", n.Left, n.Right)
	case "or", "||":
		replace(node, "$or", n.Left, n.Right)
	case "<", ">", "<=", ">=":
		replace(node, "$order", &ast.StringNode{Value: n.Operator}, n.Left, n.Right)
	case "in":
		replace(node, "$in", n.Left, n.Right)
	case "??":
		replace(node, "$coalesce", n.Left, n.Right)
	case "..":
		replace(node, "$span", n.Left, n.Right)
	case "contains", "startsWith", "endsWith":
		replace(node, "$text", &ast.StringNode{Value: n.Operator}, n.Left, n.Right)
	case "matches":
		p.matches(node, n)
	case "+", "-", "*", "/", "%", "**", "^":
		replace(node, "$arithmetic", &ast.StringNode{Value: n.Operator}, n.Left, n.Right)
	default:
		p.refuse(n, "the operator %s is not one of untag's", n.Operator)
	}
}

func (p *strict) equality(node *ast.Node, n *ast.BinaryNode) {
	name := "$equal"
	args := []ast.Node{n.Left, n.Right}
	if _, isNil := n.Right.(*ast.NilNode); isNil {
		name, args = "$isNil", args[:1]
	} else if _, isNil := n.Left.(*ast.NilNode); isNil {
		name, args = "$isNil", args[1:]
	}
	replace(node, name, args...)
	if n.Operator == "!=" {
		replace(node, "$not", *node)
	}
}

// matches compiles a constant pattern once.
func (p *strict) matches(node *ast.Node, n *ast.BinaryNode) {
	right := n.Right
	if s, ok := right.(*ast.StringNode); ok {
		pattern, err := regexp.Compile(s.Value)
		if err != nil {
			p.refuse(n.Right, "no regular expression: %v", err)
			return
		}
		right = &ast.ConstantNode{Value: pattern}
	}
	replace(node, "$matches", identifier("$meter", n), n.Left, right)
}

func (p *strict) builtin(node *ast.Node, n *ast.BuiltinNode) {
	switch {
	case n.Name == "now":
		if len(n.Arguments) > 0 {
			p.refuse(n, "now takes no argument: times are in UTC")
		}
		*node = identifier("$now", n)
	case n.Name == "get":
		if len(n.Arguments) == 2 {
			replace(node, "$optional", n.Arguments...)
		}
	case isPredicate(n.Name):
		p.predicate(node, n)
	case n.Name == "reduce":
		p.reduce(n)
	case n.Name == "date" && len(n.Arguments) > 2:
		p.refuse(n, "date takes a text and a layout; a zone belongs into the text, as in +01:00")
	case n.Name == "uniq":
		replace(node, "$uniq", append([]ast.Node{identifier("$meter", n)}, n.Arguments...)...)
	case isAllowed(n.Name):
		replace(node, "$call", append([]ast.Node{&ast.StringNode{Value: n.Name}}, n.Arguments...)...)
	default:
		p.refuse(n, "the function %s is not one of untag's", n.Name)
	}
}

// predicate makes `any(list, p)` into `$gather("any", map($iterate(list), $pair(#, p)))`.
func (p *strict) predicate(node *ast.Node, n *ast.BuiltinNode) {
	var said ast.Node = &ast.PointerNode{}
	if len(n.Arguments) > 1 {
		predicate, ok := n.Arguments[1].(*ast.PredicateNode)
		if !ok {
			p.refuse(n, "%s takes a predicate, such as {# > 1}", n.Name)
			return
		}
		said = predicate.Node
	}
	if len(n.Arguments) > 2 {
		p.refuse(n, "%s takes a list and one predicate", n.Name)
		return
	}
	ast.Walk(&said, charging{})
	pair := callOf("$pair", identifier("$meter", n), &ast.PointerNode{}, said)
	elements := &ast.BuiltinNode{Name: "map", Arguments: []ast.Node{
		callOf("$iterate", n.Arguments[0]), &ast.PredicateNode{Node: pair},
	}}
	replace(node, "$gather", identifier("$meter", n), &ast.StringNode{Value: n.Name}, elements)
}

// reduce stays the library's, over a list that is one for certain, with unknowns
// flowing through its steps.
func (p *strict) reduce(n *ast.BuiltinNode) {
	predicate, ok := n.Arguments[1].(*ast.PredicateNode)
	if !ok {
		p.refuse(n, "reduce takes a predicate, such as {#acc + #}")
		return
	}
	n.Arguments[0] = callOf("$iterate", n.Arguments[0])
	ast.Walk(&predicate.Node, charging{})
	predicate.Node = callOf("$step", identifier("$meter", n), &ast.PointerNode{}, predicate.Node)
}

func callOf(name string, args ...ast.Node) ast.Node {
	return &ast.CallNode{Callee: &ast.IdentifierNode{Value: name}, Arguments: args}
}

func (p *strict) call(node *ast.Node, n *ast.CallNode) {
	callee, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		p.refuse(n, "only functions can be called, not fields or methods")
		return
	}
	switch {
	case callee.Value == "has":
		if len(n.Arguments) != 1 {
			p.refuse(n, "has takes one field, such as has(event.Stage)")
			return
		}
		p.has(node, n)
	case callee.Value == "digits":
		replace(node, "$call", append([]ast.Node{&ast.StringNode{Value: callee.Value}}, n.Arguments...)...)
	}
}

// has asks for the field itself: `?.` would make null of one that is absent.
func (p *strict) has(node *ast.Node, n *ast.CallNode) {
	lookup, ok := n.Arguments[0].(*ast.CallNode)
	if !ok || calleeOf(lookup) != "$member" && calleeOf(lookup) != "$optional" {
		p.refuse(n, "has takes a field, such as has(event.Stage)")
		return
	}
	replace(node, "$has", callOf("$member", lookup.Arguments...))
}

func calleeOf(n *ast.CallNode) string {
	if callee, ok := n.Callee.(*ast.IdentifierNode); ok {
		return callee.Value
	}
	return ""
}

// charging makes what a predicate does for every element pay for the size of what it
// looks at: a search in a long text is more work than a comparison.
type charging struct{}

func (charging) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.CallNode)
	if !ok {
		return
	}
	switch name := calleeOf(n); name {
	case "$in", "$text", "$matches", "$uniq", "$equal", "$order", "$call", "$list", "$object", "$slice", "$arithmetic", "$span":
		args := append([]ast.Node{identifier("$meter", n), &ast.StringNode{Value: name}}, n.Arguments...)
		*node = callOf("$charge", args...)
	}
}
