package condition

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
)

// Expression is a parsed and checked expression. It is safe for concurrent use.
type Expression struct {
	text string
	root *node
}

// Condition is an expression that can be true or false.
type Condition struct{ Expression }

// Parse parses an expression and checks all of it. Its errors are of type *Fault.
func Parse(text string) (*Expression, error) {
	e, fault := parse(text)
	if fault != nil {
		return nil, fault
	}
	return e, nil
}

// ParseCondition is Parse for an expression that must be true or false. Its errors are of
// type *Fault.
func ParseCondition(text string) (*Condition, error) {
	e, fault := parse(text)
	if fault == nil {
		fault = e.root.skeleton()
	}
	if fault != nil {
		return nil, fault
	}
	return &Condition{*e}, nil
}

// String returns the source text of the expression.
func (e *Expression) String() string { return e.text }

// Value evaluates an expression. The value has a type that an event can have, or is a date or
// a duration. If there is none, the Unknown says why.
func (e *Expression) Value(r *Run) (any, *Unknown) {
	v := r.value(e.root)
	if r.err != nil {
		return nil, r.stopped(e.root)
	}
	if u := asUnknown(v); u != nil {
		return nil, u
	}
	return v, nil
}

// Holds evaluates a condition. If it is neither true nor false, the Unknown says why.
func (c *Condition) Holds(r *Run) (Truth, *Unknown) {
	truth, v := r.logical(c.root, r.part(c.root))
	if r.err != nil {
		return Failed, r.stopped(c.root)
	}
	return truth, asUnknown(v)
}

func parse(text string) (e *Expression, fault *Fault) {
	defer func() {
		if recover() != nil {
			e, fault = nil, &Fault{Message: "the expression cannot be read"}
		}
	}()
	tokens, fault := tokenize(text)
	if fault != nil {
		return nil, fault
	}
	tree, err := parser.Parse(text)
	if err != nil {
		return nil, syntaxFault(text, err)
	}
	b := &builder{tokens: tokens}
	root := b.build(tree.Node)
	if b.fault != nil {
		return nil, b.fault
	}
	return &Expression{text: text, root: root}, nil
}

// syntaxFault turns an error of the parser into a Fault, with a hint.
func syntaxFault(text string, err error) *Fault {
	var e *file.Error
	if !errors.As(err, &e) {
		return &Fault{Message: "the expression cannot be read"}
	}
	offset := e.From
	if _, literal, ok := strings.Cut(e.Message, `parsing "`); ok { // e.From is after it
		before, _, _ := strings.Cut(text, literal[:strings.Index(literal, `"`)])
		offset = utf8.RuneCountInString(before)
	}
	if pipe, ok := singlePipe(text, offset); ok {
		return &Fault{Offset: pipe, Message: "unexpected `|`", Hint: tokenHint("Operator", "|", "", "")}
	}
	return &Fault{Offset: offset, Message: plainMessage(e.Message), Hint: syntaxHint(text, offset, e.Message)}
}

// skeleton marks the parts of a condition and the nodes that join them. It rejects a part
// that can never be true or false.
func (n *node) skeleton() *Fault {
	switch n.form {
	case formAnd, formOr, formNot:
		n.place = placeJoint
		for _, kid := range n.kids {
			if fault := kid.skeleton(); fault != nil {
				return fault
			}
		}
		return nil
	}
	n.place = placePart
	if n.kinds&isBool == 0 {
		return &Fault{Offset: n.at, Message: notCondition, Hint: compareHint(n)}
	}
	return nil
}
