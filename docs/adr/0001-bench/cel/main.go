// Command cel compiles and evaluates one condition with CEL.
package main

import (
	"os"

	"cel.dev/cel-go/cel"
)

func main() {
	env, err := cel.NewEnv(cel.Variable("event", cel.DynType))
	if err != nil {
		panic(err)
	}
	ast, issues := env.Compile(`event.module == "Deals" && event.Stage in ["Closed Won", "Closed Lost"]`)
	if issues.Err() != nil {
		panic(issues.Err())
	}
	program, err := env.Program(ast)
	if err != nil {
		panic(err)
	}
	event := map[string]any{"module": "Deals", "Stage": "Closed Won"}
	held, _, err := program.Eval(map[string]any{"event": event})
	if err != nil || held.Value() != true {
		panic(err)
	}
	os.Stdout.WriteString("ok\n")
}
