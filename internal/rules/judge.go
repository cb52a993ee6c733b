package rules

import "github.com/expr-lang/expr/ast"

// parts lists the leaves of a condition, from left to right.
func (c *condition) parts() []*part {
	if c.op == opPart {
		return []*part{c.part}
	}
	var all []*part
	for _, kid := range c.kids {
		all = append(all, kid.parts()...)
	}
	return all
}

// constant is the value of a condition as far as its constant parts decide it;
// unknown where the event does.
func (c *condition) constant() any {
	switch c.op {
	case opNot:
		return not(c.kids[0].constant())
	case opAnd, opOr:
		result := any(c.op == opAnd)
		for _, kid := range c.kids {
			if c.op == opAnd {
				result = and(result, kid.constant())
			} else {
				result = or(result, kid.constant())
			}
		}
		return result
	}
	if len(c.part.paths) > 0 || c.part.program.clock {
		return missing("")
	}
	return c.part.evaluate(scope{"event": map[string]any{}, "headers": map[string]any{}, "query": map[string]any{}, "source": "", "$budget": new(int)})
}

// nilComparisons lists the fields of the event that an expression compares with nil.
func nilComparisons(node ast.Node) []string {
	c := &nilCollector{}
	ast.Walk(&node, c)
	return c.paths
}

type nilCollector struct{ paths []string }

func (c *nilCollector) Visit(node *ast.Node) {
	n, ok := (*node).(*ast.BinaryNode)
	if !ok || n.Operator != "==" && n.Operator != "!=" {
		return
	}
	left, right := n.Left, n.Right
	if _, isNil := left.(*ast.NilNode); isNil {
		left, right = right, left
	}
	if _, isNil := right.(*ast.NilNode); !isNil {
		return
	}
	if p, ok := pathOf(left); ok && p.root == "event" && len(p.names) > 0 {
		c.paths = append(c.paths, p.String())
	}
}
