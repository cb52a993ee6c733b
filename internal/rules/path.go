package rules

import (
	"github.com/expr-lang/expr/ast"
)

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

// value looks the path up; it is unknown where it is missing.
func (p path) value(s scope) any {
	v, found := p.find(s)
	if !found {
		return missing(p.String())
	}
	return v
}

// find looks the path up.
func (p path) find(s scope) (any, bool) {
	v := s[p.root]
	for _, name := range p.names {
		object, ok := v.(map[string]any)
		if !ok {
			return nil, false
		}
		if v, ok = object[name]; !ok {
			return nil, false
		}
	}
	return v, true
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

// readPathOf is pathOf where `?.` makes no difference: what is read is the same.
func readPathOf(node ast.Node) (path, bool) {
	switch n := node.(type) {
	case *ast.ChainNode:
		return readPathOf(n.Node)
	case *ast.MemberNode:
		name, ok := n.Property.(*ast.StringNode)
		if !ok {
			return path{}, false
		}
		p, ok := readPathOf(n.Node)
		p.names = append(p.names[:len(p.names):len(p.names)], name.Value)
		return p, ok
	}
	return pathOf(node)
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
	if p, ok := readPathOf(node); ok {
		if !c.seen[p.String()] {
			c.seen[p.String()] = true
			c.paths = append(c.paths, p)
		}
		return
	}
	switch n := node.(type) {
	case *ast.MemberNode:
		// What a name that is not constant looks up below is not known.
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
