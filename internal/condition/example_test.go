package condition_test

import (
	"fmt"

	"untag/internal/condition"
)

func ExampleCondition_Trace() {
	c, err := condition.ParseCondition(`event.Stage == "Closed Won" and not (event.Amount > 1000)`)
	if err != nil {
		fmt.Println(err)
		return
	}
	scope := condition.Scope{Event: map[string]any{"stage": "Closed Won", "Amount": "1200"}}
	truth, why, trace := c.Trace(condition.NewRun(scope, condition.Work, nil))
	fmt.Println(truth, why.Message())
	for _, part := range trace.Parts() {
		fmt.Printf("%v: %s (%s)\n", part.Held, part.Text, part.Message)
	}
	// Output:
	// missing event.Stage is missing; there is event.stage
	// missing: event.Stage == "Closed Won" (event.Stage is missing; there is event.stage)
	// error: event.Amount > 1000 (a string cannot be compared with a number; write `float(event.Amount) > 1000`)
}

func ExampleParseCondition() {
	_, err := condition.ParseCondition(`event.lead-source == "Web"`)
	fmt.Println(err)
	// Output: `event.lead-source` is read as a subtraction (write event["lead-source"])
}
