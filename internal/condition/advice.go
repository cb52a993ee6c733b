package condition

import "strconv"

// wayOut rewrites a comparison with a constant so that both sides have one type, as in
// `float(event.Amount) > 1000`. It returns "" if that takes more than one conversion.
func wayOut(n *node) string {
	symbol := n.symbol()
	if symbol == "" || len(n.kids) != 2 {
		return ""
	}
	left, right := n.kids[0], n.kids[1]
	switch {
	case literalKind(right) != 0 && literalKind(left) == 0:
		return call(right, left) + " " + symbol + " " + quoted(right)
	case literalKind(left) != 0 && literalKind(right) == 0 && symbol != "in" && symbol != "not in":
		return quoted(left) + " " + symbol + " " + call(left, right)
	}
	return ""
}

// symbol returns the operator of a comparison as docs/rules.md writes it, "" for any other
// node.
func (n *node) symbol() string {
	symbol := ""
	switch n.form {
	case formOneOf, formOperator:
		symbol = n.operator.symbol
	}
	switch {
	case symbol == "in" && n.negated:
		return "not in"
	case symbol == "==" && n.negated:
		return "!="
	case symbol == "in" || n.operator != nil && n.operator.compares():
		return symbol
	}
	return ""
}

// literalKind returns the type of a constant, or of the first constant of a list; 0 for any
// other node.
func literalKind(n *node) kinds {
	if n.form != formConstant {
		return 0
	}
	v := n.value
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	return kindOf(v).class() & (isText | isNumber | isBool)
}

// call converts the other side to the type of a constant.
func call(constant, other *node) string {
	if literalKind(constant) == isNumber {
		return "float(" + other.text + ")"
	}
	return "string(" + other.text + ")"
}

// quoted writes a constant as it is compared with a string.
func quoted(n *node) string {
	if b, ok := n.value.(bool); ok {
		return strconv.Quote(strconv.FormatBool(b))
	}
	return n.text
}

// NilComparison is a comparison of a field with nil. It is unknown if the field is missing.
type NilComparison struct {
	// Text is the comparison, Path the field.
	Text, Path string
	// Offset is where the comparison begins, in runes of the expression.
	Offset int
}

// NilComparisons lists the comparisons of fields of the event with nil.
func (e *Expression) NilComparisons() []NilComparison {
	var list []NilComparison
	e.root.walk(func(n *node) {
		if n.form == formIsNil && n.kids[0].form == formPath && n.kids[0].path.Root == "event" {
			list = append(list, NilComparison{Text: n.text, Path: n.kids[0].text, Offset: n.at})
		}
	})
	return list
}

// walk visits a node and all nodes below it.
func (n *node) walk(visit func(*node)) {
	visit(n)
	for _, kid := range n.kids {
		kid.walk(visit)
	}
}
