package rules

import (
	"errors"
	"fmt"
	"reflect"
	"strings"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/parser"
)

type operator int

const (
	opPart operator = iota
	opAnd
	opOr
	opNot
)

// condition is a skeleton of and, or, not over parts. Each part is an expression of
// its own, so that its value can be told, and what one part does not know does not
// hide what another decides.
type condition struct {
	op   operator
	kids []*condition
	part *part
	// source is the text of the whole condition; its parts have their own.
	source string
}

// part is a leaf of a condition.
type part struct {
	text    string
	offset  int
	program *expression
	// member is the part in a form that needs no program: a path and constants.
	member *membership
	// comparison is what is known of a part that compares with a constant.
	comparison *comparison
	paths      []path
}

// evaluate gives true, false, or an unknown that says why.
func (c *condition) evaluate(s scope) any {
	if c.op != opAnd {
		return c.join(s)
	}
	// A part that is false or missing settles that the whole does not hold, and then a
	// part that is wrong has nothing to say: an index, which does not look at it, comes
	// to the same.
	result := any(true)
	for _, kid := range c.kids {
		switch v := kid.join(s).(type) {
		case bool:
			if !v {
				return false
			}
		case *unknown:
			if !v.fault {
				return v
			}
			if result == true {
				result = v
			}
		}
	}
	return result
}

func (c *condition) join(s scope) any {
	switch c.op {
	case opNot:
		return not(c.kids[0].join(s))
	case opAnd, opOr:
		decisive := c.op == opOr
		result := any(!decisive)
		for _, kid := range c.kids {
			v := kid.join(s)
			if v == decisive {
				return v
			}
			if c.op == opAnd {
				result = and(result, v)
			} else {
				result = or(result, v)
			}
		}
		return result
	}
	return c.part.evaluate(s)
}

func (p *part) evaluate(s scope) any {
	var v any
	if p.member != nil {
		v = p.member.evaluate(s)
	} else {
		v = p.program.evaluate(s)
	}
	if _, ok := v.(bool); ok {
		return v
	}
	u := undecided(v)
	if !u.fault {
		return u
	}
	text := fmt.Sprintf("`%s`: %s", p.text, u.what)
	if u.advice != "" {
		text += "; " + p.advice(u.advice)
	}
	return &unknown{fault: true, what: text}
}

// advice gives the part as it has to be written, or else the general advice.
func (p *part) advice(general string) string {
	if p.comparison != nil {
		if way := p.comparison.wayOut(p.text); way != "" {
			return "write `" + way + "`"
		}
	}
	return general
}

// conditionReader takes a condition apart.
type conditionReader struct {
	language *language
	source   []rune
}

func (l *language) condition(source string) (*condition, error) {
	tree, err := l.parse(source)
	if err != nil {
		return nil, err
	}
	r := &conditionReader{language: l, source: []rune(source)}
	c, err := r.read(tree.Node, 0, len(r.source), tree)
	if err != nil {
		return nil, err
	}
	return c, nil
}

// read makes the condition of a node whose text is source[from:to].
func (r *conditionReader) read(node ast.Node, from, to int, tree *parser.Tree) (*condition, error) {
	switch n := node.(type) {
	case *ast.BinaryNode:
		op, end, ok := r.logical(n)
		if !ok || n.Location().From < from || end > to {
			break
		}
		left, err := r.read(n.Left, from, n.Location().From, tree)
		if err != nil {
			return nil, err
		}
		right, err := r.read(n.Right, end, to, tree)
		if err != nil {
			return nil, err
		}
		return &condition{op: op, kids: append(flat(op, left), flat(op, right)...)}, nil
	case *ast.UnaryNode:
		at := n.Location().From
		if n.Operator != "not" && n.Operator != "!" || strings.Trim(string(r.source[from:max(at, from)]), " \t\r\n(") != "" {
			break // `a not in b`: the not stands within its part
		}
		kid, err := r.read(n.Node, at+len([]rune(n.Operator)), to, tree)
		if err != nil {
			return nil, err
		}
		return &condition{op: opNot, kids: []*condition{kid}}, nil
	}
	p, err := r.part(node, from, to, tree)
	return &condition{part: p}, err
}

// logical reports which of and and or a node is. A chained comparison, `1 < a < 5`, is
// an and as well, but has no text of its own for its halves.
func (r *conditionReader) logical(n *ast.BinaryNode) (operator, int, bool) {
	op := opAnd
	switch n.Operator {
	case "or", "||":
		op = opOr
	case "and", "&&":
	default:
		return 0, 0, false
	}
	from := n.Location().From
	end := from + len([]rune(n.Operator))
	if end > len(r.source) || string(r.source[from:end]) != n.Operator {
		return 0, 0, false
	}
	return op, end, true
}

// flat joins `a && b && c` into one and of three.
func flat(op operator, c *condition) []*condition {
	if c.op == op {
		return c.kids
	}
	return []*condition{c}
}

func (r *conditionReader) part(node ast.Node, from, to int, tree *parser.Tree) (*part, error) {
	text, offset := trim(r.source, from, to)
	p := &part{text: text, offset: offset, member: membershipOf(node), comparison: comparisonOf(node, offset)}
	if err := boolean(node); err != nil {
		return nil, &placed{offset, err.Error()}
	}
	p.program = r.language.expressionOf(text, &parser.Tree{Node: node, Source: tree.Source})
	p.paths = p.program.paths
	return p, nil
}

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

// check checks the parts that need a program.
func (c *condition) check() error {
	for _, p := range c.parts() {
		if p.member != nil {
			continue
		}
		if err := p.program.check(); err != nil {
			return err
		}
		if kind := p.program.kind; kind != nil && kind.Kind() != reflect.Bool && kind.Kind() != reflect.Interface {
			return &placed{p.offset, errNoCondition.Error()}
		}
	}
	return nil
}

var errNoCondition = errors.New("this is no condition: it is neither true nor false; compare it with something")

// boolean refuses a part that can never be true or false.
func boolean(node ast.Node) error {
	switch node.(type) {
	case *ast.IntegerNode, *ast.FloatNode, *ast.StringNode, *ast.ArrayNode, *ast.MapNode, *ast.NilNode:
		return errNoCondition
	}
	if n, ok := node.(*ast.BinaryNode); ok {
		switch n.Operator {
		case "+", "-", "*", "/", "%", "**", "^", "..":
			return errNoCondition
		}
	}
	return nil
}
