package rules

import "untag/internal/condition"

// Tree is a condition as it was evaluated: and, or and not over its parts.
type Tree struct {
	// Op is "and", "or" or "not"; "" for a part, whose text is Expression.
	Op, Expression string
	// Held is "true", "false", "missing" or "error".
	Held string
	// Message says why it is missing or an error, or how strings differ that look alike.
	Message string
	// Met are the fields that the part read and found, in order.
	Met []Met
	// Decided marks the part that decided. No part is marked if all are true.
	Decided bool
	Kids    []*Tree
}

// Met is a field, as the condition writes it, and its value.
type Met struct {
	Path  string
	Value any
}

// treeOf returns the tree of an evaluation, nil if there was none.
func treeOf(t *condition.Trace) *Tree {
	if t == nil {
		return nil
	}
	tree := &Tree{Op: t.Op, Expression: t.Text, Held: t.Held.String(), Message: t.Message, Met: metOf(t.Met), Decided: t.Decided}
	for _, kid := range t.Kids {
		tree.Kids = append(tree.Kids, treeOf(kid))
	}
	return tree
}

func metOf(list []condition.Met) []Met {
	var fields []Met
	for _, met := range list {
		fields = append(fields, Met{met.Path, met.Value})
	}
	return fields
}
