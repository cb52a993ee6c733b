package rules

import (
	"errors"

	"github.com/expr-lang/expr/ast"
)

var errNoCondition = errors.New("this is no condition: it is neither true nor false; compare it with something")

// path is a field: a root such as event, and the names below it.
type path struct {
	root  string
	names []string
}

func (p path) String() string {
	text := p.root
	for _, name := range p.names {
		text += "." + name
	}
	return text
}

// value looks the path up.
func (p path) value(s scope) any {
	v := s[p.root]
	for _, name := range p.names {
		object, ok := v.(map[string]any)
		if !ok {
			return missing(p.String())
		}
		if v, ok = object[name]; !ok {
			return missing(p.String())
		}
	}
	return v
}

// pathOf gives the path that a node is, false if it is anything else.
func pathOf(node ast.Node) (path, bool) {
	switch n := node.(type) {
	case *ast.IdentifierNode:
		switch n.Value {
		case "event", "headers", "query", "source", "record":
			return path{root: n.Value}, true
		}
	case *ast.MemberNode:
		name, ok := n.Property.(*ast.StringNode)
		if !ok || n.Optional {
			break
		}
		p, ok := pathOf(n.Node)
		p.names = append(p.names[:len(p.names):len(p.names)], name.Value)
		return p, ok
	}
	return path{}, false
}

// pathsOf lists the paths that an expression reads, each once, as far as they can be
// seen without evaluating it.
func pathsOf(node ast.Node) []path {
	c := &pathCollector{seen: make(map[string]bool)}
	c.walk(node)
	return c.paths
}

type pathCollector struct {
	paths []path
	seen  map[string]bool
}

func (c *pathCollector) walk(node ast.Node) {
	if p, ok := pathOf(node); ok {
		if !c.seen[p.String()] {
			c.seen[p.String()] = true
			c.paths = append(c.paths, p)
		}
		return
	}
	switch n := node.(type) {
	case *ast.MemberNode:
		// What a name that is not constant, or a `?.`, looks up below is not known.
		c.walk(n.Node)
		c.walk(n.Property)
	case *ast.ChainNode:
		c.walk(n.Node)
	case *ast.UnaryNode:
		c.walk(n.Node)
	case *ast.BinaryNode:
		c.walk(n.Left)
		c.walk(n.Right)
	case *ast.SliceNode:
		c.walkAll(n.Node, n.From, n.To)
	case *ast.CallNode:
		c.walkAll(n.Arguments...)
	case *ast.BuiltinNode:
		c.walkAll(n.Arguments...)
	case *ast.PredicateNode:
		c.walk(n.Node)
	case *ast.ConditionalNode:
		c.walkAll(n.Cond, n.Exp1, n.Exp2)
	case *ast.VariableDeclaratorNode:
		c.walkAll(n.Value, n.Expr)
	case *ast.SequenceNode:
		c.walkAll(n.Nodes...)
	case *ast.ArrayNode:
		c.walkAll(n.Nodes...)
	case *ast.MapNode:
		c.walkAll(n.Pairs...)
	case *ast.PairNode:
		c.walkAll(n.Key, n.Value)
	}
}

func (c *pathCollector) walkAll(nodes ...ast.Node) {
	for _, n := range nodes {
		if n != nil {
			c.walk(n)
		}
	}
}

// membership is `path == "constant"` or `path in ["a", "b"]`: a part that an index can
// answer.
type membership struct {
	path   path
	values []string
}

func membershipOf(node ast.Node) *membership {
	n, ok := node.(*ast.BinaryNode)
	if !ok {
		return nil
	}
	left, right := n.Left, n.Right
	if _, constant := left.(*ast.StringNode); constant && n.Operator == "==" {
		left, right = right, left
	}
	p, ok := pathOf(left)
	if !ok || p.root == "record" {
		return nil
	}
	switch r := right.(type) {
	case *ast.StringNode:
		if n.Operator == "==" {
			return &membership{path: p, values: []string{r.Value}}
		}
	case *ast.ArrayNode:
		if n.Operator != "in" || len(r.Nodes) == 0 {
			return nil
		}
		m := &membership{path: p}
		for _, item := range r.Nodes {
			s, ok := item.(*ast.StringNode)
			if !ok {
				return nil
			}
			m.values = append(m.values, s.Value)
		}
		return m
	}
	return nil
}

// evaluate is what `path in values` gives, without a program.
func (m *membership) evaluate(s scope) any {
	v := m.path.value(s)
	text, ok := v.(string)
	if !ok {
		if u := operands(v); u != nil {
			return u
		}
		return mismatch(v, "")
	}
	for _, value := range m.values {
		if value == text {
			return true
		}
	}
	return false
}

// necessary is a membership part that the condition cannot hold without.
func (c *condition) necessary() *part {
	switch c.op {
	case opPart:
		if c.part.member != nil {
			return c.part
		}
	case opAnd:
		for _, kid := range c.kids {
			if kid.op == opPart && kid.part.member != nil {
				return kid.part
			}
		}
	}
	return nil
}
