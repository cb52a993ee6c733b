package rules

import (
	"slices"

	"github.com/expr-lang/expr/ast"
)

// constantKind is the kind of constant that a membership compares with.
type constantKind int

const (
	otherConstant constantKind = iota
	textConstant
	numberConstant
	boolConstant
)

func kindOf(v any) constantKind {
	switch v.(type) {
	case string:
		return textConstant
	case int, float64:
		return numberConstant
	case bool:
		return boolConstant
	}
	return otherConstant
}

// membership is `path == constant` or `path in [constants]`: a part that needs no
// program, and that an index can answer. The constants are of one kind.
type membership struct {
	path   path
	kind   constantKind
	values []any
}

func membershipOf(node ast.Node) *membership {
	n, ok := node.(*ast.BinaryNode)
	if !ok {
		return nil
	}
	left, right := n.Left, n.Right
	if _, constant := constantOf(left); constant && n.Operator == "==" {
		left, right = right, left
	}
	p, ok := pathOf(left)
	if !ok || p.root == "record" {
		return nil
	}
	items := []ast.Node{right}
	if n.Operator == "in" {
		list, ok := right.(*ast.ArrayNode)
		if !ok || len(list.Nodes) == 0 {
			return nil
		}
		items = list.Nodes
	} else if n.Operator != "==" {
		return nil
	}
	m := &membership{path: p}
	for _, item := range items {
		value, ok := constantOf(item)
		if !ok || len(m.values) > 0 && kindOf(value) != m.kind {
			return nil
		}
		m.kind = kindOf(value)
		if !slices.Contains(m.values, value) {
			m.values = append(m.values, value)
		}
	}
	return m
}

func constantOf(node ast.Node) (any, bool) {
	switch n := node.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.BoolNode:
		return n.Value, true
	case *ast.IntegerNode:
		return n.Value, true
	}
	return nil, false
}

// evaluate is what `path in values` gives, without a program.
func (m *membership) evaluate(s scope) any {
	v := m.path.value(s)
	if u := operands(v); u != nil {
		return u
	}
	if kindOf(v) != m.kind {
		return mismatch(v, m.values[0])
	}
	for _, value := range m.values {
		if v == value {
			return true
		}
	}
	if m.kind == numberConstant {
		return slices.ContainsFunc(m.values, func(value any) bool { return equal(v, value) == true })
	}
	return false
}

// need is what a condition cannot hold without: one of the memberships has to be true.
type need []*membership

// needs lists what the condition as a whole cannot hold without.
func (c *condition) needs() []need {
	if c.op == opAnd {
		var all []need
		for _, kid := range c.kids {
			if n := kid.need(); n != nil {
				all = append(all, n)
			}
		}
		return all
	}
	if n := c.need(); n != nil {
		return []need{n}
	}
	return nil
}

func (c *condition) need() need {
	switch c.op {
	case opPart:
		if c.part.member != nil {
			return need{c.part.member}
		}
	case opOr:
		var either need
		for _, kid := range c.kids {
			if kid.op != opPart || kid.part.member == nil {
				return nil
			}
			either = append(either, kid.part.member)
		}
		return either
	}
	return nil
}
