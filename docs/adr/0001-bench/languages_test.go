package bench

import (
	"testing"

	"cel.dev/cel-go/cel"
	"github.com/expr-lang/expr"
	"github.com/expr-lang/expr/vm"
)

const condition = `event.module == "Deals" && event.Stage in ["Closed Won", "Closed Lost"]`

var facts = map[string]any{"event": map[string]any{"module": "Deals", "Stage": "Closed Won"}}

func BenchmarkExprCompile(b *testing.B) {
	for b.Loop() {
		if _, err := expr.Compile(condition, expr.AsBool()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkExprEvaluate(b *testing.B) {
	program, err := expr.Compile(condition, expr.AsBool())
	if err != nil {
		b.Fatal(err)
	}
	var machine vm.VM
	for b.Loop() {
		if _, err := machine.Run(program, facts); err != nil {
			b.Fatal(err)
		}
	}
}

func celProgram(b *testing.B, env *cel.Env) cel.Program {
	ast, issues := env.Compile(condition)
	if issues.Err() != nil {
		b.Fatal(issues.Err())
	}
	program, err := env.Program(ast)
	if err != nil {
		b.Fatal(err)
	}
	return program
}

func BenchmarkCELCompile(b *testing.B) {
	env, err := cel.NewEnv(cel.Variable("event", cel.DynType))
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		celProgram(b, env)
	}
}

func BenchmarkCELEvaluate(b *testing.B) {
	env, err := cel.NewEnv(cel.Variable("event", cel.DynType))
	if err != nil {
		b.Fatal(err)
	}
	program := celProgram(b, env)
	for b.Loop() {
		if _, _, err := program.Eval(facts); err != nil {
			b.Fatal(err)
		}
	}
}
