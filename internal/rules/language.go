package rules

import (
	"errors"
	"fmt"
	"reflect"
	"time"

	"github.com/expr-lang/expr/ast"
	"github.com/expr-lang/expr/builtin"
	"github.com/expr-lang/expr/checker"
	"github.com/expr-lang/expr/compiler"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/file"
	"github.com/expr-lang/expr/parser"
	"github.com/expr-lang/expr/vm"

	"untag/internal/event"
)

// maxNodes bounds the size of one expression.
const maxNodes = 10_000

// maxElements bounds how many elements the predicates of one evaluation may look at.
const maxElements = 1_000_000

var errTooMuch = errors.New("the expression looks at too many elements")

// scope is what an expression can name.
type scope map[string]any

// eventScope is the scope of a condition over an event.
func eventScope(ev event.Event) scope {
	headers := make(map[string]any, len(ev.Headers))
	for name, value := range ev.Headers {
		headers[name] = value
	}
	budget := maxElements
	return scope{
		"event": orEmpty(ev.Fields), "headers": headers, "query": orEmpty(ev.Query), "source": ev.Source,
		"$now": ev.Time.UTC(), "$budget": &budget, "record": map[string]any{},
	}
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// withRecord is the scope of a `where`.
func (s scope) withRecord(record map[string]any) scope {
	with := make(scope, len(s))
	for name, value := range s {
		with[name] = value
	}
	with["record"] = record
	return with
}

// language compiles expressions. Making it costs more than compiling one, so a rules
// file makes it once.
type language struct {
	plain  *conf.Config // as written, for the checks of the library
	strict *conf.Config // with this package's functions in place of operators
}

func newLanguage() *language {
	empty := map[string]any{}
	budget := 0
	env := map[string]any{
		"event": empty, "headers": empty, "query": empty, "record": empty, "source": "",
		"$now": time.Time{}, "$budget": &budget,
	}
	l := &language{plain: conf.New(env), strict: conf.New(env)}
	for _, c := range []*conf.Config{l.plain, l.strict} {
		c.MaxNodes = maxNodes
		c.Optimize = false
		for _, f := range ownFunctions() {
			c.Functions[f.Name] = f
		}
	}
	return l
}

// ownFunctions are the functions that patched expressions call, and those that
// people write.
func ownFunctions() []*builtin.Function {
	two := func(f func(a, b any) any) func(...any) (any, error) {
		return func(a ...any) (any, error) { return f(a[0], a[1]), nil }
	}
	one := func(f func(a any) any) func(...any) (any, error) {
		return func(a ...any) (any, error) { return f(a[0]), nil }
	}
	three := func(f func(a, b, c any) any) func(...any) (any, error) {
		return func(a ...any) (any, error) { return f(a[0], a[1], a[2]), nil }
	}
	named := func(f func(name string, a, b any) any) func(...any) (any, error) {
		return func(a ...any) (any, error) { return f(a[0].(string), a[1], a[2]), nil }
	}
	functions := map[string]func(...any) (any, error){
		"$member": two(member), "$optional": two(optional), "$slice": three(slice), "$not": one(not),
		"$negate": one(negate), "$and": two(and), "$or": two(or), "$equal": two(equal), "$isNil": one(isNil),
		"$order": named(orderBy), "$in": two(within), "$coalesce": two(coalesce), "$span": two(span),
		"$text": named(text), "$arithmetic": named(arithmetic), "$choose": three(choose), "$has": one(has),
		"$iterate": one(iterate),
		"$list":    func(a ...any) (any, error) { return makeList(a...), nil },
		"$object":  func(a ...any) (any, error) { return makeObject(a...), nil },
		"$call":    func(a ...any) (any, error) { return call(a[0].(string), a[1:]...), nil },
		"$pair":    func(a ...any) (any, error) { return pair(a[0].(*int), a[1], a[2]), nil },
		"$step":    func(a ...any) (any, error) { return step(a[0].(*int), a[1], a[2]), nil },
		"$gather":  func(a ...any) (any, error) { return gather(a[0].(string), a[1].([]any)), nil },
		"digits":   func(a ...any) (any, error) { return call("digits", a...), nil },
		"has":      one(has),
	}
	var list []*builtin.Function
	for name, f := range functions {
		// Without types, arguments and result are anything.
		own := &builtin.Function{Name: name, Func: f}
		switch name {
		case "digits":
			own.Types = []reflect.Type{reflect.TypeFor[func(any) string]()}
		case "has":
			own.Types = []reflect.Type{reflect.TypeFor[func(any) bool]()}
		}
		list = append(list, own)
	}
	return list
}

func lessThan(a, b any) bool { return orderBy("<", a, b) == true }

// expression is one compiled expression.
type expression struct {
	text    string
	program *vm.Program
	paths   []path
	// nils are the fields that it compares with nil, clock that it asks the time.
	nils  []string
	clock bool
}

// placed is an error at an offset, in runes, of an expression.
type placed struct {
	offset  int
	message string
}

func (p *placed) Error() string { return p.message }

// compile checks an expression as written and compiles it strictly.
func (l *language) compile(source string) (*expression, error) {
	tree, err := l.parse(source)
	if err != nil {
		return nil, err
	}
	return l.compileTree(source, tree)
}

func (l *language) parse(source string) (tree *parser.Tree, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &placed{0, "the expression cannot be read"}
		}
	}()
	tree, err = parser.ParseWithConfig(source, l.plain)
	if err != nil {
		return nil, placedError(err)
	}
	ast.Walk(&tree.Node, clock{})
	return tree, nil
}

// clock makes `now`, written without parentheses, the event's time. The name itself is
// that of a function of the library, which would read the clock.
type clock struct{}

func (clock) Visit(node *ast.Node) {
	if n, ok := (*node).(*ast.IdentifierNode); ok && n.Value == "now" {
		n.Value = "$now"
	}
}

func (l *language) compileTree(source string, tree *parser.Tree) (e *expression, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = &placed{0, "the expression cannot be compiled"}
		}
	}()
	if _, err := checker.Check(tree, l.plain); err != nil {
		return nil, placedError(err)
	}
	paths, nils := pathsOf(tree.Node), nilComparisons(tree.Node)
	patch := &strict{}
	ast.Walk(&tree.Node, patch)
	if patch.fault != nil {
		return nil, &placed{patch.at.Location().From, patch.fault.Error()}
	}
	if _, err := checker.Check(tree, l.strict); err != nil {
		return nil, placedError(err)
	}
	program, err := compiler.Compile(tree, l.strict)
	if err != nil {
		return nil, placedError(err)
	}
	return &expression{text: source, program: program, paths: paths, nils: nils, clock: patch.clock}, nil
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
	defer func() {
		if r := recover(); r != nil {
			value = wrong("the expression cannot be evaluated")
		}
	}()
	value, err := vm.Run(e.program, map[string]any(s))
	switch {
	case err == nil:
		return value
	case errors.Is(err, errTooMuch) || fmt.Sprint(err) == errTooMuch.Error():
		return wrong("%s", errTooMuch.Error())
	}
	return wrong("the expression cannot be evaluated")
}
