package rules

import (
	"strings"

	"github.com/expr-lang/expr/ast"
)

// comparison is a part that compares a value of the event with a constant: where the
// sender writes another type than the rule expects, the way out can be written down.
type comparison struct {
	operator string
	at       int // of the operator, in runes of the part's text
	kind     constantKind
	// constantLeft says that the constant is on the left.
	constantLeft bool
}

// comparisonOf gives the comparison that a node is; its text begins at offset.
func comparisonOf(node ast.Node, offset int) *comparison {
	n, ok := node.(*ast.BinaryNode)
	if !ok {
		return nil
	}
	c := &comparison{operator: n.Operator, at: n.Location().From - offset}
	switch n.Operator {
	case "==", "!=", "<", ">", "<=", ">=":
		if c.kind = literalKind(n.Right); c.kind == otherConstant {
			c.kind, c.constantLeft = literalKind(n.Left), true
		}
	case "in":
		if list, ok := n.Right.(*ast.ArrayNode); ok && len(list.Nodes) > 0 {
			c.kind = literalKind(list.Nodes[0])
		}
	}
	if c.kind == otherConstant {
		return nil
	}
	return c
}

func literalKind(node ast.Node) constantKind {
	if n, ok := node.(*ast.UnaryNode); ok {
		node = n.Node
	}
	if _, ok := node.(*ast.FloatNode); ok {
		return numberConstant
	}
	value, _ := constantOf(node)
	return kindOf(value)
}

// wayOut rewrites the part for the type that was met, "" where that is not simple.
func (c *comparison) wayOut(text string) string {
	runes := []rune(text)
	end := c.at + len([]rune(c.operator))
	if c.at < 0 || end > len(runes) || string(runes[c.at:end]) != c.operator {
		return ""
	}
	left, right := strings.TrimSpace(string(runes[:c.at])), strings.TrimSpace(string(runes[end:]))
	function := ""
	switch c.kind {
	case numberConstant:
		function = "float"
	case textConstant, boolConstant:
		function = "string"
	}
	if c.constantLeft {
		right = function + "(" + right + ")"
	} else {
		left = function + "(" + left + ")"
	}
	if c.kind == boolConstant {
		left, right = quoteBool(left), quoteBool(right)
	}
	return left + " " + c.operator + " " + right
}

func quoteBool(text string) string {
	if text == "true" || text == "false" {
		return `"` + text + `"`
	}
	return text
}
