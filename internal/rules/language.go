package rules

import (
	"sync"
	"time"

	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/conf"
	"github.com/expr-lang/expr/vm"

	"untag/internal/event"
)

// maxNodes bounds the size of one expression.
const maxNodes = 10_000

// scope is what an expression can name.
type scope map[string]any

// eventScope is the scope of a condition over an event.
func eventScope(ev event.Event) scope {
	headers := make(map[string]any, len(ev.Headers))
	for name, value := range ev.Headers {
		headers[name] = value
	}
	return scope{
		"event": orEmpty(ev.Fields), "headers": headers, "query": orEmpty(ev.Query), "source": ev.Source,
		"$now": ev.Time.UTC(), "$meter": &meter{left: maxWork}, "record": map[string]any{},
	}
}

func orEmpty(m map[string]any) map[string]any {
	if m == nil {
		return map[string]any{}
	}
	return m
}

// until has evaluations over the scope end when a channel is closed.
func (s scope) until(over <-chan struct{}) scope {
	s.meter().over = over
	return s
}

// refill gives the next rule its whole allowance.
func (s scope) refill() { s.meter().left = maxWork }

func (s scope) meter() *meter { return s["$meter"].(*meter) }

// withRecord is the scope of a `where`. It shares nothing that an evaluation changes,
// so records can be resolved at the same time.
func (s scope) withRecord(record map[string]any) scope {
	with := make(scope, len(s))
	for name, value := range s {
		with[name] = value
	}
	with["$meter"] = &meter{left: maxWork}
	with["record"] = record
	return with
}

// language compiles expressions. Making it costs more than compiling one, so a rules
// file makes it once.
type language struct {
	// compiling is held while one expression is compiled: the configuration caches
	// what it learns of types.
	compiling sync.Mutex
	config    *conf.Config
	// machines are those of the expression library, kept for their stacks.
	machines sync.Pool
}

func newLanguage() *language {
	empty := map[string]any{}
	l := &language{config: conf.New(map[string]any{
		"event": empty, "headers": empty, "query": empty, "record": empty, "source": "",
		"$now": time.Time{}, "$meter": &meter{},
	})}
	l.machines.New = func() any { return new(vm.VM) }
	l.config.MaxNodes = maxNodes
	l.config.Optimize = false
	for name, f := range operations() {
		expr.Function(name, f, signature(name)...)(l.config)
	}
	return l
}

// signature is what the checks of the library know of a function.
func signature(name string) []any {
	switch name {
	case "digits":
		return []any{new(func(any) string)}
	case "has":
		return []any{new(func(any) bool)}
	}
	return nil
}

// operation is a function as the expression library calls it.
type operation = func(...any) (any, error)

// operations are the functions that patched expressions call, and those that people
// write.
func operations() map[string]operation {
	one := func(f func(a any) any) operation {
		return func(a ...any) (any, error) { return f(a[0]), nil }
	}
	two := func(f func(a, b any) any) operation {
		return func(a ...any) (any, error) { return f(a[0], a[1]), nil }
	}
	three := func(f func(a, b, c any) any) operation {
		return func(a ...any) (any, error) { return f(a[0], a[1], a[2]), nil }
	}
	named := func(f func(name string, a, b any) any) operation {
		return func(a ...any) (any, error) { return f(a[0].(string), a[1], a[2]), nil }
	}
	all := map[string]operation{
		"$member": two(member), "$optional": two(optional), "$slice": three(slice), "$not": one(not),
		"$negate": one(negate), "$and": two(and), "$or": two(or), "$equal": two(equal), "$isNil": one(isNil),
		"$order": named(order), "$in": two(within), "$coalesce": two(coalesce), "$span": two(span),
		"$text": named(text), "$arithmetic": named(arithmetic), "$choose": three(choose), "$has": one(has),
		"$iterate": one(iterate),
		"$list":    func(a ...any) (any, error) { return makeList(a...), nil },
		"$object":  func(a ...any) (any, error) { return makeObject(a...), nil },
		"$call":    func(a ...any) (any, error) { return call(a[0].(string), a[1:]...), nil },
		"$pair":    func(a ...any) (any, error) { return pair(a[0].(*meter), a[1], a[2]), nil },
		"$step":    func(a ...any) (any, error) { return step(a[0].(*meter), a[1], a[2]), nil },
		"$gather":  func(a ...any) (any, error) { return gather(a[0].(*meter), a[1].(string), a[2].([]any)), nil },
		"$matches": func(a ...any) (any, error) { return matches(a[0].(*meter), a[1], a[2]), nil },
		"$uniq":    func(a ...any) (any, error) { return uniq(a[0].(*meter), a[1:]), nil },
		"digits":   func(a ...any) (any, error) { return call("digits", a...), nil },
		"has":      one(has),
	}
	all["$charge"] = func(a ...any) (any, error) {
		charge(a[0].(*meter), a[2:])
		return all[a[1].(string)](a[2:]...)
	}
	return all
}
