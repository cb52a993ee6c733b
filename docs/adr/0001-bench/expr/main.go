// Command expr compiles and evaluates one condition with expr.
package main

import (
	"os"

	"github.com/expr-lang/expr"
)

func main() {
	program, err := expr.Compile(`event.module == "Deals" && event.Stage in ["Closed Won", "Closed Lost"]`, expr.AsBool())
	if err != nil {
		panic(err)
	}
	event := map[string]any{"module": "Deals", "Stage": "Closed Won"}
	held, err := expr.Run(program, map[string]any{"event": event})
	if err != nil || held != true {
		panic(err)
	}
	os.Stdout.WriteString("ok\n")
}
