package rules

import (
	"errors"
	"reflect"
	"strings"
	"sync"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"
)

// expression is one expression. It is checked when the file is loaded, and compiled when
// it is first needed: a process that sees the events of one source pays for its rules
// alone.
type expression struct {
	text     string
	language *language
	paths    []path
	// field is the path that the expression is as a whole, which needs no program.
	field *path

	tree    *parser.Tree
	kind    reflect.Type
	once    sync.Once
	program *vm.Program
	fault   error
}

// placed is an error at an offset, in runes, of an expression.
type placed struct {
	offset  int
	message string
}

func (p *placed) Error() string { return p.message }

// expression reads an expression.
func (l *language) expression(source string) (*expression, error) {
	tree, err := l.parse(source)
	if err != nil {
		return nil, err
	}
	return l.expressionOf(source, tree), nil
}

func (l *language) expressionOf(source string, tree *parser.Tree) *expression {
	e := &expression{text: source, language: l, tree: tree, paths: pathsOf(tree.Node)}
	if p, ok := pathOf(tree.Node); ok && len(p.names) > 0 {
		e.field = &p
	}
	return e
}

// parse gives the tree of an expression that uses no name of untag's own.
func (l *language) parse(source string) (tree *parser.Tree, err error) {
	defer func() {
		if recover() != nil {
			err = &placed{0, "the expression cannot be read"}
		}
	}()
	tree, err = parser.ParseWithConfig(source, l.config)
	if err != nil {
		return nil, placedError(err)
	}
	names := &nameCheck{}
	ast.Walk(&tree.Node, names)
	if names.fault != nil {
		return nil, names.fault
	}
	return tree, nil
}

// nameCheck makes `now`, written without parentheses, the event's time: the name
// itself is that of a function of the library, which would read the clock. It refuses
// names with a $, which are this package's.
type nameCheck struct{ fault error }

func (c *nameCheck) Visit(node *ast.Node) {
	name := ""
	switch n := (*node).(type) {
	case *ast.IdentifierNode:
		switch {
		case n.Location().To < 0:
			return // one of ours: a chained comparison comes to its middle twice
		case n.Value == "now":
			*node = identifier("$now", n)
			return
		}
		name = n.Value
	case *ast.VariableDeclaratorNode:
		name = n.Name
	}
	if strings.HasPrefix(name, "$") && c.fault == nil {
		c.fault = &placed{(*node).Location().From, "unknown name " + name}
	}
}

// identifier is a name that the person did not write: it ends before it begins.
func identifier(name string, at ast.Node) ast.Node {
	n := &ast.IdentifierNode{Value: name}
	n.SetLocation(file.Location{From: at.Location().From, To: -1})
	return n
}

// check finds what is wrong with an expression: names that are not there, types that
// cannot fit, functions that untag does not have. It leaves this package's functions in
// place of the operators. It is called once, while the file is loaded.
func (e *expression) check() (err error) {
	defer func() {
		if recover() != nil {
			err = &placed{0, "the expression cannot be checked"}
		}
	}()
	if e.kind, err = checker.Check(e.tree, e.language.config); err != nil {
		return placedError(err)
	}
	patch := &strict{}
	ast.Walk(&e.tree.Node, patch)
	if patch.fault != nil {
		return &placed{patch.at.Location().From, patch.fault.Error()}
	}
	return nil
}

// prepare compiles an expression once.
func (e *expression) prepare() error {
	e.once.Do(func() {
		e.program, e.fault = e.language.compile(e.tree)
		e.tree = nil
	})
	return e.fault
}

func (l *language) compile(tree *parser.Tree) (program *vm.Program, err error) {
	l.compiling.Lock()
	defer l.compiling.Unlock()
	defer func() {
		if recover() != nil {
			err = &placed{0, "the expression cannot be compiled"}
		}
	}()
	if _, err := checker.Check(tree, l.config); err != nil {
		return nil, placedError(err)
	}
	if program, err = compiler.Compile(tree, l.config); err != nil {
		return nil, placedError(err)
	}
	return program, nil
}

func placedError(err error) error {
	var e *file.Error
	if errors.As(err, &e) {
		return &placed{e.From, e.Message}
	}
	return &placed{0, err.Error()}
}

// evaluate gives the value of an expression; what goes wrong is a value too.
func (e *expression) evaluate(s scope) (value any) {
	if e.field != nil {
		return e.field.value(s)
	}
	if err := e.prepare(); err != nil {
		return wrong("%s", err.Error())
	}
	machine := e.language.machines.Get().(*vm.VM)
	defer func() {
		if recover() != nil {
			value = wrong("the expression cannot be evaluated")
		}
	}()
	value, err := machine.Run(e.program, map[string]any(s))
	e.language.machines.Put(machine)
	switch {
	case err == nil:
		return value
	case errors.Is(err, errTooMuch):
		return wrong("%s", errTooMuch.Error())
	}
	return wrong("the expression cannot be evaluated")
}
